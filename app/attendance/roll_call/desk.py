"""What may be done with a roll, without HTTP: read it, and save ticks as they are made."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.rate_limit import RateLimiter
from app.attendance.roll_call.repository import (
    Correction,
    load_corrections,
    load_pupils,
    load_roll,
    lock_seat,
    save_roll,
)
from app.attendance.roll_call.roll import ListedPupil, Roll, RollChange
from app.caller import Caller
from app.db.access_log import log_access
from app.db.consent import seat_allowances
from app.db.engine import Database
from app.db.withdrawal import Withdrawal
from app.errors import Conflict, InvalidInput
from app.ids import ClassroomId, LessonId, SeatId

EARLIEST_MS = 3_600_000
"""Before the planned start."""
SAVES, SAVES_WINDOW_S = 60, 60.0
"""Of one roll; a page that somebody ticks on saves once in some seconds."""


class PupilUnknown(InvalidInput):
    code = "pupil_unknown"


class CalledSeat(Protocol):
    """The seat whose roll is called, and when its lesson is."""

    @property
    def lesson_id(self) -> LessonId: ...
    @property
    def seat_id(self) -> SeatId: ...
    @property
    def classroom_id(self) -> ClassroomId: ...
    @property
    def classroom_name(self) -> str: ...
    @property
    def school_name(self) -> str: ...
    @property
    def planned_start_ms(self) -> int: ...
    @property
    def is_waiting(self) -> bool: ...
    @property
    def is_over(self) -> bool: ...


SeatForRollCall = Callable[[LessonId, SeatId, Caller | None], Awaitable[CalledSeat]]
"""The seat, for who may know its pupils by name (None: a screen of the classroom itself); NotFound, NotAllowed."""
TellHeadCount = Callable[[LessonId, SeatId, int | None], Awaitable[None]]
RollChanged = Callable[[AsyncSession, LessonId], Awaitable[None]]
"""Called in the transaction that changed a roll of the lesson."""


@dataclass(frozen=True, slots=True)
class CalledRoll:
    """A roll with the names it is about."""

    seat: CalledSeat
    roll: Roll
    pupils: Sequence[ListedPupil]
    corrections: Sequence[Correction]


class RollCallDesk:
    def __init__(
        self,
        database: Database,
        seat_for_roll_call: SeatForRollCall,
        tell_head_count: TellHeadCount,
        withdrawal: Withdrawal,
        roll_changed: RollChanged,
        now_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._seat_for_roll_call = seat_for_roll_call
        self._tell_head_count = tell_head_count
        self._withdrawal = withdrawal
        self._roll_changed = roll_changed
        self._now_ms = now_ms
        self._saves = RateLimiter(SAVES, SAVES_WINDOW_S)

    async def read(self, lesson_id: LessonId, seat_id: SeatId, caller: Caller | None) -> CalledRoll:
        """The roll; that somebody from outside of the classroom saw it is logged."""
        seat = await self._seat_for_roll_call(lesson_id, seat_id, caller)
        if caller is not None:
            async with self._database.transaction() as session:
                now_ms = self._now_ms()
                await log_access(
                    session, caller.user_id, "roll_call.viewed", lesson_id, now_ms, seat_id
                )
        return await self._load(seat)

    async def save(
        self,
        lesson_id: LessonId,
        seat_id: SeatId,
        caller: Caller | None,
        change: RollChange,
        reason: str,
    ) -> CalledRoll:
        """Save a change and tell the lesson the head count. PupilUnknown, Conflict `too_early`, RateLimited.

        Where somebody was there after all who did not agree, the recording ends, or is taken down.
        """
        seat = await self._seat_for_roll_call(lesson_id, seat_id, caller)
        now_ms = self._now_ms()
        if seat.is_waiting and now_ms < seat.planned_start_ms - EARLIEST_MS:
            raise Conflict("the roll is called from an hour before the lesson", code="too_early")
        self._saves.take(seat_id)
        async with self._database.transaction() as session:
            await lock_seat(session, seat_id)
            before = await load_roll(session, seat_id)
            await _check_pupils(session, seat, change)
            after = change.of(before)
            if after != before:
                by = None if caller is None else caller.user_id
                shown = await seat_allowances(session, seat_id) if seat.is_over else set()
                await save_roll(
                    session, seat_id, before, after, by=by, reason=reason, now_ms=now_ms
                )
                if lost := shown and shown - await seat_allowances(session, seat_id):
                    await self._withdrawal.take_down(session, lost, now_ms)
                await self._roll_changed(session, lesson_id)
        if not seat.is_over:
            await self._tell_head_count(lesson_id, seat_id, after.head_count)
            await self._withdrawal.end_recording([seat.classroom_id])
        return await self._load(seat)

    async def _load(self, seat: CalledSeat) -> CalledRoll:
        async with self._database.reading() as session:
            roll = await load_roll(session, seat.seat_id)
            pupils = await load_pupils(session, [seat.seat_id])
            corrections = await load_corrections(session, seat.seat_id)
        return CalledRoll(seat, roll, pupils[seat.seat_id], corrections)


async def _check_pupils(session: AsyncSession, seat: CalledSeat, change: RollChange) -> None:
    listed = (await load_pupils(session, [seat.seat_id]))[seat.seat_id]
    unknown = change.marks.keys() - {pupil.pupil_id for pupil in listed}
    if unknown:
        raise PupilUnknown(f"this classroom has no pupil {', '.join(sorted(unknown))}"[:300])
