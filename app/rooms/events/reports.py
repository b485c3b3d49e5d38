"""What engine, recorder and roll call reported."""

from dataclasses import dataclass
from typing import ClassVar

from app.ids import ParticipantId, SeatId
from app.rooms.state import LinkQuality

CONSENT_WITHDRAWN = "consent_withdrawn"
"""Why a track is not written any more in this lesson, whatever the recorder could do."""


@dataclass(frozen=True, slots=True)
class ParticipantHeard:
    """Somebody spoke in this classroom while others heard it; at most once a minute."""

    type: ClassVar[str] = "participant.heard"
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class HeadsCounted:
    """The roll call of a classroom says how many pupils are there. Who they are stands in the roll call alone."""

    type: ClassVar[str] = "heads.counted"
    seat_id: SeatId
    head_count: int | None


@dataclass(frozen=True, slots=True)
class PublicationStarted:
    """The engine receives this track."""

    type: ClassVar[str] = "publication.started"
    participant_id: ParticipantId
    source: str
    codec: str


@dataclass(frozen=True, slots=True)
class PublicationStopped:
    type: ClassVar[str] = "publication.stopped"
    participant_id: ParticipantId
    source: str


@dataclass(frozen=True, slots=True)
class QualityChanged:
    """A participant's media link became better or worse, and stayed so for some seconds."""

    type: ClassVar[str] = "quality.changed"
    participant_id: ParticipantId
    quality: LinkQuality


@dataclass(frozen=True, slots=True)
class EpochOpened:
    """The recorder began a track epoch (publication x ssrc x codec)."""

    type: ClassVar[str] = "recording.epoch_opened"
    epoch_id: str
    participant_id: ParticipantId
    source: str
    codec: str


@dataclass(frozen=True, slots=True)
class SegmentClosed:
    type: ClassVar[str] = "recording.segment_closed"
    segment_id: str
    epoch_id: str
    size_bytes: int
    sha256: str
    sidecar_sha256: str


@dataclass(frozen=True, slots=True)
class EpochClosed:
    type: ClassVar[str] = "recording.epoch_closed"
    epoch_id: str


@dataclass(frozen=True, slots=True)
class RecordingStopped:
    """A track is no longer written, and why (`disk_full`, `write_failed`, `consent_withdrawn`, ...)."""

    type: ClassVar[str] = "recording.stopped"
    participant_id: ParticipantId
    source: str
    reason: str
