"""A planned lesson is moved, gets another teacher, is cancelled or restored: before it began, in everybody's sight."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.caller import ADMINS, Caller
from app.db.audit import AuditAction, note_change
from app.db.engine import Database
from app.db.models import Lesson, User
from app.errors import Conflict
from app.ids import LessonId, ParticipantId, UserId
from app.lessons.access import acting_as, require_admin, require_lead_or_admin
from app.lessons.bookings import bookings_where, lock_timetable, read_bookings, refuse_clash
from app.lessons.clashes import Booking, ClashKind, find_clashes
from app.lessons.control import LessonControl
from app.lessons.lesson import CancelReason, LessonDetail
from app.lessons.new_lesson import check_lead
from app.lessons.repository import LessonStore


class LessonChanges:
    """Each change is one transaction with its audit entry; then the room, where one is open, learns of it."""

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
        self.now_ms = now_ms

    async def move(self, lesson: LessonDetail, starts_at_ms: int, caller: Caller) -> None:
        """Keep the length. Conflict `teacher_busy`, `classroom_busy`, `lesson_started`, `lesson_ended`."""
        require_lead_or_admin(caller, lesson.scope)
        async with self._database.transaction() as session:
            row = await self._lock(session, lesson)
            before_ms = row.starts_at_ms
            length_ms = row.ends_at_ms - before_ms
            times = {"starts_at_ms": starts_at_ms, "ends_at_ms": starts_at_ms + length_ms}
            await self._refuse_clash(session, row, times)
            first_ms = before_ms if row.first_starts_at_ms is None else row.first_starts_at_ms
            row.first_starts_at_ms = None if starts_at_ms == first_ms else first_ms
            row.starts_at_ms, row.ends_at_ms = starts_at_ms, starts_at_ms + length_ms
            await self._note(
                session, lesson, caller, "lesson.moved", before_ms=before_ms, after_ms=starts_at_ms
            )
        await self._control.renew(lesson.lesson_id)

    async def substitute(self, lesson: LessonDetail, lead: UserId, caller: Caller) -> None:
        """Another teacher leads. LeadUnknown, and as `move`; for admins."""
        require_admin(caller, lesson.scope)
        async with self._database.transaction() as session:
            within = caller.require_scope(*ADMINS)
            await check_lead(session, lead, caller.user_id, within)
            await self.give_to(session, lesson, lead, caller)
        await self.tell_room(lesson.lesson_id)

    async def give_to(
        self, session: AsyncSession, lesson: LessonDetail, lead: UserId, caller: Caller
    ) -> None:
        """This person leads from now on; `tell_room` after the transaction."""
        row = await self._lock(session, lesson)
        name = await session.scalar(select(User.name).where(User.user_id == lead))
        # Its classrooms have it at this time already.
        person = {"lead_user_id": lead, "lead_name": name or ""}
        await self._refuse_clash(session, row, person, only="teacher")
        before = row.lead_user_id
        first = before if row.first_lead_user_id is None else row.first_lead_user_id
        row.first_lead_user_id = None if lead == first else first
        row.lead_user_id = lead
        await self._note(session, lesson, caller, "lesson.substituted", before=before, after=lead)

    async def tell_room(self, lesson_id: LessonId) -> None:
        """Its room, where one is open, goes by the plan of now."""
        await self._control.renew(lesson_id)

    async def cancel(self, lesson: LessonDetail, reason: CancelReason, caller: Caller) -> None:
        """Who waits in the room already is told that it is over. Conflict `lesson_started`, `lesson_ended`."""
        require_lead_or_admin(caller, lesson.scope)
        async with self._database.transaction() as session:
            row = await self._lock(session, lesson)
            row.cancelled_at_ms, row.cancelled_reason = self.now_ms(), reason
            row.restored_at_ms = None
            await self._note(session, lesson, caller, "lesson.cancelled", reason=reason)
        await self.close_room(lesson.lesson_id, acting_as(caller, lesson.scope))

    async def restore(self, lesson: LessonDetail, caller: Caller) -> None:
        """A cancelled lesson takes place after all. Conflict `lesson_not_cancelled`, `lesson_ended`, and as `move`.

        Where somebody waited in its room when it was cancelled the journal has its end; it is opened anew.
        """
        require_lead_or_admin(caller, lesson.scope)
        async with self._database.transaction() as session:
            row = await self._lock_row(session, lesson)
            if row.cancelled_at_ms is None:
                raise Conflict("the lesson was not cancelled", code="lesson_not_cancelled")
            if row.ends_at_ms <= self.now_ms():
                raise Conflict("the lesson is over", code="lesson_ended")
            was_open = row.state == "ended"
            row.state, row.ended_at_ms, row.end_reason = "waiting", None, None
            row.cancelled_at_ms, row.cancelled_reason = None, None
            row.restored_at_ms = self.now_ms()
            await session.flush()
            await refuse_clash(session, [lesson.lesson_id], self.now_ms())
            await self._note(session, lesson, caller, "lesson.restored")
        if was_open:
            await self._control.reopen(lesson.lesson_id)

    async def close_room(self, lesson_id: LessonId, by: ParticipantId) -> None:
        """Of a cancelled lesson, where it is open."""
        if self._control.is_open(lesson_id):
            await self._control.end(lesson_id, by)

    async def _lock(self, session: AsyncSession, lesson: LessonDetail) -> Lesson:
        """The row of a lesson that is still to come."""
        row = await self._lock_row(session, lesson)
        if lesson.state == "ended" or row.state == "ended" or row.cancelled_at_ms is not None:
            raise Conflict("the lesson is over", code="lesson_ended")
        if row.state == "live":
            raise Conflict("the lesson has begun", code="lesson_started")
        return row

    async def _lock_row(self, session: AsyncSession, lesson: LessonDetail) -> Lesson:
        """As nobody else changes it now."""
        await lock_timetable(session, lesson.county_id)
        return await session.get_one(Lesson, lesson.lesson_id, with_for_update=True)

    async def _refuse_clash(
        self,
        session: AsyncSession,
        row: Lesson,
        change: Mapping[str, object],
        only: ClashKind | None = None,
    ) -> None:
        """`change`: fields of the booking that the lesson is now."""
        (now,) = await bookings_where(session, Lesson.lesson_id == row.lesson_id)
        wanted: Booking = replace(now, **change)  # type: ignore[arg-type]
        booked = await read_bookings(session, [wanted], self.now_ms(), {row.lesson_id})
        clashes = find_clashes([wanted], booked)
        clash = next((one for one in clashes if only in (None, one.kind)), None)
        if clash is not None:
            raise clash.refusal()

    async def _note(
        self,
        session: AsyncSession,
        lesson: LessonDetail,
        caller: Caller,
        action: AuditAction,
        **details: object,
    ) -> None:
        await note_change(
            session,
            lesson.county_id,
            caller.user_id,
            action,
            lesson.lesson_id,
            details,
            self.now_ms(),
            school_id=lesson.lead_school_id,
        )
