"""What the ledger is added up by, and in which order they are listed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import (
    FromClause,
    SQLColumnExpression,
    Subquery,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.models import Classroom, Course, School, Term, User
from app.db.scope import schools_within
from app.scope import Scope

GroupedBy = Literal["classroom", "school", "teacher", "subject", "course", "term"]
LESSON_KEYS: Mapping[GroupedBy, str] = {
    "teacher": "lead_user_id",
    "subject": "subject",
    "course": "course_id",
    "term": "course_id",
}
"""The column of a lesson that says to which group it belongs."""
_NONE: SQLColumnExpression[str] = literal_column("''")


@dataclass(frozen=True, slots=True)
class Grouped:
    """Rows of `parts` with the names of what they are added up by."""

    rows: FromClause
    name: SQLColumnExpression[str]
    key: SQLColumnExpression[str]
    more: SQLColumnExpression[str] = _NONE
    """What else is shown."""

    @property
    def columns(self) -> Iterable[SQLColumnExpression[str]]:
        """To group by; a constant is none."""
        return dict.fromkeys(one for one in (self.name, self.key, self.more) if one is not _NONE)


def grouped(by: GroupedBy, rows: Subquery) -> Grouped:
    """Lessons outside of every course come together, without a name."""
    match by:
        case "classroom":
            named = rows.join(Classroom, Classroom.classroom_id == rows.c.classroom_id)
            named = named.join(School, School.school_id == Classroom.school_id)
            return Grouped(named, Classroom.name, Classroom.classroom_id, School.name)
        case "school":
            named = rows.join(School, School.school_id == rows.c.school_id)
            return Grouped(named, School.name, School.school_id)
        case "teacher":
            named = rows.join(User, User.user_id == rows.c.lead_user_id)
            return Grouped(named, User.name, User.user_id)
        case "subject":
            return Grouped(rows, rows.c.subject, rows.c.subject)
        case "course" | "term":
            named = rows.outerjoin(Course, Course.course_id == rows.c.course_id)
            if by == "course":
                return Grouped(named, _or_none(Course.title), _or_none(Course.course_id))
            named = named.outerjoin(Term, Term.term_id == Course.term_id)
            return Grouped(named, _or_none(Term.name), _or_none(Term.term_id))


def _or_none(text: InstrumentedAttribute[str]) -> SQLColumnExpression[str]:
    return func.coalesce(text, _NONE)


async def keys_in_order(
    session: AsyncSession,
    scope: Scope,
    by: Literal["classroom", "school"],
    after: tuple[str, str] | None,
    limit: int,
) -> Sequence[tuple[str, str]]:
    """Names and keys of the first `limit` classrooms or schools of a county after this name and key."""
    query = select(School.name, School.school_id)
    if by == "classroom":
        query = select(Classroom.name, Classroom.classroom_id).join(
            School, School.school_id == Classroom.school_id
        )
    name, key = query.selected_columns
    query = query.where(schools_within(scope)).order_by(name, key).limit(limit)
    if after is not None:
        query = query.where(tuple_(name, key) > tuple_(*after))
    return [(one, other) for one, other in await session.execute(query)]
