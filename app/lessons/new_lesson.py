"""A lesson is planned: who and what may be named for it, and its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.caller import PLANNERS
from app.db.audit import note_change
from app.db.models import Classroom, Lesson, RoleGrant, School, Seat, User
from app.db.scope import people_within
from app.errors import InvalidInput
from app.ids import SEAT, ClassroomId, LessonId, UserId, new_id
from app.lessons.staff import NewStaff, add_staff
from app.scope import Scope

MAX_SEATS = 8
NO_ENGINE = -1
"""A lesson gets its engine when its room opens: the one with the least to do then."""


class ClassroomUnknown(InvalidInput):
    code = "classroom_unknown"


class TooManyClassrooms(InvalidInput):
    code = "too_many_classrooms"


class LeadUnknown(InvalidInput):
    code = "lead_unknown"


@dataclass(frozen=True, slots=True)
class NewLesson:
    county_id: str
    title: str
    subject: str
    starts_at_ms: int
    ends_at_ms: int
    lead_user_id: UserId
    created_by: UserId
    classroom_ids: Sequence[ClassroomId]
    is_recorded: bool = False
    is_demo: bool = False
    is_rehearsal: bool = False
    staff: Sequence[NewStaff] = ()


async def create_lesson(
    session: AsyncSession, new: NewLesson, now_ms: int, leads: Scope | None = None
) -> LessonId:
    """Write a lesson and its seats, in the order of `classroom_ids`.

    `leads`: of an admin, whose teachers may be named for it; who plans it may always.
    ClassroomUnknown, TooManyClassrooms, LeadUnknown, HelperUnknown, TooManyHelpers.
    """
    classroom_ids = list(dict.fromkeys(new.classroom_ids))
    if not 1 <= len(classroom_ids) <= MAX_SEATS:
        raise TooManyClassrooms(f"a lesson has 1 to {MAX_SEATS} classrooms")
    await _check_classrooms(session, new, classroom_ids)
    await check_lead(session, new.lead_user_id, new.created_by, leads or Scope(new.county_id))
    lesson_id = LessonId(new_id("les"))
    session.add(
        Lesson(
            lesson_id=lesson_id,
            county_id=new.county_id,
            title=new.title,
            subject=new.subject,
            starts_at_ms=new.starts_at_ms,
            ends_at_ms=new.ends_at_ms,
            lead_user_id=new.lead_user_id,
            created_by=new.created_by,
            created_at_ms=now_ms,
            is_recorded=new.is_recorded,
            is_demo=new.is_demo,
            is_rehearsal=new.is_rehearsal,
            engine_index=NO_ENGINE,
        )
    )
    await session.flush()
    session.add_all(
        Seat(
            seat_id=new_id(SEAT),
            lesson_id=lesson_id,
            classroom_id=classroom_id,
            position=position,
        )
        for position, classroom_id in enumerate(classroom_ids)
    )
    await add_staff(session, lesson_id, new.county_id, new.staff)
    if leads is not None:
        lead = await session.get_one(User, new.lead_user_id)
        await note_change(
            session,
            new.county_id,
            new.created_by,
            "lesson.planned",
            lesson_id,
            {},
            now_ms,
            school_id=lead.school_id,
        )
    return lesson_id


async def _check_classrooms(
    session: AsyncSession, new: NewLesson, classroom_ids: Sequence[str]
) -> None:
    known = select(Classroom.classroom_id).join(School, School.school_id == Classroom.school_id)
    known = known.where(
        Classroom.classroom_id.in_(classroom_ids), School.county_id == new.county_id
    )
    if not (new.is_demo or new.is_rehearsal):
        known = known.where(~Classroom.is_simulated)
    unknown = set(classroom_ids) - set(await session.scalars(known))
    if unknown:
        raise ClassroomUnknown(f"there is no classroom {', '.join(sorted(unknown))}")


async def check_lead(
    session: AsyncSession, lead_user_id: UserId, planned_by: UserId, leads: Scope
) -> None:
    """LeadUnknown unless this is a teacher within `leads`, or who plans it."""
    may_lead = or_(User.user_id == planned_by, people_within(leads))
    lead = await session.scalar(
        select(User.user_id)
        .join(RoleGrant, RoleGrant.user_id == User.user_id)
        .where(
            User.user_id == lead_user_id,
            User.county_id == leads.county_id,
            may_lead,
            User.is_active,
            RoleGrant.role.in_(PLANNERS),
        )
        .limit(1)
    )
    if lead is None:
        raise LeadUnknown("there is no such teacher in this county")
