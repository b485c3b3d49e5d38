"""What is wrong in a lesson that runs or should run by now: a pure reading of its room. The page has the words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from app.ids import ParticipantId
from app.rooms.permissions import lead_id
from app.rooms.state import Participant, Phase, Presence, Role, Room
from app.rooms.views import is_recorded

TroubleKind = Literal[
    "help",
    "nobody_in",
    "lead_missing",
    "recorder_away",
    "not_recorded",
    "classroom_lost",
    "link_lost",
    "not_started",
    "classroom_missing",
    "link_poor",
    "quiet",
]
"""The gravest first: in this order lessons need somebody."""
KINDS: tuple[TroubleKind, ...] = get_args(TroubleKind)
ABSENT_AFTER_MS = 60_000
"""Nobody is missed in the first minute of a lesson."""
CUT_AFTER_MS = 10_000
"""A reload and a change of network are over by then."""
RECORDER_AFTER_MS = 30_000
"""The first track is being written by then."""
QUIET_AFTER_MS = 10 * 60_000


@dataclass(frozen=True, slots=True)
class Trouble:
    kind: TroubleKind
    since_ms: int | None
    """Lesson clock; None: nobody knows."""
    participant_id: ParticipantId | None = None
    """None: the whole lesson."""


def troubles_of(room: Room, now_ms: int, *, is_recorder_there: bool) -> tuple[Trouble, ...]:
    """The gravest first, and of one kind the oldest. Before its time, a lesson has no trouble but a call for help."""
    found = list(_calls(room))
    if room.phase is Phase.LIVE or now_ms >= room.plan.starts_at_ms + ABSENT_AFTER_MS:
        found += _absences(room, now_ms)
    if room.phase is Phase.LIVE:
        found += [
            *_links(room),
            *_recording(room, now_ms, is_recorder_there),
            *_quiet(room, now_ms),
        ]
    return tuple(sorted(found, key=lambda one: (KINDS.index(one.kind), one.since_ms or 0)))


def _calls(room: Room) -> Iterator[Trouble]:
    for place in room.participants.values():
        if place.help_since_ms is not None:
            yield Trouble("help", place.help_since_ms, place.participant_id)


def _absences(room: Room, now_ms: int) -> Iterator[Trouble]:
    began_ms = max(room.plan.starts_at_ms, room.started_ms or 0)
    places = room.participants.values()
    there = [one for one in places if one.role is not Role.OBSERVER and _is_there(one, now_ms)]
    if not there:
        yield Trouble("nobody_in", max([began_ms, *(one.since_ms for one in places)]))
        return
    lead = room.participants.get(lead_id(room))
    if lead is None or not _is_there(lead, now_ms):
        yield Trouble("lead_missing", lead.since_ms if lead else began_ms, lead_id(room))
    elif room.phase is Phase.WAITING:
        yield Trouble("not_started", room.plan.starts_at_ms)
    for seat in room.plan.seats:
        place = room.participants.get(ParticipantId(seat.seat_id))
        if place is None:
            if now_ms >= began_ms + ABSENT_AFTER_MS:
                yield Trouble("classroom_missing", began_ms, ParticipantId(seat.seat_id))
        elif not _is_there(place, now_ms):
            yield Trouble("classroom_lost", place.since_ms, place.participant_id)


def _is_there(place: Participant, now_ms: int) -> bool:
    """Its socket is there, or gone for a moment only."""
    is_cut = place.presence is Presence.CUT and now_ms - place.since_ms >= CUT_AFTER_MS
    return not is_cut and place.presence is not Presence.ABSENT


def _links(room: Room) -> Iterator[Trouble]:
    for place in room.participants.values():
        if place.presence is not Presence.PRESENT or place.role is Role.OBSERVER:
            continue
        if place.quality == "lost":
            yield Trouble("link_lost", None, place.participant_id)
        elif place.quality == "poor":
            yield Trouble("link_poor", None, place.participant_id)


def _recording(room: Room, now_ms: int, is_recorder_there: bool) -> Iterator[Trouble]:
    if not room.plan.is_recorded:
        return
    if not is_recorder_there:
        yield Trouble("recorder_away", None)
        return
    stopped = {ParticipantId(one.rpartition("/")[0]) for one in room.recording_stops}
    for participant_id in sorted(stopped):
        yield Trouble("not_recorded", None, participant_id)
    is_sent = any(
        is_recorded(room, one.participant_id, source)
        for one in room.participants.values()
        for source in one.publishing
    )
    begun_ms = room.started_ms or now_ms
    if is_sent and not stopped and not room.open_epochs and now_ms - begun_ms >= RECORDER_AFTER_MS:
        yield Trouble("not_recorded", begun_ms)


def _quiet(room: Room, now_ms: int) -> Iterator[Trouble]:
    """No classroom was heard for long; while all sing to the lead's sound, none is."""
    classrooms = [one for one in room.participants.values() if one.role is Role.CLASSROOM]
    is_anybody_in = any(_is_there(one, now_ms) for one in classrooms)
    heard_ms = max([room.started_ms or now_ms, *(one.heard_ms or 0 for one in classrooms)])
    if is_anybody_in and not room.is_sing_along and now_ms - heard_ms >= QUIET_AFTER_MS:
        yield Trouble("quiet", heard_ms)
