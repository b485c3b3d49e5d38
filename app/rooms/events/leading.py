"""Who leads: proposed, handed over, taken over."""

from dataclasses import dataclass
from typing import ClassVar

from app.ids import ParticipantId


@dataclass(frozen=True, slots=True)
class LeadProposed:
    """`by` is the lead, who offers to hand over, or `to_id`, who asks for it."""

    type: ClassVar[str] = "lead.proposed"
    to_id: ParticipantId
    by: ParticipantId
    expires_ms: int


@dataclass(frozen=True, slots=True)
class LeadDeclined:
    type: ClassVar[str] = "lead.declined"
    to_id: ParticipantId


@dataclass(frozen=True, slots=True)
class LeadWithdrawn:
    """Whoever proposed it changed its mind, or one of the two left."""

    type: ClassVar[str] = "lead.withdrawn"
    to_id: ParticipantId


@dataclass(frozen=True, slots=True)
class LeadProposalExpired:
    type: ClassVar[str] = "lead.proposal_expired"
    to_id: ParticipantId


@dataclass(frozen=True, slots=True)
class LeadHandedOver:
    """From here `lead_id` leads; who led so far is an assistant."""

    type: ClassVar[str] = "lead.handed_over"
    lead_id: ParticipantId


@dataclass(frozen=True, slots=True)
class LeadTakenOver:
    """The lead's page was gone, and an assistant leads on. As `lead.handed_over` otherwise."""

    type: ClassVar[str] = "lead.taken_over"
    lead_id: ParticipantId
