"""Start and end a lesson from outside of its room."""

from typing import Protocol

from app.ids import LessonId, ParticipantId
from app.rooms.commands import EndLesson, StartLesson
from app.rooms.runtime import Rooms


class LessonControl(Protocol):
    """Raises CommandRejected with the domain's code."""

    async def start(self, lesson_id: LessonId, by: ParticipantId) -> None: ...

    async def end(self, lesson_id: LessonId, by: ParticipantId) -> None: ...


class RoomsControl:
    """`LessonControl` over the live rooms of this process."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def start(self, lesson_id: LessonId, by: ParticipantId) -> None:
        await (await self._rooms.get(lesson_id)).execute(StartLesson(by))

    async def end(self, lesson_id: LessonId, by: ParticipantId) -> None:
        await (await self._rooms.get(lesson_id)).execute(EndLesson(by))
