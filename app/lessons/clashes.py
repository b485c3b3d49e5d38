"""Two lessons that want the same teacher or classroom at the same time. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.errors import Conflict
from app.http import ClashBody
from app.ids import ClassroomId, UserId
from app.moments import utc

ClashKind = Literal["teacher", "classroom"]


@dataclass(frozen=True, slots=True)
class Booking:
    """The time that a lesson takes of a teacher and of classrooms, UTC ms, the end excluded."""

    key: str
    """Of the lesson, or of what shall become one."""
    title: str
    starts_at_ms: int
    ends_at_ms: int
    lead_user_id: UserId
    lead_name: str
    classrooms: Mapping[ClassroomId, str]
    """Each with the name by which people know it, its school's before it."""


@dataclass(frozen=True, slots=True)
class Clash:
    wanted: Booking
    booked: Booking
    kind: ClashKind
    name: str
    """Of the teacher or classroom."""

    def refusal(self, line: int | None = None) -> Conflict:
        """`teacher_busy` or `classroom_busy`. `line`: of the sheet that wants this lesson."""
        return Conflict(
            f"{self.name} has “{self.booked.title}” at that time",
            code=f"{self.kind}_busy",
            line=line,
            clash=self.body().model_dump(mode="json"),
        )

    def body(self) -> ClashBody:
        return ClashBody(
            kind=self.kind,
            name=self.name,
            title=self.booked.title,
            starts_at=utc(self.booked.starts_at_ms),
            ends_at=utc(self.booked.ends_at_ms),
        )


def find_clashes(wanted: Sequence[Booking], booked: Sequence[Booking]) -> list[Clash]:
    """Every pair that overlaps, of a wanted lesson and a booked or earlier wanted one; soonest first, teachers first.

    A lesson that begins when another one ends is no clash.
    """
    found = []
    new = {one.key for one in wanted}
    for owner, bookings in _by_owner([*booked, *wanted]).items():
        running: list[Booking] = []
        for one in sorted(bookings, key=lambda one: (one.starts_at_ms, one.key in new)):
            running = [other for other in running if other.ends_at_ms > one.starts_at_ms]
            found += [
                _clash(owner, one, other, new) for other in running if _is_new(one, other, new)
            ]
            running.append(one)
    return sorted(found, key=lambda clash: (clash.wanted.starts_at_ms, clash.kind != "teacher"))


def alike(clashes: Sequence[Clash]) -> list[tuple[Clash, int]]:
    """What is in the way several times over with a lesson of the same name is said once: the first, and how many."""
    kinds: dict[tuple[str, str, str], list[Clash]] = defaultdict(list)
    for one in clashes:
        kinds[one.kind, one.name, one.booked.title].append(one)
    return [(found[0], len(found)) for found in kinds.values()]


def _is_new(one: Booking, other: Booking, new: set[str]) -> bool:
    return one.key in new or other.key in new


def _clash(owner: "_Owner", one: Booking, other: Booking, new: set[str]) -> Clash:
    wanted, booked = (one, other) if one.key in new else (other, one)
    return Clash(wanted, booked, owner.kind, _name(owner, booked))


@dataclass(frozen=True, slots=True)
class _Owner:
    kind: ClashKind
    owner_id: str


def _owners(booking: Booking) -> Iterator[_Owner]:
    yield _Owner("teacher", booking.lead_user_id)
    for classroom_id in booking.classrooms:
        yield _Owner("classroom", classroom_id)


def _by_owner(bookings: Sequence[Booking]) -> dict[_Owner, list[Booking]]:
    of: dict[_Owner, list[Booking]] = defaultdict(list)
    for booking in bookings:
        for owner in _owners(booking):
            of[owner].append(booking)
    return of


def _name(owner: _Owner, booking: Booking) -> str:
    is_teacher = owner.kind == "teacher"
    return booking.lead_name if is_teacher else booking.classrooms[ClassroomId(owner.owner_id)]
