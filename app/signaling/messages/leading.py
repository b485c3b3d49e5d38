"""Who leads: the lead is offered, asked for, answered, or taken over from a page that is gone."""

from typing import Literal

from app.signaling.messages.base import Id, Message, Request, RoomEvent


class LeadPropose(Request):
    """The lead offers to hand over to an assistant; an assistant asks for the lead with its own `to_id`."""

    type: Literal["lead.propose"]
    to_id: Id


class LeadAnswer(Request):
    """Of the one who was asked; the one who asked withdraws by declining."""

    type: Literal["lead.answer"]
    is_accepted: bool


class LeadTake(Request):
    """An assistant leads on, from `takeover_at_ms` on."""

    type: Literal["lead.take"]


class LeadProposalView(Message):
    """An open offer of the lead (`by` leads), or an assistant's wish to lead (`by` is `to_id`)."""

    to_id: str
    by: str
    expires_ms: int


class LeadView(Message):
    """Who leads, and who may next."""

    participant_id: str
    """The one lead of this moment, there or not."""
    takeover_at_ms: int | None
    """The lead's page is gone, and an assistant may take over from then on. Null while it is there, or not live."""
    proposal: LeadProposalView | None


class LeadChanged(RoomEvent):
    """What there is to know about the lead changed: `lead` is the whole new view, `event` the journal's word."""

    type: Literal["lead.changed"]
    event: str
    lead: LeadView
