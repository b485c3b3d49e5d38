"""Notes live views and listening-in as the journal does, in the journal's own transaction."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.access_log import log_access
from app.ids import LessonId, UserId
from app.rooms.events import ListenInStarted, ParticipantJoined
from app.rooms.recorded import Recorded
from app.rooms.state import Role

_LOOKERS_ON = (Role.ASSISTANT, Role.OBSERVER)


async def project_access(
    session: AsyncSession, lesson_id: LessonId, recorded: Sequence[Recorded]
) -> None:
    """A `Projector` of `db.journal`."""
    for one in recorded:
        match one.event:
            case ParticipantJoined(role=role, user_id=user_id) if role in _LOOKERS_ON and user_id:
                await log_access(session, user_id, "lesson.viewed", lesson_id, one.at_ms)
            case ListenInStarted(listener_id=listener_id, seat_id=seat_id):
                listener = UserId(listener_id.partition("_")[2])
                await log_access(
                    session, listener, "classroom.listened", lesson_id, one.at_ms, seat_id
                )
            case _:
                pass
