"""Courses as rows: written, and read for `reconcile`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Classroom, Course, CourseClassroom, Holiday, User
from app.errors import Conflict
from app.ids import ClassroomId, SchoolId, UserId, new_id
from app.lessons.terms.course import NewCourse
from app.lessons.terms.schedule import DaysOff, PlannedCourse

MAX_COURSES_OF_GROUP = 200
"""In one term, those that were given up among them."""
_COURSES = select(Course, User.school_id).join(User, User.user_id == Course.lead_user_id)


@dataclass(frozen=True, slots=True)
class CourseRow:
    row: Course
    planned: PlannedCourse


async def refuse_too_many(session: AsyncSession, term_id: str, group_id: str, more: int) -> None:
    """Conflict `too_many_courses`."""
    count = select(func.count()).select_from(Course)
    here = await session.scalar(count.where(Course.term_id == term_id, Course.group_id == group_id))
    if (here or 0) + more > MAX_COURSES_OF_GROUP:
        raise Conflict(
            f"a group has {MAX_COURSES_OF_GROUP} courses a term at most", code="too_many_courses"
        )


async def add_course(
    session: AsyncSession, term_id: str, group_id: str, new: NewCourse, by: UserId, now_ms: int
) -> Course:
    row = Course(
        course_id=new_id("crs"),
        term_id=term_id,
        group_id=group_id,
        created_by=by,
        created_at_ms=now_ms,
    )
    set_course(row, new)
    session.add(row)
    await session.flush()
    await seat_course(session, row.course_id, new.classroom_ids)
    return row


def set_course(row: Course, new: NewCourse) -> None:
    row.title, row.subject, row.lead_user_id = new.title, new.subject, new.lead_user_id
    row.rule, row.duration_min, row.is_recorded = new.rule, new.minutes, new.is_recorded


async def seat_course(
    session: AsyncSession, course_id: str, classrooms: Sequence[ClassroomId]
) -> None:
    """These classrooms, in this order, in place of those before."""
    await session.execute(delete(CourseClassroom).where(CourseClassroom.course_id == course_id))
    session.add_all(
        CourseClassroom(course_id=course_id, classroom_id=one, position=position)
        for position, one in enumerate(classrooms)
    )
    await session.flush()


async def read_days_off(session: AsyncSession, term_id: str) -> DaysOff:
    rows = await session.execute(
        select(Holiday.school_id, Holiday.day).where(Holiday.term_id == term_id)
    )
    by_school: dict[SchoolId | None, set[date]] = {}
    for school_id, day in rows:
        key = None if school_id is None else SchoolId(school_id)
        by_school.setdefault(key, set()).add(date.fromisoformat(day))
    return DaysOff(by_school)


async def read_course(session: AsyncSession, course: Course) -> PlannedCourse:
    (read,) = await _read_courses(session, _COURSES.where(Course.course_id == course.course_id))
    return read.planned


async def read_courses_of(
    session: AsyncSession, term_id: str, school_id: str | None
) -> list[CourseRow]:
    """The courses that go on. `school_id`: those that it takes part in, or one of its teachers leads."""
    query = _COURSES.where(Course.term_id == term_id, Course.ended_at_ms.is_(None))
    if school_id is not None:
        seated = (
            select(CourseClassroom.course_id)
            .join(Classroom, Classroom.classroom_id == CourseClassroom.classroom_id)
            .where(CourseClassroom.course_id == Course.course_id, Classroom.school_id == school_id)
        )
        query = query.where(or_(User.school_id == school_id, seated.exists()))
    return await _read_courses(session, query)


async def _read_courses(
    session: AsyncSession, query: Select[Course, str | None]
) -> list[CourseRow]:
    found = (await session.execute(query)).all()
    rooms = await session.execute(
        select(CourseClassroom.course_id, Classroom.classroom_id, Classroom.school_id)
        .join(Classroom, Classroom.classroom_id == CourseClassroom.classroom_id)
        .where(CourseClassroom.course_id.in_([course.course_id for course, _ in found]))
        .order_by(CourseClassroom.course_id, CourseClassroom.position)
    )
    school_of: dict[str, dict[ClassroomId, SchoolId]] = {}
    for course_id, classroom_id, school in rooms:
        school_of.setdefault(course_id, {})[ClassroomId(classroom_id)] = SchoolId(school)
    return [
        CourseRow(
            course,
            PlannedCourse(
                course.rule, school_or_none(lead_school), school_of.get(course.course_id, {})
            ),
        )
        for course, lead_school in found
    ]


def school_or_none(school_id: str | None) -> SchoolId | None:
    return None if school_id is None else SchoolId(school_id)
