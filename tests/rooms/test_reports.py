"""What engine, recorder and roll call report is journalled once, however often it is delivered."""

from app.ids import SeatId
from app.rooms.commands import (
    EndLesson,
    Leave,
    ReportEpochClosed,
    ReportEpochOpened,
    ReportHeadCount,
    ReportPublication,
    ReportQuality,
    ReportRecordingStopped,
    ReportSegmentClosed,
)
from app.rooms.events import (
    EpochClosed,
    EpochOpened,
    HeadsCounted,
    PublicationStarted,
    PublicationStopped,
    QualityChanged,
    SegmentClosed,
)
from tests.rooms.lesson import LEAD, SEAT_A, A, Told, join_of, live_lesson


def test_a_publication_starts_once_changes_its_codec_and_stops_once() -> None:
    told = live_lesson()
    started = ReportPublication(A, "camera", "vp8")
    assert told.does(started) == (PublicationStarted(A, "camera", "vp8"),)
    assert told.does(started) == ()
    assert told.does(ReportPublication(A, "camera", "h264")) == (
        PublicationStarted(A, "camera", "h264"),
    )
    assert told.who(A).publishing == {"camera": "h264"}
    stopped = ReportPublication(A, "camera", None)
    assert told.does(stopped) == (PublicationStopped(A, "camera"),)
    assert told.does(stopped) == ()


def test_a_publication_of_nobody_is_not_journalled() -> None:
    waiting = Told()
    waiting.joins(A)
    assert waiting.does(ReportPublication(A, "camera", "vp8")) == ()
    told = live_lesson()
    told.does(Leave(A, join_of(A).device_id))
    assert told.does(ReportPublication(A, "camera", "vp8")) == ()


def test_the_quality_of_a_link_is_journalled_on_a_change_and_forgotten_with_the_place() -> None:
    told = live_lesson()
    assert told.who(A).quality is None
    assert told.does(ReportQuality(A, "poor")) == (QualityChanged(A, "poor"),)
    assert told.does(ReportQuality(A, "poor")) == ()
    assert told.who(A).quality == "poor"
    told.does(Leave(A, join_of(A).device_id))
    assert told.who(A).quality is None
    assert told.does(ReportQuality(A, "good")) == ()
    told.does(ReportQuality(LEAD, "good"))
    told.does(EndLesson(LEAD))
    assert told.who(LEAD).quality is None


def test_heads_are_counted_before_and_in_a_lesson_and_outlive_the_classroom_going() -> None:
    waiting = Told()
    assert waiting.does(ReportHeadCount(SEAT_A, 20)) == (HeadsCounted(SEAT_A, 20),)
    assert waiting.does(ReportHeadCount(SeatId("sea_z"), 20)) == ()
    told = live_lesson()
    told.does(ReportHeadCount(SEAT_A, 18))
    assert told.does(ReportHeadCount(SEAT_A, 18)) == ()
    told.does(Leave(A, join_of(A).device_id))
    assert told.room.head_counts == {SEAT_A: 18}
    assert told.does(ReportHeadCount(SEAT_A, None)) == (HeadsCounted(SEAT_A, None),)
    assert told.room.head_counts == {}


def test_a_correction_after_the_lesson_is_none_of_the_journals() -> None:
    told = live_lesson()
    told.does(EndLesson(LEAD))
    assert told.does(ReportHeadCount(SEAT_A, 18)) == ()


def test_recorder_reports_delivered_twice_are_journalled_once_also_after_the_end() -> None:
    told = live_lesson()
    opened = ReportEpochOpened("epo_1", LEAD, "camera", "vp8")
    segment = ReportSegmentClosed("seg_1", "epo_1", 10, "aa", "bb")
    closed = ReportEpochClosed("epo_1")
    assert told.does(opened) == (EpochOpened("epo_1", LEAD, "camera", "vp8"),)
    told.does(EndLesson(LEAD))
    assert told.does(segment) == (SegmentClosed("seg_1", "epo_1", 10, "aa", "bb"),)
    assert told.does(closed) == (EpochClosed("epo_1"),)
    assert [told.does(again) for again in (opened, segment, closed)] == [(), (), ()]


def test_writing_again_after_a_stop_may_stop_again() -> None:
    told = live_lesson()
    stopped = ReportRecordingStopped(LEAD, "camera", "disk_full")
    assert len(told.does(stopped)) == 1
    told.does(ReportEpochOpened("epo_2", LEAD, "camera", "vp8"))
    assert len(told.does(stopped)) == 1
