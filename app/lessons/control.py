"""What is done with a lesson from outside of its room: start, end, calls for help."""

import contextlib
from typing import Protocol

from app.errors import Unavailable
from app.ids import LessonId, ParticipantId
from app.rooms.commands import ClearHelp, EndLesson, StartLesson
from app.rooms.runtime import Rooms


class LessonControl(Protocol):
    """Raises CommandRejected with the domain's code."""

    async def start(self, lesson_id: LessonId, by: ParticipantId) -> None: ...

    async def end(self, lesson_id: LessonId, by: ParticipantId) -> None: ...

    async def clear_help(
        self, lesson_id: LessonId, participant_id: ParticipantId, by: ParticipantId
    ) -> None: ...

    def is_open(self, lesson_id: LessonId) -> bool:
        """Its room is in memory: somebody may be in it."""
        ...

    async def renew(self, lesson_id: LessonId) -> None:
        """The plan has changed: an open room goes on by the new one."""
        ...

    async def reopen(self, lesson_id: LessonId) -> None:
        """The journal says that the lesson was cancelled, and it is restored: its room waits again."""
        ...


class RoomsControl:
    """`LessonControl` over the live rooms of this process."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def start(self, lesson_id: LessonId, by: ParticipantId) -> None:
        await (await self._rooms.get(lesson_id)).execute(StartLesson(by))

    async def end(self, lesson_id: LessonId, by: ParticipantId) -> None:
        await (await self._rooms.get(lesson_id)).execute(EndLesson(by))

    async def clear_help(
        self, lesson_id: LessonId, participant_id: ParticipantId, by: ParticipantId
    ) -> None:
        await (await self._rooms.get(lesson_id)).execute(ClearHelp(by, participant_id))

    def is_open(self, lesson_id: LessonId) -> bool:
        return self._rooms.is_open(lesson_id)

    async def renew(self, lesson_id: LessonId) -> None:
        await self._rooms.renew(lesson_id)

    async def reopen(self, lesson_id: LessonId) -> None:
        await self._rooms.renew(lesson_id)
        # Not possible now (another process has it): whoever opens it next finds it so.
        with contextlib.suppress(Unavailable):
            await self._rooms.get(lesson_id)
