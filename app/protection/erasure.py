"""Takes a pupil's name out of everything that is kept; what remains is an opaque id that still counts in reports."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Select, String, Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import (
    Base,
    CourseClassroom,
    PastRosterEntry,
    Pupil,
    PupilConsent,
    Recording,
    RollCallCorrection,
    RosterEntry,
    Seat,
)
from app.protection.tables import TABLES

MASK = "＊＊"
"""What stands where a name stood."""
SHORTEST_NAME = 2
"""A name of one character is in too many words to be looked for in texts."""


async def forget_pupil(
    session: AsyncSession, pupil: Pupil, classroom_ids: Collection[str], now_ms: int
) -> int:
    """Erase name, number and answers, and the name from texts about lessons of these classrooms.

    How many texts had it. Marks and places stay, so that counts and recordings know that somebody was there.
    """
    name = pupil.name or ""
    pupil.name, pupil.number, pupil.erased_at_ms = None, None, now_ms
    await session.execute(delete(PupilConsent).where(PupilConsent.pupil_id == pupil.pupil_id))
    for entry in list(
        await session.scalars(select(RosterEntry).where(RosterEntry.pupil_id == pupil.pupil_id))
    ):
        session.add(
            PastRosterEntry(
                classroom_id=entry.classroom_id,
                pupil_id=entry.pupil_id,
                joined_at_ms=entry.joined_at_ms,
                left_at_ms=now_ms,
            )
        )
        await session.delete(entry)
    # A reason may say more about the pupil than the name.
    await session.execute(
        update(RollCallCorrection)
        .where(RollCallCorrection.pupil_id == pupil.pupil_id)
        .values(reason="")
    )
    await session.flush()
    if len(name) < SHORTEST_NAME:
        return 0
    return sum(
        [
            await _mask(session, Base.metadata.tables[table], column, name, classroom_ids)
            for table, holding in TABLES.items()
            for column in holding.free_text
        ]
    )


async def _mask(
    session: AsyncSession, table: Table, column: str, name: str, classroom_ids: Collection[str]
) -> int:
    text = table.c[column]
    keys = list(table.primary_key.columns)
    about = _rows_of(table, classroom_ids)
    statement = select(*keys, text).where(about)
    if isinstance(text.type, String):
        statement = statement.where(text.contains(name, autoescape=True))
    found = 0
    for row in (await session.execute(statement)).all():
        masked = _masked(row[-1], name)
        if masked == row[-1]:
            continue
        same = [key == value for key, value in zip(keys, row[:-1], strict=True)]
        await session.execute(table.update().where(*same).values({column: masked}))
        found += 1
    return found


def _rows_of(table: Table, classroom_ids: Collection[str]) -> Any:
    """The rows about lessons and courses in which one of the classrooms sits, by whatever the table knows them."""
    seats = select(Seat.seat_id).where(Seat.classroom_id.in_(classroom_ids))
    lessons = select(Seat.lesson_id).where(Seat.classroom_id.in_(classroom_ids))
    courses = select(CourseClassroom.course_id).where(
        CourseClassroom.classroom_id.in_(classroom_ids)
    )
    ways: dict[str, Select[str]] = {
        "seat_id": seats,
        "lesson_id": lessons,
        "recording_id": select(Recording.recording_id).where(Recording.lesson_id.in_(lessons)),
        "course_id": courses,
    }
    for name, ids in ways.items():
        if name in table.c:
            key: Column[str] = table.c[name]
            return key.in_(ids)
    raise TypeError(f"{table.name} has texts, and nothing says of which lesson")


def _masked(value: Any, name: str) -> Any:
    """`value` with the name masked wherever a string in it has it."""
    if isinstance(value, str):
        return value.replace(name, MASK)
    if isinstance(value, list):
        return [_masked(one, name) for one in value]
    if isinstance(value, dict):
        return {key: _masked(one, name) for key, one in value.items()}
    return value
