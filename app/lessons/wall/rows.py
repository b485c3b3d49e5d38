"""The lessons of the wall as rows: those that run in a part of the county, or are about to, with the names in them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Classroom, County, Lesson, School, Seat, User
from app.db.scope import lessons_of, lessons_touching
from app.ids import ClassroomId, LessonId, SchoolId, SeatId, UserId
from app.scope import Scope

SHOWN_BEFORE_MS = 600_000
"""Classroom PCs come in this long before a lesson begins."""
LONGEST_MS = 12 * 3_600_000
"""No lesson that nobody opened is looked for further back."""
MAX_LESSONS = 2_000


@dataclass(frozen=True, slots=True)
class SeatRow:
    seat_id: SeatId
    classroom_id: ClassroomId
    classroom: str
    school_id: SchoolId
    school: str


@dataclass(frozen=True, slots=True)
class LessonRow:
    """Times: UTC milliseconds."""

    lesson_id: LessonId
    title: str
    subject: str
    starts_at_ms: int
    ends_at_ms: int
    state: str
    started_at_ms: int | None
    is_recorded: bool
    is_rehearsal: bool
    lead_user_id: UserId
    is_own: bool
    """The scope answers for it: its admins may come in and clear a call for help."""
    seats: tuple[SeatRow, ...]
    """In a lesson of others only the scope's own."""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    office: str
    """The school, or the county for its own people."""


async def running_lessons(
    session: AsyncSession, scope: Scope, open_ids: Collection[LessonId], now_ms: int
) -> list[LessonRow]:
    """In the order of their beginnings. `open_ids`: those whose rooms somebody opened, however early."""
    is_due = and_(
        Lesson.state == "waiting",
        Lesson.cancelled_at_ms.is_(None),
        ~Lesson.is_rehearsal,
        Lesson.starts_at_ms > now_ms - LONGEST_MS,
        Lesson.starts_at_ms <= now_ms + SHOWN_BEFORE_MS,
        Lesson.ends_at_ms > now_ms,
    )
    runs = or_(Lesson.state == "live", is_due, Lesson.lesson_id.in_(open_ids))
    rows = (
        await session.execute(
            select(Lesson, lessons_of(scope))
            .where(lessons_touching(scope), Lesson.state != "ended", runs)
            .order_by(Lesson.starts_at_ms, Lesson.lesson_id)
            .limit(MAX_LESSONS)
        )
    ).all()
    seats = await _seats(session, [lesson.lesson_id for lesson, _ in rows])
    return [
        LessonRow(
            lesson_id=LessonId(lesson.lesson_id),
            title=lesson.title,
            subject=lesson.subject,
            starts_at_ms=lesson.starts_at_ms,
            ends_at_ms=lesson.ends_at_ms,
            state=lesson.state,
            started_at_ms=lesson.started_at_ms,
            is_recorded=lesson.is_recorded,
            is_rehearsal=lesson.is_rehearsal,
            lead_user_id=UserId(lesson.lead_user_id),
            is_own=bool(is_own),
            seats=tuple(
                seat
                for seat in seats.get(lesson.lesson_id, ())
                if is_own or scope.holds(lesson.county_id, seat.school_id)
            ),
        )
        for lesson, is_own in rows
    ]


async def _seats(session: AsyncSession, lesson_ids: Collection[str]) -> Mapping[str, list[SeatRow]]:
    rows = await session.execute(
        select(
            Seat.lesson_id,
            Seat.seat_id,
            Classroom.classroom_id,
            Classroom.name,
            School.school_id,
            School.name,
        )
        .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
        .join(School, School.school_id == Classroom.school_id)
        .where(Seat.lesson_id.in_(lesson_ids))
        .order_by(Seat.lesson_id, Seat.position)
    )
    seats: dict[str, list[SeatRow]] = {}
    for lesson_id, seat_id, classroom_id, classroom, school_id, school in rows:
        seats.setdefault(lesson_id, []).append(
            SeatRow(
                SeatId(seat_id),
                ClassroomId(classroom_id),
                classroom,
                SchoolId(school_id),
                school,
            )
        )
    return seats


async def people(session: AsyncSession, user_ids: Collection[UserId]) -> Mapping[UserId, Person]:
    rows = await session.execute(
        select(User.user_id, User.name, School.name, County.name)
        .join(County, County.county_id == User.county_id)
        .outerjoin(School, School.school_id == User.school_id)
        .where(User.user_id.in_(user_ids))
    )
    return {
        UserId(user_id): Person(name, school or county) for user_id, name, school, county in rows
    }
