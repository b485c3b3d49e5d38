"""Who is there: one device per place, a grace period, restarts, the end of a lesson."""

from dataclasses import replace

from app.ids import ClassroomId, DeviceId, ParticipantId, UserId
from app.rooms.commands import (
    CallUp,
    EndLesson,
    Join,
    Leave,
    Mute,
    OpenFloor,
    RaiseHand,
    ReportCut,
    ReportPublication,
    StartLesson,
    SwitchSource,
    TakeUpRoom,
)
from app.rooms.deadlines import closes_at_ms, next_deadline
from app.rooms.events import (
    ClockAnchored,
    DeviceReplaced,
    Heartbeat,
    LessonEnded,
    LessonRestored,
    LessonStarted,
    ParticipantCut,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantReturned,
)
from app.rooms.state import Phase, Presence, Role
from tests.rooms.lesson import (
    ADMIN,
    LEAD,
    MINUTE_MS,
    OBSERVER,
    PLAN,
    SEAT_A,
    SEAT_B,
    A,
    B,
    Told,
    join_of,
    live_lesson,
)
from tests.support.clock import START_MS


def joined_rows(told: Told, who: ParticipantId) -> int:
    """How many attendance spans the journal opens for this place."""
    return sum(
        isinstance(row.event, ParticipantJoined) and row.event.participant_id == who
        for row in told.journal
    )


def test_second_device_of_same_classroom_replaces_the_first() -> None:
    told = live_lesson()
    first = join_of(A).device_id
    assert told.does(join_of(A, "dev_new")) == (DeviceReplaced(A, first, DeviceId("dev_new")),)
    assert told.who(A).device_id == "dev_new"
    assert joined_rows(told, A) == 1


def test_the_replaced_device_has_no_say_any_more() -> None:
    told = live_lesson()
    old = join_of(A)
    told.does(join_of(A, "dev_new"))
    assert told.does(ReportCut(A, old.device_id)) == ()
    assert told.does(Leave(A, old.device_id)) == ()
    assert told.refuses(replace(old, is_resume=True)) == "replaced"
    assert told.who(A).device_id == "dev_new"


def test_a_session_stands_in_for_a_page_and_never_pushes_one_out() -> None:
    told = live_lesson()
    session = join_of(A, "whip_1", is_resume=True)
    assert told.refuses(session) == "replaced"
    told.does(ReportCut(A, join_of(A).device_id))
    assert told.does(session) == (ParticipantReturned(A, DeviceId("whip_1")),)
    back = join_of(A, is_resume=True)
    assert told.does(back) == (DeviceReplaced(A, DeviceId("whip_1"), back.device_id),)
    assert told.refuses(session) == "replaced"


def test_a_reload_gives_the_same_seat_back_and_no_second_attendance_row() -> None:
    told = live_lesson()
    told.does(ReportCut(A, join_of(A).device_id))
    told.passes(4_000)
    assert told.does(join_of(A, "dev_reloaded")) == (
        ParticipantReturned(A, DeviceId("dev_reloaded")),
    )
    assert told.who(A).presence is Presence.PRESENT
    assert joined_rows(told, A) == 1
    assert ParticipantLeft(A, "lost") not in told.passes(5 * MINUTE_MS)


def test_the_same_device_may_join_again_while_it_is_there() -> None:
    told = live_lesson()
    since_ms = told.who(A).since_ms
    told.passes(1_000)
    assert told.does(join_of(A)) == (ParticipantReturned(A, join_of(A).device_id),)
    assert told.who(A).since_ms == since_ms
    assert joined_rows(told, A) == 1


def test_a_cut_beyond_the_grace_period_is_lost_since_the_cut() -> None:
    told = live_lesson()
    told.passes(5_000)
    cut_ms = told.now_ms
    told.does(ReportCut(A, join_of(A).device_id))
    assert ParticipantLeft(A, "lost") not in told.passes(59_999)
    assert ParticipantLeft(A, "lost") in told.passes(1)
    assert told.who(A).since_ms == cut_ms
    told.does(join_of(A))
    assert joined_rows(told, A) == 2


def test_a_join_must_fit_the_plan() -> None:
    told = Told()
    device = DeviceId("dev_1")
    assert told.refuses(Join(ParticipantId("sea_z"), Role.CLASSROOM, device)) == "seat_unknown"
    other = Join(A, Role.CLASSROOM, device, None, ClassroomId("cls_b"))
    assert told.refuses(other) == "not_allowed"
    second_lead = ParticipantId("lead_usr_x")
    assert told.refuses(Join(second_lead, Role.LEAD, device, UserId("usr_x"))) == "not_allowed"
    assert told.refuses(Join(LEAD, Role.OBSERVER, device, UserId("usr_li"))) == "not_allowed"
    assert told.refuses(Join(OBSERVER, Role.OBSERVER, device, UserId("usr_x"))) == "not_allowed"


def test_staff_places_are_bounded_and_the_lead_always_gets_in() -> None:
    told = Told()
    for number in range(7):
        told.joins(ParticipantId(f"observer_usr_{number}"))
    assert told.refuses(join_of(ParticipantId("observer_usr_8"))) == "staff_full"
    told.joins(LEAD)
    told.does(Leave(ParticipantId("observer_usr_0"), DeviceId("dev_observer_usr_0")))
    told.joins(ParticipantId("assistant_usr_8"))


def test_nobody_acts_who_is_not_there() -> None:
    told = Told()
    told.joins(LEAD)
    told.does(StartLesson(LEAD))
    assert told.refuses(RaiseHand(A)) == "not_present"
    told.joins(A)
    told.does(Leave(A, join_of(A).device_id))
    assert told.refuses(RaiseHand(A)) == "not_present"


def test_before_the_start_only_coming_going_and_own_switches_work() -> None:
    told = Told()
    told.joins(LEAD, A)
    assert told.refuses(RaiseHand(A)) == "not_live"
    assert told.refuses(OpenFloor(LEAD)) == "not_live"
    assert told.refuses(CallUp(LEAD, SEAT_A)) == "not_live"
    assert len(told.does(SwitchSource(A, "microphone", False))) == 1


def test_starting_a_live_lesson_again_changes_nothing() -> None:
    told = Told()
    assert told.does(StartLesson(LEAD)) == (LessonStarted(LEAD),)
    assert told.does(StartLesson(LEAD)) == ()
    told.joins(LEAD)
    assert told.does(StartLesson(ADMIN)) == ()


def test_the_end_closes_everything_and_nobody_gets_in_again() -> None:
    told = live_lesson()
    told.does(RaiseHand(A))
    told.does(OpenFloor(LEAD))
    told.does(CallUp(LEAD, SEAT_B))
    told.does(ReportPublication(A, "camera", "vp8"))
    ended, *left = told.does(EndLesson(LEAD))
    assert ended == LessonEnded("ended_by_lead", LEAD)
    assert {e.participant_id for e in left} == set(told.room.participants)
    assert {e.reason for e in left} == {"lesson_ended"}
    assert told.room.phase is Phase.ENDED
    assert not told.room.is_floor_open
    assert told.who(A).hand_raised_ms is None and not told.who(A).publishing
    assert told.who(B).call_expires_ms is None
    assert next_deadline(told.room) is None
    assert told.does(EndLesson(LEAD)) == ()
    assert told.refuses(join_of(A)) == "lesson_ended"
    assert told.refuses(RaiseHand(A)) == "lesson_ended"
    assert told.refuses(StartLesson(LEAD)) == "lesson_ended"


def test_an_admin_may_end_a_lesson_and_a_waiting_one_is_cancelled() -> None:
    assert live_lesson().does(EndLesson(ADMIN))[0] == LessonEnded("ended_by_lead", ADMIN)
    assert Told().does(EndLesson(LEAD)) == (LessonEnded("cancelled", LEAD),)


def test_a_lesson_ends_by_itself_ten_minutes_after_its_planned_end() -> None:
    told = live_lesson()
    assert closes_at_ms(told.room) == PLAN.ends_at_ms + 10 * MINUTE_MS
    told.passes(50 * MINUTE_MS - 1)
    assert told.room.phase is Phase.LIVE
    assert LessonEnded("planned_end") in told.passes(1)


def test_a_lesson_ends_by_itself_ten_minutes_after_its_last_lead_left() -> None:
    told = live_lesson()
    told.passes(MINUTE_MS)
    told.does(Leave(LEAD, join_of(LEAD).device_id))
    assert closes_at_ms(told.room) == told.now_ms + 10 * MINUTE_MS
    told.passes(9 * MINUTE_MS)
    told.joins(LEAD)
    assert closes_at_ms(told.room) == PLAN.ends_at_ms + 10 * MINUTE_MS
    told.does(ReportCut(LEAD, join_of(LEAD).device_id))
    told.passes(10 * MINUTE_MS - 1)
    assert told.room.phase is Phase.LIVE
    assert LessonEnded("lead_absent") in told.passes(1)


def test_a_waiting_lesson_that_nobody_starts_is_cancelled() -> None:
    told = Told()
    told.joins(A)
    assert LessonEnded("cancelled") in told.passes(50 * MINUTE_MS)


def test_a_restored_lesson_that_was_cancelled_while_somebody_waited_is_opened_anew() -> None:
    told = Told(replace(PLAN, is_restored=True))
    told.joins(A)
    told.does(EndLesson(ADMIN))
    assert told.refuses(join_of(A)) == "lesson_ended"
    take_up = TakeUpRoom("boot_1", 1, told.now_ms)
    assert told.does(take_up)[1:] == (LessonRestored(),)
    assert told.does(take_up)[1:] == (), "once"
    assert (told.room.phase, told.room.ended_ms, told.room.end_reason) == (
        Phase.WAITING, None, None,
    )  # fmt: skip
    told.joins(A, LEAD)
    told.does(StartLesson(LEAD))
    told.does(EndLesson(LEAD))
    assert told.does(take_up)[1:] == (), "this end is one"


def test_a_lesson_that_ended_stays_so_unless_it_was_restored() -> None:
    told = Told()
    told.does(EndLesson(ADMIN))
    assert told.does(TakeUpRoom("boot_1", 1, told.now_ms))[1:] == ()


def test_a_lesson_started_after_its_planned_end_gets_its_planned_length() -> None:
    told = Told(
        replace(PLAN, starts_at_ms=START_MS - 60 * MINUTE_MS, ends_at_ms=START_MS - 20 * MINUTE_MS)
    )
    told.does(TakeUpRoom("boot_1", 1, told.now_ms))
    told.joins(LEAD)
    told.passes(5 * MINUTE_MS)
    told.does(StartLesson(LEAD))
    assert closes_at_ms(told.room) == told.now_ms + 50 * MINUTE_MS


def test_a_heartbeat_every_ten_seconds_only_while_live() -> None:
    waiting = Told()
    waiting.joins(A)
    assert waiting.passes(MINUTE_MS) == []
    assert live_lesson().passes(MINUTE_MS) == [Heartbeat()] * 6


def test_after_a_restart_everybody_has_the_grace_period_to_come_back() -> None:
    told = live_lesson()
    told.does(ReportCut(B, join_of(B).device_id))
    told.now_ms += 5 * MINUTE_MS  # The server was down: no deadline fired.
    anchored, *cuts = told.does(TakeUpRoom("boot_2", 7, told.now_ms))
    assert anchored == ClockAnchored("boot_2", 7, told.now_ms)
    assert ParticipantCut(A) in cuts and ParticipantCut(B) not in cuts
    assert not any(isinstance(e, ParticipantLeft) for e in told.passes(59_999))
    assert told.does(join_of(A)) == (ParticipantReturned(A, join_of(A).device_id),)
    assert told.does(join_of(B)) == (ParticipantReturned(B, join_of(B).device_id),)
    lost = {e.participant_id for e in told.passes(1) if isinstance(e, ParticipantLeft)}
    assert lost == set(told.room.participants) - {A, B}


def test_a_muted_classroom_that_leaves_and_comes_back_is_still_muted() -> None:
    told = live_lesson()
    told.does(Mute(LEAD, A))
    told.does(SwitchSource(A, "camera", False))
    told.does(Leave(A, join_of(A).device_id))
    told.joins(A)
    assert told.who(A).is_muted
    assert told.who(A).switched_off == {"camera"}


def test_a_classroom_that_leaves_takes_its_hand_and_its_tracks_along() -> None:
    told = live_lesson()
    told.does(RaiseHand(A))
    told.does(ReportPublication(A, "camera", "vp8"))
    told.does(Leave(A, join_of(A).device_id))
    assert told.who(A).hand_raised_ms is None
    assert not told.who(A).publishing


def test_the_end_closes_the_presence_only_of_those_who_were_there() -> None:
    told = live_lesson()
    told.does(Leave(A, join_of(A).device_id))
    left = [e for e in told.does(EndLesson(LEAD)) if isinstance(e, ParticipantLeft)]
    assert A not in {e.participant_id for e in left}
