"""The rows that totals and charts are added up from: a county's by lesson, a part of it by seat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)

from app.attendance.ledger.filter import (
    LESSON_S,
    WAS_CANCELLED,
    LedgerFilter,
    about,
    lessons_within,
    nobody_came,
    seats_over,
)
from app.attendance.ledger.sums import SEAT_AMOUNTS
from app.db.models import Classroom, Lesson, LessonSum, RollCall, SchoolSum, Seat, Summed
from app.scope import Scope

_ABOUT = ("lesson_id", "starts_at_ms", "started_at_ms", "subject", "lead_user_id", "course_id")
"""Columns of `Lesson` and of `Summed`."""
_WAS_CANCELLED = WAS_CANCELLED.label("was_cancelled")
_ONE = literal(1, Integer, literal_execute=True).label("lessons")
_AMOUNTS = (*SEAT_AMOUNTS, _ONE.name)


@dataclass(frozen=True, slots=True)
class Parts:
    """`rows` has the columns of `Summed`, so far as they say what a lesson was and what is added up."""

    rows: Subquery
    is_by_lesson: bool
    """A row is of whole lessons, and `lessons` says of how many; otherwise it is of a seat."""

    def total(self, name: str, condition: ColumnElement[bool] | None = None) -> ColumnElement[int]:
        """Of this column, over those rows of a group for which the condition holds."""
        amount: ColumnElement[int] = self.rows.c[name]
        if condition is not None:
            amount = case((condition, amount), else_=0)
        return cast(func.coalesce(func.sum(amount), 0), BigInteger)

    def lessons(self, condition: ColumnElement[bool] | None = None) -> ColumnElement[int]:
        """How many lessons of a group the condition holds for."""
        if self.is_by_lesson:
            return self.total("lessons", condition)
        lesson: ColumnElement[str] = self.rows.c.lesson_id
        if condition is not None:
            lesson = case((condition, lesson))
        return func.count(lesson.distinct())


def seat_parts(
    scope: Scope, wanted: LedgerFilter, now_ms: int, page: ColumnElement[bool] | None = None
) -> Parts:
    """One row for each seat whose lesson is over, with its classroom and school too. `page`: on `Lesson` and `Seat`."""
    amounts = [amount.label(name) for name, amount in SEAT_AMOUNTS.items()]
    keys = (_WAS_CANCELLED, Seat.classroom_id, Classroom.school_id)
    query = seats_over((*_columns(Lesson, _ABOUT), *keys, *amounts), scope, wanted, now_ms)
    query = query.join(Classroom, Classroom.classroom_id == Seat.classroom_id)
    query = query.outerjoin(RollCall, RollCall.seat_id == Seat.seat_id)
    return Parts((query if page is None else query.where(page)).subquery(), is_by_lesson=False)


def lesson_parts(scope: Scope, wanted: LedgerFilter, now_ms: int) -> tuple[Parts, Parts]:
    """Of the lessons that ended and of those that nobody opened: one row for each, where every classroom counts.

    Added up each by itself, as PostgreSQL has more than one process read the former.
    """
    ended = select(*_columns(LessonSum, (*_ABOUT, "was_cancelled", *SEAT_AMOUNTS)))
    ended = ended.where(LessonSum.has_ended, *about(LessonSum, scope, wanted))
    unopened = _unopened(LessonSum, scope, wanted, now_ms).outerjoin(
        LessonSum, and_(LessonSum.lesson_id == Lesson.lesson_id, ~LessonSum.has_ended)
    )
    seats = select(func.count()).where(Seat.lesson_id == Lesson.lesson_id).scalar_subquery()
    counted = _counted(ended, unopened.add_columns(seats.label("all_seats")), ())
    of_ended, of_unopened = (Parts(one.subquery(), is_by_lesson=True) for one in counted)
    return of_ended, of_unopened


def key_parts(scope: Scope, wanted: LedgerFilter, now_ms: int, key: str) -> Parts:
    """The rows of `lesson_parts` together, added up by this column."""
    added_up = []
    for lessons in lesson_parts(scope, wanted, now_ms):
        rows = lessons.rows.c
        totals = [func.sum(rows[name]).label(name) for name in _AMOUNTS]
        added_up.append(select(rows[key], *totals).group_by(rows[key]))
    return Parts(union_all(*added_up).subquery(), is_by_lesson=True)


def school_parts(
    scope: Scope, wanted: LedgerFilter, now_ms: int, school_ids: Sequence[str]
) -> Parts:
    """One row for each lesson that is over and each of these schools in it."""
    names = (*_ABOUT, "was_cancelled", "school_id", *SEAT_AMOUNTS)
    ended = select(*_columns(SchoolSum, names)).where(
        SchoolSum.has_ended, *about(SchoolSum, scope, wanted), SchoolSum.school_id.in_(school_ids)
    )
    of_school = and_(
        SchoolSum.lesson_id == Lesson.lesson_id, SchoolSum.school_id == Classroom.school_id
    )
    unopened = (
        _unopened(SchoolSum, scope, wanted, now_ms)
        .join(Seat, Seat.lesson_id == Lesson.lesson_id)
        .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
        .outerjoin(SchoolSum, of_school)
        .where(Classroom.school_id.in_(school_ids))
        .group_by(Lesson.lesson_id, Classroom.school_id, SchoolSum.lesson_id, SchoolSum.school_id)
        .add_columns(Classroom.school_id, func.count().label("all_seats"))
    )
    counted = _counted(ended, unopened, ("school_id",))
    return Parts(union_all(*counted).subquery(), is_by_lesson=True)


def _unopened(known: type[Summed], scope: Scope, wanted: LedgerFilter, now_ms: int) -> Select[Any]:
    """Lessons that nobody opened, with what is known of those of their seats that somebody corrected."""
    sums = [func.coalesce(getattr(known, name), 0).label(name) for name in SEAT_AMOUNTS]
    return select(*_columns(Lesson, _ABOUT), _WAS_CANCELLED, LESSON_S.label("each_s"), *sums).where(
        nobody_came(now_ms), *lessons_within(scope, wanted)
    )


def _counted(
    ended: Select[Any], unopened: Select[Any], keys: tuple[str, ...]
) -> tuple[Select[Any], Select[Any]]:
    """Both with the same columns. Of the seats of `unopened` that nobody corrected, all is missed."""
    # With OFFSET it is made once: PostgreSQL would count the seats anew for each column that is made of their number.
    lessons = unopened.offset(0).subquery("unopened")
    others = cast(lessons.c.all_seats, Integer) - lessons.c.seats
    missed_s = others * lessons.c.each_s
    more = {
        "seats": others,
        "planned_s": missed_s,
        "cancelled_s": case((lessons.c.was_cancelled, missed_s), else_=0),
        "not_held_s": case((lessons.c.was_cancelled, 0), else_=missed_s),
    }
    amounts = [
        (lessons.c[name] + more[name]).label(name) if name in more else lessons.c[name]
        for name in SEAT_AMOUNTS
    ]
    columns = [lessons.c[name] for name in (*_ABOUT, "was_cancelled", *keys)]
    return ended.add_columns(_ONE), select(*columns, *amounts, _ONE)


def _columns(table: type[Lesson] | type[Summed], names: Iterable[str]) -> list[ColumnElement[Any]]:
    return [getattr(table, name) for name in names]
