"""What somebody asks for, or what the world reports. `decide` turns a command into events or refuses it.

`by` is who asks. Commands without `by` come from the server itself (timers, engine, recorder).
"""

from dataclasses import dataclass

from app.ids import ClassroomId, DeckId, DeviceId, ParticipantId, PupilId, SeatId, StrokeId, UserId
from app.rooms.state import LinkQuality, Role, Signal, SoundPreset, StrokeColor


@dataclass(frozen=True, slots=True)
class Join:
    """A media device takes its place; a second device replaces the first."""

    by: ParticipantId
    role: Role
    device_id: DeviceId
    user_id: UserId | None = None
    classroom_id: ClassroomId | None = None
    is_resume: bool = False
    """The device reconnected by itself: it must not push out another one that holds the place now (`replaced`)."""


@dataclass(frozen=True, slots=True)
class Leave:
    by: ParticipantId
    device_id: DeviceId


@dataclass(frozen=True, slots=True)
class ReportCut:
    """The socket of this device closed without `room.leave`. Ignored if another device holds the place."""

    participant_id: ParticipantId
    device_id: DeviceId


@dataclass(frozen=True, slots=True)
class StartLesson:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class EndLesson:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class CallUp:
    by: ParticipantId
    seat_id: SeatId


@dataclass(frozen=True, slots=True)
class CancelCallUp:
    by: ParticipantId
    seat_id: SeatId


@dataclass(frozen=True, slots=True)
class AcceptCallUp:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class DeclineCallUp:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class SendDown:
    """By staff for any seat, or by a classroom for its own."""

    by: ParticipantId
    seat_id: SeatId


@dataclass(frozen=True, slots=True)
class StartListenIn:
    by: ParticipantId
    seat_id: SeatId


@dataclass(frozen=True, slots=True)
class StopListenIn:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class OpenFloor:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class CloseFloor:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class StartSingAlong:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class StopSingAlong:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class MoveSpotlight:
    """Show the lead or a classroom on stage large on every screen; None: nobody more than usual."""

    by: ParticipantId
    participant_id: ParticipantId | None


@dataclass(frozen=True, slots=True)
class ProposeLead:
    """The lead offers to hand over to an assistant, or an assistant asks for the lead for itself."""

    by: ParticipantId
    to_id: ParticipantId


@dataclass(frozen=True, slots=True)
class AnswerLead:
    """Accept or decline the open proposal; whoever made it withdraws it by declining."""

    by: ParticipantId
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class TakeLead:
    """An assistant leads on where the lead's page is gone."""

    by: ParticipantId


@dataclass(frozen=True, slots=True)
class CallForHelp:
    """A place asks the office for help."""

    by: ParticipantId


@dataclass(frozen=True, slots=True)
class ClearHelp:
    by: ParticipantId
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class Mute:
    by: ParticipantId
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class Unmute:
    by: ParticipantId
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class RaiseHand:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class LowerHand:
    """By the classroom itself, or by staff for any seat."""

    by: ParticipantId
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class SwitchSource:
    by: ParticipantId
    source: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class SwitchDataSaving:
    """The on-site teacher's link is metered: small pictures for this classroom, and of it."""

    by: ParticipantId
    is_on: bool


@dataclass(frozen=True, slots=True)
class TurnSlides:
    """Show this page on every screen."""

    by: ParticipantId
    deck_id: DeckId
    page: int


@dataclass(frozen=True, slots=True)
class HideSlides:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class DrawStroke:
    """A finished line on the page that is shown; `points` as in `state.Stroke`."""

    by: ParticipantId
    stroke_id: StrokeId
    color: StrokeColor
    points: str


@dataclass(frozen=True, slots=True)
class UndoStroke:
    """Take the last line on the page that is shown away."""

    by: ParticipantId


@dataclass(frozen=True, slots=True)
class ClearStrokes:
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class SwitchSound:
    """For the whole lesson, from now on."""

    by: ParticipantId
    preset: SoundPreset


@dataclass(frozen=True, slots=True)
class SwitchAutoAccept:
    """The on-site teacher lets calls bring this classroom up by themselves in this lesson, or no longer."""

    by: ParticipantId
    is_on: bool


@dataclass(frozen=True, slots=True)
class RaiseSignal:
    """One touch that tells the staff something; a new signal takes the place of the old one."""

    by: ParticipantId
    signal: Signal


@dataclass(frozen=True, slots=True)
class ClearSignal:
    """By staff who have taken note of it, or by the classroom that takes it back."""

    by: ParticipantId
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class NamePupil:
    """Who speaks on the stage; None: nobody in particular."""

    by: ParticipantId
    pupil_id: PupilId | None


@dataclass(frozen=True, slots=True)
class ReportPublication:
    """The engine receives (`codec`) or no longer receives (None) a track."""

    participant_id: ParticipantId
    source: str
    codec: str | None


@dataclass(frozen=True, slots=True)
class ReportQuality:
    """The engine measured this participant's link."""

    participant_id: ParticipantId
    quality: LinkQuality


@dataclass(frozen=True, slots=True)
class ReportHeard:
    """The engine heard this participant speak."""

    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class ReportEpochOpened:
    epoch_id: str
    participant_id: ParticipantId
    source: str
    codec: str


@dataclass(frozen=True, slots=True)
class ReportSegmentClosed:
    segment_id: str
    epoch_id: str
    size_bytes: int
    sha256: str
    sidecar_sha256: str


@dataclass(frozen=True, slots=True)
class ReportEpochClosed:
    epoch_id: str


@dataclass(frozen=True, slots=True)
class ReportRecordingStopped:
    participant_id: ParticipantId
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReportHeadCount:
    """The roll call of this seat was saved: so many pupils are there; None: nobody counted (any more)."""

    seat_id: SeatId
    head_count: int | None


@dataclass(frozen=True, slots=True)
class TakeUpRoom:
    """A server process loaded the room from its journal (or opens it for the first time)."""

    boot_id: str
    mono_ns: int
    utc_ms: int


@dataclass(frozen=True, slots=True)
class CheckDeadlines:
    """A timer of `next_deadline(room)` fired: expire call-ups, close grace periods, end the lesson, heartbeat."""


ParticipantCommand = (
    Join
    | Leave
    | StartLesson
    | EndLesson
    | CallUp
    | CancelCallUp
    | AcceptCallUp
    | DeclineCallUp
    | SendDown
    | StartListenIn
    | StopListenIn
    | OpenFloor
    | CloseFloor
    | StartSingAlong
    | StopSingAlong
    | MoveSpotlight
    | ProposeLead
    | AnswerLead
    | TakeLead
    | CallForHelp
    | ClearHelp
    | Mute
    | Unmute
    | RaiseHand
    | LowerHand
    | SwitchSource
    | SwitchDataSaving
    | TurnSlides
    | HideSlides
    | DrawStroke
    | UndoStroke
    | ClearStrokes
    | SwitchSound
    | SwitchAutoAccept
    | RaiseSignal
    | ClearSignal
    | NamePupil
)
ServerCommand = (
    ReportCut
    | ReportPublication
    | ReportQuality
    | ReportHeard
    | ReportEpochOpened
    | ReportSegmentClosed
    | ReportEpochClosed
    | ReportRecordingStopped
    | ReportHeadCount
    | TakeUpRoom
    | CheckDeadlines
)
Command = ParticipantCommand | ServerCommand
