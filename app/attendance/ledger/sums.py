"""Each lesson's entries and roll calls added up, by school too: a county's term is an eighth of the rows then."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Integer,
    Select,
    SQLColumnExpression,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.ledger.causes import CAUSES
from app.attendance.ledger.filter import DELIVERED_S, EXTRA_S, PLANNED_S, WAS_CANCELLED, cause_s
from app.db.models import Classroom, LedgerEntry, Lesson, LessonSum, RollCall, SchoolSum, Seat
from app.ids import LessonId

_NO_EXCUSE = ~LedgerEntry.is_excused
_GOT_NOTHING = DELIVERED_S + EXTRA_S == 0


def _one_if(condition: SQLColumnExpression[bool]) -> ColumnElement[int]:
    return func.coalesce(cast(condition, Integer), 0)


def _or_none(of_roll: SQLColumnExpression[int]) -> ColumnElement[int]:
    return func.coalesce(of_roll, 0)


OF_ROLLS = ("pupils_present", "pupils_absent", "pupils_excused")
"""Counted of seats without an entry too."""
SEAT_AMOUNTS: Mapping[str, ColumnElement[int]] = {
    "seats": literal(1, Integer, literal_execute=True),
    "planned_s": PLANNED_S,
    "delivered_s": DELIVERED_S,
    "extra_s": EXTRA_S,
    **{f"{cause}_s": cause_s(cause) for cause in CAUSES},
    "late": _one_if(and_(LedgerEntry.is_late, _NO_EXCUSE)),
    "left_early": _one_if(and_(LedgerEntry.left_early, _NO_EXCUSE)),
    "excused": _one_if(LedgerEntry.is_excused),
    "late_there": _one_if(and_(LedgerEntry.is_late, _NO_EXCUSE, ~_GOT_NOTHING)),
    "absent": _one_if(and_(_NO_EXCUSE, _GOT_NOTHING)),
    "pupils_present": _or_none(RollCall.heads),
    "pupils_absent": _or_none(RollCall.absent),
    "pupils_excused": _or_none(RollCall.excused),
}
"""What one seat adds to the columns of `Summed`: of `Lesson`, and of `LedgerEntry` and `RollCall` or their NULLs."""


def insert_sums(lesson_id: LessonId | None = None) -> tuple[Insert, Insert]:
    """Of one lesson, or of all: as many as have entries or roll calls. By lesson, and by lesson and school."""
    by_lesson, by_school = _sums(lesson_id), _sums(lesson_id)
    by_school = (
        by_school.join(Classroom, Classroom.classroom_id == Seat.classroom_id)
        .add_columns(Classroom.school_id)
        .group_by(Classroom.school_id)
    )
    return (
        insert(LessonSum).from_select(_NAMES, by_lesson),
        insert(SchoolSum).from_select([*_NAMES, "school_id"], by_school),
    )


_ABOUT = (
    Lesson.lesson_id,
    Lesson.county_id,
    Lesson.starts_at_ms,
    Lesson.started_at_ms,
    Lesson.subject,
    Lesson.lead_user_id,
    Lesson.course_id,
)
_NAMES = [*(column.key for column in _ABOUT), "has_ended", "was_cancelled", *SEAT_AMOUNTS]


def _sums(lesson_id: LessonId | None) -> Select[Any]:
    has_entry = LedgerEntry.seat_id.is_not(None)
    amounts = [
        amount if name in OF_ROLLS else case((has_entry, amount), else_=0)
        for name, amount in SEAT_AMOUNTS.items()
    ]
    query = (
        select(*_ABOUT, Lesson.state == "ended", WAS_CANCELLED, *map(func.sum, amounts))
        .join(Seat, Seat.lesson_id == Lesson.lesson_id)
        .outerjoin(LedgerEntry, LedgerEntry.seat_id == Seat.seat_id)
        .outerjoin(RollCall, RollCall.seat_id == Seat.seat_id)
        .where(~Lesson.is_rehearsal, or_(has_entry, RollCall.seat_id.is_not(None)))
        .group_by(Lesson.lesson_id)
    )
    return query if lesson_id is None else query.where(Lesson.lesson_id == lesson_id)


async def add_up(session: AsyncSession, lesson_id: LessonId) -> None:
    """In the transaction that changed an entry or a roll call. Who changes another one meanwhile waits for its end.

    Nothing while the lesson runs: nobody reads it then, and its end adds up what was ticked.
    """
    state = await session.scalar(
        select(Lesson.state).where(Lesson.lesson_id == lesson_id).with_for_update(key_share=True)
    )
    if state == "live":
        return
    for table in (LessonSum, SchoolSum):
        await session.execute(delete(table).where(table.lesson_id == lesson_id))
    for statement in insert_sums(lesson_id):
        await session.execute(statement)
