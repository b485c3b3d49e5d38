"""Fills an empty database with a county."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.attendance.ledger.sums import insert_sums
from app.db.engine import Database
from app.db.models import County
from tests.bench.county.places import Places, make_places, moment_of, place_rows
from tests.bench.county.presence import presence_rows
from tests.bench.county.pupils import pupil_rows
from tests.bench.county.rows import Rows
from tests.bench.county.size import Size
from tests.bench.county.timetable import Timetable, make_timetable, timetable_rows
from tests.bench.county.traces import trace_rows
from tests.bench.county.writer import writing


class NotEmpty(Exception):
    """There is a county already: nothing was written."""


@dataclass(frozen=True, slots=True)
class Seeded:
    places: Places
    timetable: Timetable
    rows: dict[str, int]
    """By table."""
    took_s: float


async def seed_county(
    database: Database, size: Size, seed: int, day: date, password_hash: str
) -> Seeded:
    """All of it or nothing. `day`: what is planned before it is over. NotEmpty."""
    async with database.reading() as session:
        if await session.scalar(select(func.count()).select_from(County)):
            raise NotEmpty("there is a county in this database already; give an empty one")
    began = time.monotonic()
    now_ms = moment_of(day)
    places = make_places(size, seed)
    timetable = make_timetable(places, day)
    counted: dict[str, int] = {}
    async with writing(database) as writer:
        for rows in parts(places, timetable, password_hash, now_ms):
            await writer.write(Rows(rows.table, rows.columns, _counting(rows, counted)))
        for statement in insert_sums():
            await writer.run(statement)
    return Seeded(places, timetable, counted, time.monotonic() - began)


def parts(places: Places, timetable: Timetable, password_hash: str, now_ms: int) -> Iterator[Rows]:
    """Parents before children."""
    yield from place_rows(places, password_hash, now_ms)
    yield from pupil_rows(places, now_ms)
    yield from timetable_rows(places, timetable, now_ms)
    yield from presence_rows(places, timetable)
    yield from trace_rows(places, timetable, now_ms)


def _counting(rows: Rows, counted: dict[str, int]) -> Iterator[tuple[object, ...]]:
    name = rows.table.__tablename__
    for value in rows.values:
        counted[name] = counted.get(name, 0) + 1
        yield value
