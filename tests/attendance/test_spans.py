from app.attendance.spans import Attendance, Presence, Span, closed_at_last_sign_of_life, fold
from app.ids import ClassroomId, DeviceId, ParticipantId
from app.rooms.events import (
    ClockAnchored,
    Event,
    Heartbeat,
    LessonEnded,
    LessonStarted,
    ParticipantCut,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantReturned,
)
from app.rooms.recorded import Recorded
from app.rooms.state import Role

SEAT = ParticipantId("sea_1")
LEAD = ParticipantId("lead_usr_1")


def joined(participant_id: ParticipantId = SEAT) -> ParticipantJoined:
    return ParticipantJoined(
        participant_id, Role.CLASSROOM, DeviceId("d"), None, ClassroomId("cls_1")
    )


def attendance(*timed: tuple[int, Event]) -> Attendance:
    """The fold of events at these seconds."""
    return fold(
        Attendance(),
        [Recorded(i + 1, at_s * 1000, 0, event) for i, (at_s, event) in enumerate(timed)],
    )


def presence(*timed: tuple[int, Event]) -> Presence:
    return attendance(*timed).presences[SEAT]


def test_joining_opens_a_span_and_leaving_closes_it() -> None:
    here = presence((0, LessonStarted(LEAD)), (10, joined()))
    assert here.spans == (Span(10_000),)
    assert here.last_left_ms is None
    gone = presence((0, LessonStarted(LEAD)), (10, joined()), (70, ParticipantLeft(SEAT, "left")))
    assert gone.spans == (Span(10_000, 70_000, "left"),)
    assert gone.present_ms(0) == 60_000


def test_a_cut_within_the_grace_period_keeps_the_span_and_counts_as_a_cut() -> None:
    here = presence(
        (0, LessonStarted(LEAD)),
        (10, joined()),
        (20, ParticipantCut(SEAT)),
        (45, ParticipantReturned(SEAT, DeviceId("d2"))),
        (100, LessonEnded("ended_by_lead")),
    )
    assert here.spans == (Span(10_000, 100_000, "lesson_ended"),)
    assert (here.cuts, here.cut_ms) == (1, 25_000)


def test_who_is_lost_was_there_until_the_cut() -> None:
    lost = presence(
        (0, LessonStarted(LEAD)),
        (10, joined()),
        (20, ParticipantCut(SEAT)),
        (80, ParticipantLeft(SEAT, "lost")),
    )
    assert lost.spans == (Span(10_000, 20_000, "lost"),)
    assert lost.cuts == 0


def test_coming_back_after_being_lost_is_a_second_span_of_the_same_row() -> None:
    back = presence(
        (0, LessonStarted(LEAD)),
        (10, joined()),
        (20, ParticipantCut(SEAT)),
        (80, ParticipantLeft(SEAT, "lost")),
        (100, joined()),
        (130, LessonEnded("planned_end")),
        (130, ParticipantLeft(SEAT, "lesson_ended")),
    )
    assert back.spans == (Span(10_000, 20_000, "lost"), Span(100_000, 130_000, "lesson_ended"))
    assert back.present_ms(0) == 40_000


def test_the_end_of_the_lesson_closes_a_cut_span_at_the_cut() -> None:
    cut = presence(
        (0, LessonStarted(LEAD)),
        (10, joined()),
        (90, ParticipantCut(SEAT)),
        (100, LessonEnded("ended_by_lead")),
        (100, ParticipantLeft(SEAT, "lesson_ended")),
    )
    assert cut.spans == (Span(10_000, 90_000, "lesson_ended"),)


def test_after_a_crash_an_absence_begins_at_the_last_heartbeat() -> None:
    journal: list[tuple[int, Event]] = [
        (0, ClockAnchored("boot_1", 0, 0)),
        (1, LessonStarted(LEAD)),
        (2, joined()),
        (10, Heartbeat()),
        (20, Heartbeat()),
        # killed; a new process takes the room up
        (300, ClockAnchored("boot_2", 0, 300_000)),
        (300, ParticipantCut(SEAT)),
    ]
    returned = presence(*journal, (305, ParticipantReturned(SEAT, DeviceId("d"))))
    assert returned.spans == (Span(2_000),)
    assert (returned.cuts, returned.cut_ms) == (1, 285_000)

    lost = presence(*journal, (360, ParticipantLeft(SEAT, "lost")))
    assert lost.spans == (Span(2_000, 20_000, "lost"),)


def test_a_journal_that_stops_is_closed_at_its_last_sign_of_life() -> None:
    stopped = closed_at_last_sign_of_life(
        attendance((0, LessonStarted(LEAD)), (2, joined()), (10, Heartbeat()), (20, Heartbeat()))
    )
    assert stopped.presences[SEAT].spans == (Span(2_000, 20_000, "lost"),)


def test_waiting_before_the_start_is_no_presence_in_the_lesson() -> None:
    waiting = attendance(
        (0, joined()), (600, LessonStarted(LEAD)), (700, LessonEnded("ended_by_lead"))
    )
    assert waiting.presences[SEAT].present_ms(waiting.started_ms) == 100_000


def test_rows_that_were_folded_in_already_are_skipped() -> None:
    rows = [Recorded(1, 1000, 0, joined()), Recorded(2, 2000, 0, ParticipantCut(SEAT))]
    once = fold(Attendance(), rows)
    assert fold(once, rows) == once
