"""An admin corrects the ledger: an absence has an excuse, or missed time had another cause. Who, when and why stay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.ledger.causes import Cause, undelivered
from app.attendance.ledger.projector import entry_of, planned_lesson
from app.attendance.ledger.rows import LedgerRow, load_row
from app.attendance.ledger.sums import add_up
from app.caller import ADMINS, Caller
from app.db.audit import note_change
from app.db.engine import Database
from app.db.models import Classroom, LedgerCorrection, LedgerEntry, Lesson, Seat, User
from app.errors import Conflict, NotFound
from app.ids import LessonId, SeatId, new_id
from app.scope import Scope

MAX_CORRECTIONS = 50
"""Of one row."""


@dataclass(frozen=True, slots=True)
class Moved:
    """All time of one cause was another's."""

    from_cause: Cause
    to_cause: Cause


@dataclass(frozen=True, slots=True)
class MadeCorrection:
    at_ms: int
    by: str
    what: str
    before: str
    after: str
    moved_s: int
    reason: str


class LedgerDesk:
    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._now_ms = now_ms

    async def correct(
        self,
        lesson_id: LessonId,
        seat_id: SeatId,
        caller: Caller,
        *,
        is_excused: bool | None,
        moved: Moved | None,
        reason: str,
    ) -> LedgerRow:
        """The row as it is then. NotFound, Conflict `nothing_to_correct` or `too_many_corrections`."""
        scope = caller.require_scope(*ADMINS)
        now_ms = self._now_ms()
        async with self._database.transaction() as session:
            await self._require(session, scope, lesson_id, seat_id)
            entry = await _lock_entry(session, seat_id)
            made = _apply(entry, is_excused, moved)
            if not made:
                raise Conflict("the row says so already", code="nothing_to_correct")
            await _check_count(session, seat_id, len(made))
            for what, before, after, moved_s in made:
                session.add(
                    LedgerCorrection(
                        correction_id=new_id("cor"),
                        seat_id=seat_id,
                        at_ms=now_ms,
                        user_id=caller.user_id,
                        what=what,
                        before=before,
                        after=after,
                        moved_s=moved_s,
                        reason=reason,
                    )
                )
            await self._note(session, caller, lesson_id, seat_id, made, now_ms)
            await session.flush()
            await add_up(session, lesson_id)
            return await self._require(session, scope, lesson_id, seat_id)

    async def corrections(
        self, lesson_id: LessonId, seat_id: SeatId, caller: Caller
    ) -> Sequence[MadeCorrection]:
        """The newest first."""
        async with self._database.reading() as session:
            await self._require(session, caller.require_scope(*ADMINS), lesson_id, seat_id)
            rows = await session.execute(
                select(LedgerCorrection, User.name)
                .join(User, User.user_id == LedgerCorrection.user_id)
                .where(LedgerCorrection.seat_id == seat_id)
                .order_by(LedgerCorrection.at_ms.desc(), LedgerCorrection.correction_id)
                .limit(MAX_CORRECTIONS)
            )
            return [
                MadeCorrection(
                    one.at_ms, name, one.what, one.before, one.after, one.moved_s, one.reason
                )
                for one, name in rows
            ]

    async def _require(
        self, session: AsyncSession, scope: Scope, lesson_id: LessonId, seat_id: SeatId
    ) -> LedgerRow:
        row = await load_row(session, scope, seat_id, self._now_ms())
        if row is None or row.lesson_id != lesson_id:
            raise NotFound("the ledger has no such row")
        return row

    @staticmethod
    async def _note(
        session: AsyncSession,
        caller: Caller,
        lesson_id: LessonId,
        seat_id: SeatId,
        made: Sequence[tuple[str, str, str, int]],
        now_ms: int,
    ) -> None:
        school_id = await session.scalar(
            select(Classroom.school_id)
            .join(Seat, Seat.classroom_id == Classroom.classroom_id)
            .where(Seat.seat_id == seat_id)
        )
        details = {what: f"{before} > {after}" for what, before, after, _ in made}
        await note_change(
            session,
            caller.county_id,
            caller.user_id,
            "ledger.corrected",
            lesson_id,
            {"seat_id": seat_id, **details},
            now_ms,
            school_id=school_id,
        )


async def _lock_entry(session: AsyncSession, seat_id: SeatId) -> LedgerEntry:
    """The entry, made now for a lesson that nobody opened."""
    lesson = (
        await session.scalars(
            select(Lesson)
            .join(Seat, Seat.lesson_id == Lesson.lesson_id)
            .where(Seat.seat_id == seat_id)
            .with_for_update(of=Lesson)
        )
    ).one()
    entry = await session.get(LedgerEntry, seat_id)
    if entry is None:
        entry = entry_of(seat_id, undelivered(planned_lesson(lesson, [seat_id])))
        session.add(entry)
        await session.flush()
    return entry


def _apply(
    entry: LedgerEntry, is_excused: bool | None, moved: Moved | None
) -> list[tuple[str, str, str, int]]:
    """What it changed: what, before, after, seconds moved."""
    made = []
    if is_excused is not None and is_excused != entry.is_excused:
        entry.is_excused = is_excused
        words = ("no", "yes") if is_excused else ("yes", "no")
        made.append(("excused", *words, 0))
    if moved is not None and moved.from_cause != moved.to_cause:
        source, target = f"{moved.from_cause}_s", f"{moved.to_cause}_s"
        moved_s: int = getattr(entry, source)
        if moved_s:
            setattr(entry, source, 0)
            setattr(entry, target, getattr(entry, target) + moved_s)
            made.append(("cause", moved.from_cause, moved.to_cause, moved_s))
    return made


async def _check_count(session: AsyncSession, seat_id: SeatId, more: int) -> None:
    known = select(func.count()).where(LedgerCorrection.seat_id == seat_id)
    if (await session.scalar(known) or 0) + more > MAX_CORRECTIONS:
        raise Conflict("this row was corrected too often", code="too_many_corrections")
