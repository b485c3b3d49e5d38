"""Who agreed to what: no answer means no, the strictest of those in front of the camera decides."""

import pytest
from sqlalchemy import delete, update

from app.db.consent import (
    PUBLIC,
    RECORDED,
    SHARED,
    PupilAnswer,
    Purpose,
    Tally,
    allowed,
    allowed_seats,
    enter_classroom_answer,
    enter_pupil_answers,
    tallies,
)
from app.db.engine import Database
from app.db.models import PastRosterEntry, Pupil, RollCall, RollCallMark, RosterEntry
from app.ids import PupilId
from tests.support.county import SmallCounty, make_county, pupil_of
from tests.support.database import on_both_databases

NEWCOMER = PupilId("pup_new")


class Answers:
    """The county's first classroom, whose one pupil agreed to `recorded`, and its seat in the lesson."""

    def __init__(self, database: Database, county: SmallCounty) -> None:
        self.database = database
        self.county = county
        self.classroom, self.seat = county.classrooms[0], county.seats[0]
        self.pupil = pupil_of(self.classroom)

    async def enter(self, pupil_id: PupilId, purpose: Purpose, is_granted: bool = True) -> None:
        async with self.database.transaction() as session:
            answer = PupilAnswer(pupil_id, purpose, is_granted)
            await enter_pupil_answers(session, [answer], self.county.admin, 1)

    async def enter_for_classroom(self, purpose: Purpose) -> None:
        async with self.database.transaction() as session:
            await enter_classroom_answer(
                session, self.classroom, purpose, True, self.county.admin, 1
            )

    async def join(self, at_ms: int) -> None:
        """A newcomer who has agreed to nothing."""
        async with self.database.transaction() as session:
            session.add(Pupil(pupil_id=NEWCOMER, school_id="sch_1", name="新同学"))
            await session.flush()
            session.add(
                RosterEntry(classroom_id=self.classroom, pupil_id=NEWCOMER, joined_at_ms=at_ms)
            )

    async def leave(self, pupil_id: PupilId, at_ms: int) -> None:
        async with self.database.transaction() as session:
            await session.execute(delete(RosterEntry).where(RosterEntry.pupil_id == pupil_id))
            session.add(
                PastRosterEntry(
                    classroom_id=self.classroom,
                    pupil_id=pupil_id,
                    joined_at_ms=0,
                    left_at_ms=at_ms,
                )
            )

    async def mark(self, pupil_id: PupilId, mark: str) -> None:
        async with self.database.transaction() as session:
            await session.merge(RollCall(seat_id=self.seat, saved_at_ms=1))
            await session.flush()
            await session.merge(RollCallMark(seat_id=self.seat, pupil_id=pupil_id, mark=mark))

    async def allow(self, purpose: Purpose = RECORDED) -> tuple[bool, bool]:
        """The classroom now, and what was recorded at its seat."""
        async with self.database.reading() as session:
            rooms = await allowed(session, [self.classroom, "cls_none"], purpose)
            seats = await allowed_seats(session, [self.seat, "sea_none"], purpose)
        return self.classroom in rooms, self.seat in seats


@pytest.fixture
async def answers(database: Database) -> Answers:
    return Answers(database, await make_county(database))


@on_both_databases
async def test_the_strictest_of_the_pupils_decides_and_no_answer_is_a_no(answers: Answers) -> None:
    assert await answers.allow() == (True, True)
    await answers.join(at_ms=0)
    assert await answers.allow() == (False, False)
    await answers.enter(NEWCOMER, RECORDED)
    assert await answers.allow() == (True, True)
    await answers.enter(answers.pupil, RECORDED, False)
    assert await answers.allow() == (False, False)


@on_both_databases
async def test_a_wider_purpose_needs_every_narrower_one(answers: Answers) -> None:
    await answers.enter(answers.pupil, PUBLIC)
    assert await answers.allow(PUBLIC) == (False, False)
    await answers.enter(answers.pupil, SHARED)
    assert await answers.allow(PUBLIC) == await answers.allow(SHARED) == (True, True)
    await answers.enter(answers.pupil, RECORDED, False)
    assert await answers.allow(PUBLIC) == await answers.allow(SHARED) == (False, False)
    await answers.enter(answers.pupil, RECORDED)
    assert await answers.allow() == (True, True)
    assert await answers.allow(SHARED) == (False, False), "what was withdrawn does not come back"


@on_both_databases
async def test_who_was_absent_is_not_asked_and_who_was_there_is(answers: Answers) -> None:
    await answers.join(at_ms=0)
    for mark in ("absent", "excused"):
        await answers.mark(NEWCOMER, mark)
        assert await answers.allow() == (False, True)
    await answers.mark(NEWCOMER, "late")
    assert await answers.allow() == (False, False)
    # Nobody came: there is nobody who could have agreed.
    await answers.mark(NEWCOMER, "absent")
    await answers.mark(answers.pupil, "absent")
    await answers.enter(NEWCOMER, RECORDED)
    assert await answers.allow() == (True, False)


@on_both_databases
async def test_a_lesson_asks_those_of_its_own_time(answers: Answers) -> None:
    county = answers.county
    await answers.join(at_ms=county.ends_at_ms + 1)
    assert await answers.allow() == (False, True), "a newcomer is in no older recording"
    await answers.enter(NEWCOMER, RECORDED)
    await answers.leave(answers.pupil, at_ms=county.ends_at_ms + 2)
    await answers.enter(answers.pupil, RECORDED, False)
    assert await answers.allow() == (True, False), "who has left is still seen in older ones"


@on_both_databases
async def test_a_classroom_answers_for_itself_until_its_pupils_are_known(answers: Answers) -> None:
    async with answers.database.transaction() as session:
        await session.execute(
            delete(RosterEntry).where(RosterEntry.classroom_id == answers.classroom)
        )
    assert await answers.allow() == (False, False)
    await answers.enter_for_classroom(RECORDED)
    assert await answers.allow() == (True, True)
    ends_at_ms = answers.county.ends_at_ms
    await answers.join(at_ms=ends_at_ms + 1)
    assert await answers.allow() == (False, True)
    await answers.leave(NEWCOMER, at_ms=ends_at_ms + 2)
    async with answers.database.transaction() as session:
        await session.execute(update(PastRosterEntry).values(joined_at_ms=ends_at_ms + 1))
    assert await answers.allow() == (False, True), "an emptied roster brings no old answer back"


@on_both_databases
async def test_every_classroom_is_counted_by_itself(answers: Answers) -> None:
    first, second, third = answers.county.classrooms[:3]
    await answers.join(at_ms=0)
    await answers.enter(NEWCOMER, SHARED)
    async with answers.database.transaction() as session:
        await session.execute(delete(RosterEntry).where(RosterEntry.classroom_id == third))
        await enter_classroom_answer(session, third, RECORDED, True, answers.county.admin, 1)
        # A record that an admin made before the pupils were known.
        await enter_classroom_answer(session, second, RECORDED, True, answers.county.admin, 1)
    async with answers.database.reading() as session:
        counted = await tallies(session, [first, second, third, "cls_none"])
    assert counted == {
        first: Tally(2, {RECORDED: 1, SHARED: 1}, frozenset()),
        second: Tally(1, {}, frozenset()),
        third: Tally(0, {}, frozenset({RECORDED})),
        "cls_none": Tally(0, {}, frozenset()),
    }
    assert [counted[one].allowed for one in (first, second, third)] == [set(), set(), {RECORDED}]
