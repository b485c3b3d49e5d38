"""Classrooms called up and sent down, and heard by the lead alone."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from app.ids import ParticipantId, SeatId

SendDownReason = Literal["by_lead", "by_classroom", "left"]


@dataclass(frozen=True, slots=True)
class ClassroomCalledUp:
    type: ClassVar[str] = "callup.called"
    seat_id: SeatId
    by: ParticipantId
    expires_ms: int


@dataclass(frozen=True, slots=True)
class CallUpAccepted:
    """The on-site teacher's accept: from here the classroom is seen and heard by the other schools."""

    type: ClassVar[str] = "callup.accepted"
    seat_id: SeatId


@dataclass(frozen=True, slots=True)
class CallUpDeclined:
    type: ClassVar[str] = "callup.declined"
    seat_id: SeatId


@dataclass(frozen=True, slots=True)
class CallUpCancelled:
    type: ClassVar[str] = "callup.cancelled"
    seat_id: SeatId


@dataclass(frozen=True, slots=True)
class CallUpExpired:
    type: ClassVar[str] = "callup.expired"
    seat_id: SeatId


@dataclass(frozen=True, slots=True)
class ClassroomSentDown:
    type: ClassVar[str] = "stage.sent_down"
    seat_id: SeatId
    reason: SendDownReason


@dataclass(frozen=True, slots=True)
class ListenInStarted:
    type: ClassVar[str] = "listen.started"
    listener_id: ParticipantId
    seat_id: SeatId


@dataclass(frozen=True, slots=True)
class ListenInStopped:
    type: ClassVar[str] = "listen.stopped"
    listener_id: ParticipantId
    seat_id: SeatId
