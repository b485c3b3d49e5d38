"""What people do with a recording, in the audit log: by its lesson, whose title outlives the recording."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.audit import AuditAction, note_change
from app.db.models import Lesson, Recording, User
from app.ids import UserId


async def note_recording(
    session: AsyncSession, recording_id: str, by: UserId, action: AuditAction, now_ms: int
) -> None:
    """The recording is there; it concerns the school of the teacher who led."""
    row = await session.execute(
        select(Lesson.lesson_id, Lesson.county_id, User.school_id)
        .join(Recording, Recording.lesson_id == Lesson.lesson_id)
        .join(User, User.user_id == Lesson.lead_user_id)
        .where(Recording.recording_id == recording_id)
    )
    lesson_id, county_id, school_id = row.one()
    await note_change(session, county_id, by, action, lesson_id, {}, now_ms, school_id=school_id)
