"""Who looked at what belongs to others."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import AccessLogEntry
from app.ids import LessonId, UserId, new_id

SAME_VISIT_MS = 600_000
"""A page that refreshes itself is one visit."""

AccessAction = Literal["lesson.viewed", "classroom.listened",
                       "journal.viewed", "attendance.viewed", "attendance.downloaded",
                       "roll_call.viewed", "roster.viewed", "pupils.viewed", "pupils.downloaded",
                       "recording.viewed", "recording.downloaded", "share.viewed",
                       "captions.downloaded"]  # fmt: skip


async def log_access(
    session: AsyncSession,
    user_id: UserId | None,
    action: AccessAction,
    lesson_id: LessonId | None,
    now_ms: int,
    subject_id: str = "",
) -> None:
    """Note the visit; of the same person again only after `SAME_VISIT_MS`.

    `subject_id`: the recording, track, share link or classroom, if not the lesson. `user_id`: None for a stranger,
    whose visits the caller tells apart.
    """
    subject_id = subject_id or lesson_id or ""
    if user_id is not None and await _is_same_visit(session, user_id, action, subject_id, now_ms):
        return
    session.add(
        AccessLogEntry(
            access_id=new_id("acc"),
            at_ms=now_ms,
            user_id=user_id,
            action=action,
            lesson_id=lesson_id,
            subject_id=subject_id,
        )
    )


async def _is_same_visit(
    session: AsyncSession, user_id: UserId, action: AccessAction, subject_id: str, now_ms: int
) -> bool:
    recent = await session.scalar(
        select(AccessLogEntry.access_id)
        .where(
            AccessLogEntry.user_id == user_id,
            AccessLogEntry.action == action,
            AccessLogEntry.subject_id == subject_id,
            AccessLogEntry.at_ms > now_ms - SAME_VISIT_MS,
        )
        .limit(1)
    )
    return recent is not None
