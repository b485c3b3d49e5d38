"""Lessons in the database: found, listed for whom they concern, created; their staff, their engine."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, CompoundSelect, FromClause, and_, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.caller import Caller
from app.db.audit import AuditAction, note_change
from app.db.consent import RECORDED, allowed_seats
from app.db.engine import Database
from app.db.models import Classroom, Lesson, LessonStaff, School, Seat
from app.db.scope import ids_of_lessons_in_classrooms_of, ids_of_lessons_touching
from app.errors import NotFound
from app.ids import ClassroomId, LessonId, SeatId, UserId
from app.lessons.lesson import MINUTE_MS, LessonDetail
from app.lessons.listing import LessonState, Place, in_order, next_lesson_ids, parse_place
from app.lessons.new_lesson import NewLesson, create_lesson
from app.lessons.rows import read_lessons
from app.lessons.search import EVERYTHING, LessonSearch
from app.lessons.staff import NewStaff, add_staff, remove_staff


@dataclass(frozen=True, slots=True)
class Page:
    items: list[LessonDetail] = field(default_factory=list)
    next: str | None = None


class LessonStore:
    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._now_ms = now_ms

    async def get(self, lesson_id: LessonId) -> LessonDetail:
        """NotFound if there is none."""
        async with self._database.reading() as session:
            found = await read_lessons(session, self._now_ms(), Lesson.lesson_id == lesson_id, 1)
        if not found:
            raise NotFound("there is no such lesson")
        return found[0]

    async def recordable_seats(self, lesson: LessonDetail) -> set[SeatId]:
        """Those of its seats whose picture and sound may be recorded now."""
        async with self._database.reading() as session:
            return await allowed_seats(session, [seat.seat_id for seat in lesson.seats], RECORDED)

    async def create(self, new: NewLesson) -> LessonId:
        """As `create_lesson`, in a transaction of its own."""
        async with self._database.transaction() as session:
            return await create_lesson(session, new, self._now_ms())

    async def add_staff(self, lesson: LessonDetail, new: NewStaff, by: UserId) -> None:
        """Add an assistant or observer to a lesson. HelperUnknown, TooManyHelpers."""
        async with self._database.transaction() as session:
            await add_staff(session, lesson.lesson_id, lesson.county_id, [new])
            await self._note(session, lesson, by, "lesson.staff_added", new)

    async def remove_staff(self, lesson: LessonDetail, user_id: UserId, by: UserId) -> None:
        """Take an assistant or observer off a lesson. NotFound."""
        async with self._database.transaction() as session:
            role = await remove_staff(session, lesson.lesson_id, user_id)
            gone = NewStaff(user_id, role)
            await self._note(session, lesson, by, "lesson.staff_removed", gone)

    async def _note(
        self,
        session: AsyncSession,
        lesson: LessonDetail,
        by: UserId,
        action: AuditAction,
        whom: NewStaff,
    ) -> None:
        await note_change(
            session,
            lesson.county_id,
            by,
            action,
            lesson.lesson_id,
            {"user_id": whom.user_id, "role": whom.role.value},
            self._now_ms(),
            school_id=lesson.lead_school_id,
        )

    async def list_for(
        self,
        caller: Caller,
        state: LessonState | None,
        limit: int,
        after: str | None,
        search: LessonSearch = EVERYTHING,
    ) -> Page:
        """Live first, then the soonest, then what is over, newest first. `after`: `next` of the page before."""
        now_ms = self._now_ms()
        lessons, conditions = _listed(caller, search)
        place = None if after is None else parse_place(after)
        ids = next_lesson_ids(lessons, conditions, now_ms, state, place, limit + 1)
        async with self._database.reading() as session:
            found = await read_lessons(
                session, now_ms, Lesson.lesson_id.in_(ids), limit + 1, in_order(now_ms)
            )
        items = found[:limit]
        if len(found) <= limit:
            return Page(items)
        last = items[-1]
        return Page(items, Place(last.state, last.starts_at_ms, last.lesson_id).cursor())

    async def of_classroom(
        self, classroom_id: ClassroomId, from_ms: int, until_ms: int, limit: int
    ) -> list[LessonDetail]:
        """What this classroom has a seat in and what is not over before `from_ms`, by its beginning."""
        condition = and_(
            Lesson.ends_at_ms > from_ms, Lesson.starts_at_ms < until_ms, _has_seat_for(classroom_id)
        )
        async with self._database.reading() as session:
            order = (Lesson.starts_at_ms, Lesson.lesson_id)
            return await read_lessons(session, self._now_ms(), condition, limit, order)

    async def open_rehearsal_of(self, user_id: UserId) -> LessonDetail | None:
        """The caller's own rehearsal that has not ended, if there is one with time left."""
        now_ms = self._now_ms()
        condition = and_(
            Lesson.is_rehearsal,
            Lesson.lead_user_id == user_id,
            Lesson.state != "ended",
            Lesson.ends_at_ms > now_ms + 5 * MINUTE_MS,
        )
        async with self._database.reading() as session:
            newest = (Lesson.created_at_ms.desc(),)
            found = await read_lessons(session, now_ms, condition, 1, newest)
        return found[0] if found else None

    async def with_simulated_classrooms(self) -> list[LessonDetail]:
        """Demo lessons and rehearsals that are on, or about to begin."""
        now_ms = self._now_ms()
        condition = and_(
            or_(Lesson.is_demo, Lesson.is_rehearsal),
            or_(
                Lesson.state == "live",
                and_(
                    Lesson.state == "waiting",
                    Lesson.starts_at_ms <= now_ms + 10 * MINUTE_MS,
                    Lesson.ends_at_ms > now_ms,
                ),
            ),
        )
        async with self._database.reading() as session:
            newest = (Lesson.created_at_ms.desc(),)
            return await read_lessons(session, now_ms, condition, 8, newest)

    async def live_lesson_ids(self) -> list[LessonId]:
        """Lessons that a starting server takes up again."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(Lesson.lesson_id).where(Lesson.state == "live"))
            return [LessonId(row) for row in rows]

    async def set_engine(self, lesson_id: LessonId, engine_index: int) -> None:
        """Remember which media engine serves the lesson."""
        async with self._database.transaction() as session:
            await session.execute(
                update(Lesson)
                .where(Lesson.lesson_id == lesson_id)
                .values(engine_index=engine_index)
            )

    async def simulated_classroom_ids(self, county_id: str) -> list[ClassroomId]:
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(Classroom.classroom_id)
                .join(School, School.school_id == Classroom.school_id)
                .where(School.county_id == county_id, Classroom.is_simulated)
                .order_by(Classroom.classroom_id)
            )
            return [ClassroomId(row) for row in rows]


def _has_seat_for(classroom_id: ClassroomId) -> ColumnElement[bool]:
    return (
        select(Seat.seat_id)
        .where(Seat.lesson_id == Lesson.lesson_id, Seat.classroom_id == classroom_id)
        .exists()
    )


def _listed(caller: Caller, search: LessonSearch) -> tuple[FromClause, list[ColumnElement[bool]]]:
    """Lessons to list, and what must hold of them.

    What an index does not help with is looked for once, not once for each part of the list.
    """
    conditions = [Lesson.county_id == caller.county_id, *search.conditions()]
    administered = caller.administered
    if administered is None or not administered.is_county:
        conditions.append(Lesson.lesson_id.in_(_ids_visible_to(caller)))
    elif not search.text:
        return Lesson.__table__, conditions
    return select(Lesson).where(*conditions).cte("listed"), []


def _ids_visible_to(caller: Caller) -> CompoundSelect[str]:
    """To lead, to help or to watch; of the own school's classrooms; within the school that one administers."""
    found = [
        select(Lesson.lesson_id).where(Lesson.lead_user_id == caller.user_id),
        select(LessonStaff.lesson_id).where(LessonStaff.user_id == caller.user_id),
    ]
    administered, school = caller.administered, caller.scope_as("onsite")
    if administered is not None:
        found += ids_of_lessons_touching(administered)
    if school is not None:
        found.append(ids_of_lessons_in_classrooms_of(school))
    return union(*found)
