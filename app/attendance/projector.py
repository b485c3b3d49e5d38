"""Keeps the attendance rows equal to the fold of the journal, in the journal's own transaction."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.repository import forget_attendance, load_attendance, save_attendance
from app.attendance.spans import RELEVANT, Attendance, fold
from app.db.journal import load_events
from app.db.models import AttendanceProgress
from app.ids import LessonId
from app.rooms.recorded import Recorded


async def project_attendance(
    session: AsyncSession, lesson_id: LessonId, recorded: Sequence[Recorded]
) -> None:
    """A `Projector` of `db.journal`. Reads the journal itself where rows were folded in by nobody."""
    if not any(isinstance(one.event, RELEVANT) for one in recorded) and await _only_alive(
        session, lesson_id, recorded
    ):
        return
    before = await load_attendance(session, lesson_id)
    if recorded[0].seq != before.seq + 1:
        recorded = await load_events(session, lesson_id, before.seq)
    await save_attendance(session, lesson_id, before, fold(before, recorded))


async def _only_alive(
    session: AsyncSession, lesson_id: LessonId, recorded: Sequence[Recorded]
) -> bool:
    """Nothing of these rows changes a presence: one UPDATE. False if rows before them are missing."""
    last = recorded[-1]
    updated = await session.execute(
        update(AttendanceProgress)
        .where(
            AttendanceProgress.lesson_id == lesson_id,
            AttendanceProgress.seq == recorded[0].seq - 1,
            AttendanceProgress.last_alive_ms <= last.at_ms,
        )
        .values(seq=last.seq, last_alive_ms=last.at_ms)
        .returning(AttendanceProgress.lesson_id)
    )
    return updated.scalar_one_or_none() is not None


async def rebuild_attendance(session: AsyncSession, lesson_id: LessonId) -> Attendance:
    """Fold the whole journal again and replace the rows by what comes out."""
    await forget_attendance(session, lesson_id)
    session.expunge_all()
    after = fold(Attendance(), await load_events(session, lesson_id))
    if after.seq:
        await save_attendance(session, lesson_id, Attendance(), after)
    return after
