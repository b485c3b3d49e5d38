"""What is wrong with a lesson, told command by command."""

from dataclasses import replace

from app.lessons.wall.trouble import (
    ABSENT_AFTER_MS,
    CUT_AFTER_MS,
    QUIET_AFTER_MS,
    RECORDER_AFTER_MS,
    TroubleKind,
    troubles_of,
)
from app.rooms.commands import (
    CallForHelp,
    Leave,
    OpenFloor,
    ReportCut,
    ReportEpochOpened,
    ReportHeard,
    ReportPublication,
    ReportQuality,
    ReportRecordingStopped,
    StartLesson,
    StartSingAlong,
)
from app.rooms.state import LessonPlan
from tests.rooms.lesson import (
    LEAD,
    OBSERVER,
    PLAN,
    A,
    B,
    C,
    Told,
    join_of,
    live_lesson,
    unrecorded,
)

UNRECORDED: LessonPlan = unrecorded()


def wrong(told: Told, *, is_recorder_there: bool = True) -> list[tuple[TroubleKind, str | None]]:
    found = troubles_of(told.room, told.now_ms, is_recorder_there=is_recorder_there)
    return [(one.kind, one.participant_id) for one in found]


def test_before_its_time_nobody_is_missed_but_a_call_for_help_counts() -> None:
    told = Told(replace(UNRECORDED, starts_at_ms=PLAN.starts_at_ms + 300_000))
    assert wrong(told) == []
    told.joins(A)
    told.does(CallForHelp(A))
    assert wrong(told) == [("help", A)]


def test_a_minute_after_its_time_a_lesson_says_who_is_missing() -> None:
    told = Told(UNRECORDED)
    told.now_ms += ABSENT_AFTER_MS - 1
    assert wrong(told) == []
    told.now_ms += 1
    assert wrong(told) == [("nobody_in", None)]
    told.joins(OBSERVER)
    assert wrong(told) == [("nobody_in", None)], "who looks on teaches nobody"
    told.joins(A)
    assert wrong(told) == [
        ("lead_missing", LEAD),
        ("classroom_missing", B),
        ("classroom_missing", C),
    ]
    told.joins(LEAD, B, C)
    assert wrong(told) == [("not_started", None)]
    told.does(StartLesson(LEAD))
    assert wrong(told) == []


def test_a_classroom_that_was_in_and_is_gone_is_lost_and_a_reload_is_nothing() -> None:
    told = live_lesson(UNRECORDED)
    told.does(ReportCut(A, join_of(A).device_id))
    assert wrong(told) == []
    told.passes(CUT_AFTER_MS)
    assert wrong(told) == [("classroom_lost", A)]
    told.passes(UNRECORDED.reconnect_grace_ms)
    (lost,) = troubles_of(told.room, told.now_ms, is_recorder_there=True)
    assert (lost.kind, lost.since_ms) == ("classroom_lost", UNRECORDED.starts_at_ms)
    told.joins(A)
    assert wrong(told) == []
    told.does(Leave(LEAD, join_of(LEAD).device_id))
    assert wrong(told) == [("lead_missing", LEAD)]


def test_weak_links_stand_behind_lost_ones() -> None:
    told = live_lesson(UNRECORDED)
    for who, quality in ((LEAD, "fair"), (A, "poor"), (B, "lost"), (C, "good")):
        told.does(ReportQuality(who, quality))
    assert wrong(told) == [("link_lost", B), ("link_poor", A)]


def test_nobody_heard_for_ten_minutes_is_said_but_not_while_all_sing() -> None:
    told = live_lesson(UNRECORDED)
    told.does(OpenFloor(LEAD))
    told.now_ms += QUIET_AFTER_MS - 1
    assert wrong(told) == []
    told.now_ms += 1
    assert wrong(told) == [("quiet", None)]
    told.does(ReportHeard(A))
    assert wrong(told) == []
    told.now_ms += QUIET_AFTER_MS
    assert wrong(told) == [("quiet", None)]
    told.does(StartSingAlong(LEAD))
    assert wrong(told) == []


def test_a_recorder_that_is_away_gives_up_or_never_began_is_said_only_where_something_is_recorded() -> (
    None
):
    assert wrong(live_lesson(UNRECORDED), is_recorder_there=False) == []
    told = live_lesson()
    assert wrong(told, is_recorder_there=False) == [("recorder_away", None)]
    told.now_ms += RECORDER_AFTER_MS
    assert wrong(told) == [], "nothing is sent that could be written"
    told.does(ReportPublication(B, "camera", "vp8"))
    assert wrong(told) == [], "this classroom did not agree"
    told.does(ReportPublication(A, "camera", "vp8"))
    assert wrong(told) == [("not_recorded", None)]
    told.does(ReportEpochOpened("epo_1", A, "camera", "vp8"))
    assert wrong(told) == []
    told.does(ReportRecordingStopped(A, "camera", "disk_full"))
    told.does(ReportRecordingStopped(A, "microphone", "disk_full"))
    assert wrong(told) == [("not_recorded", A)]
