"""For all classrooms at once: open floor, sing-along, spotlight, how the lesson sounds."""

from dataclasses import dataclass
from typing import ClassVar

from app.ids import ParticipantId
from app.rooms.state import SoundPreset


@dataclass(frozen=True, slots=True)
class FloorOpened:
    type: ClassVar[str] = "floor.opened"
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class FloorClosed:
    type: ClassVar[str] = "floor.closed"
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class SingAlongStarted:
    """Every classroom's microphone is closed to the others; they sing to the lead's sound."""

    type: ClassVar[str] = "sing_along.started"
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class SingAlongStopped:
    type: ClassVar[str] = "sing_along.stopped"
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class SpotlightMoved:
    """All screens show this participant large; None: nobody more than usual. It ends by itself where its place
    leaves the stage."""

    type: ClassVar[str] = "spotlight.moved"
    participant_id: ParticipantId | None
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class SoundSwitched:
    """The lead chose how the lesson sounds."""

    type: ClassVar[str] = "sound.switched"
    preset: SoundPreset
    by: ParticipantId
