"""The county of the bench is whole, the same each time, and never written over another one."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from app.attendance.ledger.filter import LedgerFilter
from app.attendance.ledger.rows import load_page
from app.db.engine import Database
from app.db.models import AttendanceRow, LedgerEntry, Lesson, Seat
from app.scope import Scope
from tests.bench.county.places import COUNTY_ID, DAY_MS, make_places, moment_of
from tests.bench.county.seed import NotEmpty, parts, seed_county
from tests.bench.county.size import WHOLE, Size, at_scale
from tests.bench.county.timetable import make_timetable
from tests.support.database import on_both_databases

DAY = date(2026, 11, 29)
SMALL = Size(groups=2, villages=1, classrooms=2, pupils=4, courses=12, seats=3, weeks_past=2)


def fingerprint(size: Size, seed: int, day: date = DAY) -> str:
    """Of every row."""
    places = make_places(size, seed)
    seen = hashlib.sha256()
    for rows in parts(places, make_timetable(places, day), "a hash", moment_of(day)):
        for value in rows.values:
            seen.update(repr((rows.table.__tablename__, value)).encode())
    return seen.hexdigest()


def test_the_same_seed_and_day_give_the_same_rows_and_others_give_others() -> None:
    assert fingerprint(SMALL, 1) == fingerprint(SMALL, 1)
    assert fingerprint(SMALL, 1) != fingerprint(SMALL, 2)
    assert fingerprint(SMALL, 1) != fingerprint(SMALL, 1, date(2026, 12, 6))


def test_the_whole_county_has_what_a_large_one_has() -> None:
    schools = WHOLE.groups * WHOLE.schools_of_group
    classrooms = schools * WHOLE.classrooms
    assert (schools, classrooms, classrooms * WHOLE.pupils) == (500, 5_000, 200_000)
    assert WHOLE.groups * WHOLE.courses * (WHOLE.weeks_past + WHOLE.weeks_ahead) >= 100_000
    assert at_scale(0.01) == replace(WHOLE, groups=1)
    with pytest.raises(ValueError, match="scale"):
        at_scale(0)


def test_nobody_is_in_two_lessons_at_once() -> None:
    timetable = make_timetable(make_places(SMALL, 1), DAY)
    times = Counter(
        (one.starts_at_ms, busy)
        for one in timetable.lessons
        for busy in (one.course.lead.id, *(room.id for room in one.course.classrooms))
    )
    assert times.most_common(1)[0][1] == 1


def test_schools_of_the_whole_county_have_names_of_their_own() -> None:
    places = make_places(WHOLE, 1)
    assert len({one.name for one in places.schools}) == len(places.schools)
    assert len({(one.school.id, one.name) for one in places.classrooms}) == len(places.classrooms)


@on_both_databases
async def test_the_rows_add_up_and_are_written_once(database: Database) -> None:
    seeded = await seed_county(database, SMALL, 1, DAY, "a hash")
    with pytest.raises(NotEmpty):
        await seed_county(database, SMALL, 1, DAY, "a hash")
    held = list(seeded.timetable.held)
    async with database.reading() as session:
        counts = {
            table.__tablename__: await session.scalar(select(func.count()).select_from(table))
            for table in (Lesson, Seat, AttendanceRow, LedgerEntry)
        }
        wanted = LedgerFilter(moment_of(DAY) - 30 * DAY_MS, moment_of(DAY))
        scope, now_ms = Scope(COUNTY_ID), moment_of(DAY)
        page = await load_page(session, scope, wanted, now_ms, 500, None)
    assert counts == {name: seeded.rows[name] for name in counts}
    assert counts["ledger_entry"] == len(held) * SMALL.seats
    over = [one for one in seeded.timetable.lessons if one.outcome != "ahead"]
    assert len(page.rows) == len(over) * SMALL.seats
    for row in page.rows:
        assert row.planned_s == row.delivered_s + sum(row.missed_s.values())
        assert (row.first_joined_ms is None) == (row.delivered_s == 0)
