"""Days off of schools: added, moved, removed; the timetable follows in the same transaction, or nothing happens."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.caller import ADMINS, Caller
from app.db.audit import AuditAction, note_change
from app.db.engine import Database
from app.db.models import Holiday, School, Term
from app.db.scope import schools_within
from app.errors import Conflict, InvalidInput, NotFound
from app.ids import LessonId, ParticipantId, new_id
from app.lessons.bookings import lock_timetable, refuse_clash
from app.lessons.changes import LessonChanges
from app.lessons.terms.course_rows import read_courses_of, read_days_off
from app.lessons.terms.recurrence import zone_of
from app.lessons.terms.rows import apply, read_standing
from app.lessons.terms.schedule import reconcile
from app.lessons.terms.terms import term_of

MAX_HOLIDAYS = 1_000
"""In one term, of all schools."""


@dataclass(slots=True)
class Followed:
    """What became of lessons."""

    added: int = 0
    cancelled: int = 0
    restored: int = 0
    reseated: int = 0
    """Go on with other classrooms."""


class Holidays:
    """For the county's admins, and those of the school."""

    def __init__(
        self, database: Database, changes: LessonChanges, now_ms: Callable[[], int]
    ) -> None:
        self._database = database
        self._changes = changes
        self._now_ms = now_ms

    async def add(
        self, caller: Caller, term_id: str, school_id: str | None, day: date, name: str
    ) -> Followed:
        """InvalidInput `day_outside_term`, Conflict `holiday_twice`; NotFound for a school of others."""
        async with self._database.transaction() as session:
            await lock_timetable(session, caller.county_id)
            await _require_school(session, caller, school_id)
            term = await term_of(session, caller, term_id)
            count = select(func.count()).where(Holiday.term_id == term_id)
            if (await session.scalar(count) or 0) >= MAX_HOLIDAYS:
                raise Conflict("there are too many days off", code="too_many_holidays")
            row = Holiday(holiday_id=new_id("hol"), term_id=term_id, school_id=school_id)
            await _set_day(session, term, row, day, name)
            session.add(row)
            await session.flush()
            done = await self._follow(session, caller, term, row, {day}, "holiday.added")
        return await self._tell(caller, *done)

    async def move(self, caller: Caller, holiday_id: str, day: date, name: str) -> Followed:
        """As `add`. Conflict `teacher_busy` or `classroom_busy`: a lesson cannot come back to the old day."""
        async with self._database.transaction() as session:
            row, term = await _holiday(session, caller, holiday_id)
            days = {date.fromisoformat(row.day), day}
            await _set_day(session, term, row, day, name)
            await session.flush()
            done = await self._follow(session, caller, term, row, days, "holiday.moved")
        return await self._tell(caller, *done)

    async def remove(self, caller: Caller, holiday_id: str) -> Followed:
        """As `move`."""
        async with self._database.transaction() as session:
            row, term = await _holiday(session, caller, holiday_id)
            await session.delete(row)
            await session.flush()
            days = {date.fromisoformat(row.day)}
            done = await self._follow(session, caller, term, row, days, "holiday.removed")
        return await self._tell(caller, *done)

    async def _follow(
        self,
        session: AsyncSession,
        caller: Caller,
        term: Term,
        holiday: Holiday,
        days: Collection[date],
        action: AuditAction,
    ) -> tuple[Followed, list[LessonId], list[LessonId]]:
        """The count, then the lessons that are cancelled, then those whose classrooms are others."""
        zone, now_ms = zone_of(term.time_zone), self._now_ms()
        off = await read_days_off(session, term.term_id)
        courses = await read_courses_of(session, term.term_id, holiday.school_id)
        ids = [one.row.course_id for one in courses]
        standing = await read_standing(session, ids, days, zone)
        followed, changed = Followed(), []
        cancelled: list[LessonId] = []
        reseated: list[LessonId] = []
        for course in courses:
            here = standing.get(course.row.course_id, ())
            change = reconcile(course.planned, here, off, zone, now_ms, days)
            changed += await apply(session, course.row, change, term.county_id, now_ms)
            cancelled += change.cancelled
            reseated += change.reseated
            followed.added += len(change.added)
            followed.restored += len(change.restored)
        followed.cancelled, followed.reseated = len(cancelled), len(reseated)
        await refuse_clash(session, changed, now_ms)
        await note_change(
            session,
            caller.county_id,
            caller.user_id,
            action,
            holiday.holiday_id,
            {"day": holiday.day, "cancelled": followed.cancelled, "restored": followed.restored},
            now_ms,
            school_id=holiday.school_id,
        )
        return followed, cancelled, reseated

    async def _tell(
        self,
        caller: Caller,
        followed: Followed,
        cancelled: Collection[LessonId],
        reseated: Collection[LessonId],
    ) -> Followed:
        """Rooms that are open already learn of it."""
        for lesson_id in cancelled:
            await self._changes.close_room(lesson_id, ParticipantId(f"admin_{caller.user_id}"))
        for lesson_id in reseated:
            await self._changes.tell_room(lesson_id)
        return followed


async def _require_school(session: AsyncSession, caller: Caller, school_id: str | None) -> None:
    scope = caller.require_scope(*ADMINS)
    if school_id is None:
        caller.require("admin")
        return
    known = select(School.school_id).where(School.school_id == school_id, schools_within(scope))
    if await session.scalar(known) is None:
        raise NotFound("there is no such school")


async def _holiday(session: AsyncSession, caller: Caller, holiday_id: str) -> tuple[Holiday, Term]:
    """NotFound unless the caller may change it."""
    scope = caller.require_scope(*ADMINS)
    await lock_timetable(session, caller.county_id)
    found = (
        await session.execute(
            select(Holiday, Term)
            .join(Term, Term.term_id == Holiday.term_id)
            .where(Holiday.holiday_id == holiday_id)
        )
    ).one_or_none()
    if found is None or not scope.holds(found.Term.county_id, found.Holiday.school_id):
        raise NotFound("there is no such day off")
    return found.Holiday, found.Term


async def _set_day(session: AsyncSession, term: Term, row: Holiday, day: date, name: str) -> None:
    if not term.first_day <= day.isoformat() <= term.last_day:
        raise InvalidInput("this day is not of the term", code="day_outside_term")
    same_school = (
        Holiday.school_id.is_(None) if row.school_id is None else Holiday.school_id == row.school_id
    )
    twice = select(Holiday.holiday_id).where(
        Holiday.term_id == term.term_id,
        Holiday.day == day.isoformat(),
        Holiday.holiday_id != row.holiday_id,
        same_school,
    )
    with session.no_autoflush:
        if await session.scalar(twice) is not None:
            raise Conflict("this day is off already", code="holiday_twice")
    row.day, row.name = day.isoformat(), name
