"""Who agreed to what. No answer means no; this is the only place that decides.

A place allows a purpose if every pupil who is, or was, in front of its camera does. Where no pupil was ever entered by
name the classroom's own record stands for all of them (docs/decisions).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.models import (
    Consent,
    Lesson,
    PastRosterEntry,
    PupilConsent,
    Recording,
    RollCallMark,
    RosterEntry,
    Seat,
)
from app.ids import ClassroomId, PupilId, SeatId, UserId, new_id

Purpose = Literal["recorded", "shared", "public"]
RECORDED: Purpose = "recorded"
"""Its picture and sound are kept, for those who took part."""
SHARED: Purpose = "shared"
"""The county's staff may see it in the library."""
PUBLIC: Purpose = "public"
"""Whoever has a share link may see it."""
PURPOSES: tuple[Purpose, ...] = (RECORDED, SHARED, PUBLIC)
"""From narrow to wide: a wider one counts only together with every narrower one."""
_NEVER_MS = 2**53
NOT_THERE = ("absent", "excused")
"""Marks of a roll call."""
_BITS: dict[Purpose, int] = {purpose: 1 << place for place, purpose in enumerate(PURPOSES)}
"""Their sum is all that somebody agreed to: pupils of whom it is the same are counted together."""

Allowance = tuple[SeatId, Purpose]
"""What was recorded at this seat may be used for this."""


@dataclass(frozen=True, slots=True)
class PupilAnswer:
    pupil_id: PupilId
    purpose: Purpose
    is_granted: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What the pupils of a classroom say now, counted."""

    pupils: int
    """On its roster."""
    agreed: Mapping[Purpose, int]
    """How many of them said yes."""
    record: frozenset[Purpose]
    """What the classroom itself says yes to, where no pupil was ever entered by name."""

    def allows(self, purpose: Purpose) -> bool:
        """The strictest of its pupils decides."""
        needed = covering(purpose)
        if self.pupils:
            return all(self.agreed.get(one, 0) == self.pupils for one in needed)
        return self.record.issuperset(needed)

    @property
    def allowed(self) -> frozenset[Purpose]:
        return frozenset(one for one in PURPOSES if self.allows(one))


def covering(purpose: Purpose) -> tuple[Purpose, ...]:
    """The answers that `purpose` needs: its own and every narrower one."""
    return PURPOSES[: PURPOSES.index(purpose) + 1]


def seat_allows(purpose: Purpose) -> ColumnElement[bool]:
    """Whether what the outer statement's `Seat` shows may be used for `purpose` now.

    In front of its camera is who was on the classroom's roster between the lesson's beginning and end, without those
    who were marked absent or on leave, and whoever was marked as there.
    """
    begins = _of_lesson(func.coalesce(Lesson.started_at_ms, Lesson.starts_at_ms))
    # A lesson that runs on past its planned end shows who comes then, too.
    planned = case(
        (Lesson.state == "live", literal(_NEVER_MS, Lesson.ends_at_ms.type)),
        else_=Lesson.ends_at_ms,
    )
    ends = _of_lesson(func.coalesce(Lesson.ended_at_ms, planned))
    marks = RollCallMark.seat_id == Seat.seat_id
    absent = select(RollCallMark.pupil_id).where(marks, RollCallMark.mark.in_(NOT_THERE))
    absent = absent.correlate(Seat)
    here = select(RosterEntry.pupil_id).where(
        RosterEntry.classroom_id == Seat.classroom_id, RosterEntry.joined_at_ms <= ends
    )
    past = select(PastRosterEntry.pupil_id).where(
        PastRosterEntry.classroom_id == Seat.classroom_id, PastRosterEntry.joined_at_ms <= ends
    )
    there = select(RollCallMark.pupil_id).where(marks, RollCallMark.mark.not_in(NOT_THERE))
    return _all_allow(
        purpose,
        present=[
            here.where(RosterEntry.pupil_id.not_in(absent)).correlate(Seat),
            past.where(
                PastRosterEntry.left_at_ms > begins, PastRosterEntry.pupil_id.not_in(absent)
            ).correlate(Seat),
            there.correlate(Seat),
        ],
        known=[here.correlate(Seat), past.correlate(Seat)],
        record=_record(purpose, Seat.classroom_id).correlate(Seat),
    )


def _of_lesson(moment: ColumnElement[int]) -> ScalarSelect[int]:
    return (
        select(moment).where(Lesson.lesson_id == Seat.lesson_id).correlate(Seat).scalar_subquery()
    )


def _all_allow(
    purpose: Purpose,
    present: Sequence[Select[str]],
    known: Sequence[Select[str]],
    record: Select[Any],
) -> ColumnElement[bool]:
    """The strictest of the pupils `present`; the classroom's `record` where none was ever `known`."""
    return and_(
        *(not_(pupils.where(_refuses(pupils, purpose)).exists()) for pupils in present),
        or_(
            *(pupils.exists() for pupils in present),
            and_(*(not_(pupils.exists()) for pupils in known), record.exists()),
        ),
    )


def _refuses(pupils: Select[str], purpose: Purpose) -> ColumnElement[bool]:
    """Whether a pupil of the statement lacks one of the answers that `purpose` needs."""
    pupil_id = pupils.selected_columns[0]
    needed = covering(purpose)
    agreed = (
        select(func.count())
        .select_from(PupilConsent)
        .where(
            PupilConsent.pupil_id == pupil_id,
            PupilConsent.purpose.in_(needed),
            PupilConsent.is_granted,
        )
        .correlate(pupil_id.table)
        .scalar_subquery()
    )
    return agreed < len(needed)


def _record(purpose: Purpose, classroom_id: InstrumentedAttribute[str]) -> Select[Any]:
    needed = covering(purpose)
    return (
        select(Consent.classroom_id)
        .where(
            Consent.classroom_id == classroom_id, Consent.purpose.in_(needed), Consent.is_granted
        )
        .group_by(Consent.classroom_id)
        .having(func.count() == len(needed))
    )


async def tallies(session: AsyncSession, classroom_ids: Collection[str]) -> dict[str, Tally]:
    """Of each of the classrooms."""
    pupils: Counter[str] = Counter()
    agreed: defaultdict[str, Counter[Purpose]] = defaultdict(Counter)
    records: defaultdict[str, set[Purpose]] = defaultdict(set)
    for classroom_id, said, count in await session.execute(_counted(classroom_ids)):
        purposes = [one for one, bit in _BITS.items() if said & bit]
        if count == 0:
            records[classroom_id].update(purposes)
        else:
            pupils[classroom_id] += count
            agreed[classroom_id].update(dict.fromkeys(purposes, count))
    return {
        one: Tally(pupils[one], dict(agreed[one]), frozenset(records[one])) for one in classroom_ids
    }


def _counted(classroom_ids: Collection[str]) -> CompoundSelect[Any]:
    """Classroom, what is agreed to in `_BITS`, by how many of its pupils; by 0: by its own record, where no pupil was
    ever entered by name.

    One statement, so that those who are counted are the same.
    """
    # One value for each pupil, and no join: for that PostgreSQL would read what the pupils of the whole county say.
    said = (
        select(func.coalesce(func.sum(case(_BITS, value=PupilConsent.purpose, else_=0)), 0))
        .where(PupilConsent.pupil_id == RosterEntry.pupil_id, PupilConsent.is_granted)
        .correlate(RosterEntry)
        .scalar_subquery()
    )
    here = (
        select(RosterEntry.classroom_id, said.label("said"))
        .where(RosterEntry.classroom_id.in_(classroom_ids))
        .subquery()
    )
    pupils = select(here.c.classroom_id, here.c.said, func.count()).group_by(
        here.c.classroom_id, here.c.said
    )
    known = [
        select(table.pupil_id).where(table.classroom_id == Consent.classroom_id).exists()
        for table in (RosterEntry, PastRosterEntry)
    ]
    record = select(
        Consent.classroom_id, case(_BITS, value=Consent.purpose, else_=0), literal(0)
    ).where(Consent.classroom_id.in_(classroom_ids), Consent.is_granted, not_(or_(*known)))
    return union_all(pupils, record)


async def allowed(
    session: AsyncSession, classroom_ids: Collection[str], purpose: Purpose
) -> set[ClassroomId]:
    """Those of the classrooms that allow `purpose` now."""
    counted = await tallies(session, classroom_ids)
    return {ClassroomId(one) for one, tally in counted.items() if tally.allows(purpose)}


async def allowed_seats(
    session: AsyncSession, seat_ids: Collection[str], purpose: Purpose
) -> set[SeatId]:
    """Those of the seats whose picture and sound may be used for `purpose` now."""
    found = await session.scalars(
        select(Seat.seat_id).where(Seat.seat_id.in_(seat_ids), seat_allows(purpose))
    )
    return {SeatId(seat_id) for seat_id in found}


async def seat_allowances(session: AsyncSession, seat_id: SeatId) -> set[Allowance]:
    """What the seat's picture and sound may be used for now; a change compares before and after."""
    return {
        (seat_id, purpose)
        for purpose in PURPOSES
        if await allowed_seats(session, [seat_id], purpose)
    }


async def recorded_allowances(
    session: AsyncSession, classroom_ids: Collection[str]
) -> set[Allowance]:
    """What recordings that show these classrooms may be used for now; a change compares before and after."""
    found: set[Allowance] = set()
    for purpose in PURPOSES:
        seats = await session.scalars(
            select(Seat.seat_id)
            .join(Recording, Recording.lesson_id == Seat.lesson_id)
            .where(Seat.classroom_id.in_(classroom_ids), seat_allows(purpose))
        )
        found |= {(SeatId(seat_id), purpose) for seat_id in seats}
    return found


async def classrooms_of(session: AsyncSession, pupil_ids: Collection[str]) -> set[ClassroomId]:
    """Where these pupils sit or sat."""
    sits = select(RosterEntry.classroom_id).where(RosterEntry.pupil_id.in_(pupil_ids))
    sat = select(PastRosterEntry.classroom_id).where(PastRosterEntry.pupil_id.in_(pupil_ids))
    marked = (
        select(Seat.classroom_id)
        .join(RollCallMark, RollCallMark.seat_id == Seat.seat_id)
        .where(RollCallMark.pupil_id.in_(pupil_ids))
    )
    return {ClassroomId(one) for one in await session.scalars(sits.union(sat, marked))}


async def has_roster(session: AsyncSession, classroom_id: ClassroomId) -> bool:
    """Whether pupils were ever entered by name, so that their answers count."""
    here = select(RosterEntry.pupil_id).where(RosterEntry.classroom_id == classroom_id)
    before = select(PastRosterEntry.pupil_id).where(PastRosterEntry.classroom_id == classroom_id)
    return bool(await session.scalar(select(or_(here.exists(), before.exists()))))


async def enter_pupil_answers(
    session: AsyncSession, answers: Iterable[PupilAnswer], entered_by: UserId, now_ms: int
) -> list[PupilAnswer]:
    """Write what differs from what stands; that is returned. A no is one to every wider purpose too."""
    wanted = {(one.pupil_id, one.purpose): one.is_granted for one in answers}
    found = await session.scalars(
        select(PupilConsent)
        .where(PupilConsent.pupil_id.in_({pupil_id for pupil_id, _ in wanted}))
        .with_for_update()
    )
    rows = {(row.pupil_id, row.purpose): row for row in found}
    # Else a later yes to the narrower one would bring back what was withdrawn with it.
    for (pupil_id, purpose), is_granted in list(wanted.items()):
        for wider in () if is_granted else PURPOSES[PURPOSES.index(purpose) + 1 :]:
            if (pupil_id, wider) in wanted or (pupil_id, wider) in rows:
                wanted[pupil_id, wider] = False
    changed: list[PupilAnswer] = []
    for (pupil_id, purpose), is_granted in wanted.items():
        row = rows.get((pupil_id, purpose))
        if row is not None and row.is_granted == is_granted:
            continue
        if row is None:
            row = PupilConsent(pupil_id=pupil_id, purpose=purpose)
            session.add(row)
        row.is_granted, row.entered_by, row.entered_at_ms = is_granted, entered_by, now_ms
        changed.append(PupilAnswer(pupil_id, purpose, is_granted))
    await session.flush()
    return changed


async def enter_classroom_answer(
    session: AsyncSession,
    classroom_id: ClassroomId,
    purpose: Purpose,
    is_granted: bool,
    entered_by: UserId,
    now_ms: int,
) -> None:
    """Write the record of a classroom without a roster, in place of the one before."""
    row = await session.scalar(
        select(Consent)
        .where(Consent.classroom_id == classroom_id, Consent.purpose == purpose)
        .with_for_update()
    )
    if row is None:
        row = Consent(consent_id=new_id("con"), classroom_id=classroom_id, purpose=purpose)
        session.add(row)
    row.is_granted, row.entered_by, row.entered_at_ms = is_granted, entered_by, now_ms
    await session.flush()
