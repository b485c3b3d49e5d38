"""Who was there from when to when: a pure fold of a lesson's journal.

`participant.joined` opens a span. A cut that ends within the grace period keeps it open and counts as a cut. `left`
closes it; `lost` closes it at the cut. The end of the lesson closes all. When a new server process anchors its clock,
whoever was there counts as cut since the last sign of life in the journal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from app.ids import ClassroomId, ParticipantId, UserId
from app.rooms.events import (
    ClockAnchored,
    DeviceReplaced,
    LessonEnded,
    LessonRestored,
    LessonStarted,
    ParticipantCut,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantReturned,
)
from app.rooms.recorded import Recorded
from app.rooms.state import Role

EndedBy = Literal["left", "lost", "lesson_ended"]
RELEVANT = (
    ClockAnchored,
    LessonStarted,
    LessonEnded,
    LessonRestored,
    ParticipantJoined,
    ParticipantCut,
    ParticipantReturned,
    DeviceReplaced,
    ParticipantLeft,
)
"""Every other event only shows that the room is alive."""


@dataclass(frozen=True, slots=True)
class Span:
    """UTC milliseconds, lesson clock. Open while `to_ms` is None."""

    from_ms: int
    to_ms: int | None = None
    ended_by: EndedBy | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """One participant over the whole lesson, however often they reload or fall off."""

    participant_id: ParticipantId
    role: Role
    user_id: UserId | None
    classroom_id: ClassroomId | None
    spans: tuple[Span, ...]
    """In order; at most the last is open."""
    cuts: int = 0
    """Cuts that ended within the grace period."""
    cut_ms: int = 0
    """Their length together."""
    cut_since_ms: int | None = None
    """The link is gone since then, the grace period runs."""

    @property
    def is_open(self) -> bool:
        return self.spans[-1].to_ms is None

    @property
    def first_joined_ms(self) -> int:
        return self.spans[0].from_ms

    @property
    def last_left_ms(self) -> int | None:
        """None while a span is open."""
        return self.spans[-1].to_ms

    def present_ms(self, started_ms: int | None, open_until_ms: int | None = None) -> int:
        """Length of the spans as far as they lie after the start of the lesson.

        An open span counts up to `open_until_ms`, or not at all.
        """
        if started_ms is None:
            return 0
        ends = (
            (span, span.to_ms if span.to_ms is not None else open_until_ms) for span in self.spans
        )
        return sum(max(0, to_ms - max(span.from_ms, started_ms)) for span, to_ms in ends if to_ms)


@dataclass(frozen=True, slots=True)
class Attendance:
    """What the journal says up to `seq`."""

    seq: int = 0
    last_alive_ms: int | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    presences: Mapping[ParticipantId, Presence] = field(default_factory=dict)


def fold(attendance: Attendance, journal: Iterable[Recorded]) -> Attendance:
    """The attendance after these journal rows. Rows that were folded in already are skipped."""
    for recorded in journal:
        if recorded.seq > attendance.seq:
            attendance = _apply(attendance, recorded)
    return attendance


def closed_at_last_sign_of_life(attendance: Attendance) -> Attendance:
    """For a lesson that is over although its journal never says so: what is open ends with the journal."""
    at_ms = attendance.last_alive_ms
    if at_ms is None:
        return attendance
    closed = {
        key: _closed(presence, at_ms, "lost") if presence.is_open else presence
        for key, presence in attendance.presences.items()
    }
    return replace(attendance, presences=closed)


def _apply(attendance: Attendance, recorded: Recorded) -> Attendance:
    at_ms = recorded.at_ms
    match recorded.event:
        case ClockAnchored():
            changed = _cut_all(attendance)
        case LessonStarted():
            changed = replace(attendance, started_ms=at_ms)
        case LessonEnded():
            changed = _end(attendance, at_ms)
        case LessonRestored():
            changed = replace(attendance, ended_ms=None)
        case ParticipantJoined() as joined:
            changed = _with(attendance, _joined(attendance, joined, at_ms))
        case (
            ParticipantCut() | ParticipantReturned() | DeviceReplaced() | ParticipantLeft() as event
        ):
            presence = attendance.presences.get(event.participant_id)
            is_there = presence is not None and presence.is_open
            changed = (
                _with(attendance, _changed(presence, event, at_ms))
                if presence is not None and is_there
                else attendance
            )
        case _:
            changed = attendance
    last_alive_ms = max(at_ms, attendance.last_alive_ms or at_ms)
    return replace(changed, seq=recorded.seq, last_alive_ms=last_alive_ms)


def _with(attendance: Attendance, presence: Presence) -> Attendance:
    presences = {**attendance.presences, presence.participant_id: presence}
    return replace(attendance, presences=presences)


def _joined(attendance: Attendance, event: ParticipantJoined, at_ms: int) -> Presence:
    before = attendance.presences.get(event.participant_id)
    if before is None:
        return Presence(
            event.participant_id,
            event.role,
            event.user_id,
            event.classroom_id,
            (Span(at_ms),),
        )
    if before.is_open:
        return _returned(before, at_ms)
    return replace(before, spans=(*before.spans, Span(at_ms)))


def _changed(
    presence: Presence,
    event: ParticipantCut | ParticipantReturned | DeviceReplaced | ParticipantLeft,
    at_ms: int,
) -> Presence:
    match event:
        case ParticipantCut():
            is_cut = presence.cut_since_ms is not None
            return presence if is_cut else replace(presence, cut_since_ms=at_ms)
        case ParticipantReturned() | DeviceReplaced():
            return _returned(presence, at_ms)
        case ParticipantLeft(reason=reason):
            return _closed(presence, at_ms, reason)


def _returned(presence: Presence, at_ms: int) -> Presence:
    if presence.cut_since_ms is None:
        return presence
    return replace(
        presence,
        cuts=presence.cuts + 1,
        cut_ms=presence.cut_ms + max(0, at_ms - presence.cut_since_ms),
        cut_since_ms=None,
    )


def _closed(presence: Presence, at_ms: int, ended_by: EndedBy) -> Presence:
    """The last span ends: at the cut if the link was gone already."""
    last = presence.spans[-1]
    to_ms = max(last.from_ms, at_ms if presence.cut_since_ms is None else presence.cut_since_ms)
    return replace(
        presence,
        spans=(*presence.spans[:-1], replace(last, to_ms=to_ms, ended_by=ended_by)),
        cut_since_ms=None,
    )


def _cut_all(attendance: Attendance) -> Attendance:
    """The process that held the sockets is gone; nobody was seen after its last sign of life."""
    presences = {
        key: replace(presence, cut_since_ms=attendance.last_alive_ms)
        if presence.is_open and presence.cut_since_ms is None
        else presence
        for key, presence in attendance.presences.items()
    }
    return replace(attendance, presences=presences)


def _end(attendance: Attendance, at_ms: int) -> Attendance:
    presences = {
        key: _closed(presence, at_ms, "lesson_ended") if presence.is_open else presence
        for key, presence in attendance.presences.items()
    }
    return replace(attendance, ended_ms=at_ms, presences=presences)
