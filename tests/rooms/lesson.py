"""A lesson with three classrooms, told command by command."""

from dataclasses import replace

import pytest

from app.errors import CommandRejected
from app.ids import ClassroomId, DeckId, DeviceId, LessonId, ParticipantId, SeatId, UserId
from app.rooms.commands import CheckDeadlines, Command, Join, StartLesson
from app.rooms.deadlines import next_deadline
from app.rooms.decide import decide
from app.rooms.events import Event
from app.rooms.evolve import evolve
from app.rooms.recorded import Recorded
from app.rooms.state import LessonPlan, Participant, Role, Room, Seat
from tests.support.clock import START_MS

LESSON = LessonId("les_1")
LEAD = ParticipantId("lead_usr_li")
ASSISTANT = ParticipantId("assistant_usr_wu")
OBSERVER = ParticipantId("observer_usr_he")
ADMIN = ParticipantId("admin_usr_zhao")
SEAT_A, SEAT_B, SEAT_C = SeatId("sea_a"), SeatId("sea_b"), SeatId("sea_c")
A, B, C = ParticipantId(SEAT_A), ParticipantId(SEAT_B), ParticipantId(SEAT_C)
DECK = DeckId("dck_0000000000000001")
MINUTE_MS = 60_000

PLAN = LessonPlan(
    lesson_id=LESSON,
    lead_user_id=UserId("usr_li"),
    starts_at_ms=START_MS,
    ends_at_ms=START_MS + 40 * MINUTE_MS,
    is_recorded=True,
    seats=(
        Seat(SEAT_A, ClassroomId("cls_a"), may_be_recorded=True),
        Seat(SEAT_B, ClassroomId("cls_b"), may_be_recorded=False),
        Seat(SEAT_C, ClassroomId("cls_c"), may_be_recorded=True),
    ),
)


def join_of(who: ParticipantId, device: str = "", *, is_resume: bool = False) -> Join:
    """The join that the server would make from a ticket of `who`."""
    device_id = DeviceId(device or f"dev_{who}")
    prefix, _, user = who.partition("_")
    if prefix == "sea":
        classroom = ClassroomId(f"cls_{user}")
        return Join(who, Role.CLASSROOM, device_id, None, classroom, is_resume)
    return Join(who, Role(prefix), device_id, UserId(user), None, is_resume)


class Told:
    """A room, its journal, and a clock that only the test moves."""

    def __init__(self, plan: LessonPlan = PLAN) -> None:
        self.plan = plan
        self.room = Room(plan)
        self.now_ms = START_MS
        self.journal: list[Recorded] = []

    def does(self, command: Command) -> tuple[Event, ...]:
        events = decide(self.room, command, self.now_ms)
        for event in events:
            recorded = Recorded(self.room.seq + 1, self.now_ms, self.now_ms * 1_000_000, event)
            self.journal.append(recorded)
            self.room = evolve(self.room, recorded)
        return events

    def refuses(self, command: Command) -> str:
        """The code of the refusal; fails if the command is taken. Nothing changes."""
        before = self.room
        with pytest.raises(CommandRejected) as refusal:
            decide(self.room, command, self.now_ms)
        assert self.room == before
        return refusal.value.code

    def joins(self, *who: ParticipantId) -> None:
        for one in who:
            self.does(join_of(one))

    def passes(self, by_ms: int) -> list[Event]:
        """Time goes by; deadlines fire when they are due. Returns their events."""
        end_ms = self.now_ms + by_ms
        events: list[Event] = []
        while (due_ms := next_deadline(self.room)) is not None and due_ms <= end_ms:
            self.now_ms = max(self.now_ms, due_ms)
            fired = self.does(CheckDeadlines())
            assert fired, "a deadline that yields no event would fire for ever"
            events += fired
        self.now_ms = end_ms
        return events

    def who(self, participant_id: ParticipantId) -> Participant:
        return self.room.participants[participant_id]


def live_lesson(plan: LessonPlan = PLAN) -> Told:
    """Lead, assistant, observer and three classrooms are there, and the lesson has started."""
    told = Told(plan)
    told.joins(LEAD, ASSISTANT, OBSERVER, *(ParticipantId(seat.seat_id) for seat in plan.seats))
    told.does(StartLesson(LEAD))
    return told


def unrecorded(plan: LessonPlan = PLAN) -> LessonPlan:
    return replace(plan, is_recorded=False)
