"""The room as a value: everything that `decide` looks at and `evolve` returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, get_args

from app.ids import (
    ClassroomId,
    DeckId,
    DeviceId,
    LessonId,
    ParticipantId,
    PublicationId,
    PupilId,
    SeatId,
    StrokeId,
    UserId,
)

LinkQuality = Literal["good", "fair", "poor", "lost"]
StrokeColor = Literal["red", "blue", "green"]
SoundPreset = Literal["voice", "music"]
"""How microphones are treated: for speech, or so that music and quiet sounds stay as they are."""


Signal = Literal["slower", "repeat", "frozen", "no_sound", "two_minutes", "ready"]
"""What a classroom can tell the staff with one touch: a code, never words of its own."""
SIGNALS: tuple[Signal, ...] = get_args(Signal)


class Role(StrEnum):
    LEAD = "lead"
    ASSISTANT = "assistant"
    OBSERVER = "observer"
    CLASSROOM = "classroom"

    @property
    def is_staff(self) -> bool:
        return self is not Role.CLASSROOM


class Phase(StrEnum):
    WAITING = "waiting"
    LIVE = "live"
    ENDED = "ended"


class Presence(StrEnum):
    PRESENT = "present"
    CUT = "cut"
    """The link is gone, the grace period runs."""
    ABSENT = "absent"


class StagePlace(StrEnum):
    OFF = "off"
    CALLED = "called"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in the lesson held by a classroom. Its participant has the same id."""

    seat_id: SeatId
    classroom_id: ClassroomId
    may_be_recorded: bool = False
    """The classroom's consent for `recorded`, as it stood when the lesson was created or started."""


@dataclass(frozen=True, slots=True)
class Participant:
    participant_id: ParticipantId
    role: Role
    user_id: UserId | None
    classroom_id: ClassroomId | None
    device_id: DeviceId | None
    """The one media device; None while cut or absent."""
    presence: Presence
    since_ms: int
    """When the present state of presence began, lesson clock."""
    place: StagePlace = StagePlace.OFF
    call_expires_ms: int | None = None
    hand_raised_ms: int | None = None
    stage_ms: int | None = None
    """When it last came to the stage or left it; None: it was not there yet."""
    heard_ms: int | None = None
    """When it last spoke where others heard it, to a minute; None: not yet."""
    help_since_ms: int | None = None
    """It calls for help since then."""
    is_muted: bool = False
    """Closed by staff: the forwarder passes no sound of it to anyone."""
    switched_off: frozenset[str] = frozenset()
    """Sources (`camera`, `microphone`) that the people in the room closed themselves."""
    saves_data: bool = False
    """The people in the room chose small pictures: their data costs money."""
    publishing: Mapping[str, str] = field(default_factory=dict)
    """Live publications: source -> codec."""
    quality: LinkQuality | None = None
    """How the media link does; None: not measured yet."""
    accepts_by_itself: bool = False
    """The on-site teacher's standing second key: a call brings the classroom up at once."""
    signal: Signal | None = None
    """What the on-site teacher tells the staff; None: nothing, or somebody has taken note of it."""
    signalled_ms: int | None = None
    """When the last signal was raised."""
    pupil_id: PupilId | None = None
    """Who speaks, on the stage: named by the on-site teacher."""


@dataclass(frozen=True, slots=True)
class LeadProposal:
    """The lead offers to hand over, or an assistant asks for the lead; the other one of the two answers."""

    to_id: ParticipantId
    """Who would lead."""
    by: ParticipantId
    """Who proposed it: the lead, or `to_id`."""
    expires_ms: int


@dataclass(frozen=True, slots=True)
class LessonPlan:
    """The lesson row as far as the room cares. Times: UTC milliseconds."""

    lesson_id: LessonId
    lead_user_id: UserId
    starts_at_ms: int
    ends_at_ms: int
    is_recorded: bool
    seats: tuple[Seat, ...]
    sound_preset: SoundPreset = "voice"
    """As the subject asks for it."""
    is_restored: bool = False
    """It was cancelled, and takes place after all."""
    reconnect_grace_ms: int = 60_000
    call_up_timeout_ms: int = 30_000
    overtime_ms: int = 600_000
    """How long after its planned end, or after its last lead left, a lesson ends by itself."""
    takeover_after_ms: int = 10_000
    """How long the lead's page is gone before an assistant may take over."""
    lead_proposal_timeout_ms: int = 30_000
    stage_limit: int = 4
    """Classrooms that may be called up or on stage at the same time."""


@dataclass(frozen=True, slots=True)
class SlidePosition:
    """One page of one deck."""

    deck_id: DeckId
    page: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line that was drawn on a page."""

    stroke_id: StrokeId
    color: StrokeColor
    points: str
    """`x,y x,y ...`, 0..10000 of the page's width and height."""


@dataclass(frozen=True, slots=True)
class Slides:
    """Which page all screens show, and what is drawn on every page."""

    shown: SlidePosition | None = None
    turned_ms: int = 0
    """When somebody last turned to a page: screens that turned pages by themselves follow again."""
    strokes: Mapping[SlidePosition, tuple[Stroke, ...]] = field(default_factory=dict)

    def strokes_of(self, page: SlidePosition) -> tuple[Stroke, ...]:
        return self.strokes.get(page, ())

    @property
    def stroke_count(self) -> int:
        return sum(map(len, self.strokes.values()))


@dataclass(frozen=True, slots=True)
class Room:
    plan: LessonPlan
    phase: Phase = Phase.WAITING
    seq: int = 0
    """Of the last event folded in."""
    participants: Mapping[ParticipantId, Participant] = field(default_factory=dict)
    lead: ParticipantId | None = None
    """Who leads since a handover; None: the lead of the plan. Read it with `permissions.lead_id`."""
    lead_proposal: LeadProposal | None = None
    is_floor_open: bool = False
    is_sing_along: bool = False
    """Every room sings to the lead's sound: no classroom is heard, except by who listens in."""
    spotlight: ParticipantId | None = None
    """Whom all screens show large: the lead, or a classroom on stage."""
    listening: Mapping[ParticipantId, SeatId] = field(default_factory=dict)
    """Staff participant -> the one seat it listens in on."""
    slides: Slides = Slides()
    started_ms: int | None = None
    ended_ms: int | None = None
    end_reason: str | None = None
    lead_gone_ms: int | None = None
    """When the last lead left a live lesson; None while one is there."""
    resumed_ms: int | None = None
    """When a server process last took the room up; grace periods count from there after downtime."""
    heartbeat_ms: int | None = None
    at_ms: int = 0
    """When the last event happened, lesson clock: time in a journal never runs backwards."""
    open_epochs: frozenset[str] = frozenset()
    closed_epochs: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    """Closed segments: the recorder reports each at least once, the journal holds it once."""
    recording_stops: Mapping[PublicationId, str] = field(default_factory=dict)
    """Publications that are no longer written, and why."""
    switched_sound: SoundPreset | None = None
    """What the lead chose; None: as the plan has it."""
    head_counts: Mapping[SeatId, int] = field(default_factory=dict)
    """Pupils behind each screen, as the roll call counted them; a seat that nobody counted is not in it."""

    @property
    def sound_preset(self) -> SoundPreset:
        return self.switched_sound or self.plan.sound_preset
