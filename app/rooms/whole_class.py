"""Decisions for all classrooms at once: open floor, sing-along, spotlight. Floor and sing-along exclude each other."""

from app.ids import ParticipantId
from app.rooms.commands import CloseFloor, MoveSpotlight, OpenFloor, StartSingAlong, StopSingAlong
from app.rooms.draft import Draft
from app.rooms.events import (
    FloorClosed,
    FloorOpened,
    ListenInStopped,
    SingAlongStarted,
    SingAlongStopped,
    SpotlightMoved,
)
from app.rooms.permissions import lead_id
from app.rooms.refusals import rejected
from app.rooms.state import StagePlace


def switch_floor(draft: Draft, command: OpenFloor | CloseFloor) -> None:
    if isinstance(command, CloseFloor):
        if draft.room.is_floor_open:
            draft.emit(FloorClosed(command.by))
    elif not draft.room.is_floor_open:
        _stop_sing_along(draft, command.by)
        draft.emit(FloorOpened(command.by))


def switch_sing_along(draft: Draft, command: StartSingAlong | StopSingAlong) -> None:
    if isinstance(command, StopSingAlong):
        _stop_sing_along(draft, command.by)
    elif not draft.room.is_sing_along:
        if draft.room.is_floor_open:
            draft.emit(FloorClosed(command.by))
        draft.emit(SingAlongStarted(command.by))


def move_spotlight(draft: Draft, command: MoveSpotlight) -> None:
    """Only who is seen by everybody anyway: a classroom's accept is for the stage."""
    room, whom = draft.room, command.participant_id
    if whom is not None and whom != lead_id(room):
        shown = room.participants.get(whom)
        if shown is None or shown.place is not StagePlace.ON:
            raise rejected("not_on_stage")
    if whom != room.spotlight:
        draft.emit(SpotlightMoved(whom, command.by))


def _stop_sing_along(draft: Draft, by: ParticipantId) -> None:
    """Who is on stage is heard by everybody again; "is listening to you" would be a wrong light."""
    if not draft.room.is_sing_along:
        return
    for listener_id, seat_id in draft.room.listening.items():
        if draft.room.participants[ParticipantId(seat_id)].place is StagePlace.ON:
            draft.emit(ListenInStopped(listener_id, seat_id))
    draft.emit(SingAlongStopped(by))
