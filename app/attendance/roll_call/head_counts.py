"""Tells the live room how many pupils sit in a classroom: the only thing of a roll call that a journal holds."""

from app.errors import CommandRejected, Unavailable
from app.ids import LessonId, SeatId
from app.rooms.commands import ReportHeadCount
from app.rooms.runtime import Rooms


class HeadCounts:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def tell(self, lesson_id: LessonId, seat_id: SeatId, head_count: int | None) -> None:
        """Unavailable if the room cannot take it now: the roll is to be saved again then."""
        room = await self._rooms.get(lesson_id)
        try:
            await room.execute(ReportHeadCount(seat_id, head_count))
        except CommandRejected as error:
            raise Unavailable(error.message, code="lesson_unavailable") from error
