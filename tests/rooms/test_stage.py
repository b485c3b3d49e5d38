"""The stage: two keys, an expiry, and who is heard meanwhile."""

from dataclasses import replace

import pytest

from app.ids import ParticipantId, SeatId
from app.rooms.commands import (
    AcceptCallUp,
    CallUp,
    CancelCallUp,
    DeclineCallUp,
    Leave,
    RaiseHand,
    ReportCut,
    SendDown,
    StartListenIn,
    StopListenIn,
)
from app.rooms.events import (
    CallUpAccepted,
    CallUpCancelled,
    CallUpDeclined,
    CallUpExpired,
    ClassroomCalledUp,
    ClassroomSentDown,
    ListenInStarted,
    ListenInStopped,
    ParticipantLeft,
)
from app.rooms.state import Presence, StagePlace
from app.rooms.views import may_hear, may_see
from tests.rooms.lesson import (
    ASSISTANT,
    LEAD,
    PLAN,
    SEAT_A,
    SEAT_B,
    SEAT_C,
    A,
    B,
    C,
    Told,
    join_of,
    live_lesson,
)


def on_stage(told: Told, seat: SeatId = SEAT_A) -> Told:
    told.does(CallUp(LEAD, seat))
    told.does(AcceptCallUp(ParticipantId(seat)))
    return told


def test_a_classroom_comes_up_by_two_keys() -> None:
    told = live_lesson()
    (called,) = told.does(CallUp(LEAD, SEAT_A))
    assert called == ClassroomCalledUp(SEAT_A, LEAD, told.now_ms + 30_000)
    assert told.who(A).place is StagePlace.CALLED
    assert not may_hear(told.room, B, A)
    assert told.does(AcceptCallUp(A)) == (CallUpAccepted(SEAT_A),)
    assert told.who(A).place is StagePlace.ON
    assert may_hear(told.room, B, A) and may_see(told.room, B, A)


def test_a_call_expires_after_thirty_seconds() -> None:
    told = live_lesson()
    told.does(CallUp(LEAD, SEAT_A))
    assert CallUpExpired(SEAT_A) not in told.passes(29_999)
    assert CallUpExpired(SEAT_A) in told.passes(1)
    assert told.who(A).place is StagePlace.OFF
    assert told.refuses(AcceptCallUp(A)) == "not_called"


def test_an_accept_that_comes_with_the_expiry_is_too_late() -> None:
    told = live_lesson()
    told.does(CallUp(LEAD, SEAT_A))
    told.now_ms += 30_000
    assert told.refuses(AcceptCallUp(A)) == "not_called"


def test_a_classroom_may_decline_and_staff_may_cancel() -> None:
    told = live_lesson()
    told.does(CallUp(ASSISTANT, SEAT_A))
    assert told.does(DeclineCallUp(A)) == (CallUpDeclined(SEAT_A),)
    assert told.does(DeclineCallUp(A)) == ()
    told.does(CallUp(LEAD, SEAT_A))
    assert told.does(CancelCallUp(ASSISTANT, SEAT_A)) == (CallUpCancelled(SEAT_A),)
    assert told.does(CancelCallUp(LEAD, SEAT_A)) == ()


def test_a_cancel_that_crosses_the_accept_does_not_send_down() -> None:
    told = on_stage(live_lesson())
    assert told.refuses(CancelCallUp(LEAD, SEAT_A)) == "already_on_stage"
    assert told.refuses(DeclineCallUp(A)) == "already_on_stage"
    assert told.who(A).place is StagePlace.ON


def test_repeated_clicks_are_no_errors() -> None:
    told = live_lesson()
    told.does(CallUp(LEAD, SEAT_A))
    assert told.does(CallUp(LEAD, SEAT_A)) == ()
    told.does(AcceptCallUp(A))
    assert told.does(AcceptCallUp(A)) == ()
    assert told.refuses(CallUp(LEAD, SEAT_A)) == "already_on_stage"
    told.does(SendDown(LEAD, SEAT_A))
    assert told.does(SendDown(LEAD, SEAT_A)) == ()


@pytest.mark.parametrize(("by", "reason"), [(LEAD, "by_lead"), (A, "by_classroom")])
def test_staff_or_the_classroom_itself_ends_its_turn(by: ParticipantId, reason: str) -> None:
    told = on_stage(live_lesson())
    assert told.does(SendDown(by, SEAT_A)) == (ClassroomSentDown(SEAT_A, reason),)  # type: ignore[arg-type]
    assert not may_hear(told.room, B, A)
    assert not may_hear(told.room, LEAD, A)


def test_sending_down_a_called_classroom_withdraws_the_call() -> None:
    told = live_lesson()
    told.does(CallUp(LEAD, SEAT_A))
    assert told.does(SendDown(LEAD, SEAT_A)) == (CallUpCancelled(SEAT_A),)
    told.does(CallUp(LEAD, SEAT_A))
    assert told.does(SendDown(A, SEAT_A)) == (CallUpDeclined(SEAT_A),)


def test_the_stage_has_a_limit_that_counts_open_calls() -> None:
    told = live_lesson(replace(PLAN, stage_limit=2))
    on_stage(told, SEAT_A)
    told.does(CallUp(LEAD, SEAT_B))
    assert told.refuses(CallUp(LEAD, SEAT_C)) == "stage_full"
    told.does(DeclineCallUp(B))
    told.does(CallUp(LEAD, SEAT_C))


def test_an_unknown_or_absent_seat_cannot_be_called() -> None:
    told = live_lesson()
    assert told.refuses(CallUp(LEAD, SeatId("sea_z"))) == "seat_unknown"
    told.does(Leave(A, join_of(A).device_id))
    assert told.refuses(CallUp(LEAD, SEAT_A)) == "seat_absent"
    assert told.refuses(StartListenIn(LEAD, SEAT_A)) == "seat_absent"


def test_a_cut_classroom_keeps_its_place_on_stage_until_it_is_lost() -> None:
    told = on_stage(live_lesson())
    told.does(ReportCut(A, join_of(A).device_id))
    told.passes(59_999)
    assert (told.who(A).place, told.who(A).presence) == (StagePlace.ON, Presence.CUT)
    events = told.passes(1)
    assert events.index(ClassroomSentDown(SEAT_A, "left")) < events.index(
        ParticipantLeft(A, "lost")
    )
    assert told.who(A).place is StagePlace.OFF


def test_an_accept_answers_the_raised_hand() -> None:
    told = live_lesson()
    told.does(RaiseHand(A))
    on_stage(told)
    assert told.who(A).hand_raised_ms is None


def test_listen_in_lets_the_lead_alone_hear_one() -> None:
    told = live_lesson()
    assert told.does(StartListenIn(LEAD, SEAT_A)) == (ListenInStarted(LEAD, SEAT_A),)
    assert told.does(StartListenIn(LEAD, SEAT_A)) == ()
    hearers = [p for p in told.room.participants if may_hear(told.room, p, A)]
    assert hearers == [LEAD]
    assert told.does(StartListenIn(LEAD, SEAT_B)) == (
        ListenInStopped(LEAD, SEAT_A),
        ListenInStarted(LEAD, SEAT_B),
    )
    assert not may_hear(told.room, LEAD, A)
    assert told.does(StopListenIn(LEAD)) == (ListenInStopped(LEAD, SEAT_B),)
    assert told.does(StopListenIn(LEAD)) == ()
    assert not may_hear(told.room, LEAD, B)


def test_listening_in_ends_when_the_classroom_comes_on_stage_or_leaves() -> None:
    told = live_lesson()
    told.does(StartListenIn(LEAD, SEAT_A))
    told.does(CallUp(LEAD, SEAT_A))
    assert told.does(AcceptCallUp(A)) == (ListenInStopped(LEAD, SEAT_A), CallUpAccepted(SEAT_A))
    assert told.refuses(StartListenIn(LEAD, SEAT_A)) == "already_on_stage"
    told.does(StartListenIn(LEAD, SEAT_C))
    assert ListenInStopped(LEAD, SEAT_C) in told.does(Leave(C, join_of(C).device_id))


def test_listening_in_ends_when_the_lead_leaves() -> None:
    told = live_lesson()
    told.does(StartListenIn(LEAD, SEAT_A))
    assert told.does(Leave(LEAD, join_of(LEAD).device_id)) == (
        ListenInStopped(LEAD, SEAT_A),
        ParticipantLeft(LEAD, "left"),
    )
