"""The lessons of courses as rows: read for `reconcile`, and made what it says."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Course, Lesson, Seat, User
from app.ids import SEAT, ClassroomId, LessonId, new_id
from app.lessons.lesson import MINUTE_MS, CancelledReason
from app.lessons.new_lesson import NO_ENGINE
from app.lessons.terms.course_rows import school_or_none
from app.lessons.terms.schedule import Reconciliation, StandingLesson, WantedLesson
from app.moments import to_ms

_BY_THE_PLAN: tuple[CancelledReason, ...] = ("holiday", "course")
"""Why lessons are cancelled without anybody having decided it of them alone."""


async def read_standing(
    session: AsyncSession, course_ids: Sequence[str], days: Collection[date] | None, zone: tzinfo
) -> dict[str, list[StandingLesson]]:
    """The lessons of these courses that are on these days, or were to be by their rule. None: all of them."""
    query = (
        select(Lesson, User.school_id)
        .join(User, User.user_id == Lesson.lead_user_id)
        .where(Lesson.course_id.in_(course_ids))
    )
    if days is not None:
        query = query.where(
            or_(
                *(and_(column >= begins, column < ends)
                  for begins, ends in _spans(days, zone)
                  for column in (Lesson.starts_at_ms, Lesson.occurs_at_ms))
            )
        )  # fmt: skip
    found = (await session.execute(query)).all()
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
                school_or_none(lead_school),
                tuple(rooms.get(lesson.lesson_id, ())),
                lesson.state != "waiting" or lesson.cancelled_reason not in (None, *_BY_THE_PLAN),
                lesson.cancelled_reason in _BY_THE_PLAN,
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
    await _cancel(session, change.cancelled, "holiday", now_ms)
    await _cancel(session, change.dropped, "course", now_ms)
    await _restore(session, change.restored, now_ms)
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
        Seat(seat_id=new_id(SEAT), lesson_id=lesson_id, classroom_id=one, position=position)
        for position, one in enumerate(classrooms)
    ]


async def _cancel(
    session: AsyncSession, lesson_ids: Collection[LessonId], reason: CancelledReason, now_ms: int
) -> None:
    await session.execute(
        update(Lesson)
        .where(Lesson.lesson_id.in_(lesson_ids))
        .values(cancelled_at_ms=now_ms, cancelled_reason=reason, restored_at_ms=None)
    )


async def _restore(session: AsyncSession, lesson_ids: Collection[LessonId], now_ms: int) -> None:
    await session.execute(
        update(Lesson)
        .where(Lesson.lesson_id.in_(lesson_ids))
        .values(cancelled_at_ms=None, cancelled_reason=None, restored_at_ms=now_ms)
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


async def rewrite(
    session: AsyncSession,
    course: Course,
    lead_before: str,
    becomes: Mapping[LessonId, int],
    now_ms: int,
) -> list[LessonId]:
    """Lessons that are still to come go by what their course is now; returned are those that others are to be told of.

    What somebody did to one of them alone stands: another time, another teacher, a cancellation. `becomes`: of any of
    its lessons, which occurrence it is from now on.
    """
    told = []
    for lesson in await session.scalars(select(Lesson).where(Lesson.course_id == course.course_id)):
        was_at_ms = lesson.occurs_at_ms
        lesson.occurs_at_ms = becomes.get(LessonId(lesson.lesson_id), was_at_ms)
        is_by_hand = lesson.cancelled_reason not in (None, *_BY_THE_PLAN)
        if lesson.state != "waiting" or is_by_hand or lesson.starts_at_ms <= now_ms:
            continue
        before = (lesson.starts_at_ms, lesson.ends_at_ms, lesson.lead_user_id, lesson.title)
        if lesson.starts_at_ms == was_at_ms:
            _start(lesson, lesson.occurs_at_ms, now_ms)
        if lesson.lead_user_id == lead_before:
            _lead(lesson, course.lead_user_id)
        lesson.ends_at_ms = lesson.starts_at_ms + course.duration_min * MINUTE_MS
        lesson.title, lesson.subject = course.title, course.subject
        lesson.is_recorded = course.is_recorded
        if before != (lesson.starts_at_ms, lesson.ends_at_ms, lesson.lead_user_id, lesson.title):
            told.append(LessonId(lesson.lesson_id))
    await session.flush()
    return told


def _start(lesson: Lesson, starts_at_ms: int | None, now_ms: int) -> None:
    # A lesson of this week whose new day is over already keeps its time.
    if starts_at_ms is None or starts_at_ms <= now_ms:
        return
    first_ms = lesson.first_starts_at_ms or lesson.starts_at_ms
    lesson.first_starts_at_ms = None if starts_at_ms == first_ms else first_ms
    lesson.starts_at_ms = starts_at_ms


def _lead(lesson: Lesson, lead: str) -> None:
    first = lesson.first_lead_user_id or lesson.lead_user_id
    lesson.first_lead_user_id = None if lead == first else first
    lesson.lead_user_id = lead
