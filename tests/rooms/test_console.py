"""The on-site teacher's console: the standing accept, signals, and who speaks."""

from app.ids import PupilId
from app.rooms.commands import (
    AcceptCallUp,
    CallUp,
    ClearSignal,
    Leave,
    NamePupil,
    RaiseSignal,
    ReportCut,
    SendDown,
    StartListenIn,
    SwitchAutoAccept,
)
from app.rooms.console import SIGNAL_PAUSE_MS
from app.rooms.state import StagePlace
from tests.rooms.lesson import ASSISTANT, LEAD, OBSERVER, SEAT_A, A, B, join_of, live_lesson


def test_a_granted_accept_brings_a_classroom_up_by_the_call_alone() -> None:
    told = live_lesson()
    told.does(SwitchAutoAccept(A, True))
    told.does(StartListenIn(LEAD, SEAT_A))
    types = [event.type for event in told.does(CallUp(LEAD, SEAT_A))]
    assert types == ["callup.called", "listen.stopped", "callup.accepted"]
    assert told.who(A).place is StagePlace.ON
    told.does(SendDown(LEAD, SEAT_A))
    told.does(SwitchAutoAccept(A, False))
    assert [e.type for e in told.does(CallUp(LEAD, SEAT_A))] == ["callup.called"]


def test_only_the_classroom_itself_grants_its_accept() -> None:
    told = live_lesson()
    for who in (LEAD, ASSISTANT, OBSERVER):
        assert told.refuses(SwitchAutoAccept(who, True)) == "not_allowed"


def test_a_grant_outlives_a_cut_and_ends_when_the_classroom_leaves() -> None:
    told = live_lesson()
    told.does(SwitchAutoAccept(A, True))
    told.does(ReportCut(A, told.who(A).device_id))
    told.does(join_of(A, "dev_2"))
    assert told.who(A).accepts_by_itself
    told.does(Leave(A, told.who(A).device_id))
    told.does(join_of(A, "dev_2"))
    assert not told.who(A).accepts_by_itself


def test_a_signal_stands_until_the_staff_take_note_or_the_classroom_takes_it_back() -> None:
    told = live_lesson()
    told.does(RaiseSignal(A, "slower"))
    raised_ms = told.now_ms
    told.passes(SIGNAL_PAUSE_MS)
    assert told.does(RaiseSignal(A, "slower")) == ()
    assert (told.who(A).signal, told.who(A).signalled_ms) == ("slower", raised_ms)
    told.does(RaiseSignal(A, "repeat"))
    assert told.who(A).signal == "repeat"
    told.does(ClearSignal(ASSISTANT, A))
    assert told.who(A).signal is None
    told.passes(SIGNAL_PAUSE_MS)
    told.does(RaiseSignal(A, "ready"))
    told.does(ClearSignal(A, A))
    assert told.who(A).signal is None
    assert told.does(ClearSignal(LEAD, A)) == ()


def test_signals_come_one_after_the_other_and_only_known_ones() -> None:
    told = live_lesson()
    told.does(RaiseSignal(A, "slower"))
    assert told.refuses(RaiseSignal(A, "repeat")) == "signal_too_soon"
    told.does(ClearSignal(LEAD, A))
    assert told.refuses(RaiseSignal(A, "slower")) == "signal_too_soon"
    told.does(RaiseSignal(B, "repeat"))
    told.passes(SIGNAL_PAUSE_MS)
    assert told.refuses(RaiseSignal(A, "hello")) == "signal_unknown"
    assert told.refuses(RaiseSignal(LEAD, "slower")) == "not_allowed"
    assert told.refuses(ClearSignal(OBSERVER, B)) == "not_allowed"
    assert told.refuses(ClearSignal(A, B)) == "not_allowed"


def test_who_speaks_is_named_on_the_stage_only_and_forgotten_with_it() -> None:
    told = live_lesson()
    pupil = PupilId("pup_1")
    assert told.refuses(NamePupil(A, pupil)) == "not_on_stage"
    told.does(CallUp(LEAD, SEAT_A))
    told.does(AcceptCallUp(A))
    told.does(NamePupil(A, pupil))
    assert told.who(A).pupil_id == pupil
    assert told.does(NamePupil(A, pupil)) == ()
    told.does(NamePupil(A, None))
    assert told.who(A).pupil_id is None
    told.does(NamePupil(A, pupil))
    told.does(SendDown(A, SEAT_A))
    assert told.who(A).pupil_id is None
    assert told.refuses(NamePupil(LEAD, pupil)) == "not_allowed"
