"""Holds the demo's sample lesson: simulated participants teach and learn, the real recorder records.

Everything it knows is in the room, so a restarted server goes on in the middle.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import AppError, CommandRejected
from app.ids import LessonId, ParticipantId, SeatId
from app.lessons.demo import DemoLessons
from app.rooms.commands import CallUp, EndLesson, ParticipantCommand, SendDown, StartLesson
from app.rooms.permissions import lead_id
from app.rooms.runtime import Rooms
from app.rooms.state import Participant, Phase, Presence, Room, StagePlace

PLANNED_MS = 2 * 60_000
"""Planned length; much longer than the lesson takes, so that a slow machine has time to gather everybody."""
CUT_SHORT_MS = 45_000
"""A sample that was broken off for longer is ended and made again: its replay would have a hole."""
POLL_S = 0.25

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Script:
    """What happens when, in milliseconds after everybody's picture and sound began to flow."""

    call_up_ms: int = 7_000
    send_down_ms: int = 18_000
    end_ms: int = 26_000


class Director:
    """`next` says what to do now; it remembers only when everybody was first on air."""

    def __init__(self, script: Script | None = None) -> None:
        self._script = script or Script()
        self._on_air_ms: int | None = None

    def next(self, room: Room, now_ms: int) -> ParticipantCommand | None:
        """The command whose time has come, or None. A live lesson that lacks somebody for good ends by itself."""
        lead = lead_id(room)
        cast = [lead, *(ParticipantId(seat.seat_id) for seat in room.plan.seats)]
        if room.phase is Phase.WAITING and now_ms > room.plan.ends_at_ms:
            return EndLesson(lead)
        present = [p for p in map(room.participants.get, cast) if p is not None and _is_here(p)]
        if len(present) < len(cast):
            return None
        if room.phase is Phase.WAITING:
            return StartLesson(lead)
        if self._on_air_ms is None:
            if not all({"camera", "microphone"} <= p.publishing.keys() for p in present):
                return None
            self._on_air_ms = now_ms
        return self._cue(present[1], lead, now_ms - self._on_air_ms)

    def _cue(
        self, guest: Participant, lead: ParticipantId, elapsed_ms: int
    ) -> ParticipantCommand | None:
        script = self._script
        seat_id = SeatId(guest.participant_id)
        if elapsed_ms >= script.end_ms:
            return EndLesson(lead)
        if elapsed_ms >= script.send_down_ms:
            return SendDown(lead, seat_id) if guest.place is not StagePlace.OFF else None
        if elapsed_ms >= script.call_up_ms and guest.place is StagePlace.OFF:
            return CallUp(lead, seat_id)
        return None


class SampleLesson:
    """`run()` once after each start of a demo server: returns when there is a finished demo lesson to look at."""

    def __init__(self, demo: DemoLessons, rooms: Rooms, now_ms: Callable[[], int]) -> None:
        self._demo = demo
        self._rooms = rooms
        self._now_ms = now_ms

    async def run(self) -> None:
        """Hold the sample lesson if none was held yet, or finish the one that a restart interrupted."""
        try:
            lesson_id = await self._lesson_to_hold()
            if lesson_id is not None:
                await self._hold(lesson_id)
        except Exception:
            log.exception("the sample lesson could not be held; the next start tries again")

    async def _lesson_to_hold(self) -> LessonId | None:
        """An interrupted one that is worth finishing, else a new one if it is needed; others are ended."""
        open_ids = await self._demo.open_samples()
        chosen: LessonId | None = None
        for lesson_id in open_ids:
            if chosen is None and self._is_worth_finishing(
                (await self._rooms.get(lesson_id)).room, self._now_ms()
            ):
                chosen = lesson_id
        if chosen is None and (open_ids or not await self._demo.has_finished_lesson()):
            # Before the old one is ended: whenever this is interrupted, there is an open one or a good one.
            chosen = (await self._demo.create_sample(PLANNED_MS)).lesson_id
        for lesson_id in open_ids:
            if lesson_id != chosen:
                room = (await self._rooms.get(lesson_id)).room
                await self._execute(lesson_id, EndLesson(lead_id(room)))
        return chosen

    def _is_worth_finishing(self, room: Room, now_ms: int) -> bool:
        if room.phase is Phase.WAITING:
            return now_ms < room.plan.starts_at_ms + PLANNED_MS // 2
        last_ms = max(room.heartbeat_ms or 0, room.started_ms or 0)
        return room.phase is Phase.LIVE and now_ms - last_ms < CUT_SHORT_MS

    async def _hold(self, lesson_id: LessonId) -> None:
        director = Director()
        while True:
            room = (await self._rooms.get(lesson_id)).room
            if room.phase is Phase.ENDED:
                log.info("sample lesson %s is over: %s", lesson_id, room.end_reason)
                return
            command = director.next(room, self._now_ms())
            if command is not None:
                await self._execute(lesson_id, command)
            await asyncio.sleep(POLL_S)

    async def _execute(self, lesson_id: LessonId, command: ParticipantCommand) -> None:
        try:
            await (await self._rooms.get(lesson_id)).execute(command)
        except (AppError, CommandRejected) as refusal:
            # Somebody was quicker, or the journal is busy: the next look at the room decides again.
            log.info("sample lesson %s: %s: %s", lesson_id, type(command).__name__, refusal)


def _is_here(participant: Participant) -> bool:
    return participant.presence is Presence.PRESENT
