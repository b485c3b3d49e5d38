"""The demo's own lessons: one that is always open behind the doors, and one to watch again."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select

from app.db.engine import Database
from app.db.models import AttendanceSpan, Classroom, Lesson, Login, School, Seat, User
from app.errors import Unavailable
from app.ids import ClassroomId, LessonId, ParticipantId, SeatId, UserId
from app.lessons.control import LessonControl
from app.lessons.lesson import LessonDetail
from app.lessons.new_lesson import NewLesson
from app.lessons.repository import LessonStore

LENGTH_MS = 45 * 60_000
TIME_LEFT_MS = 30 * 60_000
"""A waiting demo lesson with less than this left is replaced by a fresh one."""
TITLE = "茉莉花 · Jasmine Flower"
SUBJECT = "音乐"
SAMPLE_TITLE = "水的三种样子 · Three states of water"
SAMPLE_SUBJECT = "科学"
LEAD_LOGIN = "teacher1@example.org"
ADMIN_LOGIN = "admin@example.org"
ONSITE_LOGIN = "onsite1@example.org"


@dataclass(frozen=True, slots=True)
class OpenDemoLesson:
    lesson_id: LessonId
    free_seat_id: SeatId


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who plays in the demo."""

    county_id: str
    lead: UserId
    admin: UserId
    simulated: tuple[ClassroomId, ...]
    real: tuple[ClassroomId, ...]
    """Of the school whose on-site teacher stands behind the door."""


class DemoLessons:
    """Only for a database that is marked demo."""

    def __init__(
        self,
        database: Database,
        store: LessonStore,
        control: LessonControl,
        now_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._store = store
        self._control = control
        self._now_ms = now_ms

    async def ensure(self) -> LessonDetail:
        """The open demo lesson: the running one, or a waiting one with time left, else a fresh one.

        Waiting ones that are nearly used up are cancelled. Call it at every start.
        """
        now_ms = self._now_ms()
        kept: LessonDetail | None = None
        for lesson in await self._open_lessons():
            needs_ms = TIME_LEFT_MS if lesson.state == "waiting" else 0
            if kept is None and lesson.ends_at_ms > now_ms + needs_ms:
                kept = lesson
            elif lesson.state == "waiting":
                cast = await self._cast()
                await self._control.end(lesson.lesson_id, ParticipantId(f"admin_{cast.admin}"))
        if kept is not None:
            return kept
        cast = await self._cast()
        classroom_ids = (*cast.simulated[:2], *cast.real[:2])
        return await self._create(cast, TITLE, SUBJECT, classroom_ids, LENGTH_MS)

    async def open(self) -> OpenDemoLesson:
        """What the doors lead to: the open lesson and a real seat that nobody holds (else the first)."""
        lesson = await self.ensure()
        real = [seat.seat_id for seat in lesson.seats if not seat.is_simulated]
        async with self._database.reading() as session:
            held = set(
                await session.scalars(
                    select(AttendanceSpan.participant_id).where(
                        AttendanceSpan.lesson_id == lesson.lesson_id, AttendanceSpan.to_ms.is_(None)
                    )
                )
            )
        free = [seat_id for seat_id in real if seat_id not in held]
        return OpenDemoLesson(lesson.lesson_id, (free or real)[0])

    async def create_sample(self, length_ms: int) -> LessonDetail:
        """A recorded lesson with the simulated classrooms only, to be started and ended by the caller."""
        cast = await self._cast()
        return await self._create(cast, SAMPLE_TITLE, SAMPLE_SUBJECT, cast.simulated[:2], length_ms)

    async def has_finished_lesson(self) -> bool:
        """Whether a demo lesson was held to its end: then replay and attendance are not empty."""
        async with self._database.reading() as session:
            found = await session.scalar(
                select(Lesson.lesson_id)
                .where(
                    Lesson.is_demo,
                    Lesson.state == "ended",
                    Lesson.started_at_ms.is_not(None),
                    # Others were broken off.
                    Lesson.end_reason == "ended_by_lead",
                )
                .limit(1)
            )
        return found is not None

    async def open_samples(self) -> list[LessonId]:
        """Sample lessons that are not over, newest first."""
        async with self._database.reading() as session:
            ids = await session.scalars(
                select(Lesson.lesson_id)
                .where(Lesson.is_demo, Lesson.state != "ended", ~_has_real_seat())
                .order_by(Lesson.created_at_ms.desc())
            )
            return [LessonId(one) for one in ids]

    async def _open_lessons(self) -> list[LessonDetail]:
        """Demo lessons with real seats that have not ended, live first, newest first."""
        async with self._database.reading() as session:
            ids = await session.scalars(
                select(Lesson.lesson_id)
                .where(and_(Lesson.is_demo, Lesson.state != "ended", _has_real_seat()))
                .order_by(Lesson.state, Lesson.created_at_ms.desc())
            )
            found = [LessonId(one) for one in ids]
        lessons = [await self._store.get(lesson_id) for lesson_id in found]
        return [lesson for lesson in lessons if lesson.state != "ended"]

    async def _create(
        self,
        cast: _Cast,
        title: str,
        subject: str,
        classroom_ids: tuple[ClassroomId, ...],
        length_ms: int,
    ) -> LessonDetail:
        now_ms = self._now_ms()
        lesson_id = await self._store.create(
            NewLesson(
                county_id=cast.county_id,
                title=title,
                subject=subject,
                starts_at_ms=now_ms,
                ends_at_ms=now_ms + length_ms,
                lead_user_id=cast.lead,
                created_by=cast.admin,
                classroom_ids=classroom_ids,
                is_recorded=True,
                is_demo=True,
            )
        )
        return await self._store.get(lesson_id)

    async def _cast(self) -> _Cast:
        async with self._database.reading() as session:
            rows = await session.execute(
                select(Login.login, User)
                .join(User, User.user_id == Login.user_id)
                .where(Login.login.in_((LEAD_LOGIN, ADMIN_LOGIN, ONSITE_LOGIN)))
            )
            users = dict(rows.all())
            if len(users) < 3:
                raise Unavailable("the demo's accounts are gone")
            lead = users[LEAD_LOGIN]
            real = await session.scalars(
                select(Classroom.classroom_id)
                .where(Classroom.school_id == users[ONSITE_LOGIN].school_id)
                .order_by(Classroom.classroom_id)
            )
            simulated = await session.scalars(
                select(Classroom.classroom_id)
                .join(School, School.school_id == Classroom.school_id)
                .where(School.county_id == lead.county_id, Classroom.is_simulated)
                .order_by(Classroom.classroom_id)
            )
            return _Cast(
                county_id=lead.county_id,
                lead=UserId(lead.user_id),
                admin=UserId(users[ADMIN_LOGIN].user_id),
                simulated=tuple(ClassroomId(one) for one in simulated),
                real=tuple(ClassroomId(one) for one in real),
            )


def _has_real_seat() -> ColumnElement[bool]:
    return (
        select(Seat.seat_id)
        .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
        .where(Seat.lesson_id == Lesson.lesson_id, ~Classroom.is_simulated)
        .exists()
    )
