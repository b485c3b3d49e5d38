"""What the engine tells of its links by itself: quality, bytes and samples of every lesson."""

from collections.abc import Callable, Mapping

from app.ids import LessonId, ParticipantId
from app.media.port import LessonSampled, LinkSample, MediaEvent, QualityMeasured
from app.media.sfu.link_meter import LinkMeter
from app.media.sfu.room import Room

SAMPLE_INTERVAL_S = 2.0
TELL_INTERVAL_S = 10.0
ROOMS_PER_TICK = 4
"""Measuring waits its turn: a tick that measures every lesson of a county would delay packets."""
MAX_PARTICIPANTS = 128


class _LessonMeters:
    def __init__(self, now: float) -> None:
        self.due = now + SAMPLE_INTERVAL_S
        self.links: dict[ParticipantId, LinkMeter] = {}


class Telemetry:
    """Owner of the meters of all rooms of an engine; `tick` it as often as the engine ticks."""

    def __init__(self, emit: Callable[[MediaEvent], None]) -> None:
        self._emit = emit
        self._lessons: dict[LessonId, _LessonMeters] = {}

    def tick(self, rooms: Mapping[LessonId, Room], now: float) -> None:
        """Measure rooms whose turn it is."""
        left = ROOMS_PER_TICK
        for lesson_id, room in rooms.items():
            meters = self._lessons.get(lesson_id)
            if meters is None:
                self._lessons[lesson_id] = _LessonMeters(now)
            elif now >= meters.due and left:
                left -= 1
                meters.due = now + SAMPLE_INTERVAL_S
                self._measure(room, meters, now)

    def meter_of(self, lesson_id: LessonId, participant_id: ParticipantId) -> LinkMeter | None:
        """The meter of one participant, if it was ever measured."""
        meters = self._lessons.get(lesson_id)
        return meters.links.get(participant_id) if meters is not None else None

    def tell_soon(self, lesson_id: LessonId, participant_id: ParticipantId) -> None:
        """Something begins for this participant: do not wait out the 10 s."""
        meter = self.meter_of(lesson_id, participant_id)
        if meter is not None:
            meter.told_at = float("-inf")

    def finish(self, room: Room, now: float) -> None:
        """The room closes: tell the last bytes."""
        meters = self._lessons.pop(room.lesson_id, None)
        if meters is not None:
            for meter in meters.links.values():
                meter.told_at = float("-inf")
            self._measure(room, meters, now)

    def _measure(self, room: Room, meters: _LessonMeters, now: float) -> None:
        links = meters.links
        for participant_id in room.participants:
            if participant_id not in links and len(links) < MAX_PARTICIPANTS:
                links[participant_id] = LinkMeter(now - SAMPLE_INTERVAL_S)
        samples: dict[ParticipantId, LinkSample] = {}
        for participant_id, meter in links.items():
            participant = room.participants.get(participant_id)
            measured = meter.measure(participant, now)
            if measured is None:
                continue
            sample, is_changed = measured
            if participant is not None:
                samples[participant_id] = sample
            if is_changed or now - meter.told_at >= TELL_INTERVAL_S:
                meter.told_at = now
                self._emit(
                    QualityMeasured(
                        room.lesson_id,
                        participant_id,
                        sample.quality,
                        meter.bytes_sent,
                        meter.bytes_received,
                    )
                )
        if samples:
            self._emit(LessonSampled(room.lesson_id, samples))
