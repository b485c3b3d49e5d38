"""Classrooms with the names of their schools, a page at a time: what every list of classrooms begins with."""

from sqlalchemy import Select, select, tuple_

from app.db.models import Classroom, School
from app.db.scope import schools_within
from app.db.text import has_text
from app.scope import Scope

_ORDER = (Classroom.is_simulated, School.name, Classroom.classroom_id)


def listed_classrooms(
    scope: Scope, text: str, after: str | None, limit: int
) -> Select[Classroom, str]:
    """By school and classroom, simulated ones last. `text`: part of both names; `after`: the last one before."""
    classrooms = select(Classroom, School.name).join(
        School, School.school_id == Classroom.school_id
    )
    listed = classrooms.where(schools_within(scope)).order_by(*_ORDER).limit(limit)
    if text:
        listed = listed.where(has_text(School.name + " " + Classroom.name, text))
    if after is not None:
        reached = classrooms.with_only_columns(*_ORDER).where(Classroom.classroom_id == after)
        listed = listed.where(tuple_(*_ORDER) > reached.scalar_subquery())
    return listed
