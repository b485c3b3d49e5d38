"""Decisions at the on-site teacher's console: the standing accept, signals to the staff, and who speaks."""

from app.rooms.commands import ClearSignal, NamePupil, RaiseSignal, SwitchAutoAccept
from app.rooms.draft import Draft
from app.rooms.events import (
    AutoAcceptSwitched,
    PupilNamed,
    SignalCleared,
    SignalRaised,
)
from app.rooms.refusals import rejected
from app.rooms.state import SIGNALS, StagePlace

SIGNAL_PAUSE_MS = 2_000
"""Between two signals of one classroom: the journal is no toy."""


def switch_auto_accept(draft: Draft, command: SwitchAutoAccept) -> None:
    if draft.room.participants[command.by].accepts_by_itself != command.is_on:
        draft.emit(AutoAcceptSwitched(command.by, command.is_on))


def raise_signal(draft: Draft, command: RaiseSignal) -> None:
    """A signal that stands already is not raised again: its age says how long nobody took note of it."""
    own = draft.room.participants[command.by]
    if command.signal not in SIGNALS:
        raise rejected("signal_unknown")
    if own.signal == command.signal:
        return
    if own.signalled_ms is not None and draft.now_ms < own.signalled_ms + SIGNAL_PAUSE_MS:
        raise rejected("signal_too_soon")
    draft.emit(SignalRaised(command.by, command.signal))


def clear_signal(draft: Draft, command: ClearSignal) -> None:
    target = draft.room.participants.get(command.participant_id)
    if target is not None and target.signal is not None:
        draft.emit(SignalCleared(target.participant_id, command.by))


def name_pupil(draft: Draft, command: NamePupil) -> None:
    """Whether the pupil is one of this classroom's is checked where the rosters are."""
    own = draft.room.participants[command.by]
    if own.pupil_id == command.pupil_id:
        return
    if own.place is not StagePlace.ON:
        raise rejected("not_on_stage")
    draft.emit(PupilNamed(command.by, command.pupil_id))
