"""The lessons of courses as rows: read for `reconcile`, and made what it says."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Classroom, Course, CourseClassroom, Holiday, Lesson, Seat, User
from app.http import to_ms
from app.ids import ClassroomId, LessonId, SchoolId, new_id
from app.lessons.repository import MINUTE_MS, NO_ENGINE
from app.lessons.terms.schedule import (
    DaysOff,
    PlannedCourse,
    Reconciliation,
    StandingLesson,
    WantedLesson,
)


@dataclass(frozen=True, slots=True)
class CourseRow:
    row: Course
    planned: PlannedCourse


async def read_days_off(session: AsyncSession, term_id: str) -> DaysOff:
    rows = await session.execute(
        select(Holiday.school_id, Holiday.day).where(Holiday.term_id == term_id)
    )
    by_school: dict[SchoolId | None, set[date]] = {}
    for school_id, day in rows:
        key = None if school_id is None else SchoolId(school_id)
        by_school.setdefault(key, set()).add(date.fromisoformat(day))
    return DaysOff(by_school)


async def read_courses_of(
    session: AsyncSession, term_id: str, school_id: str | None
) -> list[CourseRow]:
    """The courses that go on. `school_id`: those that it takes part in, or one of its teachers leads."""
    query = (
        select(Course, User.school_id)
        .join(User, User.user_id == Course.lead_user_id)
        .where(Course.term_id == term_id, Course.ended_at_ms.is_(None))
    )
    if school_id is not None:
        seated = (
            select(CourseClassroom.course_id)
            .join(Classroom, Classroom.classroom_id == CourseClassroom.classroom_id)
            .where(CourseClassroom.course_id == Course.course_id, Classroom.school_id == school_id)
        )
        query = query.where(or_(User.school_id == school_id, seated.exists()))
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
            PlannedCourse(course.rule, _school(lead_school), school_of.get(course.course_id, {})),
        )
        for course, lead_school in found
    ]


def _school(school_id: str | None) -> SchoolId | None:
    return None if school_id is None else SchoolId(school_id)


async def read_standing(
    session: AsyncSession, course_ids: Sequence[str], days: Collection[date], zone: tzinfo
) -> dict[str, list[StandingLesson]]:
    """The lessons of these courses that are on these days, or were to be by their rule."""
    spans = list(_spans(days, zone))
    on_a_day = or_(
        *(and_(column >= begins, column < ends)
          for begins, ends in spans
          for column in (Lesson.starts_at_ms, Lesson.occurs_at_ms))
    )  # fmt: skip
    found = (
        await session.execute(
            select(Lesson, User.school_id)
            .join(User, User.user_id == Lesson.lead_user_id)
            .where(Lesson.course_id.in_(course_ids), on_a_day)
        )
    ).all()
    seats = await session.execute(
        select(Seat.lesson_id, Seat.classroom_id)
        .where(Seat.lesson_id.in_([lesson.lesson_id for lesson, _ in found]))
        .order_by(Seat.lesson_id, Seat.position)
    )
    rooms: dict[str, list[ClassroomId]] = {}
    for lesson_id, classroom_id in seats:
        rooms.setdefault(lesson_id, []).append(ClassroomId(classroom_id))
    standing: dict[str, list[StandingLesson]] = {}
    for lesson, lead_school in found:
        assert lesson.course_id is not None
        assert lesson.occurs_at_ms is not None
        standing.setdefault(lesson.course_id, []).append(
            StandingLesson(
                LessonId(lesson.lesson_id),
                lesson.occurs_at_ms,
                lesson.starts_at_ms,
                _school(lead_school),
                tuple(rooms.get(lesson.lesson_id, ())),
                lesson.state != "waiting" or lesson.cancelled_reason not in (None, "holiday"),
                lesson.cancelled_reason == "holiday",
            )
        )
    return standing


def _spans(days: Collection[date], zone: tzinfo) -> Iterator[tuple[int, int]]:
    for day in sorted(days):
        begins = datetime.combine(day, time.min, zone)
        ends = datetime.combine(day + timedelta(days=1), time.min, zone)
        yield to_ms(begins), to_ms(ends)


async def apply(
    session: AsyncSession, course: Course, change: Reconciliation, county_id: str, now_ms: int
) -> list[LessonId]:
    """Make the rows so. Returns the lessons that now want time of people: the new, restored and reseated ones."""
    added = [_lesson(course, one, county_id, now_ms) for one in change.added]
    session.add_all(added)
    await session.flush()
    for lesson, wanted in zip(added, change.added, strict=True):
        session.add_all(_seats(lesson.lesson_id, wanted.classrooms))
    await _set_cancelled(session, change.cancelled, now_ms)
    await _set_cancelled(session, change.restored, None)
    for lesson_id, classrooms in change.reseated.items():
        await _reseat(session, lesson_id, classrooms)
    await session.flush()
    new_ids = [LessonId(lesson.lesson_id) for lesson in added]
    return [*new_ids, *dict.fromkeys((*change.restored, *change.reseated))]


def _lesson(course: Course, wanted: WantedLesson, county_id: str, now_ms: int) -> Lesson:
    return Lesson(
        lesson_id=new_id("les"),
        county_id=county_id,
        title=course.title,
        subject=course.subject,
        starts_at_ms=wanted.occurs_at_ms,
        ends_at_ms=wanted.occurs_at_ms + course.duration_min * MINUTE_MS,
        lead_user_id=course.lead_user_id,
        created_by=course.created_by,
        created_at_ms=now_ms,
        is_recorded=course.is_recorded,
        engine_index=NO_ENGINE,
        course_id=course.course_id,
        occurs_at_ms=wanted.occurs_at_ms,
    )


def _seats(lesson_id: str, classrooms: Sequence[ClassroomId]) -> list[Seat]:
    return [
        Seat(seat_id=new_id("sea"), lesson_id=lesson_id, classroom_id=one, position=position)
        for position, one in enumerate(classrooms)
    ]


async def _set_cancelled(
    session: AsyncSession, lesson_ids: Collection[LessonId], at_ms: int | None
) -> None:
    await session.execute(
        update(Lesson)
        .where(Lesson.lesson_id.in_(lesson_ids))
        .values(cancelled_at_ms=at_ms, cancelled_reason=None if at_ms is None else "holiday")
    )


async def _reseat(
    session: AsyncSession, lesson_id: LessonId, classrooms: Sequence[ClassroomId]
) -> None:
    """A classroom that stays keeps its seat."""
    kept = {
        seat.classroom_id: seat
        for seat in await session.scalars(select(Seat).where(Seat.lesson_id == lesson_id))
    }
    gone = [seat.seat_id for room, seat in kept.items() if room not in classrooms]
    await session.execute(delete(Seat).where(Seat.seat_id.in_(gone)))
    for fresh in _seats(lesson_id, classrooms):
        if fresh.classroom_id in kept:
            kept[fresh.classroom_id].position = fresh.position
        else:
            session.add(fresh)
