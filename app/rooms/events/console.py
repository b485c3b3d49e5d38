"""What the on-site teacher's console decided."""

from dataclasses import dataclass
from typing import ClassVar

from app.ids import ParticipantId, PupilId
from app.rooms.state import Signal


@dataclass(frozen=True, slots=True)
class AutoAcceptSwitched:
    """The on-site teacher granted that a call brings the classroom up by itself, or took that back."""

    type: ClassVar[str] = "auto_accept.switched"
    participant_id: ParticipantId
    is_on: bool


@dataclass(frozen=True, slots=True)
class SignalRaised:
    """For the staff and the classroom's own consoles only."""

    type: ClassVar[str] = "signal.raised"
    participant_id: ParticipantId
    signal: Signal


@dataclass(frozen=True, slots=True)
class SignalCleared:
    type: ClassVar[str] = "signal.cleared"
    participant_id: ParticipantId
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class PupilNamed:
    """Who speaks on the stage; None: nobody in particular. For the staff and the classroom's own consoles only."""

    type: ClassVar[str] = "pupil.named"
    participant_id: ParticipantId
    pupil_id: PupilId | None
