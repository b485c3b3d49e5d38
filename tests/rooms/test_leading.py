"""Who leads: handed over, asked for, taken over from a page that is gone; always exactly one."""

import pytest

from app.ids import ParticipantId, publication_id
from app.rooms.commands import (
    AnswerLead,
    CallUp,
    EndLesson,
    Leave,
    MoveSpotlight,
    ProposeLead,
    ReportCut,
    StartLesson,
    StartListenIn,
    TakeLead,
)
from app.rooms.deadlines import takeover_at_ms
from app.rooms.events import (
    LeadDeclined,
    LeadHandedOver,
    LeadProposalExpired,
    LeadProposed,
    LeadTakenOver,
    LeadWithdrawn,
    ListenInStopped,
)
from app.rooms.permissions import lead_id
from app.rooms.state import Presence, Role
from app.rooms.views import is_recorded, may_hear, may_publish, media_permissions
from tests.rooms.lesson import (
    ADMIN,
    ASSISTANT,
    LEAD,
    OBSERVER,
    SEAT_A,
    A,
    Told,
    join_of,
    live_lesson,
)


def leads(told: Told) -> list[ParticipantId]:
    return [k for k, p in told.room.participants.items() if p.role is Role.LEAD]


def lead_gone() -> Told:
    told = live_lesson()
    told.does(ReportCut(LEAD, join_of(LEAD).device_id))
    return told


def test_the_lead_is_handed_over_by_two_keys() -> None:
    told = live_lesson()
    expires_ms = told.now_ms + 30_000
    assert told.does(ProposeLead(LEAD, ASSISTANT)) == (LeadProposed(ASSISTANT, LEAD, expires_ms),)
    assert told.does(ProposeLead(LEAD, ASSISTANT)) == ()
    assert leads(told) == [LEAD]
    assert told.does(AnswerLead(ASSISTANT, True)) == (LeadHandedOver(ASSISTANT),)
    assert lead_id(told.room) == ASSISTANT and leads(told) == [ASSISTANT]
    assert told.who(LEAD).role is Role.ASSISTANT
    assert may_publish(told.room, ASSISTANT) == {
        "camera",
        "microphone",
        "screen",
        "document",
    }
    assert may_publish(told.room, LEAD) == frozenset()
    assert may_hear(told.room, A, ASSISTANT) and not may_hear(told.room, A, LEAD)
    camera = media_permissions(told.room, A).receive[publication_id(ASSISTANT, "camera")]
    assert camera.slot_group == "lead"
    assert is_recorded(told.room, ASSISTANT, "camera")
    assert told.refuses(EndLesson(LEAD)) == "not_allowed"
    told.does(EndLesson(ASSISTANT))


def test_an_assistant_asks_and_the_lead_answers() -> None:
    told = live_lesson()
    told.does(ProposeLead(ASSISTANT, ASSISTANT))
    assert told.refuses(AnswerLead(ASSISTANT, True)) == "not_allowed"
    assert told.does(AnswerLead(LEAD, False)) == (LeadDeclined(ASSISTANT),)
    told.does(ProposeLead(ASSISTANT, ASSISTANT))
    assert told.does(AnswerLead(ASSISTANT, False)) == (LeadWithdrawn(ASSISTANT),)
    assert told.does(AnswerLead(ASSISTANT, False)) == ()
    assert told.refuses(AnswerLead(LEAD, True)) == "no_proposal"
    told.does(ProposeLead(ASSISTANT, ASSISTANT))
    assert told.does(AnswerLead(LEAD, True)) == (LeadHandedOver(ASSISTANT),)


def test_one_proposal_at_a_time_and_only_to_an_assistant_who_is_there() -> None:
    told = live_lesson()
    for who in (OBSERVER, A):
        assert told.refuses(ProposeLead(LEAD, who)) == "not_an_assistant"
    told.does(ProposeLead(LEAD, ASSISTANT))
    assert told.refuses(ProposeLead(ASSISTANT, ASSISTANT)) == "proposal_open"
    assert LeadProposalExpired(ASSISTANT) in told.passes(30_000)
    assert told.refuses(AnswerLead(ASSISTANT, True)) == "no_proposal"
    told.does(ProposeLead(LEAD, ASSISTANT))
    assert LeadWithdrawn(ASSISTANT) in told.does(Leave(ASSISTANT, join_of(ASSISTANT).device_id))
    assert told.refuses(ProposeLead(LEAD, ASSISTANT)) == "assistant_absent"


def test_an_assistant_takes_over_ten_seconds_after_the_leads_page_is_gone() -> None:
    told = live_lesson()
    assert told.refuses(TakeLead(ASSISTANT)) == "lead_present"
    told.does(ReportCut(LEAD, join_of(LEAD).device_id))
    assert takeover_at_ms(told.room) == told.now_ms + 10_000
    told.passes(9_999)
    assert told.refuses(TakeLead(ASSISTANT)) == "lead_present"
    told.passes(1)
    assert told.does(TakeLead(ASSISTANT)) == (LeadTakenOver(ASSISTANT),)
    assert told.does(TakeLead(ASSISTANT)) == ()
    assert leads(told) == [ASSISTANT] and takeover_at_ms(told.room) is None


def test_the_lead_who_returns_is_an_assistant_who_may_ask_for_the_lead() -> None:
    told = lead_gone()
    told.passes(10_000)
    told.does(TakeLead(ASSISTANT))
    told.passes(60_000)
    assert told.who(LEAD).presence is Presence.ABSENT
    assert told.room.lead_gone_ms is None, "somebody leads: the lesson does not end"
    told.joins(LEAD)
    assert told.who(LEAD).role is Role.ASSISTANT and leads(told) == [ASSISTANT]
    told.does(ProposeLead(LEAD, LEAD))
    told.does(AnswerLead(ASSISTANT, True))
    assert leads(told) == [LEAD]


def test_a_lead_who_is_back_in_time_keeps_the_lead() -> None:
    told = lead_gone()
    told.passes(9_000)
    told.joins(LEAD)
    told.passes(30_000)
    assert told.refuses(TakeLead(ASSISTANT)) == "lead_present"


def test_whoever_leads_comes_back_as_the_lead() -> None:
    told = live_lesson()
    told.does(ProposeLead(LEAD, ASSISTANT))
    told.does(AnswerLead(ASSISTANT, True))
    told.does(Leave(ASSISTANT, join_of(ASSISTANT).device_id))
    assert told.room.lead_gone_ms == told.now_ms
    told.joins(ASSISTANT)
    assert leads(told) == [ASSISTANT] and told.room.lead_gone_ms is None


def test_a_lesson_whose_lead_never_came_is_taken_over_ten_seconds_after_its_start() -> None:
    told = Told()
    told.joins(ASSISTANT, A)
    told.does(StartLesson(ADMIN))
    told.passes(10_000)
    assert told.does(TakeLead(ASSISTANT)) == (LeadTakenOver(ASSISTANT),)
    told.joins(LEAD)
    assert told.who(LEAD).role is Role.ASSISTANT


@pytest.mark.parametrize("who", [OBSERVER, A])
def test_neither_observers_nor_classrooms_take_over(who: ParticipantId) -> None:
    told = lead_gone()
    told.passes(10_000)
    assert told.refuses(TakeLead(who)) == "not_allowed"


def test_listening_in_and_the_spotlight_end_with_the_lead() -> None:
    told = live_lesson()
    told.does(StartListenIn(LEAD, SEAT_A))
    told.does(MoveSpotlight(LEAD, LEAD))
    told.does(ProposeLead(LEAD, ASSISTANT))
    assert told.does(AnswerLead(ASSISTANT, True))[0] == ListenInStopped(LEAD, SEAT_A)
    assert told.room.spotlight is None
    told.does(CallUp(LEAD, SEAT_A))
