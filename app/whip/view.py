"""Whom a WHEP session shows. Pure."""

from app.ids import ParticipantId
from app.rooms.permissions import lead_id, seat_of
from app.rooms.state import Room, StagePlace

LEAD, STAGE = "lead", "stage"


def is_known(room: Room, source: str) -> bool:
    """Whether `source` is `lead`, `stage` or a seat of this lesson."""
    return source in (LEAD, STAGE) or seat_of(room, ParticipantId(source)) is not None


def shown(
    room: Room, viewer_id: ParticipantId, source: str, current: ParticipantId | None
) -> ParticipantId | None:
    """The publisher behind `source` now; `current` is who it was so far. What flows is the engine's to permit.

    `stage` is a classroom that was called up, the same one for as long as it stays; without any it is the lead.
    """
    if source == LEAD:
        return lead_id(room)
    if source != STAGE:
        return ParticipantId(source)
    seats = [ParticipantId(seat.seat_id) for seat in room.plan.seats]
    on_stage = [seat for seat in seats if seat != viewer_id and _is_on_stage(room, seat)]
    if current in on_stage:
        return current
    return on_stage[0] if on_stage else lead_id(room)


def _is_on_stage(room: Room, participant_id: ParticipantId) -> bool:
    participant = room.participants.get(participant_id)
    return participant is not None and participant.place is StagePlace.ON
