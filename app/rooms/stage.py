"""Decisions about the stage: two keys bring a classroom up, the lead's call and its own accept."""

from app.ids import ParticipantId, SeatId
from app.rooms.commands import (
    AcceptCallUp,
    CallUp,
    CancelCallUp,
    DeclineCallUp,
    SendDown,
    StartListenIn,
    StopListenIn,
)
from app.rooms.draft import Draft
from app.rooms.events import (
    CallUpAccepted,
    CallUpCancelled,
    CallUpDeclined,
    ClassroomCalledUp,
    ClassroomSentDown,
    ListenInStarted,
    ListenInStopped,
)
from app.rooms.evolve import listeners_of
from app.rooms.refusals import rejected
from app.rooms.state import Participant, Presence, Room, StagePlace


def call_up(draft: Draft, command: CallUp) -> None:
    classroom = _there(draft.room, command.seat_id)
    if classroom.place is StagePlace.ON:
        raise rejected("already_on_stage")
    if classroom.place is StagePlace.CALLED:
        return
    taken = [p for p in draft.room.participants.values() if p.place is not StagePlace.OFF]
    if len(taken) >= draft.room.plan.stage_limit:
        raise rejected("stage_full")
    expires_ms = draft.now_ms + draft.room.plan.call_up_timeout_ms
    draft.emit(ClassroomCalledUp(command.seat_id, command.by, expires_ms))
    if classroom.accepts_by_itself:
        # The second key, which the on-site teacher turned beforehand.
        _bring_up(draft, command.seat_id)


def cancel(draft: Draft, command: CancelCallUp) -> None:
    match _place_of(draft.room, command.seat_id):
        case StagePlace.CALLED:
            draft.emit(CallUpCancelled(command.seat_id))
        case StagePlace.ON:
            # The classroom was faster; the screen offers to send it down.
            raise rejected("already_on_stage")
        case StagePlace.OFF:
            pass


def accept(draft: Draft, command: AcceptCallUp) -> None:
    own = draft.room.participants[command.by]
    if own.place is StagePlace.ON:
        return
    is_open = own.call_expires_ms is not None and draft.now_ms < own.call_expires_ms
    if own.place is not StagePlace.CALLED or not is_open:
        raise rejected("not_called")
    if own.presence is not Presence.PRESENT:
        raise rejected("not_present")
    _bring_up(draft, SeatId(command.by))


def _bring_up(draft: Draft, seat_id: SeatId) -> None:
    if not draft.room.is_sing_along:
        # Everybody hears it from now on; "is listening to you" would be a wrong light.
        for listener_id in listeners_of(draft.room, seat_id):
            draft.emit(ListenInStopped(listener_id, seat_id))
    draft.emit(CallUpAccepted(seat_id))


def decline(draft: Draft, command: DeclineCallUp) -> None:
    match draft.room.participants[command.by].place:
        case StagePlace.CALLED:
            draft.emit(CallUpDeclined(SeatId(command.by)))
        case StagePlace.ON:
            raise rejected("already_on_stage")
        case StagePlace.OFF:
            pass


def send_down(draft: Draft, command: SendDown) -> None:
    """Off the stage; for a classroom that is only called this withdraws or declines the call."""
    is_own = command.by == ParticipantId(command.seat_id)
    match _place_of(draft.room, command.seat_id):
        case StagePlace.ON:
            draft.emit(ClassroomSentDown(command.seat_id, "by_classroom" if is_own else "by_lead"))
        case StagePlace.CALLED if is_own:
            draft.emit(CallUpDeclined(command.seat_id))
        case StagePlace.CALLED:
            draft.emit(CallUpCancelled(command.seat_id))
        case StagePlace.OFF:
            pass


def start_listen_in(draft: Draft, command: StartListenIn) -> None:
    """One seat at a time: a new one ends the old one. In a sing-along the stage is not heard otherwise either."""
    classroom = _there(draft.room, command.seat_id)
    if classroom.place is StagePlace.ON and not draft.room.is_sing_along:
        raise rejected("already_on_stage")
    listening_to = draft.room.listening.get(command.by)
    if listening_to == command.seat_id:
        return
    if listening_to is not None:
        draft.emit(ListenInStopped(command.by, listening_to))
    draft.emit(ListenInStarted(command.by, command.seat_id))


def stop_listen_in(draft: Draft, command: StopListenIn) -> None:
    listening_to = draft.room.listening.get(command.by)
    if listening_to is not None:
        draft.emit(ListenInStopped(command.by, listening_to))


def _there(room: Room, seat_id: SeatId) -> Participant:
    """The classroom in this seat, which must be present."""
    classroom = room.participants.get(ParticipantId(seat_id))
    if classroom is None or classroom.presence is not Presence.PRESENT:
        raise rejected("seat_absent")
    return classroom


def _place_of(room: Room, seat_id: SeatId) -> StagePlace:
    classroom = room.participants.get(ParticipantId(seat_id))
    return classroom.place if classroom else StagePlace.OFF
