"""What the ledger is added up by, and which of them a page is about, so that the others need not be added up for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal_column, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.attendance.ledger.filter import LedgerFilter, is_narrow, seats_over
from app.db.models import Classroom, Course, Lesson, School, Seat, Term, User
from app.scope import Scope

GroupedBy = Literal["classroom", "school", "teacher", "subject", "course", "term"]
_NONE: SQLColumnExpression[str] = literal_column("''")
GROUPS: Mapping[GroupedBy, tuple[SQLColumnExpression[str], ...]] = {
    # sorted by, known by, and what else is shown
    "classroom": (Classroom.name, Classroom.classroom_id, School.name),
    "school": (School.name, School.school_id),
    "teacher": (User.name, User.user_id),
    "subject": (Lesson.subject, Lesson.subject),
    # Lessons outside of every course come together, without a name.
    "course": (func.coalesce(Course.title, _NONE), func.coalesce(Course.course_id, _NONE)),
    "term": (func.coalesce(Term.name, _NONE), func.coalesce(Term.term_id, _NONE)),
}


@dataclass(frozen=True, slots=True)
class _Listed:
    """A county has many of them, far more than a page."""

    name: InstrumentedAttribute[str]
    key: InstrumentedAttribute[str]
    of_seat: SQLColumnExpression[Any]
    """The same key, on a seat or its lesson."""


_LISTED: Mapping[GroupedBy, _Listed] = {
    "classroom": _Listed(Classroom.name, Classroom.classroom_id, Seat.classroom_id),
    "teacher": _Listed(User.name, User.user_id, Lesson.lead_user_id),
    "course": _Listed(Course.title, Course.course_id, Lesson.course_id),
}


async def on_page(
    session: AsyncSession,
    scope: Scope,
    wanted: LedgerFilter,
    by: GroupedBy,
    now_ms: int,
    limit: int,
    after: tuple[str, str] | None,
) -> ColumnElement[bool] | None:
    """On `Lesson` and `Seat`: those of the first `limit` groups after this name and key. None: all count.

    That somebody has a row is found sooner than what the rows of everybody add up to. Schools, subjects and terms are
    so few that a page has all or most of them.
    """
    listed = _LISTED.get(by)
    if listed is None or is_narrow(scope, wanted) or wanted.teacher_id is not None:
        return None
    one = seats_over((Seat.seat_id,), scope, wanted, now_ms).where(listed.of_seat == listed.key)
    query = select(listed.key).where(one.exists()).order_by(listed.name, listed.key).limit(limit)
    if after is not None:
        query = query.where(tuple_(listed.name, listed.key) > tuple_(*after))
    keys = (await session.scalars(query)).all()
    is_listed = listed.of_seat.in_(keys)
    has_nameless = by == "course" and after is None
    return or_(is_listed, listed.of_seat.is_(None)) if has_nameless else is_listed
