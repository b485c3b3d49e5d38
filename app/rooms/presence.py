"""Decisions about who is there: one device per place, a grace period after a cut, one attendance row."""

from app.ids import ClassroomId, ParticipantId, is_session_device
from app.rooms.commands import Join, Leave, ReportCut, TakeUpRoom
from app.rooms.draft import Draft
from app.rooms.events import (
    CallUpCancelled,
    ClassroomSentDown,
    ClockAnchored,
    DeviceReplaced,
    LeaveReason,
    LessonRestored,
    ListenInStopped,
    ParticipantCut,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantReturned,
)
from app.rooms.evolve import listeners_of
from app.rooms.leading import withdraw_from
from app.rooms.permissions import lead_id, seat_of
from app.rooms.refusals import rejected
from app.rooms.state import Participant, Phase, Presence, Role, Room, StagePlace

MAX_STAFF = 8
"""Staff in the room at the same time, the lead included: a place is always kept for the lead."""
MAX_STAFF_EVER = 64
"""Different staff over a whole lesson; bounds what a room holds in memory."""


def join(draft: Draft, command: Join) -> None:
    """A first join, a return within the grace period, or a second device that replaces the first."""
    held = draft.room.participants.get(command.by)
    if held is None or held.presence is Presence.ABSENT:
        _check_staff_places(draft.room, command)
        draft.emit(
            ParticipantJoined(
                participant_id=command.by,
                role=_role_of(draft.room, command),
                device_id=command.device_id,
                user_id=command.user_id,
                classroom_id=_classroom_of(draft.room, command),
            )
        )
    elif held.presence is Presence.CUT or held.device_id == command.device_id:
        draft.emit(ParticipantReturned(command.by, command.device_id))
    elif command.is_resume and not is_session_device(held.device_id):
        # The replaced device came back by itself; taking the place back would be a ping-pong.
        raise rejected("replaced")
    elif held.device_id is not None:
        draft.emit(DeviceReplaced(command.by, held.device_id, command.device_id))


def _role_of(room: Room, command: Join) -> Role:
    """As what somebody comes in: the lead is who leads now, and who led before helps."""
    if command.by == lead_id(room):
        return Role.LEAD
    return Role.ASSISTANT if command.role is Role.LEAD else command.role


def _classroom_of(room: Room, command: Join) -> ClassroomId | None:
    seat = seat_of(room, command.by)
    return seat.classroom_id if seat else None


def _check_staff_places(room: Room, command: Join) -> None:
    if command.role in (Role.CLASSROOM, Role.LEAD):
        return
    guests = [p for p in room.participants.values() if p.role in (Role.ASSISTANT, Role.OBSERVER)]
    there = [p for p in guests if p.presence is not Presence.ABSENT]
    is_new = command.by not in room.participants
    if len(there) >= MAX_STAFF - 1 or (is_new and len(guests) >= MAX_STAFF_EVER):
        raise rejected("staff_full")


def leave(draft: Draft, command: Leave) -> None:
    """The device that holds the place goes. A replaced device, or a stranger, has nothing to leave."""
    held = draft.room.participants.get(command.by)
    if held is None or held.presence is Presence.ABSENT:
        return
    if held.presence is Presence.CUT or held.device_id == command.device_id:
        leave_now(draft, held, "left")


def leave_now(draft: Draft, participant: Participant, reason: LeaveReason) -> None:
    """Clear what hangs on a place, then close its presence."""
    seat = seat_of(draft.room, participant.participant_id)
    if seat is not None:
        if participant.place is StagePlace.ON:
            draft.emit(ClassroomSentDown(seat.seat_id, "left"))
        elif participant.place is StagePlace.CALLED:
            draft.emit(CallUpCancelled(seat.seat_id))
        for listener_id in listeners_of(draft.room, seat.seat_id):
            draft.emit(ListenInStopped(listener_id, seat.seat_id))
    withdraw_from(draft, participant.participant_id)
    own_listening = draft.room.listening.get(participant.participant_id)
    if own_listening is not None:
        draft.emit(ListenInStopped(participant.participant_id, own_listening))
    draft.emit(ParticipantLeft(participant.participant_id, reason))


def cut(draft: Draft, command: ReportCut) -> None:
    """The link of the device that holds the place is gone: the grace period starts."""
    held = draft.room.participants.get(command.participant_id)
    if (
        held is not None
        and held.presence is Presence.PRESENT
        and held.device_id == command.device_id
    ):
        draft.emit(ParticipantCut(command.participant_id))


def take_up(draft: Draft, command: TakeUpRoom) -> None:
    """Anchor the clock. The sockets of the previous process are gone: everybody has the grace period to come back."""
    draft.emit(ClockAnchored(command.boot_id, command.mono_ns, command.utc_ms))
    if is_to_reopen(draft.room):
        draft.emit(LessonRestored())
    if draft.room.phase is Phase.ENDED:
        return
    for participant_id in _present(draft.room):
        draft.emit(ParticipantCut(participant_id))


def is_to_reopen(room: Room) -> bool:
    """It ended by being cancelled, while somebody waited in it perhaps, and was restored since."""
    return room.plan.is_restored and room.phase is Phase.ENDED and room.started_ms is None


def _present(room: Room) -> tuple[ParticipantId, ...]:
    return tuple(k for k, p in room.participants.items() if p.presence is Presence.PRESENT)
