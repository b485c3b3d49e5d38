"""Rows == fold of the journal, whatever happens in the room, on both databases."""

import itertools
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.attendance.projector import project_attendance, rebuild_attendance
from app.attendance.repository import load_attendance
from app.attendance.spans import Attendance, fold
from app.db.engine import Database
from app.db.journal import Journal
from app.db.models import AttendanceRow, JournalRow, Lesson, Pupil
from app.ids import DeviceId, LessonId, ParticipantId, SeatId
from app.lessons.projector import project_lesson
from app.rooms import commands as c
from app.rooms.state import Role, Seat
from tests.support.county import SmallCounty, add_lesson, make_county
from tests.support.database import on_both_databases
from tests.support.room_by_the_book import RoomByTheBook

_numbers = itertools.count()


async def open_room(database: Database, county: SmallCounty) -> RoomByTheBook:
    lesson_id = LessonId(f"les_p{next(_numbers)}")
    await add_lesson(database, county, lesson_id)
    plan = replace(
        county.plan,
        lesson_id=lesson_id,
        seats=tuple(
            Seat(SeatId(f"{seat.seat_id}_{lesson_id}"), seat.classroom_id, True)
            for seat in county.plan.seats
        ),
    )
    room = RoomByTheBook(database, Journal(database, [project_attendance, project_lesson]), plan)
    await room.take_up()
    return room


@dataclass(frozen=True)
class Step:
    """What happens next: who (0 lead, 1 and 2 the classrooms, 3 an observer), what, how long after."""

    who: int
    what: str
    after_ms: int


WHATS = (
    "join", "join", "join other device", "cut", "leave", "start", "end",
    "deadline", "deadline", "crash", "hand", "call", "accept", "publish",
)  # fmt: skip
steps = st.lists(
    st.builds(
        Step,
        st.integers(0, 3),
        st.sampled_from(WHATS),
        st.sampled_from((0, 1, 4_000, 11_000, 61_000, 700_000)),
    ),
    min_size=4,
    max_size=30,
)


def command_of(step: Step, room: RoomByTheBook, county: SmallCounty) -> c.Command:
    seats = [seat.seat_id for seat in room.plan.seats]
    lead, observer = f"lead_{county.teacher}", f"observer_{county.admin}"
    by = ParticipantId([lead, *seats, observer][step.who])
    role = (Role.LEAD, Role.CLASSROOM, Role.CLASSROOM, Role.OBSERVER)[step.who]
    user = (county.teacher, None, None, county.admin)[step.who]
    held = room.room.participants.get(by)
    device = (held.device_id if held else None) or DeviceId("first")
    match step.what:
        case "join":
            return c.Join(by, role, DeviceId("first"), user)
        case "join other device":
            return c.Join(by, role, DeviceId("second"), user)
        case "cut":
            return c.ReportCut(by, device)
        case "leave":
            return c.Leave(by, device)
        case "start":
            return c.StartLesson(ParticipantId(lead))
        case "end":
            return c.EndLesson(ParticipantId(lead))
        case "hand":
            return c.RaiseHand(by)
        case "call":
            return c.CallUp(ParticipantId(lead), seats[step.who % 2])
        case "accept":
            return c.AcceptCallUp(by)
        case "publish":
            return c.ReportPublication(by, "camera", "vp8")
        case _:
            return c.CheckDeadlines()


async def assert_rows_equal_the_fold(room: RoomByTheBook) -> None:
    lesson_id = room.plan.lesson_id
    journal = await room.journal.load(lesson_id)
    expected = fold(Attendance(), journal)
    async with room.database.reading() as session:
        assert await load_attendance(session, lesson_id) == expected
        rows = (
            await session.scalars(select(AttendanceRow).where(AttendanceRow.lesson_id == lesson_id))
        ).all()
        for row in rows:
            presence = expected.presences[ParticipantId(row.participant_id)]
            assert row.first_joined_at_ms == presence.first_joined_ms
            assert row.last_left_at_ms == presence.last_left_ms
            assert row.present_ms == presence.present_ms(expected.started_ms)
        lesson = await session.get(Lesson, lesson_id)
        assert lesson is not None
        assert lesson.state == room.room.phase
        assert lesson.started_at_ms == room.room.started_ms
        assert lesson.ended_at_ms == room.room.ended_ms
    async with room.database.transaction() as session:
        assert await rebuild_attendance(session, lesson_id) == expected
    async with room.database.reading() as session:
        assert await load_attendance(session, lesson_id) == expected


@on_both_databases
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(story=steps)
async def test_attendance_rows_are_the_fold_of_the_journal(
    database: Database, story: list[Step]
) -> None:
    county = await _county(database)
    room = await open_room(database, county)
    for step in story:
        room.now_ms += step.after_ms
        if step.what == "crash":
            await room.take_up()
        else:
            await room.execute(command_of(step, room, county))
    await assert_rows_equal_the_fold(room)


async def _county(database: Database) -> SmallCounty:
    async with database.reading() as session:
        is_there = await session.scalar(select(Lesson.lesson_id).limit(1))
    return SmallCounty() if is_there else await make_county(database)


@on_both_databases
async def test_a_lesson_with_everything_in_it_has_one_row_each_and_no_pupils_name(
    database: Database,
) -> None:
    county = await make_county(database)
    room = await open_room(database, county)
    story = [
        Step(0, "join", 0),
        Step(1, "join", 0),
        Step(0, "start", 1000),
        Step(2, "join", 1000),
        Step(1, "cut", 5000),
        Step(1, "join other device", 4000),
        Step(2, "cut", 1000),
        Step(0, "deadline", 61_000),
        Step(2, "join", 1000),
        Step(0, "crash", 11_000),
        Step(0, "join", 1000),
        Step(1, "join", 1000),
        Step(2, "join", 1000),
        Step(0, "end", 60_000),
    ]
    for step in story:
        room.now_ms += step.after_ms
        if step.what == "crash":
            await room.take_up()
        else:
            await room.execute(command_of(step, room, county))
    await assert_rows_equal_the_fold(room)

    async with database.reading() as session:
        attendance = await load_attendance(session, room.plan.lesson_id)
        names = [name for name in await session.scalars(select(Pupil.name)) if name]
        journal = (await session.scalars(select(JournalRow))).all()
    assert [len(p.spans) for p in attendance.presences.values()] == [1, 1, 2]
    assert all(not p.is_open for p in attendance.presences.values())
    assert len(names) == 4
    assert journal
    for row in journal:
        assert not any(name in f"{row.type} {row.data}" for name in names)


@on_both_databases
async def test_rows_that_nobody_folded_in_are_caught_up(database: Database) -> None:
    county = await make_county(database)
    room = await open_room(database, county)
    room.journal = Journal(database)
    await room.execute(
        c.Join(ParticipantId(room.plan.seats[0].seat_id), Role.CLASSROOM, DeviceId("d"))
    )
    room.journal = Journal(database, [project_attendance, project_lesson])
    await room.execute(c.StartLesson(ParticipantId(f"lead_{county.teacher}")))
    await assert_rows_equal_the_fold(room)


@pytest.mark.parametrize("kind", ["heartbeat", "hand"])
async def test_events_that_change_no_presence_still_move_the_sign_of_life(
    database: Database, kind: str
) -> None:
    county = await make_county(database)
    room = await open_room(database, county)
    seat = ParticipantId(room.plan.seats[0].seat_id)
    await room.execute(c.Join(seat, Role.CLASSROOM, DeviceId("d")))
    await room.execute(c.StartLesson(ParticipantId(f"lead_{county.teacher}")))
    room.now_ms += 10_000
    await room.execute(c.CheckDeadlines() if kind == "heartbeat" else c.RaiseHand(seat))
    async with database.reading() as session:
        stored = await load_attendance(session, room.plan.lesson_id)
    assert stored.last_alive_ms == room.now_ms
    assert stored.seq == room.room.seq
    await assert_rows_equal_the_fold(room)
