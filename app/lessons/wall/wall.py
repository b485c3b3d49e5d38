"""Rows and rooms together: the running lessons of a part of the county, those that need somebody most first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.db.engine import Database
from app.ids import ParticipantId, UserId
from app.lessons.wall.rows import LessonRow, Person, SeatRow, people, running_lessons
from app.lessons.wall.trouble import KINDS, Trouble, troubles_of
from app.rooms.permissions import lead_id
from app.rooms.runtime import RoomRuntime
from app.rooms.state import (
    LessonPlan,
    LinkQuality,
    Participant,
    Phase,
    Presence,
    Role,
    Room,
    Seat,
    StagePlace,
)
from app.scope import Scope


@dataclass(frozen=True, slots=True)
class WallPlace:
    """The lead, a helper who is in, or a classroom, also one that never came."""

    participant_id: ParticipantId
    role: Role
    name: str
    office: str
    """The classroom's school; of staff the school or the county."""
    presence: Presence
    since_ms: int | None
    """When that began; None: it never came."""
    quality: LinkQuality | None
    """None: not measured, or not there."""
    is_on_stage: bool
    help_since_ms: int | None


@dataclass(frozen=True, slots=True)
class WallLesson:
    row: LessonRow
    phase: Phase
    places: tuple[WallPlace, ...]
    """Who leads first, then helpers, then the classrooms as planned."""
    troubles: tuple[Trouble, ...]
    """The gravest first."""


@dataclass(frozen=True, slots=True)
class WallView:
    lessons: tuple[WallLesson, ...]
    """Those that need somebody most first, then by their beginning."""
    total: int
    in_trouble: int
    """Of all of them, not only of those that are listed."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A lesson's row, its room, and what is wrong as far as the scope sees it."""

    row: LessonRow
    room: Room
    troubles: tuple[Trouble, ...]

    @property
    def gravity(self) -> int:
        """0: the gravest."""
        return KINDS.index(self.troubles[0].kind) if self.troubles else len(KINDS)


class Wall:
    """`live`: the rooms in memory. A lesson whose room nobody opened is one that nobody is in."""

    def __init__(
        self,
        database: Database,
        live: Callable[[], Sequence[RoomRuntime]],
        is_recorder_there: Callable[[], bool],
        now_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._live = live
        self._is_recorder_there = is_recorder_there
        self.now_ms = now_ms

    async def view(self, scope: Scope, limit: int) -> WallView:
        now_ms = self.now_ms()
        runtimes = {runtime.lesson_id: runtime for runtime in self._live()}
        async with self._database.reading() as session:
            rows = await running_lessons(session, scope, runtimes.keys(), now_ms)
            looked_at = (self._read(row, runtimes.get(row.lesson_id), now_ms) for row in rows)
            # It may have ended while the rows were read.
            read = [one for one in looked_at if one.room.phase is not Phase.ENDED]
            # Stable: lessons with equal trouble stay in the order of their beginnings.
            read.sort(key=lambda one: one.gravity)
            names = await people(session, _staff_of(read[:limit]))
        return WallView(
            tuple(_lesson(one, names) for one in read[:limit]),
            total=len(read),
            in_trouble=sum(bool(one.troubles) for one in read),
        )

    def _read(self, row: LessonRow, runtime: RoomRuntime | None, now_ms: int) -> _Read:
        room = runtime.room if runtime else _unopened(row)
        found = troubles_of(
            room,
            runtime.now_ms() if runtime else now_ms,
            is_recorder_there=self._is_recorder_there(),
        )
        seen = {None, lead_id(room), *(ParticipantId(seat.seat_id) for seat in row.seats)}
        return _Read(
            row, room, tuple(one for one in found if row.is_own or one.participant_id in seen)
        )


def _unopened(row: LessonRow) -> Room:
    """As much of the room as tells who is missing."""
    plan = LessonPlan(
        lesson_id=row.lesson_id,
        lead_user_id=row.lead_user_id,
        starts_at_ms=row.starts_at_ms,
        ends_at_ms=row.ends_at_ms,
        is_recorded=row.is_recorded,
        seats=tuple(Seat(seat.seat_id, seat.classroom_id) for seat in row.seats),
    )
    return Room(plan, phase=Phase(row.state), started_ms=row.started_at_ms)


def _user_of(participant_id: ParticipantId) -> UserId:
    return UserId(participant_id.partition("_")[2])


def _staff_of(read: Sequence[_Read]) -> set[UserId]:
    leads = {_user_of(lead_id(one.room)) for one in read}
    staff = {
        place.user_id for one in read for place in one.room.participants.values() if place.user_id
    }
    return leads | staff


def _lesson(read: _Read, names: Mapping[UserId, Person]) -> WallLesson:
    room = read.room
    leads = lead_id(room)
    helpers = [
        place.participant_id
        for place in room.participants.values()
        if place.role in (Role.ASSISTANT, Role.OBSERVER) and place.presence is not Presence.ABSENT
    ]
    return WallLesson(
        row=read.row,
        phase=room.phase,
        places=(
            *(_staff(one, room, names) for one in (leads, *helpers)),
            *(_classroom(seat, room) for seat in read.row.seats),
        ),
        troubles=read.troubles,
    )


def _staff(participant_id: ParticipantId, room: Room, names: Mapping[UserId, Person]) -> WallPlace:
    held = room.participants.get(participant_id)
    person = names.get(_user_of(participant_id), Person("", ""))
    return _place(participant_id, held, held.role if held else Role.LEAD, person)


def _classroom(seat: SeatRow, room: Room) -> WallPlace:
    participant_id = ParticipantId(seat.seat_id)
    names = Person(seat.classroom, seat.school)
    return _place(participant_id, room.participants.get(participant_id), Role.CLASSROOM, names)


def _place(
    participant_id: ParticipantId, held: Participant | None, role: Role, names: Person
) -> WallPlace:
    return WallPlace(
        participant_id=participant_id,
        role=role,
        name=names.name,
        office=names.office,
        presence=held.presence if held else Presence.ABSENT,
        since_ms=held.since_ms if held else None,
        quality=held.quality if held and held.presence is Presence.PRESENT else None,
        is_on_stage=held is not None and held.place is StagePlace.ON,
        help_since_ms=held.help_since_ms if held else None,
    )
