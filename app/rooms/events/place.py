"""One place: its hand, its microphone and camera, its data, its call for help."""

from dataclasses import dataclass
from typing import ClassVar

from app.ids import ParticipantId


@dataclass(frozen=True, slots=True)
class HelpCalled:
    """A place asks the office for help."""

    type: ClassVar[str] = "help.called"
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class HelpCleared:
    type: ClassVar[str] = "help.cleared"
    participant_id: ParticipantId
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantMuted:
    type: ClassVar[str] = "participant.muted"
    participant_id: ParticipantId
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantUnmuted:
    type: ClassVar[str] = "participant.unmuted"
    participant_id: ParticipantId
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class HandRaised:
    type: ClassVar[str] = "hand.raised"
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class HandLowered:
    type: ClassVar[str] = "hand.lowered"
    participant_id: ParticipantId
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class SourceSwitched:
    """The people in the room opened or closed their own camera or microphone."""

    type: ClassVar[str] = "source.switched"
    participant_id: ParticipantId
    source: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class DataSavingSwitched:
    """The people in the room chose small pictures because their data costs money, or chose otherwise."""

    type: ClassVar[str] = "data_saving.switched"
    participant_id: ParticipantId
    is_on: bool
