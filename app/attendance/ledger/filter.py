"""Which lessons of which classrooms a report is about, and the rows it is made from."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.attendance.ledger.causes import CAUSES, Cause
from app.db.models import Classroom, Course, LedgerEntry, Lesson, School, Seat, Summed, Term, User
from app.db.scope import schools_within
from app.errors import InvalidInput
from app.scope import Scope

MAX_RANGE_MS = 400 * 86_400_000
"""A school year and some weeks."""


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Lessons planned to begin from `from_ms` on and before `to_ms`; the rest narrows it down."""

    from_ms: int
    to_ms: int
    school_id: str | None = None
    classroom_id: str | None = None
    teacher_id: str | None = None
    subject: str | None = None

    def __post_init__(self) -> None:
        if not 0 < self.to_ms - self.from_ms <= MAX_RANGE_MS:
            raise InvalidInput("a report is about 1 to 400 days", code="range_invalid")


LESSON_S: ColumnElement[int] = cast(
    Lesson.ends_at_ms // 1000 - Lesson.starts_at_ms // 1000, Integer
)
PLANNED_S: ColumnElement[int] = func.coalesce(LedgerEntry.planned_s, LESSON_S)
DELIVERED_S: ColumnElement[int] = func.coalesce(LedgerEntry.delivered_s, 0)
EXTRA_S: ColumnElement[int] = func.coalesce(LedgerEntry.extra_s, 0)
IS_CANCELLED = Lesson.cancelled_at_ms.is_not(None)
WAS_CANCELLED = and_(
    Lesson.started_at_ms.is_(None),
    or_(IS_CANCELLED, func.coalesce(Lesson.end_reason == "cancelled", False)),
)


def cause_s(cause: Cause) -> ColumnElement[int]:
    """Seconds of this cause. A lesson that nobody opened has one for all of its time."""
    stored: InstrumentedAttribute[int] = getattr(LedgerEntry, f"{cause}_s")
    if cause not in ("cancelled", "not_held"):
        return func.coalesce(stored, 0)
    is_it = IS_CANCELLED if cause == "cancelled" else ~IS_CANCELLED
    return case((LedgerEntry.seat_id.is_not(None), stored), (is_it, PLANNED_S), else_=0)


AMOUNTS: tuple[ColumnElement[int], ...] = (
    PLANNED_S,
    DELIVERED_S,
    EXTRA_S,
    *(cause_s(cause) for cause in CAUSES),
)


def over_within(
    columns: tuple[Any, ...], scope: Scope, wanted: LedgerFilter, now_ms: int
) -> Select[Any]:
    """These columns of every seat whose lesson is over, in the scope's classrooms. Rehearsals are no lessons."""
    return (
        select(*columns)
        .select_from(Lesson)
        .join(Seat, Seat.lesson_id == Lesson.lesson_id)
        .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
        .join(School, School.school_id == Classroom.school_id)
        .join(User, User.user_id == Lesson.lead_user_id)
        .outerjoin(Course, Course.course_id == Lesson.course_id)
        .outerjoin(Term, Term.term_id == Course.term_id)
        .outerjoin(LedgerEntry, LedgerEntry.seat_id == Seat.seat_id)
        .where(*lessons_within(scope, wanted), _is_over(now_ms), *_classrooms(scope, wanted))
    )


def seats_over(
    columns: tuple[Any, ...], scope: Scope, wanted: LedgerFilter, now_ms: int
) -> Select[Any]:
    """The same seats without the names around them, which costs a fraction: for sums over a county's term."""
    query = (
        select(*columns)
        .select_from(Lesson)
        .join(Seat, Seat.lesson_id == Lesson.lesson_id)
        .outerjoin(LedgerEntry, LedgerEntry.seat_id == Seat.seat_id)
        .where(*lessons_within(scope, wanted), _is_over(now_ms))
    )
    return query.where(_narrowed(scope, wanted)) if is_narrow(scope, wanted) else query


def nobody_came(now_ms: int) -> ColumnElement[bool]:
    return and_(Lesson.state == "waiting", Lesson.ends_at_ms < now_ms)


def _is_over(now_ms: int) -> ColumnElement[bool]:
    return or_(LedgerEntry.seat_id.is_not(None), nobody_came(now_ms))


def lessons_within(scope: Scope, wanted: LedgerFilter) -> list[ColumnElement[bool]]:
    """On `Lesson`, but for the classrooms."""
    return [~Lesson.is_rehearsal, *about(Lesson, scope, wanted)]


def about(
    table: type[Lesson] | type[Summed], scope: Scope, wanted: LedgerFilter
) -> list[ColumnElement[bool]]:
    """When, by whom and in what, on the lessons themselves or on their sums."""
    conditions = [
        table.county_id == scope.county_id,
        table.starts_at_ms >= wanted.from_ms,
        table.starts_at_ms < wanted.to_ms,
    ]
    if wanted.teacher_id is not None:
        conditions.append(table.lead_user_id == wanted.teacher_id)
    if wanted.subject is not None:
        conditions.append(table.subject == wanted.subject)
    return conditions


def _classrooms(scope: Scope, wanted: LedgerFilter) -> list[ColumnElement[bool]]:
    """On `School` and `Classroom`."""
    conditions = [schools_within(scope)]
    if wanted.school_id is not None:
        conditions.append(School.school_id == wanted.school_id)
    if wanted.classroom_id is not None:
        conditions.append(Classroom.classroom_id == wanted.classroom_id)
    return conditions


def is_narrow(scope: Scope, wanted: LedgerFilter) -> bool:
    """Not every classroom of the lessons' county counts."""
    return not (scope.is_county and wanted.school_id is None and wanted.classroom_id is None)


def _narrowed(scope: Scope, wanted: LedgerFilter) -> ColumnElement[bool]:
    """On `Seat`."""
    classrooms = (
        select(Classroom.classroom_id)
        .join(School, School.school_id == Classroom.school_id)
        .where(*_classrooms(scope, wanted))
    )
    return Seat.classroom_id.in_(classrooms)
