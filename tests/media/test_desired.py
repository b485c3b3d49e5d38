"""What an engine is to hold for a room, and the calls that lead there."""

from app.ids import publication_id
from app.media.desired import (
    Admit,
    CloseRoom,
    DesiredRoom,
    OpenRoom,
    Permit,
    Remove,
    RequestKeyframe,
    desired_room,
    plan,
)
from app.rooms.commands import AcceptCallUp, CallUp, Leave, Mute
from app.rooms.views import VideoCaps
from tests.rooms.lesson import LEAD, LESSON, SEAT_A, A, B, join_of, live_lesson


def test_the_plan_for_an_empty_engine_opens_admits_and_asks_for_keyframes() -> None:
    told = live_lesson()
    desired = desired_room(told.room, VideoCaps())
    assert desired is not None
    calls = plan(LESSON, desired, None)
    assert calls[0] == OpenRoom(LESSON)
    assert {c.participant_id for c in calls[1:] if isinstance(c, Admit)} == set(
        told.room.participants
    )
    camera = publication_id(LEAD, "camera")
    with_video = DesiredRoom(desired.participants, frozenset({camera}))
    assert plan(LESSON, with_video, None)[-1] == RequestKeyframe(LESSON, camera)


def test_a_plan_that_is_carried_out_leaves_nothing_to_do() -> None:
    told = live_lesson()
    desired = desired_room(told.room, VideoCaps())
    assert desired is not None
    assert plan(LESSON, desired, desired.participants) == ()
    assert plan(LESSON, None, None) == ()
    assert plan(LESSON, None, {}) == (CloseRoom(LESSON),)


def test_the_plan_removes_before_it_lets_in_and_changes_only_what_differs() -> None:
    told = live_lesson()
    before = desired_room(told.room, VideoCaps())
    told.does(Leave(B, join_of(B).device_id))
    told.does(Mute(LEAD, A))
    after = desired_room(told.room, VideoCaps())
    assert before is not None and after is not None
    calls = plan(LESSON, after, before.participants)
    assert calls[0] == Remove(LESSON, B)
    permitted = {c.participant_id for c in calls if isinstance(c, Permit)}
    assert A in permitted and B not in permitted
    assert not any(isinstance(c, Admit | OpenRoom) for c in calls)


def test_a_keyframe_is_asked_for_where_a_picture_is_newly_seen_and_only_there() -> None:
    told = live_lesson()
    camera = publication_id(A, "camera")

    def step() -> DesiredRoom:
        desired = desired_room(told.room, VideoCaps())
        assert desired is not None
        return DesiredRoom(desired.participants, frozenset({camera}))

    off = step()
    told.does(CallUp(LEAD, SEAT_A))
    told.does(AcceptCallUp(A))
    on = step()
    up = plan(LESSON, on, off.participants)
    assert up[-1] == RequestKeyframe(LESSON, camera)
    assert sum(isinstance(c, RequestKeyframe) for c in up) == 1
    down = plan(LESSON, off, on.participants)
    assert not any(isinstance(c, RequestKeyframe) for c in down)
