"""What an engine should hold of a room, and the calls that bring it there. Pure.

`plan(desired, actual)` is run at start-up, on every event and on each reconnect: either side may restart at any time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.ids import LessonId, ParticipantId, PublicationId, publication_id
from app.media.port import MediaPermissions, Quality, Reception, SlotGroup, Source
from app.rooms.state import Phase, Presence, Room
from app.rooms.views import SLOT_GROUPS, VideoCaps, media_permissions

SLOTS = tuple(SlotGroup(g.name, g.count, g.has_audio, g.has_video) for g in SLOT_GROUPS)
"""The slots of everybody's subscribing connection."""

_RANK: Mapping[Quality, int] = {"off": 0, "low": 1, "auto": 2, "high": 2}


@dataclass(frozen=True, slots=True)
class DesiredRoom:
    """Who belongs in the engine with which permissions, and which video tracks flow now."""

    participants: Mapping[ParticipantId, MediaPermissions]
    live_video: frozenset[PublicationId] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenRoom:
    lesson_id: LessonId


@dataclass(frozen=True, slots=True)
class CloseRoom:
    lesson_id: LessonId


@dataclass(frozen=True, slots=True)
class Admit:
    lesson_id: LessonId
    participant_id: ParticipantId
    permissions: MediaPermissions


@dataclass(frozen=True, slots=True)
class Permit:
    lesson_id: LessonId
    participant_id: ParticipantId
    permissions: MediaPermissions


@dataclass(frozen=True, slots=True)
class Remove:
    lesson_id: LessonId
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True)
class RequestKeyframe:
    lesson_id: LessonId
    publication_id: PublicationId


Call = OpenRoom | CloseRoom | Admit | Permit | Remove | RequestKeyframe
ActualRoom = Mapping[ParticipantId, MediaPermissions]


def desired_room(room: Room, caps: VideoCaps) -> DesiredRoom | None:
    """What the engine should hold of this room; None once the lesson is over.

    Who is cut stays: the media may outlive the WebSocket, and the grace period is for coming back.
    """
    if room.phase is Phase.ENDED:
        return None
    there = {k: p for k, p in room.participants.items() if p.presence is not Presence.ABSENT}
    return DesiredRoom(
        participants={k: permissions_of(room, k, caps) for k in there},
        live_video=frozenset(
            publication_id(k, source)
            for k, p in there.items()
            for source in p.publishing
            if Source(source).kind == "video"
        ),
    )


def permissions_of(room: Room, participant_id: ParticipantId, caps: VideoCaps) -> MediaPermissions:
    """The room's permissions in the words of the media port."""
    view = media_permissions(room, participant_id, caps)
    return MediaPermissions(
        publish=frozenset(Source(source) for source in view.publish),
        receive={
            k: Reception(r.quality, r.slot_group, r.priority, r.is_contested)
            for k, r in view.receive.items()
        },
        video_cap_bps=view.video_cap_bps,
    )


def plan(
    lesson_id: LessonId, desired: DesiredRoom | None, actual: ActualRoom | None
) -> tuple[Call, ...]:
    """The calls that turn `actual` (None: the engine has no such room) into `desired` (None: it should have none).

    Whoever is to go goes first; a keyframe is asked for where somebody newly sees, or sees better.
    """
    if desired is None:
        return () if actual is None else (CloseRoom(lesson_id),)
    calls: list[Call] = [] if actual is not None else [OpenRoom(lesson_id)]
    actual = actual or {}
    calls += [Remove(lesson_id, k) for k in actual if k not in desired.participants]
    for participant_id, permissions in desired.participants.items():
        if participant_id not in actual:
            calls.append(Admit(lesson_id, participant_id, permissions))
        elif actual[participant_id] != permissions:
            calls.append(Permit(lesson_id, participant_id, permissions))
    calls += [RequestKeyframe(lesson_id, k) for k in _newly_seen(desired, actual)]
    return tuple(calls)


def _newly_seen(desired: DesiredRoom, actual: ActualRoom) -> list[PublicationId]:
    seen: set[PublicationId] = set()
    for participant_id, permissions in desired.participants.items():
        before = actual.get(participant_id, MediaPermissions()).receive
        for publication, reception in permissions.receive.items():
            old = before.get(publication)
            if _RANK[reception.quality] > (_RANK[old.quality] if old else 0):
                seen.add(publication)
    return sorted(seen & desired.live_video)
