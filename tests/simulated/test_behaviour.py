"""What a simulated classroom does, told by the protocol's own messages; time is an argument."""

from typing import Any

import pytest

from app.signaling.messages import (
    LeadView,
    LessonEnded,
    LessonStarted,
    ParticipantChanged,
    ParticipantView,
    PhaseName,
    PlaceName,
    RoomSnapshot,
    RoomView,
)
from app.simulated.behaviour import Behaviour, Manner

MANNER = Manner(hand_after_s=5, hand_again_s=60, accept_after_s=2)
ME = "seat_me"


def _view(
    place: PlaceName = "off", hand_raised_ms: int | None = None, participant_id: str = ME
) -> ParticipantView:
    return ParticipantView(
        participant_id=participant_id,
        role="classroom",
        name="Class 3",
        school="Hill School",
        presence="present",
        place=place,
        call_expires_ms=None,
        hand_raised_ms=hand_raised_ms,
        stage_ms=None,
        heard_ms=None,
        help_since_ms=None,
        is_muted=False,
        switched_off=[],
        saves_data=False,
        accepts_by_itself=False,
        publishing={},
        is_recorded=False,
        is_simulated=True,
        head_count=None,
        quality=None,
    )


def _snapshot(phase: PhaseName, **view: Any) -> RoomSnapshot:
    room = RoomView(
        lesson_id="les_1",
        title="Singing",
        subject="music",
        phase=phase,
        starts_at_ms=0,
        ends_at_ms=1,
        started_ms=None,
        ended_ms=None,
        end_reason=None,
        closes_at_ms=None,
        is_recorded=False,
        lead=LeadView(participant_id="lead_1", takeover_at_ms=None, proposal=None),
        is_floor_open=False,
        is_sing_along=False,
        spotlight=None,
        sound_preset="voice",
        listening={},
        slides=None,
        participants=[_view(participant_id="lead_1"), _view(**view)],
    )
    return RoomSnapshot(type="room.snapshot", re="r1", seq=1, you=ME, room=room, private=None)


def _changed(event: str, **view: Any) -> ParticipantChanged:
    return ParticipantChanged(
        type="participant.changed", seq=2, at_ms=0, event=event, participant=_view(**view)
    )


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour(ME, MANNER)


def test_nothing_is_done_before_the_lesson_is_live(behaviour: Behaviour) -> None:
    behaviour.see(_snapshot("waiting"), 0)
    assert behaviour.wait_s(0) is None
    assert behaviour.due(100) is None


def test_the_hand_goes_up_some_seconds_after_the_lesson_began(behaviour: Behaviour) -> None:
    behaviour.see(_snapshot("waiting"), 0)
    behaviour.see(LessonStarted(type="lesson.started", seq=2, at_ms=0), 10)
    assert behaviour.wait_s(11) == 4
    assert behaviour.due(14.9) is None
    assert behaviour.due(15) == "raise_hand"
    assert behaviour.due(15) is None


def test_a_latecomer_raises_its_hand_too(behaviour: Behaviour) -> None:
    behaviour.see(_snapshot("live"), 50)
    assert behaviour.due(55) == "raise_hand"


def test_a_raised_hand_is_left_alone(behaviour: Behaviour) -> None:
    behaviour.see(_snapshot("live", hand_raised_ms=4), 0)
    assert behaviour.wait_s(0) is None


def test_a_call_up_is_accepted_after_two_seconds_once(behaviour: Behaviour) -> None:
    behaviour.see(_snapshot("live"), 0)
    behaviour.see(_changed("callup.called", place="called", hand_raised_ms=3), 8)
    # Something else happens meanwhile: it must not put the answer off.
    behaviour.see(_changed("microphone.published", place="called", hand_raised_ms=3), 9)
    assert behaviour.wait_s(9) == 1
    assert behaviour.due(10) == "accept"
    assert behaviour.due(11) is None


def test_a_cancelled_call_up_is_not_accepted(behaviour: Behaviour) -> None:
    behaviour.see(_snapshot("live", hand_raised_ms=1), 0)
    behaviour.see(_changed("callup.called", place="called", hand_raised_ms=1), 8)
    behaviour.see(_changed("callup.cancelled", place="off", hand_raised_ms=1), 9)
    assert behaviour.due(30) is None


def test_on_stage_the_hand_comes_down_and_goes_up_again_a_minute_after_sent_down(
    behaviour: Behaviour,
) -> None:
    behaviour.see(_snapshot("live"), 0)
    behaviour.see(_changed("callup.accepted", place="on", hand_raised_ms=3), 10)
    assert behaviour.due(10) == "lower_hand"
    behaviour.see(_changed("hand.lowered", place="on"), 10)
    assert behaviour.wait_s(10) is None
    behaviour.see(_changed("stage.sent_down", place="off"), 20)
    assert behaviour.due(79) is None
    assert behaviour.due(80) == "raise_hand"


def test_what_happens_to_others_is_no_reason_to_act(behaviour: Behaviour) -> None:
    behaviour.see(_snapshot("live", hand_raised_ms=1), 0)
    behaviour.see(_changed("callup.called", place="called", participant_id="seat_other"), 5)
    assert behaviour.wait_s(5) is None


def test_the_end_of_the_lesson_ends_everything(behaviour: Behaviour) -> None:
    behaviour.see(_snapshot("live"), 0)
    behaviour.see(LessonEnded(type="lesson.ended", seq=9, at_ms=0, reason="lead"), 3)
    assert behaviour.has_ended
    assert behaviour.due(100) is None
