"""Who is there, and on which device."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from app.ids import ClassroomId, DeviceId, ParticipantId, UserId
from app.rooms.state import Role

LeaveReason = Literal["left", "lost", "lesson_ended"]


@dataclass(frozen=True, slots=True)
class ParticipantJoined:
    """First join, or a new join after `participant.left`."""

    type: ClassVar[str] = "participant.joined"
    participant_id: ParticipantId
    role: Role
    device_id: DeviceId
    user_id: UserId | None = None
    classroom_id: ClassroomId | None = None


@dataclass(frozen=True, slots=True)
class ParticipantCut:
    """The link is gone; the grace period starts."""

    type: ClassVar[str] = "participant.cut"
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantReturned:
    """Back within the grace period (or reloaded: a new device of the same place)."""

    type: ClassVar[str] = "participant.returned"
    participant_id: ParticipantId
    device_id: DeviceId


@dataclass(frozen=True, slots=True)
class DeviceReplaced:
    """A second device took the place while the first was there; the first is told `replaced`."""

    type: ClassVar[str] = "device.replaced"
    participant_id: ParticipantId
    old_device_id: DeviceId
    device_id: DeviceId


@dataclass(frozen=True, slots=True)
class ParticipantLeft:
    type: ClassVar[str] = "participant.left"
    participant_id: ParticipantId
    reason: LeaveReason
