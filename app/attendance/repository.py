"""Attendance as rows: read the fold's state, write what changed."""

from collections.abc import Mapping
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.spans import Attendance, EndedBy, Presence, Span
from app.db.models import AttendanceProgress, AttendanceRow, AttendanceSpan, School, User
from app.ids import ClassroomId, LessonId, ParticipantId, UserId
from app.rooms.state import Role


async def load_attendance(session: AsyncSession, lesson_id: LessonId) -> Attendance:
    """The stored state of the fold; the empty one for a lesson without any."""
    progress = await session.get(AttendanceProgress, lesson_id)
    if progress is None:
        return Attendance()
    spans: dict[str, list[Span]] = {}
    for span in await session.scalars(
        select(AttendanceSpan)
        .where(AttendanceSpan.lesson_id == lesson_id)
        .order_by(AttendanceSpan.participant_id, AttendanceSpan.position)
    ):
        ended_by = cast("EndedBy | None", span.ended_by)
        spans.setdefault(span.participant_id, []).append(Span(span.from_ms, span.to_ms, ended_by))
    rows = await session.scalars(select(AttendanceRow).where(AttendanceRow.lesson_id == lesson_id))
    presences = (_presence(row, spans[row.participant_id]) for row in rows)
    return Attendance(
        progress.seq,
        progress.last_alive_ms,
        progress.started_at_ms,
        progress.ended_at_ms,
        {presence.participant_id: presence for presence in presences},
    )


def _presence(row: AttendanceRow, spans: list[Span]) -> Presence:
    return Presence(
        ParticipantId(row.participant_id),
        Role(row.role),
        None if row.user_id is None else UserId(row.user_id),
        None if row.classroom_id is None else ClassroomId(row.classroom_id),
        tuple(spans),
        row.cuts,
        row.cut_ms,
        row.cut_since_ms,
    )


async def save_attendance(
    session: AsyncSession, lesson_id: LessonId, before: Attendance, after: Attendance
) -> None:
    """Write what changed between the stored state and the new one."""
    await session.merge(
        AttendanceProgress(
            lesson_id=lesson_id,
            seq=after.seq,
            last_alive_ms=after.last_alive_ms,
            started_at_ms=after.started_ms,
            ended_at_ms=after.ended_ms,
        )
    )
    has_new_start = before.started_ms != after.started_ms
    for key, presence in after.presences.items():
        old = before.presences.get(key)
        if old == presence and not has_new_start:
            continue
        await session.merge(_row(lesson_id, presence, after.started_ms))
        await session.flush()
        known = old.spans if old is not None else ()
        for position, span in enumerate(presence.spans):
            if position >= len(known) or known[position] != span:
                await session.merge(
                    AttendanceSpan(
                        lesson_id=lesson_id,
                        participant_id=key,
                        position=position,
                        from_ms=span.from_ms,
                        to_ms=span.to_ms,
                        ended_by=span.ended_by,
                    )
                )
    await session.flush()


def _row(lesson_id: LessonId, presence: Presence, started_ms: int | None) -> AttendanceRow:
    return AttendanceRow(
        lesson_id=lesson_id,
        participant_id=presence.participant_id,
        role=presence.role.value,
        user_id=presence.user_id,
        classroom_id=presence.classroom_id,
        first_joined_at_ms=presence.first_joined_ms,
        last_left_at_ms=presence.last_left_ms,
        present_ms=presence.present_ms(started_ms),
        cuts=presence.cuts,
        cut_ms=presence.cut_ms,
        cut_since_ms=presence.cut_since_ms,
    )


async def forget_attendance(session: AsyncSession, lesson_id: LessonId) -> None:
    """Remove every row of the lesson, to be folded again."""
    for table in (AttendanceSpan, AttendanceRow, AttendanceProgress):
        await session.execute(delete(table).where(table.lesson_id == lesson_id))


async def staff_names(
    session: AsyncSession, user_ids: set[UserId]
) -> Mapping[UserId, tuple[str, str]]:
    """Name and school of these people."""
    rows = await session.execute(
        select(User.user_id, User.name, School.name)
        .outerjoin(School, School.school_id == User.school_id)
        .where(User.user_id.in_(user_ids))
    )
    return {UserId(user_id): (name, school or "") for user_id, name, school in rows}
