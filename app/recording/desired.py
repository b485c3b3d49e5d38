"""Which publications are to be written, and what must be called to get there. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.ids import PublicationId, publication_id
from app.media.port import Source
from app.recording.port import TrackRequest
from app.rooms.events import CONSENT_WITHDRAWN
from app.rooms.state import Participant, Phase, Presence, Role, Room

LEAD_KEYFRAME_INTERVAL_S = 10.0
KEYFRAME_INTERVAL_S = 20.0
_PRIORITY = {
    (True, Source.MICROPHONE): 0,
    (True, Source.SCREEN): 1,
    (True, Source.DOCUMENT): 1,
    (True, Source.CAMERA): 2,
    (False, Source.MICROPHONE): 3,
    (False, Source.SCREEN): 4,
    (False, Source.DOCUMENT): 4,
    (False, Source.CAMERA): 5,
}
"""(is staff, source) -> what goes last when the disk fills up."""


def desired_tracks(room: Room) -> dict[PublicationId, TrackRequest]:
    """What is to be written now: while live, of a recorded lesson, of those who may be recorded."""
    if not room.plan.is_recorded or room.phase is not Phase.LIVE:
        return {}
    recordable: set[str] = {seat.seat_id for seat in room.plan.seats if seat.may_be_recorded}
    tracks: dict[PublicationId, TrackRequest] = {}
    for participant in room.participants.values():
        is_allowed = participant.role is Role.LEAD or participant.participant_id in recordable
        if not is_allowed or participant.presence is Presence.ABSENT:
            continue
        for name in participant.publishing:
            request = _request(room, participant, name)
            if request is not None and not _is_withdrawn(room, request.publication_id):
                tracks[request.publication_id] = request
    return tracks


def _is_withdrawn(room: Room, identifier: PublicationId) -> bool:
    return room.recording_stops.get(identifier) == CONSENT_WITHDRAWN


def _request(room: Room, participant: Participant, name: str) -> TrackRequest | None:
    try:
        source = Source(name)
    except ValueError:
        return None
    if source is Source.MICROPHONE and participant.is_muted:
        # Closed by staff means heard by nobody, later neither.
        return None
    is_lead = participant.role is Role.LEAD
    return TrackRequest(
        room.plan.lesson_id,
        publication_id(participant.participant_id, source),
        LEAD_KEYFRAME_INTERVAL_S if is_lead else KEYFRAME_INTERVAL_S,
        _PRIORITY[participant.role.is_staff, source],
    )


@dataclass(frozen=True, slots=True)
class Detach:
    publication_id: PublicationId


@dataclass(frozen=True, slots=True)
class Stop:
    publication_id: PublicationId


@dataclass(frozen=True, slots=True)
class Record:
    """Start it at the recorder (idempotent) and attach the sink at the engine."""

    request: TrackRequest


Call = Detach | Stop | Record


def plan(
    desired: Mapping[PublicationId, TrackRequest],
    started: Mapping[PublicationId, TrackRequest],
    attached: Iterable[PublicationId],
) -> Iterator[Call]:
    """The calls that turn what the recorder writes and the engine streams into what is desired."""
    has_sink = set(attached)
    for identifier in sorted(has_sink - desired.keys()):
        yield Detach(identifier)
    for identifier in sorted(started.keys() - desired.keys()):
        yield Stop(identifier)
    for identifier, request in sorted(desired.items()):
        if started.get(identifier) != request or identifier not in has_sink:
            yield Record(request)
