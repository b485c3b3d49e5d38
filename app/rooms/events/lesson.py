"""The lesson as a whole: when it ran, and by which clock."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from app.ids import ParticipantId

EndReason = Literal["ended_by_lead", "planned_end", "lead_absent", "cancelled"]


@dataclass(frozen=True, slots=True)
class ClockAnchored:
    """A server process took the room up: its monotonic clock read `mono_ns` at `utc_ms`."""

    type: ClassVar[str] = "clock.anchored"
    boot_id: str
    mono_ns: int
    utc_ms: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The room was alive. Hidden from clients; an open span closes here after a crash."""

    type: ClassVar[str] = "room.heartbeat"


@dataclass(frozen=True, slots=True)
class LessonStarted:
    type: ClassVar[str] = "lesson.started"
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class LessonEnded:
    type: ClassVar[str] = "lesson.ended"
    reason: EndReason
    by: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class LessonRestored:
    """It ended because it was cancelled before it began, and takes place after all: everybody comes in anew."""

    type: ClassVar[str] = "lesson.restored"
