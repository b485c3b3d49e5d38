"""Keeps `lesson.state` and its times equal to the journal, in the journal's own transaction."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Lesson
from app.ids import LessonId
from app.rooms.events import LessonEnded, LessonRestored, LessonStarted
from app.rooms.recorded import Recorded


async def project_lesson(
    session: AsyncSession, lesson_id: LessonId, recorded: Sequence[Recorded]
) -> None:
    """A `Projector` of `db.journal`."""
    values: dict[str, object] = {}
    for one in recorded:
        match one.event:
            case LessonStarted():
                values |= {"state": "live", "started_at_ms": one.at_ms}
            case LessonEnded(reason=reason):
                values |= {"state": "ended", "ended_at_ms": one.at_ms, "end_reason": reason}
            case LessonRestored():
                values |= {"state": "waiting", "ended_at_ms": None, "end_reason": None}
            case _:
                pass
    if values:
        await session.execute(update(Lesson).where(Lesson.lesson_id == lesson_id).values(**values))
