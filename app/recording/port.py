"""The seam between rooms and recorders: protocols and plain values only."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from app.ids import LessonId, PublicationId
from app.media.port import RtpSink

DISK_FULL = "disk_full"
"""Why a track is given up, or not begun."""


@dataclass(frozen=True, slots=True)
class TrackRequest:
    """One publication to be written."""

    lesson_id: LessonId
    publication_id: PublicationId
    keyframe_interval_s: float = 20.0
    """A seekable picture needs a keyframe this often; browsers send one every 100 s by themselves."""
    priority: int = 0
    """Kept longest when the disk fills up: the highest number goes first."""


@dataclass(frozen=True, slots=True)
class EpochOpenedReport:
    lesson_id: LessonId
    publication_id: PublicationId
    epoch_id: str
    codec: str

    @property
    def event_id(self) -> str:
        return f"{self.epoch_id}:opened"


@dataclass(frozen=True, slots=True)
class SegmentClosedReport:
    lesson_id: LessonId
    epoch_id: str
    segment_id: str
    size_bytes: int
    sha256: str
    sidecar_sha256: str

    @property
    def event_id(self) -> str:
        return f"{self.segment_id}:closed"


@dataclass(frozen=True, slots=True)
class EpochClosedReport:
    lesson_id: LessonId
    epoch_id: str

    @property
    def event_id(self) -> str:
        return f"{self.epoch_id}:closed"


@dataclass(frozen=True, slots=True)
class TrackStoppedReport:
    """The recorder gave a track up by itself: `disk_full` or `write_failed`."""

    lesson_id: LessonId
    publication_id: PublicationId
    reason: str
    stop_id: str

    @property
    def event_id(self) -> str:
        return f"{self.stop_id}:stopped"


@dataclass(frozen=True, slots=True)
class RecorderConnected:
    """The link to the recorder is up (again): reconcile against `snapshot()`. Needs no acknowledgement."""


Report = EpochOpenedReport | SegmentClosedReport | EpochClosedReport | TrackStoppedReport
RecorderEvent = Report | RecorderConnected

_REPORTS: Mapping[str, type[Any]] = {
    "epoch_opened": EpochOpenedReport,
    "segment_closed": SegmentClosedReport,
    "epoch_closed": EpochClosedReport,
    "track_stopped": TrackStoppedReport,
}
_REPORT_NAMES = {cls: name for name, cls in _REPORTS.items()}


def report_to_json(report: Report) -> dict[str, Any]:
    """The report as plain JSON values with its `type`."""
    return {"type": _REPORT_NAMES[type(report)], **asdict(report)}


def report_from_json(value: Mapping[str, Any]) -> Report:
    """Inverse of `report_to_json`; ValueError for a shape this version does not know."""
    fields = dict(value)
    cls = _REPORTS.get(str(fields.pop("type", "")))
    if cls is None:
        raise ValueError(f"unknown recorder report {value.get('type')!r}")
    try:
        report: Report = cls(**fields)
    except TypeError as error:
        raise ValueError(f"recorder report does not fit: {error}") from None
    return report


@dataclass(frozen=True, slots=True)
class TrackSnapshot:
    """A started track as the recorder sees it."""

    request: TrackRequest
    has_sink: bool
    """An engine is connected for it."""
    epoch_id: str | None
    packets: int
    frames: int
    bytes_written: int
    gaps: int


@dataclass(frozen=True, slots=True)
class RecorderSnapshot:
    tracks: tuple[TrackSnapshot, ...]
    is_adopting: bool
    """Still reading what a killed recorder left behind."""


class Recorder(Protocol):
    """Writes publications to disk. Every call is idempotent; raises `RecorderUnavailable` while it is down."""

    @property
    def is_available(self) -> bool: ...

    async def start(self, request: TrackRequest) -> RtpSink:
        """Be ready for this publication; the answer goes to `MediaEngine.attach_sink`. Raises NoRoom."""
        ...

    async def stop(self, lesson_id: LessonId, publication_id: PublicationId) -> None: ...

    async def stop_lesson(self, lesson_id: LessonId) -> None:
        """Stop every track of the lesson; returns when all its segments are closed on disk."""
        ...

    async def want_keyframes(self, lesson_id: LessonId) -> None:
        """Ask each video publisher of the lesson for a keyframe (a stage or slide change)."""
        ...

    async def snapshot(self) -> RecorderSnapshot: ...

    async def acknowledge(self, event_id: str) -> None:
        """The report is safe in the journal and need not be delivered again."""
        ...

    def events(self) -> AsyncIterator[RecorderEvent]:
        """Reports, at least once each until acknowledged; `RecorderConnected` at each (re)connect."""
        ...


class NoRoom(Exception):
    """The disk has no room for a track as unimportant as this one."""


class RecorderUnavailable(Exception):
    """The recorder is down or restarting; try again after `RecorderConnected`."""
