"""Decisions about who leads, always exactly one: handed over by two keys, or taken over from a page that is gone."""

from app.ids import ParticipantId
from app.rooms.commands import AnswerLead, ProposeLead, TakeLead
from app.rooms.deadlines import takeover_at_ms
from app.rooms.draft import Draft
from app.rooms.events import (
    LeadDeclined,
    LeadHandedOver,
    LeadProposed,
    LeadTakenOver,
    LeadWithdrawn,
    ListenInStopped,
)
from app.rooms.permissions import lead_id
from app.rooms.refusals import rejected
from app.rooms.state import LeadProposal, Presence, Role, Room


def propose_lead(draft: Draft, command: ProposeLead) -> None:
    """One proposal at a time: whoever else wants the lead waits for its answer."""
    room = draft.room
    _check_assistant(room, command.to_id)
    proposal = room.lead_proposal
    if proposal is None:
        expires_ms = draft.now_ms + room.plan.lead_proposal_timeout_ms
        draft.emit(LeadProposed(command.to_id, command.by, expires_ms))
    elif (proposal.to_id, proposal.by) != (command.to_id, command.by):
        raise rejected("proposal_open")


def answer_lead(draft: Draft, command: AnswerLead) -> None:
    """The one who was asked accepts or declines; the one who asked may only withdraw."""
    proposal = draft.room.lead_proposal
    if proposal is None:
        if command.is_accepted:
            raise rejected("no_proposal")
        return
    is_answer = command.by == _asked(draft.room, proposal)
    if not is_answer and (command.is_accepted or command.by != proposal.by):
        raise rejected("not_allowed")
    if not command.is_accepted:
        draft.emit((LeadDeclined if is_answer else LeadWithdrawn)(proposal.to_id))
        return
    _check_assistant(draft.room, proposal.to_id)
    _stop_listening(draft)
    draft.emit(LeadHandedOver(proposal.to_id))


def take_lead(draft: Draft, command: TakeLead) -> None:
    if command.by == lead_id(draft.room):
        return
    at_ms = takeover_at_ms(draft.room)
    if at_ms is None or draft.now_ms < at_ms:
        raise rejected("lead_present")
    _check_assistant(draft.room, command.by)
    _stop_listening(draft)
    draft.emit(LeadTakenOver(command.by))


def withdraw_from(draft: Draft, participant_id: ParticipantId) -> None:
    """Somebody leaves: nobody can answer a proposal of theirs, or to them."""
    proposal = draft.room.lead_proposal
    if proposal and participant_id in (proposal.to_id, lead_id(draft.room)):
        draft.emit(LeadWithdrawn(proposal.to_id))


def _asked(room: Room, proposal: LeadProposal) -> ParticipantId:
    return lead_id(room) if proposal.by == proposal.to_id else proposal.to_id


def _check_assistant(room: Room, participant_id: ParticipantId) -> None:
    assistant = room.participants.get(participant_id)
    if assistant is None or assistant.presence is not Presence.PRESENT:
        raise rejected("assistant_absent")
    if assistant.role is not Role.ASSISTANT:
        raise rejected("not_an_assistant")


def _stop_listening(draft: Draft) -> None:
    """Listening in is the lead's: it ends with the lead."""
    old_id = lead_id(draft.room)
    seat_id = draft.room.listening.get(old_id)
    if seat_id is not None:
        draft.emit(ListenInStopped(old_id, seat_id))
