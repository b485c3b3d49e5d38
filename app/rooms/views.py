"""Readings of a room: who may send, hear and see what, and what screens need. Pure values, no engine types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.ids import ParticipantId, PublicationId, SeatId, publication_id
from app.rooms.deadlines import closes_at_ms
from app.rooms.permissions import lead_id, seat_of
from app.rooms.state import Participant, Phase, Presence, Role, Room, StagePlace

__all__ = [
    "SLOT_GROUPS",
    "MediaPermissions",
    "Reception",
    "SlotGroup",
    "VideoCaps",
    "closes_at_ms",
    "is_news_that_heard",
    "is_recorded",
    "lead_id",
    "may_hear",
    "may_notice",
    "may_publish",
    "may_see",
    "media_permissions",
    "places",
]

Quality = Literal["off", "low", "high", "auto"]
HEARD_AGAIN_AFTER_MS = 60_000
"""When a classroom was heard last is kept to this: a lesson's journal is no record of every word."""


@dataclass(frozen=True, slots=True)
class VideoCaps:
    """Upper bounds for what one publisher sends as video, bits per second."""

    lead_bps: int = 1_500_000
    stage_bps: int = 800_000
    off_stage_bps: int = 200_000
    data_saving_bps: int = 100_000
    """Of a classroom that saves data, wherever it sits."""


@dataclass(frozen=True, slots=True)
class Reception:
    """How one publication is received, and in which group of slots it shows up."""

    quality: Quality
    slot_group: str
    priority: int = 0
    """Which picture suffers last on a weak link, higher first; 0 for sound, which never does."""
    is_contested: bool = False
    """One voice of many on the open floor: the loudest are passed on."""


@dataclass(frozen=True, slots=True)
class MediaPermissions:
    """What one participant may send and gets to receive; the media port's value of the same name."""

    publish: frozenset[str] = frozenset()
    receive: Mapping[PublicationId, Reception] = field(default_factory=dict)
    video_cap_bps: int = 0


@dataclass(frozen=True, slots=True)
class SlotGroup:
    """`count` fixed places on the subscribing connection."""

    name: str
    count: int
    has_audio: bool
    has_video: bool


SLOT_GROUPS = (
    SlotGroup("lead", 1, has_audio=True, has_video=True),
    SlotGroup("screen", 1, has_audio=False, has_video=True),
    SlotGroup("document", 1, has_audio=False, has_video=True),
    SlotGroup("classrooms", 8, has_audio=True, has_video=True),
)
"""The same for everybody, so that a call-up renegotiates nothing."""

READ_PRIORITY, SPOTLIGHT_PRIORITY, LEAD_PRIORITY = 40, 35, 30
STAGE_PRIORITY, THUMBNAIL_PRIORITY = 20, 10

_NOBODY: frozenset[str] = frozenset()


def may_publish(room: Room, participant_id: ParticipantId) -> frozenset[str]:
    """Sources that this participant may send now. Nothing before the lesson, nothing after it."""
    own = room.participants.get(participant_id)
    if own is None or own.presence is Presence.ABSENT or room.phase is not Phase.LIVE:
        return _NOBODY
    match own.role:
        case Role.LEAD:
            sources = frozenset({"camera", "microphone", "screen", "document"})
        case Role.CLASSROOM:
            sources = frozenset({"camera", "microphone"})
        case Role.ASSISTANT | Role.OBSERVER:
            sources = _NOBODY
    if own.is_muted:
        sources -= {"microphone"}
    return sources - own.switched_off


def may_hear(room: Room, listener_id: ParticipantId, speaker_id: ParticipantId) -> bool:
    """Whether the forwarder passes the speaker's sound on to this listener.

    In a sing-along no classroom reaches anybody but who listens in on it, on stage or not.
    """
    listener = room.participants.get(listener_id)
    speaker = room.participants.get(speaker_id)
    if listener is None or speaker is None or listener_id == speaker_id:
        return False
    if listener.presence is Presence.ABSENT:
        return False
    if "microphone" not in may_publish(room, speaker_id):
        return False
    if speaker.role is Role.LEAD or room.listening.get(listener_id) == SeatId(speaker_id):
        return True
    is_open = speaker.place is StagePlace.ON or room.is_floor_open
    return is_open and not room.is_sing_along


def may_see(
    room: Room, viewer_id: ParticipantId, participant_id: ParticipantId, source: str = "camera"
) -> bool:
    """Whether the forwarder passes this picture on: the stage to everybody, every classroom to the staff."""
    viewer = room.participants.get(viewer_id)
    shown = room.participants.get(participant_id)
    if viewer is None or shown is None or viewer_id == participant_id:
        return False
    if viewer.presence is Presence.ABSENT:
        return False
    if source not in may_publish(room, participant_id):
        return False
    return shown.role is Role.LEAD or shown.place is StagePlace.ON or viewer.role.is_staff


def may_notice(room: Room, viewer_id: ParticipantId, speaker_id: ParticipantId) -> bool:
    """Whether this viewer's screen may say that somebody speaks there: who hears it, and the staff of every
    classroom whose microphone is open."""
    viewer = room.participants.get(viewer_id)
    if viewer is None or viewer_id == speaker_id or viewer.presence is Presence.ABSENT:
        return False
    if viewer.role.is_staff:
        return "microphone" in may_publish(room, speaker_id)
    return may_hear(room, viewer_id, speaker_id)


def is_news_that_heard(room: Room, speaker_id: ParticipantId, now_ms: int) -> bool:
    """Whether a voice from there is worth a note: a classroom's, that somebody hears, not noted for a minute."""
    speaker = room.participants.get(speaker_id)
    if speaker is None or speaker.role is not Role.CLASSROOM:
        return False
    if speaker.heard_ms is not None and now_ms - speaker.heard_ms < HEARD_AGAIN_AFTER_MS:
        return False
    return any(may_hear(room, listener_id, speaker_id) for listener_id in room.participants)


def media_permissions(
    room: Room, participant_id: ParticipantId, caps: VideoCaps | None = None
) -> MediaPermissions:
    """What this participant may send and receives now; empty unless the lesson is live and it is there."""
    caps = caps or VideoCaps()
    receive: dict[PublicationId, Reception] = {}
    for other in room.participants.values():
        receive.update(_receptions(room, participant_id, other))
    return MediaPermissions(
        publish=may_publish(room, participant_id),
        receive=receive,
        video_cap_bps=_video_cap_bps(room.participants.get(participant_id), caps),
    )


def _receptions(
    room: Room, viewer_id: ParticipantId, other: Participant
) -> Mapping[PublicationId, Reception]:
    other_id = other.participant_id
    is_lead, is_up = other.role is Role.LEAD, other.place is StagePlace.ON
    group = "lead" if is_lead else "classrooms"
    viewer = room.participants.get(viewer_id)
    saves_data = viewer is not None and viewer.saves_data
    receive: dict[PublicationId, Reception] = {}
    if may_hear(room, viewer_id, other_id):
        is_listened_to = room.listening.get(viewer_id) == SeatId(other_id)
        receive[publication_id(other_id, "microphone")] = Reception(
            "auto", group, is_contested=not (is_lead or is_up or is_listened_to)
        )
    if may_see(room, viewer_id, other_id, "camera"):
        quality: Quality = "auto" if (is_lead or is_up) and not saves_data else "low"
        priority = _camera_priority(room, other)
        receive[publication_id(other_id, "camera")] = Reception(quality, group, priority)
    for source in ("screen", "document"):
        if may_see(room, viewer_id, other_id, source):
            # Read, and cheap while it stands still: it stays sharp for who saves data.
            receive[publication_id(other_id, source)] = Reception("auto", source, READ_PRIORITY)
    return receive


def _camera_priority(room: Room, shown: Participant) -> int:
    if room.spotlight == shown.participant_id:
        return SPOTLIGHT_PRIORITY
    if shown.role is Role.LEAD:
        return LEAD_PRIORITY
    return STAGE_PRIORITY if shown.place is StagePlace.ON else THUMBNAIL_PRIORITY


def _video_cap_bps(participant: Participant | None, caps: VideoCaps) -> int:
    if participant is None:
        return caps.off_stage_bps
    if participant.role is Role.LEAD:
        return caps.lead_bps
    if participant.saves_data:
        return caps.data_saving_bps
    return caps.stage_bps if participant.place is StagePlace.ON else caps.off_stage_bps


def is_recorded(room: Room, participant_id: ParticipantId, source: str) -> bool:
    """Whether what this participant sends from `source` is to be written: recorded lesson, consent, not stopped."""
    if not room.plan.is_recorded or room.phase is not Phase.LIVE:
        return False
    if publication_id(participant_id, source) in room.recording_stops:
        return False
    seat = seat_of(room, participant_id)
    return seat.may_be_recorded if seat else participant_id == lead_id(room)


def places(room: Room) -> tuple[Participant, ...]:
    """Everybody a screen shows: staff as they came, then every planned seat, also those nobody took yet."""
    staff = tuple(p for p in room.participants.values() if p.role.is_staff)
    seats = tuple(
        room.participants.get(ParticipantId(seat.seat_id))
        or Participant(
            participant_id=ParticipantId(seat.seat_id),
            role=Role.CLASSROOM,
            user_id=None,
            classroom_id=seat.classroom_id,
            device_id=None,
            presence=Presence.ABSENT,
            since_ms=0,
        )
        for seat in room.plan.seats
    )
    return staff + seats
