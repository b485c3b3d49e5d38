"""What the tables say of recorded lessons to come, and of what is held of those that were: the forecast's figures."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select

from app.db.engine import Database
from app.db.models import Film, Lesson, Recording, RecordingTrack, Seat
from app.db.tracks import is_of_classroom
from app.operations.forecast import HeldDay, KeptFor, PlannedDay, Rates

MINUTE_MS = 60_000
DAY_MS = 86_400_000
EPOCH = date(1970, 1, 1)
LEAST_MINUTES = 60
"""Less than this says nothing of a usual lesson."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Recordings that are there, added up: bytes, and minutes of lessons (of classrooms: each one's)."""

    lead_bytes: int
    film_bytes: int
    minutes: float
    classroom_bytes: int
    classroom_minutes: float

    @property
    def is_enough(self) -> bool:
        return self.minutes >= LEAST_MINUTES

    def rates(self, without: Rates) -> Rates:
        """Bytes per minute; those of `without` for what was hardly recorded yet."""
        has_classrooms = self.classroom_minutes >= LEAST_MINUTES
        return Rates(
            lead=self.lead_bytes / self.minutes if self.is_enough else without.lead,
            classroom=(
                self.classroom_bytes / self.classroom_minutes
                if has_classrooms
                else without.classroom
            ),
            film=self.film_bytes / self.minutes if self.is_enough else without.film,
        )


@dataclass(frozen=True, slots=True)
class Days:
    planned: list[PlannedDay]
    """The recorded lessons that have not begun and were not cancelled, by local day."""
    held: list[HeldDay]
    """What is held of past lessons, by local day."""
    measured: Measured
    """What the minutes of those came to."""


async def load_days(database: Database, now_ms: int, utc_offset_ms: int, kept: KeptFor) -> Days:
    """The forecast's figures, as of now."""
    day = _day(Recording.started_at_ms, utc_offset_ms).label("day")
    size_bytes, duration_ms = func.sum(Recording.size_bytes), func.sum(Recording.duration_ms)
    # Tracks of classrooms are there for some weeks only: older recordings need not be looked at.
    is_of_late = Recording.started_at_ms >= now_ms - kept.classroom_tracks_days * DAY_MS
    planned, recordings, tracks, films, seated = await _read_all(
        database,
        _planned(now_ms, utc_offset_ms),
        select(day, size_bytes, duration_ms).group_by("day"),
        select(day, func.sum(RecordingTrack.size_bytes))
        .join(Recording, Recording.recording_id == RecordingTrack.recording_id)
        .where(is_of_late, is_of_classroom())
        .group_by("day"),
        select(day, Film.files).join(Recording, Recording.recording_id == Film.recording_id),
        select(duration_ms).join(Seat, Seat.lesson_id == Recording.lesson_id).where(is_of_late),
    )
    of_recordings = {one: (int(size), int(ms)) for one, size, ms in recordings}
    of_classrooms = {one: int(size) for one, size in tracks}
    of_films: Counter[int] = Counter()
    for one, files in films:
        of_films[one] += sum(file["size_bytes"] for file in (files or {}).values())
    held = [
        HeldDay(
            _date(one),
            lasting_bytes=size - of_classrooms.get(one, 0) + of_films[one],
            classroom_bytes=of_classrooms.get(one, 0),
        )
        for one, (size, _ms) in of_recordings.items()
    ]
    measured = Measured(
        lead_bytes=sum(one.lasting_bytes for one in held) - sum(of_films.values()),
        film_bytes=sum(of_films.values()),
        minutes=sum(ms for _size, ms in of_recordings.values()) / MINUTE_MS,
        classroom_bytes=sum(of_classrooms.values()),
        classroom_minutes=int(seated[0][0] or 0) / MINUTE_MS,
    )
    days = [PlannedDay(_date(one), int(each), int(rooms)) for one, each, rooms in planned]
    return Days(days, held, measured)


def _planned(now_ms: int, utc_offset_ms: int) -> Select[*tuple[Any, ...]]:
    seats = select(func.count()).where(Seat.lesson_id == Lesson.lesson_id).scalar_subquery()
    lesson = (
        select(
            _day(Lesson.starts_at_ms, utc_offset_ms).label("day"),
            ((Lesson.ends_at_ms - Lesson.starts_at_ms) // MINUTE_MS).label("minutes"),
            seats.label("seats"),
        )
        .where(
            Lesson.state == "waiting",
            Lesson.is_recorded,
            Lesson.cancelled_at_ms.is_(None),
            Lesson.starts_at_ms >= now_ms,
        )
        .subquery()
    )
    minutes, seated = lesson.c.minutes, lesson.c.minutes * lesson.c.seats
    return select(lesson.c.day, func.sum(minutes), func.sum(seated)).group_by(lesson.c.day)


async def _read_all(
    database: Database, *queries: Select[*tuple[Any, ...]]
) -> Sequence[Sequence[Any]]:
    """PostgreSQL answers them at the same time, which a county's take long enough for; SQLite from one snapshot."""
    if database.is_sqlite:
        async with database.reading() as session:
            return [(await session.execute(query)).all() for query in queries]
    return await asyncio.gather(*(_read(database, query) for query in queries))


async def _read(database: Database, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    async with database.reading() as session:
        return (await session.execute(query)).all()


def _day(ms: SQLColumnExpression[int], utc_offset_ms: int) -> ColumnElement[int]:
    """Days since 1970-01-01, local."""
    return (ms + utc_offset_ms) // DAY_MS


def _date(days: int) -> date:
    return EPOCH + timedelta(days=int(days))
