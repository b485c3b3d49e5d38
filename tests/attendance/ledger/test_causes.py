"""Every second of a planned lesson is delivered or has one cause, whatever the journal tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attendance.ledger.causes import Delivery, PlannedLesson, deliveries, undelivered
from app.ids import DeviceId, ParticipantId, SeatId
from app.rooms.events import (
    ClockAnchored,
    Event,
    Heartbeat,
    LeadTakenOver,
    LessonEnded,
    LessonRestored,
    LessonStarted,
    ParticipantCut,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantReturned,
)
from app.rooms.recorded import Recorded
from app.rooms.state import Role

SEAT, OTHER = SeatId("sea_1"), SeatId("sea_2")
PLACE, LEAD = ParticipantId("sea_1"), ParticipantId("lead_usr_1")
ASSISTANT = ParticipantId("assistant_usr_2")
PC, PC_ANEW = DeviceId("d-1"), DeviceId("d-2")
PLANNED = PlannedLesson(0, 2_700_000, LEAD, (SEAT, OTHER))

Timed = tuple[float, Event]


def here(who: ParticipantId, device: DeviceId = PC) -> ParticipantJoined:
    return ParticipantJoined(who, Role.CLASSROOM, device)


def told(*timed: Timed) -> Delivery:
    """What the first seat got when these things happened at these minutes of 45."""
    rows = [Recorded(i + 1, round(at * 60_000), 0, event) for i, (at, event) in enumerate(timed)]
    return deliveries(PLANNED, rows)[SEAT]


BEGINNING: list[Timed] = [(-5, here(PLACE)), (-4, here(LEAD)), (0, LessonStarted(LEAD))]
END: Timed = (45, LessonEnded("ended_by_lead", LEAD))


def test_who_waited_for_a_lesson_that_was_cancelled_and_restored_has_to_come_back() -> None:
    cancelled = [
        (-5, here(PLACE)),
        (-4, LessonEnded("cancelled", LEAD)),
        (-4, ParticipantLeft(PLACE, "lesson_ended")),
    ]
    begins: list[Timed] = [(-3, LessonRestored()), (-1, here(LEAD)), (0, LessonStarted(LEAD))]
    assert told(*cancelled).missed_s == {"cancelled": 2_700}
    back = told(*cancelled, *begins, (10, here(PLACE)), END)
    assert (back.delivered_s, back.missed_s) == (2_100, {"classroom_away": 600})


@pytest.mark.parametrize(
    ("between", "missed_min"),
    [
        ([], {}),
        ([(10, ParticipantCut(PLACE)), (12, ParticipantReturned(PLACE, PC))], {"link": 2}),
        (
            [(10, ParticipantCut(PLACE)), (11, ParticipantLeft(PLACE, "lost")), (19, here(PLACE))],
            {"link": 9},
        ),
        (
            [
                (10, ParticipantCut(PLACE)),
                (11, ParticipantLeft(PLACE, "lost")),
                (19, here(PLACE, PC_ANEW)),
            ],
            {"power": 9},
        ),
        # A page opened anew within some seconds: no PC starts that fast.
        ([(10, ParticipantCut(PLACE)), (10.2, ParticipantReturned(PLACE, PC_ANEW))], {"link": 0.2}),
        ([(40, ParticipantLeft(PLACE, "left"))], {"classroom_away": 5}),
        ([(10, ParticipantCut(LEAD)), (13, ParticipantReturned(LEAD, PC))], {"teacher_away": 3}),
        # An assistant leads on.
        (
            [(9, here(ASSISTANT)), (10, ParticipantCut(LEAD)), (12, LeadTakenOver(ASSISTANT))],
            {"teacher_away": 2},
        ),
        # Killed after minute 10; the classroom is back in minute 14, a second cut is its own.
        (
            [
                (10, Heartbeat()),
                (13, ClockAnchored("b", 0, 0)),
                (13, ParticipantCut(PLACE)),
                (13, ParticipantCut(LEAD)),
                (13.5, ParticipantReturned(LEAD, PC)),
                (14, ParticipantReturned(PLACE, PC)),
                (20, ParticipantCut(PLACE)),
                (21, ParticipantReturned(PLACE, PC)),
            ],
            {"server": 4, "link": 1},
        ),
        # It does not come back: from the end of the grace period on that is not the server's.
        (
            [
                (10, Heartbeat()),
                (13, ClockAnchored("b", 0, 0)),
                (13, ParticipantCut(PLACE)),
                (13, ParticipantCut(LEAD)),
                (13, ParticipantReturned(LEAD, PC)),
                (14, ParticipantLeft(PLACE, "lost")),
            ],
            {"server": 4, "link": 31},
        ),
    ],
)
def test_each_trouble_has_its_cause(between: list[Timed], missed_min: dict[str, float]) -> None:
    got = told(*BEGINNING, *between, END)
    assert got.missed_s == {cause: minutes * 60 for cause, minutes in missed_min.items()}
    assert got.delivered_s == 2700 - sum(got.missed_s.values())


def test_a_late_teacher_an_early_end_and_what_lies_beyond_the_plan() -> None:
    late = [(-5, here(PLACE)), (7, here(LEAD)), (7, LessonStarted(LEAD))]
    over = told(*late, (50, LessonEnded("ended_by_lead", LEAD)))
    assert over == Delivery(2700, 38 * 60, 5 * 60, {"teacher_late": 7 * 60})
    early = told(*late, (40, LessonEnded("ended_by_lead", LEAD)))
    assert early.missed_s == {"teacher_late": 7 * 60, "ended_early": 5 * 60}
    gone = told(
        *late,
        (30, ParticipantCut(LEAD)),
        (31, ParticipantLeft(LEAD, "lost")),
        (40, LessonEnded("lead_absent")),
    )
    assert gone.missed_s == {"teacher_late": 7 * 60, "teacher_away": 15 * 60}


def test_a_lesson_that_was_never_started() -> None:
    assert told((0, here(PLACE)), (165, LessonEnded("cancelled"))).missed_s == {"not_held": 2700}
    by_hand = told((0, here(PLACE)), (5, LessonEnded("cancelled", LEAD)))
    assert by_hand.missed_s == {"cancelled": 2700}
    assert undelivered(PLANNED) == Delivery(2700, 0, 0, {"not_held": 2700})


def test_a_classroom_that_never_came() -> None:
    rows = [
        Recorded(i + 1, round(at * 60_000), 0, e) for i, (at, e) in enumerate([*BEGINNING, END])
    ]
    assert deliveries(PLANNED, rows)[OTHER].missed_s == {"classroom_away": 2700}


who = st.sampled_from((PLACE, LEAD, ASSISTANT))
device = st.sampled_from((PC, PC_ANEW))
events = st.one_of(
    st.builds(here, who, device),
    st.builds(ParticipantReturned, who, device),
    st.builds(ParticipantCut, who),
    st.builds(ParticipantLeft, who, st.sampled_from(("left", "lost"))),
    st.builds(LessonStarted, who),
    st.builds(LeadTakenOver, who),
    st.builds(LessonEnded, st.sampled_from(("ended_by_lead", "lead_absent", "cancelled"))),
    st.just(Heartbeat()),
    st.just(ClockAnchored("b", 0, 0)),
)


@given(st.lists(st.tuples(st.integers(-400_000, 900_000), events), max_size=30))
def test_delivered_and_the_causes_are_the_planned_time(steps: list[tuple[int, Event]]) -> None:
    now_ms, rows = -1_000_000, []
    for seq, (after_ms, event) in enumerate(steps, 1):
        now_ms += abs(after_ms)
        rows.append(Recorded(seq, now_ms, 0, event))
    for got in deliveries(PLANNED, rows).values():
        assert got.planned_s == 2700 == got.delivered_s + sum(got.missed_s.values())
        assert min(got.delivered_s, got.extra_s, *got.missed_s.values(), 0) == 0
