"""What happened. Events are the journal: append-only, opaque ids only, never a name or free text.

`at_ms` (lesson clock: UTC at the process's anchor plus monotonic time since), `mono_ns` and `seq` belong to the
journal row, not to the event.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Literal, get_args

from app.ids import ClassroomId, DeckId, DeviceId, ParticipantId, PupilId, SeatId, StrokeId, UserId
from app.rooms.state import LinkQuality, Role, Signal, SoundPreset, StrokeColor

EndReason = Literal["ended_by_lead", "planned_end", "lead_absent", "cancelled"]
LeaveReason = Literal["left", "lost", "lesson_ended"]
SendDownReason = Literal["by_lead", "by_classroom", "left"]


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
class LeadProposed:
    """`by` is the lead, who offers to hand over, or `to_id`, who asks for it."""

    type: ClassVar[str] = "lead.proposed"
    to_id: ParticipantId
    by: ParticipantId
    expires_ms: int


@dataclass(frozen=True, slots=True)
class LeadDeclined:
    type: ClassVar[str] = "lead.declined"
    to_id: ParticipantId


@dataclass(frozen=True, slots=True)
class LeadWithdrawn:
    """Whoever proposed it changed its mind, or one of the two left."""

    type: ClassVar[str] = "lead.withdrawn"
    to_id: ParticipantId


@dataclass(frozen=True, slots=True)
class LeadProposalExpired:
    type: ClassVar[str] = "lead.proposal_expired"
    to_id: ParticipantId


@dataclass(frozen=True, slots=True)
class LeadHandedOver:
    """From here `lead_id` leads; who led so far is an assistant."""

    type: ClassVar[str] = "lead.handed_over"
    lead_id: ParticipantId


@dataclass(frozen=True, slots=True)
class LeadTakenOver:
    """The lead's page was gone, and an assistant leads on. As `lead.handed_over` otherwise."""

    type: ClassVar[str] = "lead.taken_over"
    lead_id: ParticipantId


@dataclass(frozen=True, slots=True)
class ParticipantHeard:
    """Somebody spoke in this classroom while others heard it; at most once a minute."""

    type: ClassVar[str] = "participant.heard"
    participant_id: ParticipantId


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


@dataclass(frozen=True, slots=True)
class SoundSwitched:
    """The lead chose how the lesson sounds."""

    type: ClassVar[str] = "sound.switched"
    preset: SoundPreset
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class HeadsCounted:
    """The roll call of a classroom says how many pupils are there. Who they are stands in the roll call alone."""

    type: ClassVar[str] = "heads.counted"
    seat_id: SeatId
    head_count: int | None


@dataclass(frozen=True, slots=True)
class SlidesTurned:
    """Every screen shows this page from now on, also one that turned pages by itself."""

    type: ClassVar[str] = "slides.turned"
    by: ParticipantId
    deck_id: DeckId
    page: int


@dataclass(frozen=True, slots=True)
class SlidesHidden:
    type: ClassVar[str] = "slides.hidden"
    by: ParticipantId


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
class StrokeDrawn:
    """A finished line; what it looked like while it grew is nobody's to keep."""

    type: ClassVar[str] = "stroke.drawn"
    by: ParticipantId
    deck_id: DeckId
    page: int
    stroke_id: StrokeId
    color: StrokeColor
    points: str


@dataclass(frozen=True, slots=True)
class StrokeUndone:
    type: ClassVar[str] = "stroke.undone"
    by: ParticipantId
    deck_id: DeckId
    page: int
    stroke_id: StrokeId


@dataclass(frozen=True, slots=True)
class StrokesCleared:
    """Nothing is drawn on this page any more."""

    type: ClassVar[str] = "strokes.cleared"
    by: ParticipantId
    deck_id: DeckId
    page: int


@dataclass(frozen=True, slots=True)
class PupilNamed:
    """Who speaks on the stage; None: nobody in particular. For the staff and the classroom's own consoles only."""

    type: ClassVar[str] = "pupil.named"
    participant_id: ParticipantId
    pupil_id: PupilId | None


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


CONSENT_WITHDRAWN = "consent_withdrawn"
"""Why a track is not written any more in this lesson, whatever the recorder could do."""


@dataclass(frozen=True, slots=True)
class RecordingStopped:
    """A track is no longer written, and why (`disk_full`, `write_failed`, `consent_withdrawn`, ...)."""

    type: ClassVar[str] = "recording.stopped"
    participant_id: ParticipantId
    source: str
    reason: str


Event = (
    ClockAnchored
    | Heartbeat
    | LessonStarted
    | LessonEnded
    | LessonRestored
    | ParticipantJoined
    | ParticipantCut
    | ParticipantReturned
    | DeviceReplaced
    | ParticipantLeft
    | ClassroomCalledUp
    | CallUpAccepted
    | CallUpDeclined
    | CallUpCancelled
    | CallUpExpired
    | ClassroomSentDown
    | ListenInStarted
    | ListenInStopped
    | FloorOpened
    | FloorClosed
    | SingAlongStarted
    | SingAlongStopped
    | SpotlightMoved
    | LeadProposed
    | LeadDeclined
    | LeadWithdrawn
    | LeadProposalExpired
    | LeadHandedOver
    | LeadTakenOver
    | ParticipantHeard
    | HelpCalled
    | HelpCleared
    | ParticipantMuted
    | ParticipantUnmuted
    | HandRaised
    | HandLowered
    | SourceSwitched
    | DataSavingSwitched
    | SoundSwitched
    | HeadsCounted
    | SlidesTurned
    | SlidesHidden
    | StrokeDrawn
    | StrokeUndone
    | StrokesCleared
    | AutoAcceptSwitched
    | SignalRaised
    | SignalCleared
    | PupilNamed
    | PublicationStarted
    | PublicationStopped
    | QualityChanged
    | EpochOpened
    | SegmentClosed
    | EpochClosed
    | RecordingStopped
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its journal row: the only form in which events leave the room."""

    seq: int
    at_ms: int
    mono_ns: int
    event: Event


_BY_TYPE: dict[str, type[Any]] = {cls.type: cls for cls in get_args(Event)}


def event_to_json(event: Event) -> dict[str, Any]:
    """The event's fields as plain JSON values, without its `type`."""
    return asdict(event)


def event_from_json(type_: str, data: dict[str, Any]) -> Event:
    """The event of a journal row. ValueError for a type or field this version does not know."""
    cls = _BY_TYPE.get(type_)
    if cls is None:
        raise ValueError(f"unknown journal event {type_!r}")
    unknown = data.keys() - {f.name for f in fields(cls)}
    if unknown:
        raise ValueError(f"journal event {type_!r} has unknown fields {sorted(unknown)}")
    if "role" in data:
        data = {**data, "role": Role(data["role"])}
    event: Event = cls(**data)
    return event
