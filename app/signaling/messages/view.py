"""The room as a viewer may see it."""

from typing import Literal

from app.signaling.messages.base import (
    Message,
    PhaseName,
    PlaceName,
    PresenceName,
    QualityName,
    RoleName,
    RoomEvent,
    SoundPresetName,
    SourceName,
)
from app.signaling.messages.console import PrivateView
from app.signaling.messages.leading import LeadView
from app.signaling.messages.slides import SlidesView


class ParticipantView(Message):
    """One place as this viewer may see it."""

    participant_id: str
    role: RoleName
    name: str
    """Classroom or staff name, for screens; never in the journal."""
    school: str
    presence: PresenceName
    place: PlaceName
    call_expires_ms: int | None
    hand_raised_ms: int | None
    stage_ms: int | None
    """When it last came to the stage or left it; null: it was not there yet."""
    heard_ms: int | None
    """When somebody there last spoke and others heard it, to a minute; null: not yet."""
    help_since_ms: int | None
    """It calls the office for help since then."""
    is_muted: bool
    switched_off: list[SourceName]
    saves_data: bool
    """A classroom that chose small pictures."""
    accepts_by_itself: bool
    """A classroom whose on-site teacher lets calls bring it up by themselves."""
    publishing: dict[SourceName, str]
    """Live publications: source -> codec."""
    is_recorded: bool
    """What this place sends is being written (the lesson is recorded and the classroom consented)."""
    is_simulated: bool
    head_count: int | None
    """Pupils in this classroom by its roll call, for staff and for the place itself; null: not counted."""
    quality: QualityName | None
    """How its media link does (`lost`: nothing is heard of it); null: not measured yet."""


class RoomView(Message):
    """The room as this viewer may see it."""

    lesson_id: str
    title: str
    subject: str
    phase: PhaseName
    starts_at_ms: int
    ends_at_ms: int
    started_ms: int | None
    ended_ms: int | None
    end_reason: str | None
    closes_at_ms: int | None
    """When the lesson will end by itself if nothing changes (countdown); null while there is no reason to."""
    is_recorded: bool
    lead: LeadView
    is_floor_open: bool
    is_sing_along: bool
    spotlight: str | None
    """Whom all screens show large; null: nobody more than usual."""
    sound_preset: SoundPresetName
    """How every place treats its microphone."""
    listening: dict[str, str]
    """Listener -> seat. A classroom sees only who listens to itself."""
    slides: SlidesView | None
    """What all screens show beside people; null: no slides."""
    participants: list[ParticipantView]


class RoomSnapshot(Message):
    """Answer to `room.join`, and to `room.resume` when the gap is too old. `seq` is the last event folded in."""

    type: Literal["room.snapshot"]
    re: str | None
    seq: int
    you: str
    room: RoomView
    private: PrivateView | None
    """Null on a screen that pupils may see."""


class ParticipantChanged(RoomEvent):
    """A place changed; `participant` is its whole new view. Covers joins, presence, stage, hands, mutes, sources and
    publications: one message, so that a screen has one way to fold it. `event` names what happened (`hand.raised`)."""

    type: Literal["participant.changed"]
    event: str
    participant: ParticipantView
