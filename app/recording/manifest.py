"""What a replay shows beside the tracks: who was on stage, slides, chapters, gaps. Read from the journal; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from app.ids import ParticipantId
from app.recording.slides import DrawnStroke, SlideChange, drawn_strokes, slide_changes
from app.recording.timeline import LessonTimeline
from app.rooms.events import (
    CONSENT_WITHDRAWN,
    CallUpAccepted,
    ClassroomSentDown,
    ClockAnchored,
    FloorClosed,
    FloorOpened,
    HandRaised,
    LeadHandedOver,
    LeadTakenOver,
    LessonEnded,
    LessonStarted,
    RecordingStopped,
    SingAlongStarted,
    SingAlongStopped,
)
from app.rooms.evolve import evolve
from app.rooms.recorded import Recorded
from app.rooms.state import LessonPlan, Phase, Presence, Role, Room, StagePlace

MIN_GAP_MS = 250
INTERRUPTIONS = frozenset(
    ("recorder_lost", "recorder_stopped", "connection_lost", "disk_full", "write_failed")
)
"""Ends of a segment that nobody in the lesson wanted."""
MAX_EMPTY_END_MS = 60_000
ChapterKind = Literal[
    "started",
    "called_up",
    "sent_down",
    "floor_opened",
    "floor_closed",
    "sing_along_started",
    "sing_along_stopped",
    "handed_over",
    "hand_raised",
    "resumed",
]


@dataclass(frozen=True, slots=True)
class StageChange:
    at_ms: int
    on_stage: tuple[ParticipantId, ...]
    is_sing_along: bool = False
    """Nobody heard the classrooms on stage."""
    spotlight: ParticipantId | None = None
    """Whom every screen showed large."""


@dataclass(frozen=True, slots=True)
class Chapter:
    at_ms: int
    kind: ChapterKind
    participant_id: ParticipantId | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing of anybody was recorded."""

    from_ms: int
    to_ms: int
    reason: str
    """Why the last track before it ended, as its segment says."""


@dataclass(frozen=True, slots=True)
class Span:
    """A track on the time line."""

    starts_ms: int
    ends_ms: int
    ended_by: str
    participant_id: ParticipantId
    source: str


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of somebody should have been written and was not."""

    participant_id: ParticipantId
    source: str
    from_ms: int
    to_ms: int
    reason: str
    """Why the track before it ended, as its segment says."""


@dataclass(frozen=True, slots=True)
class Manifest:
    duration_ms: int
    stage: tuple[StageChange, ...]
    chapters: tuple[Chapter, ...]
    gaps: tuple[Gap, ...]
    losses: tuple[Loss, ...] = ()
    slides: tuple[SlideChange, ...] = ()
    strokes: tuple[DrawnStroke, ...] = ()

    @property
    def lost_ms(self) -> int:
        """The time in which anybody's camera or microphone was lost."""
        covered_ms = total_ms = 0
        for loss in sorted(self.losses, key=lambda one: one.from_ms):
            total_ms += max(0, loss.to_ms - max(loss.from_ms, covered_ms))
            covered_ms = max(covered_ms, loss.to_ms)
        return total_ms

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def build_manifest(
    plan: LessonPlan, journal: Sequence[Recorded], spans: Sequence[Span]
) -> Manifest:
    """ValueError if the lesson never started."""
    timeline = LessonTimeline.of(list(journal))
    duration_ms = _duration_ms(journal, spans, timeline)
    return Manifest(
        duration_ms=duration_ms,
        stage=tuple(s for s in _stage(plan, journal, timeline) if s.at_ms <= duration_ms),
        chapters=tuple(c for c in _chapters(journal, timeline) if c.at_ms <= duration_ms),
        gaps=tuple(_gaps(spans)),
        losses=tuple(_losses(spans, duration_ms, _withdrawn(journal, timeline))),
        slides=tuple(c for c in slide_changes(journal, timeline) if c.at_ms <= duration_ms),
        strokes=tuple(s for s in drawn_strokes(journal, timeline) if s.from_ms <= duration_ms),
    )


def _duration_ms(
    journal: Iterable[Recorded], spans: Sequence[Span], timeline: LessonTimeline
) -> int:
    """Up to the end of the lesson; up to the last media if that was long before, as after a power cut."""
    last_ms = max((span.ends_ms for span in spans), default=0)
    ended = [timeline.of_row(row) for row in journal if isinstance(row.event, LessonEnded)]
    return max([last_ms, *(at_ms for at_ms in ended if at_ms - last_ms <= MAX_EMPTY_END_MS)])


def _stage(
    plan: LessonPlan, journal: Iterable[Recorded], timeline: LessonTimeline
) -> tuple[StageChange, ...]:
    room = Room(plan)
    changes: list[StageChange] = []
    for row in journal:
        room = evolve(room, row)
        if room.phase is not Phase.LIVE:
            continue
        now = StageChange(timeline.of_row(row), _on_stage(room), room.is_sing_along, room.spotlight)
        if not changes or replace(changes[-1], at_ms=now.at_ms) != now:
            changes.append(now)
    return tuple(changes)


def _on_stage(room: Room) -> tuple[ParticipantId, ...]:
    present = [p for p in room.participants.values() if p.presence is not Presence.ABSENT]
    leads = sorted(p.participant_id for p in present if p.role is Role.LEAD)
    seats = sorted(p.participant_id for p in present if p.place is StagePlace.ON)
    return (*leads, *seats)


def _chapters(journal: Iterable[Recorded], timeline: LessonTimeline) -> Iterable[Chapter]:
    is_live = False
    for row in journal:
        at_ms = timeline.of_row(row)
        match row.event:
            case LessonStarted():
                is_live = True
                yield Chapter(at_ms, "started")
            case LessonEnded() if is_live:
                return
            case ClockAnchored() if is_live:
                yield Chapter(at_ms, "resumed")
            case CallUpAccepted(seat_id=seat_id):
                yield Chapter(at_ms, "called_up", ParticipantId(seat_id))
            case ClassroomSentDown(seat_id=seat_id):
                yield Chapter(at_ms, "sent_down", ParticipantId(seat_id))
            case FloorOpened():
                yield Chapter(at_ms, "floor_opened")
            case FloorClosed():
                yield Chapter(at_ms, "floor_closed")
            case SingAlongStarted():
                yield Chapter(at_ms, "sing_along_started")
            case SingAlongStopped():
                yield Chapter(at_ms, "sing_along_stopped")
            case LeadHandedOver(lead_id=lead_id) | LeadTakenOver(lead_id=lead_id) if is_live:
                yield Chapter(at_ms, "handed_over", lead_id)
            case HandRaised(participant_id=participant_id) if is_live:
                yield Chapter(at_ms, "hand_raised", participant_id)


def _gaps(spans: Sequence[Span]) -> Iterable[Gap]:
    covered: Span | None = None
    for span in sorted(spans, key=lambda s: s.starts_ms):
        if covered is not None and span.starts_ms - covered.ends_ms >= MIN_GAP_MS:
            yield Gap(covered.ends_ms, span.starts_ms, covered.ended_by)
        if covered is None or span.ends_ms > covered.ends_ms:
            covered = span


def _withdrawn(
    journal: Iterable[Recorded], timeline: LessonTimeline
) -> dict[tuple[ParticipantId, str], int]:
    """From when on a track was not to be written any more: its classroom's consent was withdrawn."""
    return {
        (row.event.participant_id, row.event.source): timeline.of_row(row)
        for row in journal
        if isinstance(row.event, RecordingStopped) and row.event.reason == CONSENT_WITHDRAWN
    }


def _losses(
    spans: Sequence[Span], duration_ms: int, withdrawn: Mapping[tuple[ParticipantId, str], int]
) -> Iterable[Loss]:
    """From where a track was cut off to where the next one of the same source begins, or nobody wanted it any more."""
    tracks: dict[tuple[ParticipantId, str], list[Span]] = {}
    for span in sorted(spans, key=lambda s: s.starts_ms):
        tracks.setdefault((span.participant_id, span.source), []).append(span)
    for (participant_id, source), of_track in tracks.items():
        following = [span.starts_ms for span in of_track[1:]]
        end_ms = min(duration_ms, withdrawn.get((participant_id, source), duration_ms))
        for span, to_ms in zip(of_track, [*following, end_ms], strict=True):
            if span.ended_by in INTERRUPTIONS and to_ms - span.ends_ms >= MIN_GAP_MS:
                yield Loss(participant_id, source, span.ends_ms, to_ms, span.ended_by)
