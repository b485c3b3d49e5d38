"""Writes a lesson's ledger entries in the transaction that ends it."""

import logging
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.ledger.causes import CAUSES, Delivery, PlannedLesson, deliveries
from app.attendance.ledger.sums import add_up
from app.attendance.report import is_late, left_early
from app.attendance.spans import Attendance, fold
from app.db.engine import Database
from app.db.journal import load_events
from app.db.models import LedgerEntry, Lesson, Seat
from app.ids import LessonId, ParticipantId, SeatId
from app.rooms.events import LessonEnded, LessonRestored
from app.rooms.recorded import Recorded

log = logging.getLogger(__name__)
_CATCH_UP_LESSONS = 20
"""In one transaction."""


async def project_ledger(
    session: AsyncSession, lesson_id: LessonId, recorded: Sequence[Recorded]
) -> None:
    """A `Projector` of `db.journal`. It reads the whole journal, once: when the lesson ends."""
    if any(isinstance(one.event, LessonRestored) for one in recorded):
        # They said that it was cancelled, and nothing is known of it yet.
        seats = select(Seat.seat_id).where(Seat.lesson_id == lesson_id)
        await session.execute(delete(LedgerEntry).where(LedgerEntry.seat_id.in_(seats)))
        await add_up(session, lesson_id)
    if any(isinstance(one.event, LessonEnded) for one in recorded):
        await write_entries(session, lesson_id)


async def catch_up(database: Database) -> None:
    """Write the entries of lessons that ended before there was a ledger."""
    while True:
        async with database.transaction() as session:
            missing = (
                await session.scalars(
                    select(Lesson.lesson_id)
                    .join(Seat, Seat.lesson_id == Lesson.lesson_id)
                    .outerjoin(LedgerEntry, LedgerEntry.seat_id == Seat.seat_id)
                    .where(Lesson.state == "ended", LedgerEntry.seat_id.is_(None))
                    .distinct()
                    .limit(_CATCH_UP_LESSONS)
                )
            ).all()
            for lesson_id in missing:
                await write_entries(session, LessonId(lesson_id))
        if not missing:
            return
        log.info("wrote the ledger of %d lessons that ended before", len(missing))


async def write_entries(session: AsyncSession, lesson_id: LessonId) -> None:
    """One for each seat that has none yet: what was corrected stays."""
    lesson = await session.get_one(Lesson, lesson_id)
    seats = await session.scalars(
        select(Seat.seat_id)
        .outerjoin(LedgerEntry, LedgerEntry.seat_id == Seat.seat_id)
        .where(Seat.lesson_id == lesson_id, LedgerEntry.seat_id.is_(None))
    )
    plan = planned_lesson(lesson, [SeatId(seat) for seat in seats])
    journal = await load_events(session, lesson_id)
    attendance = fold(Attendance(), journal)
    for seat_id, delivery in deliveries(plan, journal).items():
        presence = attendance.presences.get(ParticipantId(seat_id))
        entry = entry_of(seat_id, delivery)
        if presence is not None and attendance.started_ms is not None:
            entry.is_late = is_late(presence, lesson.starts_at_ms, attendance.started_ms)
            entry.left_early = left_early(presence, lesson.ends_at_ms, attendance.ended_ms)
        session.add(entry)
    await session.flush()
    await add_up(session, lesson_id)


def planned_lesson(lesson: Lesson, seats: Sequence[SeatId]) -> PlannedLesson:
    return PlannedLesson(
        lesson.starts_at_ms,
        lesson.ends_at_ms,
        ParticipantId(f"lead_{lesson.lead_user_id}"),
        seats,
        is_cancelled=lesson.cancelled_at_ms is not None,
    )


def entry_of(seat_id: SeatId, delivery: Delivery) -> LedgerEntry:
    amounts = asdict(delivery)
    missed = amounts.pop("missed_s")
    causes = {f"{cause}_s": missed.get(cause, 0) for cause in CAUSES}
    return LedgerEntry(
        seat_id=seat_id, is_late=False, left_early=False, is_excused=False, **amounts, **causes
    )
