"""What the roll calls of a classroom say of each pupil over some time."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.ledger.filter import LedgerFilter
from app.attendance.roll_call.roll import MAX_PUPILS
from app.db.models import (
    Classroom,
    Lesson,
    Pupil,
    RollCall,
    RollCallMark,
    RosterEntry,
    School,
    Seat,
)
from app.db.scope import schools_within
from app.errors import NotFound
from app.scope import Scope


@dataclass(frozen=True, slots=True)
class PupilTotal:
    """In lessons. Erased: no number, no name."""

    pupil_id: str
    number: str | None
    name: str | None
    called: int
    """Lessons in which the pupil has a mark."""
    late: int
    left_early: int
    absent: int
    """Without leave."""
    excused: int


@dataclass(frozen=True, slots=True)
class ClassroomPupils:
    rolls: int
    """Lessons of the classroom whose roll was called."""
    pupils: tuple[PupilTotal, ...]


async def load_pupil_totals(
    session: AsyncSession, scope: Scope, classroom_id: str, wanted: LedgerFilter
) -> ClassroomPupils:
    """By number: whoever is on the roster, and whoever was marked. NotFound for a classroom outside of the scope."""
    is_within = await session.scalar(
        select(Classroom.classroom_id)
        .join(School, School.school_id == Classroom.school_id)
        .where(schools_within(scope), Classroom.classroom_id == classroom_id)
    )
    if is_within is None:
        raise NotFound("there is no such classroom")
    seats = (
        select(Seat.seat_id)
        .join(Lesson, Lesson.lesson_id == Seat.lesson_id)
        .where(
            Seat.classroom_id == classroom_id,
            ~Lesson.is_rehearsal,
            Lesson.starts_at_ms >= wanted.from_ms,
            Lesson.starts_at_ms < wanted.to_ms,
        )
    )
    for column, value in (
        (Lesson.lead_user_id, wanted.teacher_id),
        (Lesson.subject, wanted.subject),
    ):
        if value is not None:
            seats = seats.where(column == value)
    rolls = await session.scalar(select(func.count()).where(RollCall.seat_id.in_(seats)))
    marks: dict[str, Counter[str]] = {}
    for pupil_id, mark, count in await session.execute(
        select(RollCallMark.pupil_id, RollCallMark.mark, func.count())
        .where(RollCallMark.seat_id.in_(seats))
        .group_by(RollCallMark.pupil_id, RollCallMark.mark)
    ):
        marks.setdefault(pupil_id, Counter())[mark] = count
    on_roster = select(RosterEntry.pupil_id).where(RosterEntry.classroom_id == classroom_id)
    marked = select(RollCallMark.pupil_id).where(RollCallMark.seat_id.in_(seats))
    pupils = await session.scalars(
        select(Pupil)
        .where(Pupil.pupil_id.in_(on_roster.union(marked)))
        .order_by(Pupil.number.is_(None), Pupil.number, Pupil.pupil_id)
        # Pupils come and go within a year.
        .limit(3 * MAX_PUPILS)
    )
    none: Counter[str] = Counter()
    return ClassroomPupils(
        rolls or 0, tuple(_total(one, marks.get(one.pupil_id, none)) for one in pupils)
    )


def _total(pupil: Pupil, marks: Counter[str]) -> PupilTotal:
    both = marks["late_and_left_early"]
    return PupilTotal(
        pupil_id=pupil.pupil_id,
        number=pupil.number,
        name=pupil.name,
        called=marks.total(),
        late=marks["late"] + both,
        left_early=marks["left_early"] + both,
        absent=marks["absent"],
        excused=marks["excused"],
    )
