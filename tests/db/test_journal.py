import asyncio
from collections.abc import Sequence
from dataclasses import fields
from typing import get_args

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.journal import Journal
from app.db.models import JournalRow, SiteSetting
from app.ids import DeviceId, LessonId, ParticipantId
from app.rooms.events import Event, HandRaised, Heartbeat, LessonStarted, ParticipantJoined
from app.rooms.recorded import Recorded
from app.rooms.runtime import JournalConflict
from app.rooms.state import Role
from tests.support.clock import START_MS
from tests.support.county import add_lesson, make_county
from tests.support.database import on_both_databases

LEAD = ParticipantId("lead_usr_teacher1")


def rows(*events: Event, first_seq: int = 1) -> list[Recorded]:
    return [
        Recorded(first_seq + i, START_MS + i, 7_000_000_000_000 + i, event)
        for i, event in enumerate(events)
    ]


@on_both_databases
async def test_what_was_appended_is_loaded_in_order(database: Database) -> None:
    county = await make_county(database)
    journal = Journal(database)
    written = rows(
        ParticipantJoined(LEAD, Role.LEAD, DeviceId("d"), county.teacher), LessonStarted(LEAD)
    )

    epoch = await journal.claim(county.lesson)
    await journal.append(county.lesson, epoch, written)
    more = rows(HandRaised(ParticipantId("sea_1")), first_seq=3)
    await journal.append(county.lesson, epoch, more)

    assert await journal.load(county.lesson) == written + more
    assert await journal.load(county.lesson, after_seq=2) == more
    await journal.close()


@on_both_databases
async def test_a_newer_claim_makes_older_appends_fail(database: Database) -> None:
    county = await make_county(database)
    journal = Journal(database)
    old = await journal.claim(county.lesson)
    new = await journal.claim(county.lesson)
    assert new > old

    with pytest.raises(JournalConflict):
        await journal.append(county.lesson, old, rows(Heartbeat()))
    assert await journal.load(county.lesson) == []

    await journal.append(county.lesson, new, rows(Heartbeat()))
    assert len(await journal.load(county.lesson)) == 1


@on_both_databases
@pytest.mark.parametrize("seq", [1, 3])
async def test_a_seq_that_is_taken_or_skips_one_is_a_conflict(database: Database, seq: int) -> None:
    county = await make_county(database)
    journal = Journal(database)
    epoch = await journal.claim(county.lesson)
    await journal.append(county.lesson, epoch, rows(Heartbeat()))

    with pytest.raises(JournalConflict):
        await journal.append(county.lesson, epoch, rows(Heartbeat(), first_seq=seq))
    assert len(await journal.load(county.lesson)) == 1


@on_both_databases
async def test_projectors_write_in_the_same_transaction(database: Database) -> None:
    county = await make_county(database)

    async def remember(
        session: AsyncSession, lesson_id: LessonId, recorded: Sequence[Recorded]
    ) -> None:
        session.add(SiteSetting(key=f"seen{recorded[0].seq}", value=lesson_id))
        await session.flush()
        if any(isinstance(one.event, HandRaised) for one in recorded):
            raise ZeroDivisionError

    journal = Journal(database, [remember])
    epoch = await journal.claim(county.lesson)
    await journal.append(county.lesson, epoch, rows(Heartbeat()))
    with pytest.raises(ZeroDivisionError):
        await journal.append(
            county.lesson, epoch, rows(HandRaised(ParticipantId("sea_1")), first_seq=2)
        )

    async with database.reading() as session:
        assert await session.get(SiteSetting, "seen1") is not None
        assert await session.get(SiteSetting, "seen2") is None
    assert [one.seq for one in await journal.load(county.lesson)] == [1]


@on_both_databases
async def test_one_rooms_conflict_does_not_spoil_the_rooms_that_commit_with_it(
    database: Database,
) -> None:
    county = await make_county(database)
    lessons = [LessonId(f"les_g{i}") for i in range(12)]
    for lesson_id in lessons:
        await add_lesson(database, county, lesson_id)
    journal = Journal(database)
    epochs = [await journal.claim(lesson_id) for lesson_id in lessons]
    epochs[5] -= 1

    results = await asyncio.gather(
        *(
            journal.append(lesson_id, epoch, rows(Heartbeat(), Heartbeat()))
            for lesson_id, epoch in zip(lessons, epochs, strict=True)
        ),
        return_exceptions=True,
    )

    assert [isinstance(result, JournalConflict) for result in results] == [
        i == 5 for i in range(12)
    ]
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(JournalRow)) == 22


async def test_appends_that_wait_together_are_committed_together(database: Database) -> None:
    county = await make_county(database)
    lessons = [LessonId(f"les_g{i}") for i in range(20)]
    for lesson_id in lessons:
        await add_lesson(database, county, lesson_id)
    sessions: set[int] = set()

    async def note(
        session: AsyncSession, _lesson_id: LessonId, _recorded: Sequence[Recorded]
    ) -> None:
        sessions.add(id(session))

    journal = Journal(database, [note])
    epochs = [await journal.claim(lesson_id) for lesson_id in lessons]
    await asyncio.gather(
        *(
            journal.append(lesson_id, epoch, rows(Heartbeat()))
            for lesson_id, epoch in zip(lessons, epochs, strict=True)
        )
    )
    assert len(sessions) <= 2


async def test_a_lesson_that_does_not_exist_cannot_be_claimed(database: Database) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        await Journal(database).claim(LessonId("les_none"))


OPAQUE_FIELDS = {
    # ids
    "participant_id", "seat_id", "user_id", "classroom_id", "device_id", "old_device_id",
    "listener_id", "lead_id", "to_id", "by", "epoch_id", "segment_id", "boot_id",
    "deck_id", "stroke_id", "pupil_id",
    # words of a closed list
    "role", "reason", "source", "codec", "is_on", "quality", "preset", "signal", "color",
    # numbers and checksums
    "mono_ns", "utc_ms", "expires_ms", "size_bytes", "sha256", "sidecar_sha256",
    "head_count", "page", "points",
}  # fmt: skip


def test_no_event_has_a_field_that_could_hold_a_name_or_free_text() -> None:
    for event_class in get_args(Event):
        unknown = {f.name for f in fields(event_class)} - OPAQUE_FIELDS
        assert not unknown, (
            f"{event_class.__name__} would put {sorted(unknown)} into the journal, which is never "
            "erased: names, chat and answers belong into tables"
        )
