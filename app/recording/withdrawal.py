"""Consent is withdrawn while a lesson is recorded: the classroom's tracks end at once, and the journal says so."""

from collections.abc import Collection

from app.db.consent import RECORDED, allowed_seats
from app.db.engine import Database
from app.errors import Unavailable
from app.ids import ClassroomId, ParticipantId, SeatId
from app.media.port import Source
from app.rooms.commands import ReportRecordingStopped
from app.rooms.events import CONSENT_WITHDRAWN
from app.rooms.runtime import RoomRuntime, Rooms


class RecordingWithdrawal:
    """For the rooms of this process. One that is opened later reads the answers itself."""

    def __init__(self, database: Database, rooms: Rooms) -> None:
        self._database = database
        self._rooms = rooms

    async def end(self, classroom_ids: Collection[ClassroomId]) -> None:
        """Answers of pupils of these classrooms have changed. Nothing happens where they allow as much as before.

        For the rest of the lesson: whoever agrees again later is recorded from the next one on.
        """
        for runtime in self._rooms.live():
            plan = runtime.room.plan
            seats = {
                seat.seat_id
                for seat in plan.seats
                if seat.may_be_recorded and seat.classroom_id in classroom_ids
            }
            if not plan.is_recorded or not seats:
                continue
            async with self._database.reading() as session:
                agreed = await allowed_seats(session, seats, RECORDED)
            for seat_id in sorted(seats - agreed):
                await _stop(runtime, seat_id)


async def _stop(runtime: RoomRuntime, seat_id: SeatId) -> None:
    for source in Source:
        stopped = ReportRecordingStopped(ParticipantId(seat_id), source, CONSENT_WITHDRAWN)
        try:
            await runtime.execute(stopped)
        except Unavailable:
            # The room has just stopped, and will be opened with what pupils say now.
            return
