"""What the screens learn of an event, as messages for those who may see it.

An event is translated by what it changed: the room before and after are compared, so that a screen that folds
the messages always ends at what a fresh snapshot would show.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.ids import ParticipantId
from app.rooms.permissions import seat_of
from app.rooms.recorded import Recorded
from app.rooms.state import Phase, Room
from app.signaling import messages as wire
from app.signaling.directory import LessonCard
from app.signaling.room_view import everybody, lead_view, participant_view, slides_view, stroke_view
from app.signaling.viewer import Notice


@dataclass(frozen=True, slots=True)
class Step:
    """One journal row and what it made of the room."""

    before: Room
    recorded: Recorded
    after: Room


def notices_of(step: Step, card: LessonCard) -> list[Notice]:
    """What the screens learn of one event; nothing of heartbeats, clocks and recording bookkeeping."""
    return [
        *_listen_stopped(step),
        *_floor_closed(step),
        *_lesson(step),
        *_lead(step),
        *_participants(step, card),
        *_floor_opened(step),
        *_slides(step),
        *_sing_along(step),
        *_spotlight(step),
        *_sound_switched(step),
        *_listen_started(step),
    ]


def _participants(step: Step, card: LessonCard) -> Iterator[Notice]:
    before, after = step.before, step.after
    concerns_every_place = (
        before.recording_stops is not after.recording_stops
        or before.head_counts is not after.head_counts
    )
    for participant_id in everybody(after):
        old, new = before.participants.get(participant_id), after.participants.get(participant_id)
        if old is new and not concerns_every_place:
            continue
        whole = _participant_changed(step, card, participant_id, is_told_all=True)
        part = _participant_changed(step, card, participant_id, is_told_all=False)
        if whole is not None:
            yield Notice(whole, only_place=None if part == whole else participant_id)
        if part is not None and part != whole:
            yield Notice(part, except_place=participant_id)


def _participant_changed(
    step: Step, card: LessonCard, participant_id: ParticipantId, *, is_told_all: bool
) -> wire.ParticipantChanged | None:
    """The place's new view, if this event made it another one."""
    view = participant_view(step.after, card, participant_id, is_told_all=is_told_all)
    is_known = participant_id in step.before.participants or seat_of(step.before, participant_id)
    if is_known and view == participant_view(
        step.before, card, participant_id, is_told_all=is_told_all
    ):
        return None
    return wire.ParticipantChanged(
        type="participant.changed",
        seq=step.recorded.seq,
        at_ms=step.recorded.at_ms,
        event=step.recorded.event.type,
        participant=view,
    )


def _lesson(step: Step) -> Iterator[Notice]:
    seq, at_ms = step.recorded.seq, step.recorded.at_ms
    before, after = step.before, step.after
    if before.started_ms is None and after.started_ms is not None:
        yield Notice(wire.LessonStarted(type="lesson.started", seq=seq, at_ms=at_ms))
    if before.phase is not Phase.ENDED and after.phase is Phase.ENDED:
        reason = after.end_reason or ""
        yield Notice(wire.LessonEnded(type="lesson.ended", seq=seq, at_ms=at_ms, reason=reason))


def _lead(step: Step) -> Iterator[Notice]:
    lead = lead_view(step.after)
    if lead != lead_view(step.before):
        recorded = step.recorded
        yield Notice(
            wire.LeadChanged(
                type="lead.changed",
                seq=recorded.seq,
                at_ms=recorded.at_ms,
                event=recorded.event.type,
                lead=lead,
            )
        )


def _sing_along(step: Step) -> Iterator[Notice]:
    seq, at_ms = step.recorded.seq, step.recorded.at_ms
    if step.after.is_sing_along and not step.before.is_sing_along:
        yield Notice(wire.SingAlongStarted(type="sing_along.started", seq=seq, at_ms=at_ms))
    elif step.before.is_sing_along and not step.after.is_sing_along:
        yield Notice(wire.SingAlongStopped(type="sing_along.stopped", seq=seq, at_ms=at_ms))


def _spotlight(step: Step) -> Iterator[Notice]:
    if step.after.spotlight != step.before.spotlight:
        recorded = step.recorded
        yield Notice(
            wire.SpotlightMoved(
                type="spotlight.moved",
                seq=recorded.seq,
                at_ms=recorded.at_ms,
                participant_id=step.after.spotlight,
            )
        )


def _floor_opened(step: Step) -> Iterator[Notice]:
    if step.after.is_floor_open and not step.before.is_floor_open:
        recorded = step.recorded
        yield Notice(wire.FloorOpened(type="floor.opened", seq=recorded.seq, at_ms=recorded.at_ms))


def _floor_closed(step: Step) -> Iterator[Notice]:
    if step.before.is_floor_open and not step.after.is_floor_open:
        recorded = step.recorded
        yield Notice(wire.FloorClosed(type="floor.closed", seq=recorded.seq, at_ms=recorded.at_ms))


def _slides(step: Step) -> Iterator[Notice]:
    """Of the page that is shown: another page, or what was drawn or wiped on this one."""
    before, after = step.before.slides, step.after.slides
    seq, at_ms = step.recorded.seq, step.recorded.at_ms
    view = slides_view(after)
    if view is None:
        if before.shown is not None:
            yield Notice(wire.SlidesHidden(type="slides.hidden", seq=seq, at_ms=at_ms))
        return
    if (before.shown, before.turned_ms) != (after.shown, after.turned_ms):
        yield Notice(wire.SlidesTurned(type="slides.turned", seq=seq, at_ms=at_ms, slides=view))
        return
    yield from map(Notice, _strokes(step))


def _strokes(step: Step) -> Iterator[wire.ServerMessage]:
    page = step.after.slides.shown
    seq, at_ms = step.recorded.seq, step.recorded.at_ms
    if page is None:
        return
    old, new = step.before.slides.strokes_of(page), step.after.slides.strokes_of(page)
    if old and not new:
        yield wire.StrokesCleared(type="strokes.cleared", seq=seq, at_ms=at_ms)
        return
    for stroke in old:
        if stroke not in new:
            yield wire.StrokeUndone(
                type="stroke.undone", seq=seq, at_ms=at_ms, stroke_id=stroke.stroke_id
            )
    for stroke in new:
        if stroke not in old:
            yield wire.StrokeDrawn(
                type="stroke.drawn", seq=seq, at_ms=at_ms, stroke=stroke_view(stroke)
            )


def _sound_switched(step: Step) -> Iterator[Notice]:
    recorded, preset = step.recorded, step.after.sound_preset
    if preset != step.before.sound_preset:
        yield Notice(
            wire.SoundSwitched(
                type="sound.switched", seq=recorded.seq, at_ms=recorded.at_ms, preset=preset
            )
        )


def _listen_stopped(step: Step) -> Iterator[Notice]:
    recorded = step.recorded
    for listener, seat in step.before.listening.items():
        if step.after.listening.get(listener) != seat:
            message = wire.ListenStopped(
                type="listen.stopped",
                seq=recorded.seq,
                at_ms=recorded.at_ms,
                listener_id=listener,
                seat_id=seat,
            )
            yield Notice(message, only_place=ParticipantId(seat))


def _listen_started(step: Step) -> Iterator[Notice]:
    recorded = step.recorded
    for listener, seat in step.after.listening.items():
        if step.before.listening.get(listener) != seat:
            message = wire.ListenStarted(
                type="listen.started",
                seq=recorded.seq,
                at_ms=recorded.at_ms,
                listener_id=listener,
                seat_id=seat,
            )
            yield Notice(message, only_place=ParticipantId(seat))
