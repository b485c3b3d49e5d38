"""Assistants and observers of a lesson: people of the county whom its lead or an admin invited."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.caller import PLANNERS
from app.db.models import County, LessonStaff, RoleGrant, School, User
from app.errors import InvalidInput, NotFound
from app.ids import LessonId, UserId
from app.rooms.presence import MAX_STAFF
from app.rooms.state import Role

MAX_INVITED = MAX_STAFF - 1
"""As many as find a place in the room beside the lead."""


class HelperUnknown(InvalidInput):
    code = "helper_unknown"


class TooManyHelpers(InvalidInput):
    code = "too_many_helpers"


@dataclass(frozen=True, slots=True)
class NewStaff:
    """`role` is assistant or observer; who is invited twice has the later one."""

    user_id: UserId
    role: Role


@dataclass(frozen=True, slots=True)
class StaffDetail:
    user_id: UserId
    role: Role
    name: str
    school_name: str
    """The office that screens show beside the name: the school, or the county for its own people."""


async def read_staff(
    session: AsyncSession, lesson_ids: Sequence[str]
) -> dict[str, list[StaffDetail]]:
    """Of each lesson, in the order of their names."""
    rows = await session.execute(
        select(LessonStaff, User.name, School.name, County.name)
        .join(User, User.user_id == LessonStaff.user_id)
        .join(County, County.county_id == User.county_id)
        .outerjoin(School, School.school_id == User.school_id)
        .where(LessonStaff.lesson_id.in_(lesson_ids))
        .order_by(User.name, User.user_id)
    )
    staff: dict[str, list[StaffDetail]] = {}
    for one, name, school, county in rows:
        detail = StaffDetail(UserId(one.user_id), Role(one.role), name, school or county)
        staff.setdefault(one.lesson_id, []).append(detail)
    return staff


async def remove_staff(session: AsyncSession, lesson_id: LessonId, user_id: UserId) -> Role:
    """As what they were invited. NotFound for somebody who is not on the staff."""
    role = await session.scalar(
        delete(LessonStaff)
        .where(LessonStaff.lesson_id == lesson_id, LessonStaff.user_id == user_id)
        .returning(LessonStaff.role)
    )
    if role is None:
        raise NotFound("this person does not help in this lesson")
    return Role(role)


async def add_staff(
    session: AsyncSession, lesson_id: LessonId, county_id: str, new_staff: Sequence[NewStaff]
) -> None:
    """Add to the staff of a lesson. HelperUnknown, TooManyHelpers."""
    wanted = {one.user_id: one.role for one in new_staff}
    known = await session.scalars(
        select(User.user_id)
        .join(RoleGrant, RoleGrant.user_id == User.user_id)
        .where(
            User.user_id.in_(wanted),
            User.county_id == county_id,
            User.is_active,
            RoleGrant.role.in_(PLANNERS),
        )
    )
    unknown = wanted.keys() - set(known)
    if unknown:
        raise HelperUnknown(f"there is no such person here: {', '.join(sorted(unknown))}")
    invited = await session.scalars(
        select(LessonStaff).where(LessonStaff.lesson_id == lesson_id).with_for_update()
    )
    rows = {row.user_id: row for row in invited}
    if len(rows.keys() | wanted) > MAX_INVITED:
        raise TooManyHelpers(f"a lesson has at most {MAX_INVITED} assistants and observers")
    for user_id, role in wanted.items():
        if user_id in rows:
            rows[user_id].role = role.value
        else:
            session.add(LessonStaff(lesson_id=lesson_id, user_id=user_id, role=role.value))
