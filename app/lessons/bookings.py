"""Whose time the timetable has given away already."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Classroom, County, Lesson, School, Seat, User
from app.ids import ClassroomId, LessonId, UserId
from app.lessons.clashes import Booking, Clash, find_clashes
from app.lessons.listing import effective_state


async def lock_timetable(session: AsyncSession, county_id: str) -> None:
    """Until the transaction ends nobody else books in this county: what was free stays free."""
    await session.execute(
        select(County.county_id).where(County.county_id == county_id).with_for_update()
    )


async def read_bookings(
    session: AsyncSession, wanted: Sequence[Booking], now_ms: int, leave_out: Collection[str] = ()
) -> list[Booking]:
    """The lessons that could be in the way of these: same teachers or classrooms, not over.

    `leave_out`: lessons that are about to change themselves.
    """
    if not wanted:
        return []
    teachers = {one.lead_user_id for one in wanted}
    classrooms = {room for one in wanted for room in one.classrooms}
    in_classroom = (
        select(Seat.seat_id)
        .where(Seat.lesson_id == Lesson.lesson_id, Seat.classroom_id.in_(classrooms))
        .exists()
    )
    found = await bookings_where(
        session,
        Lesson.starts_at_ms < max(one.ends_at_ms for one in wanted),
        Lesson.ends_at_ms > min(one.starts_at_ms for one in wanted),
        or_(Lesson.lead_user_id.in_(teachers), in_classroom),
        effective_state(now_ms) != "ended",
        ~Lesson.is_demo,
        ~Lesson.is_rehearsal,
    )
    return [one for one in found if one.key not in leave_out]


async def bookings_where(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[Booking]:
    """Lessons as what they take of people's time."""
    lessons = (
        await session.execute(
            select(Lesson, User.name)
            .join(User, User.user_id == Lesson.lead_user_id)
            .where(*conditions)
        )
    ).all()
    seats = await session.execute(
        select(Seat.lesson_id, Classroom.classroom_id, School.name, Classroom.name)
        .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
        .join(School, School.school_id == Classroom.school_id)
        .where(Seat.lesson_id.in_([lesson.lesson_id for lesson, _ in lessons]))
    )
    rooms: dict[str, dict[ClassroomId, str]] = {}
    for lesson_id, classroom_id, school, classroom in seats:
        rooms.setdefault(lesson_id, {})[ClassroomId(classroom_id)] = f"{school} {classroom}"
    return [
        Booking(
            lesson.lesson_id,
            lesson.title,
            lesson.starts_at_ms,
            lesson.ends_at_ms,
            UserId(lesson.lead_user_id),
            lead_name,
            rooms.get(lesson.lesson_id, {}),
        )
        for lesson, lead_name in lessons
    ]


async def clashes_of(
    session: AsyncSession, lesson_ids: Collection[LessonId], now_ms: int
) -> list[Clash]:
    """What is in the way of lessons that were just written."""
    wanted = await bookings_where(session, Lesson.lesson_id.in_(list(lesson_ids)))
    return find_clashes(wanted, await read_bookings(session, wanted, now_ms, lesson_ids))


async def refuse_clash(
    session: AsyncSession, lesson_ids: Collection[LessonId], now_ms: int
) -> None:
    """Conflict `teacher_busy` or `classroom_busy` with the first of them."""
    for clash in (await clashes_of(session, lesson_ids, now_ms))[:1]:
        raise clash.refusal()
