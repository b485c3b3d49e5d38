"""The last ten minutes of every lesson, to see afterwards what went wrong. In memory, bounded."""

import struct
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from app.ids import LessonId, ParticipantId
from app.media.port import (
    EngineConnected,
    EngineLost,
    LayersWanted,
    LessonSampled,
    LinkQuality,
    LinkSample,
    MediaEvent,
    PeerStateChanged,
    PublicationAdded,
    PublicationRemoved,
    QualityMeasured,
    SubscriptionPaused,
)

KEEP_MS = 600_000
SAMPLE_INTERVAL_MS = 2_000
MAX_SAMPLES = KEEP_MS // SAMPLE_INTERVAL_MS
MAX_PARTICIPANTS = 128
MAX_INCIDENTS = 300
MAX_LESSONS = 1_000

IncidentType = Literal[
    "peer.connected",
    "peer.failed",
    "peer.closed",
    "publication.started",
    "publication.stopped",
    "layers.wanted",
    "video.paused",
    "video.resumed",
    "quality.changed",
    "engine.lost",
    "engine.connected",
]
_QUALITIES: tuple[LinkQuality, ...] = get_args(LinkQuality)
_PEER_INCIDENTS: Mapping[str, IncidentType] = {
    "connected": "peer.connected",
    "failed": "peer.failed",
    "closed": "peer.closed",
}


@dataclass(frozen=True, slots=True)
class Incident:
    """Something worth knowing when one looks back."""

    at_ms: int
    type: IncidentType
    participant_id: ParticipantId | None
    """None: of the whole lesson."""
    detail: str
    """Which connection, publication or quality; opaque ids only."""


class SampleRing:
    """The last samples of one participant, 24 bytes each."""

    _FORMAT = struct.Struct("<qBBHHHII")

    def __init__(self) -> None:
        self._packed: deque[bytes] = deque(maxlen=MAX_SAMPLES)

    def put(self, at_ms: int, sample: LinkSample) -> None:
        self._packed.append(
            self._FORMAT.pack(
                at_ms,
                _QUALITIES.index(sample.quality),
                sample.is_paused,
                round(sample.loss_up * 1_000),
                round(sample.loss_down * 1_000),
                min(sample.rtt_ms, 0xFFFF),
                min(sample.bitrate_up_bps, 0xFFFFFFFF),
                min(sample.bitrate_down_bps, 0xFFFFFFFF),
            )
        )

    def since(self, at_ms: int) -> Iterator[tuple[int, LinkSample]]:
        """The samples from `at_ms` on, oldest first."""
        for packed in self._packed:
            taken_ms, quality, is_paused, up, down, rtt_ms, up_bps, down_bps = self._FORMAT.unpack(
                packed
            )
            if taken_ms >= at_ms:
                yield (
                    taken_ms,
                    LinkSample(
                        _QUALITIES[quality],
                        up / 1_000,
                        down / 1_000,
                        rtt_ms,
                        up_bps,
                        down_bps,
                        bool(is_paused),
                    ),
                )


@dataclass(slots=True)
class LessonHistory:
    engine_index: int
    heard_ms: int
    rings: dict[ParticipantId, SampleRing] = field(default_factory=dict)
    incidents: deque[Incident] = field(default_factory=lambda: deque(maxlen=MAX_INCIDENTS))
    qualities: dict[ParticipantId, LinkQuality] = field(default_factory=dict)


class MediaHistory:
    """`on_engine_event` is an EngineTap. A lesson is forgotten ten minutes after its last news."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._lessons: dict[LessonId, LessonHistory] = {}
        self._swept_ms = 0

    def of(self, lesson_id: LessonId) -> LessonHistory | None:
        """What is remembered of this lesson; None: nothing happened lately."""
        return self._lessons.get(lesson_id)

    def on_engine_event(self, index: int, event: MediaEvent) -> None:
        """Take note; never waits."""
        match event:
            case LessonSampled():
                self._sampled(index, event)
            case EngineLost():
                self._all(index, "engine.lost")
            case EngineConnected():
                self._all(index, "engine.connected")
            case QualityMeasured():
                lesson = self._lesson(index, event.lesson_id)
                if lesson.qualities.get(event.participant_id) != event.quality:
                    lesson.qualities[event.participant_id] = event.quality
                    self._note(lesson, "quality.changed", event.participant_id, event.quality)
            case PeerStateChanged():
                incident = _PEER_INCIDENTS.get(event.state)
                if incident is not None:
                    lesson = self._lesson(index, event.lesson_id)
                    of_session = "" if event.session_id is None else f" {event.session_id}"
                    detail = f"{event.connection}{of_session}"
                    self._note(lesson, incident, event.participant_id, detail)
            case SubscriptionPaused():
                lesson = self._lesson(index, event.lesson_id)
                word: IncidentType = "video.paused" if event.is_paused else "video.resumed"
                detail = f"{event.publication_id} {event.reason}".strip()
                self._note(lesson, word, event.participant_id, detail)
            case LayersWanted():
                lesson = self._lesson(index, event.lesson_id)
                wanted = f"{event.source.value} {sum(event.layers)} of {len(event.layers)}"
                self._note(lesson, "layers.wanted", event.participant_id, wanted)
            case PublicationAdded():
                lesson = self._lesson(index, event.lesson_id)
                detail = f"{event.source.value} {event.codec}"
                self._note(lesson, "publication.started", event.participant_id, detail)
            case PublicationRemoved():
                lesson = self._lesson(index, event.lesson_id)
                source = event.publication_id.rpartition("/")[2]
                self._note(lesson, "publication.stopped", event.participant_id, source)
            case _:
                pass

    def _sampled(self, index: int, event: LessonSampled) -> None:
        lesson, now_ms = self._lesson(index, event.lesson_id), self._now_ms()
        for participant_id, sample in event.samples.items():
            ring = lesson.rings.get(participant_id)
            if ring is None:
                if len(lesson.rings) >= MAX_PARTICIPANTS:
                    continue
                ring = lesson.rings[participant_id] = SampleRing()
            ring.put(now_ms, sample)

    def _lesson(self, index: int, lesson_id: LessonId) -> LessonHistory:
        now_ms = self._now_ms()
        self._sweep(now_ms)
        lesson = self._lessons.get(lesson_id)
        if lesson is None:
            if len(self._lessons) >= MAX_LESSONS:
                oldest = min(self._lessons, key=lambda one: self._lessons[one].heard_ms)
                del self._lessons[oldest]
            lesson = self._lessons[lesson_id] = LessonHistory(index, now_ms)
        lesson.engine_index, lesson.heard_ms = index, now_ms
        return lesson

    def _all(self, index: int, incident: IncidentType) -> None:
        for lesson in self._lessons.values():
            if lesson.engine_index == index:
                self._note(lesson, incident, None, f"engine-{index}")

    def _note(
        self,
        lesson: LessonHistory,
        incident: IncidentType,
        participant_id: ParticipantId | None,
        detail: str,
    ) -> None:
        lesson.incidents.append(Incident(self._now_ms(), incident, participant_id, detail))

    def _sweep(self, now_ms: int) -> None:
        if now_ms - self._swept_ms < KEEP_MS // 10:
            return
        self._swept_ms = now_ms
        for lesson_id in [k for k, v in self._lessons.items() if now_ms - v.heard_ms > KEEP_MS]:
            del self._lessons[lesson_id]
