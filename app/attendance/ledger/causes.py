"""Why planned time was not taught: a pure fold of a lesson's journal into whole seconds per cause.

Each second of a seat's planned time is either delivered or has exactly one cause, so planned - delivered is the sum of
the causes by construction. Where several hold at once, the first of `Cause` counts. Delivered is a second in which the
lesson runs, whoever leads is connected, and the classroom is connected.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, Literal, TypeVar, get_args

from app.ids import DeviceId, ParticipantId, SeatId
from app.rooms.events import (
    ClockAnchored,
    DeviceReplaced,
    EndReason,
    LeadHandedOver,
    LeadTakenOver,
    LessonEnded,
    LessonRestored,
    LessonStarted,
    ParticipantCut,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantReturned,
)
from app.rooms.recorded import Recorded

Cause = Literal[
    "cancelled",
    "not_held",
    "server",
    "teacher_late",
    "teacher_away",
    "ended_early",
    "classroom_away",
    "link",
    "power",
]
CAUSES: tuple[Cause, ...] = get_args(Cause)
Whereabouts = Literal["there", "away", "link", "power", "server"]
PC_START_S = 20
"""A PC that was off takes at least this long. Its browser is another device then: a page that lived on had power."""
_BEGINNING = -(2**62)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class PlannedLesson:
    """UTC milliseconds."""

    starts_at_ms: int
    ends_at_ms: int
    lead_id: ParticipantId
    seats: Sequence[SeatId]
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One seat, in whole seconds. `planned_s` is `delivered_s` and all of `missed_s`."""

    planned_s: int
    delivered_s: int
    extra_s: int
    """Delivered outside of the planned time."""
    missed_s: Mapping[Cause, int]
    """Causes without any time are left out."""


@dataclass(slots=True)
class _Line(Generic[_Value]):
    """Something that changes at certain seconds, and has a value from `_BEGINNING` on."""

    values: list[_Value]
    times_s: list[int] = field(default_factory=lambda: [_BEGINNING])

    def set(self, at_s: int, value: _Value) -> None:
        # The journal's clock may stand still, never run backwards.
        self.times_s.append(max(at_s, self.times_s[-1]))
        self.values.append(value)

    def at(self, at_s: int) -> _Value:
        return self.values[bisect_right(self.times_s, at_s) - 1]

    @property
    def now(self) -> _Value:
        return self.values[-1]


@dataclass(slots=True)
class _Place:
    """Where a participant was, and with which device last."""

    line: _Line[Whereabouts] = field(default_factory=lambda: _Line(["away"]))
    device_id: DeviceId | None = None

    def come(self, at_s: int, device_id: DeviceId) -> None:
        is_other = self.device_id is not None and device_id != self.device_id
        if self.line.now == "link" and is_other and at_s - self.line.times_s[-1] >= PC_START_S:
            self.line.values[-1] = "power"
        self.device_id = device_id
        self.line.set(at_s, "there")

    def go(self, at_s: int, where: Whereabouts) -> None:
        self.line.set(at_s, where)


class _Story:
    """The journal as lines over time."""

    def __init__(self, lead_id: ParticipantId) -> None:
        self.places: dict[str, _Place] = {}
        self.lead: _Line[ParticipantId] = _Line([lead_id])
        self.is_down: _Line[bool] = _Line([False])
        self.started_s: int | None = None
        self.ended_s: int | None = None
        self.end_reason: EndReason | None = None
        self.was_ended_by_hand = False
        self._alive_s: int | None = None

    def place(self, participant_id: str) -> _Place:
        return self.places.setdefault(participant_id, _Place())

    def read(self, recorded: Recorded) -> None:
        at_s = recorded.at_ms // 1000
        match recorded.event:
            case ClockAnchored():
                self._restarted(at_s)
            case LessonStarted():
                self.started_s = at_s
            case LessonEnded(reason=reason, by=by):
                self.ended_s, self.end_reason = at_s, reason
                self.was_ended_by_hand = by is not None
            case LessonRestored():
                self._restored(at_s)
            case LeadHandedOver(lead_id=lead_id) | LeadTakenOver(lead_id=lead_id):
                self.lead.set(at_s, lead_id)
            case ParticipantJoined() | ParticipantReturned() | DeviceReplaced() as event:
                self.place(event.participant_id).come(at_s, event.device_id)
            case ParticipantCut(participant_id=who):
                if self.place(who).line.now == "there":
                    self.place(who).go(at_s, "link")
            case ParticipantLeft(participant_id=who, reason="left"):
                self.place(who).go(at_s, "away")
            case ParticipantLeft(participant_id=who, reason="lost"):
                if self.place(who).line.now == "server":
                    self.place(who).go(at_s, "link")
            case _:
                pass
        self._alive_s = max(at_s, self._alive_s or at_s)

    def _restarted(self, at_s: int) -> None:
        """A new process: nobody was connected after the last sign of life, and each comes back in their own time."""
        is_live = self.started_s is not None and self.ended_s is None
        if self._alive_s is None or not is_live:
            return
        self.is_down.set(self._alive_s, True)
        self.is_down.set(at_s, False)
        for place in self.places.values():
            if place.line.now == "there":
                place.go(self._alive_s, "server")

    def _restored(self, at_s: int) -> None:
        """It was cancelled before it began, which sent everybody away."""
        self.ended_s, self.end_reason, self.was_ended_by_hand = None, None, False
        for place in self.places.values():
            place.go(at_s, "away")

    def boundaries(self) -> set[int]:
        times = {*self.lead.times_s, *self.is_down.times_s}
        times.update(time for place in self.places.values() for time in place.line.times_s)
        return times | {time for time in (self.started_s, self.ended_s) if time is not None}


def deliveries(lesson: PlannedLesson, journal: Iterable[Recorded]) -> dict[SeatId, Delivery]:
    """What each seat got of the lesson that this journal tells to its end."""
    story = _Story(lesson.lead_id)
    for recorded in journal:
        story.read(recorded)
    boundaries = story.boundaries()
    return {seat_id: _delivery(lesson, story, seat_id, boundaries) for seat_id in lesson.seats}


def undelivered(lesson: PlannedLesson) -> Delivery:
    """What each seat got of a lesson that nobody opened."""
    planned_s = lesson.ends_at_ms // 1000 - lesson.starts_at_ms // 1000
    cause: Cause = "cancelled" if lesson.is_cancelled else "not_held"
    return Delivery(planned_s, 0, 0, {cause: planned_s} if planned_s else {})


def _delivery(
    lesson: PlannedLesson, story: _Story, seat_id: SeatId, boundaries: set[int]
) -> Delivery:
    starts_s, ends_s = lesson.starts_at_ms // 1000, lesson.ends_at_ms // 1000
    first_s = min(starts_s, story.started_s or starts_s)
    last_s = max(ends_s, story.ended_s or ends_s)
    inner = {time for time in boundaries if first_s < time < last_s}
    delivered_s = extra_s = 0
    missed_s: dict[Cause, int] = {}
    for from_s, to_s in pairwise(sorted(inner | {first_s, starts_s, ends_s, last_s})):
        cause = _cause(lesson, story, seat_id, from_s)
        is_planned = starts_s <= from_s < ends_s
        if cause is None and is_planned:
            delivered_s += to_s - from_s
        elif cause is None:
            extra_s += to_s - from_s
        elif is_planned:
            missed_s[cause] = missed_s.get(cause, 0) + to_s - from_s
    return Delivery(ends_s - starts_s, delivered_s, extra_s, missed_s)


def _cause(lesson: PlannedLesson, story: _Story, seat_id: SeatId, at_s: int) -> Cause | None:
    """Why nothing was taught to this seat in the second that begins here; None if it was."""
    if story.started_s is None:
        was_cancelled = lesson.is_cancelled or story.was_ended_by_hand
        return "cancelled" if was_cancelled else "not_held"
    if story.is_down.at(at_s):
        return "server"
    if at_s < story.started_s:
        return "teacher_late"
    if story.ended_s is not None and at_s >= story.ended_s:
        return "teacher_away" if story.end_reason == "lead_absent" else "ended_early"
    lead_is = story.place(story.lead.at(at_s)).line.at(at_s)
    if lead_is != "there":
        return "server" if lead_is == "server" else "teacher_away"
    match story.place(seat_id).line.at(at_s):
        case "there":
            return None
        case "away":
            return "classroom_away"
        case "server" | "link" | "power" as cause:
            return cause
