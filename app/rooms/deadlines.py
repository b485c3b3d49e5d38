"""When something happens in a room by itself. Pure: time is an argument, a deadline a value (lesson clock, ms)."""

from app.rooms.permissions import lead_id
from app.rooms.state import Participant, Phase, Presence, Room

HEARTBEAT_INTERVAL_MS = 10_000


def grace_ends_ms(room: Room, participant: Participant) -> int:
    """When a cut participant counts as lost. After downtime the grace period counts from the restart."""
    return max(participant.since_ms, room.resumed_ms or 0) + room.plan.reconnect_grace_ms


def closes_at_ms(room: Room) -> int | None:
    """When the lesson ends by itself if nothing changes: overtime past its planned end, or without a lead.

    A lesson that is opened after its planned end still gets its planned length once it is started. None once over.
    """
    plan = room.plan
    if room.phase is Phase.ENDED:
        return None
    if room.phase is Phase.WAITING or room.started_ms is None:
        return max(plan.ends_at_ms, room.resumed_ms or 0) + plan.overtime_ms
    length_ms = plan.ends_at_ms - plan.starts_at_ms
    is_late = room.started_ms >= plan.ends_at_ms
    planned_ms = room.started_ms + length_ms if is_late else plan.ends_at_ms
    if room.lead_gone_ms is None:
        return planned_ms + plan.overtime_ms
    gone_ms = max(room.lead_gone_ms, room.resumed_ms or 0)
    return min(planned_ms, gone_ms) + plan.overtime_ms


def heartbeat_due_ms(room: Room) -> int | None:
    """When the next heartbeat of a live room is due."""
    if room.phase is not Phase.LIVE:
        return None
    last_ms = max(room.heartbeat_ms or 0, room.started_ms or 0, room.resumed_ms or 0)
    return last_ms + HEARTBEAT_INTERVAL_MS


def takeover_at_ms(room: Room) -> int | None:
    """From when on an assistant may take the lead over if nothing changes; None: the lead is there, or not live.

    A lead who never came is gone since the start; after downtime the wait counts from the restart.
    """
    lead = room.participants.get(lead_id(room))
    if room.phase is not Phase.LIVE or (lead is not None and lead.presence is Presence.PRESENT):
        return None
    gone_ms = 0 if lead is None else lead.since_ms
    since_ms = max(gone_ms, room.started_ms or 0, room.resumed_ms or 0)
    return since_ms + room.plan.takeover_after_ms


def next_deadline(room: Room) -> int | None:
    """The earliest moment at which `CheckDeadlines` yields an event; None for a lesson that is over."""
    if room.phase is Phase.ENDED:
        return None
    due = [closes_at_ms(room), heartbeat_due_ms(room)]
    if room.lead_proposal is not None:
        due.append(room.lead_proposal.expires_ms)
    for participant in room.participants.values():
        due.append(participant.call_expires_ms)
        if participant.presence is Presence.CUT:
            due.append(grace_ends_ms(room, participant))
    return min((at_ms for at_ms in due if at_ms is not None), default=None)
