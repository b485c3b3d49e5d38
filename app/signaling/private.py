"""What only consoles and the staff's pages are told: signals, and who speaks. Never a projector, never a wall."""

from collections.abc import Iterator

from app.ids import ParticipantId
from app.rooms.events import SignalCleared
from app.rooms.state import Participant, Room
from app.signaling import messages as wire
from app.signaling.directory import LessonCard
from app.signaling.notices import Step
from app.signaling.viewer import Notice, Viewer


def private_view(room: Room, card: LessonCard, viewer: Viewer) -> wire.PrivateView | None:
    """Of every classroom for the staff, of its own for a console; None for a screen that pupils may see."""
    if not viewer.is_private:
        return None
    shown = [p for p in room.participants.values() if _is_shown(p.participant_id, viewer)]
    return wire.PrivateView(
        signals={
            p.participant_id: wire.SignalView(signal=p.signal, raised_ms=p.signalled_ms)
            for p in shown
            if p.signal is not None and p.signalled_ms is not None
        },
        pupils={
            p.participant_id: view for p in shown if (view := _pupil_view(card, p)) is not None
        },
    )


def private_notices(step: Step, card: LessonCard) -> Iterator[Notice]:
    """What changed of it by one event."""
    for participant_id, new in step.after.participants.items():
        old = step.before.participants.get(participant_id)
        if old is new:
            continue
        if _signal(old) != _signal(new):
            yield _signal_notice(step, new)
        if (None if old is None else old.pupil_id) != new.pupil_id:
            message = wire.PupilNamed(
                type="pupil.named",
                seq=step.recorded.seq,
                at_ms=step.recorded.at_ms,
                participant_id=participant_id,
                pupil=_pupil_view(card, new),
            )
            yield Notice(message, only_place=participant_id, is_private=True)


def _is_shown(participant_id: ParticipantId, viewer: Viewer) -> bool:
    return viewer.is_staff or participant_id == viewer.participant_id


def _signal(participant: Participant | None) -> tuple[str, int | None] | None:
    if participant is None or participant.signal is None:
        return None
    return participant.signal, participant.signalled_ms


def _signal_notice(step: Step, participant: Participant) -> Notice:
    recorded, who = step.recorded, participant.participant_id
    message: wire.SignalRaised | wire.SignalCleared
    if participant.signal is not None:
        message = wire.SignalRaised(
            type="signal.raised",
            seq=recorded.seq,
            at_ms=recorded.at_ms,
            participant_id=who,
            signal=participant.signal,
        )
    else:
        message = wire.SignalCleared(
            type="signal.cleared",
            seq=recorded.seq,
            at_ms=recorded.at_ms,
            participant_id=who,
            by=recorded.event.by if isinstance(recorded.event, SignalCleared) else None,
        )
    return Notice(message, only_place=who, is_private=True)


def _pupil_view(card: LessonCard, participant: Participant) -> wire.PupilView | None:
    if participant.pupil_id is None:
        return None
    return wire.PupilView(pupil_id=participant.pupil_id, name=card.pupil_name(participant.pupil_id))
