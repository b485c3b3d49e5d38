import time
from pathlib import Path
from typing import Literal

from sqlalchemy import func, select

from app.backchannel.repository import ChatTable
from app.backchannel.retention import DAY_MS, erase_old_lines
from app.db.engine import Database
from app.db.models import ChatRow
from app.ids import ParticipantId
from app.jobs.kinds import JobKind, Queue
from app.jobs.port import ClaimedJob
from app.settings import Settings
from app.signaling.messages import ChatLine
from app.worker import handlers
from tests.support.clock import START_MS
from tests.support.county import add_lesson, make_county
from tests.support.database import on_both_databases

Audience = Literal["staff", "classroom", "everybody"]
SEAT_1, SEAT_3 = ParticipantId("sea_1"), ParticipantId("sea_3")


def line(
    number: int, audience: Audience = "everybody", to: str | None = None, at_ms: int = START_MS
) -> ChatLine:
    return ChatLine(
        line_id=f"msg_{number:02}",
        at_ms=at_ms + number,
        sender_id="lead_usr_teacher1",
        audience=audience,
        participant_id=to,
        text="“请慢一点” 😀",
    )


@on_both_databases
async def test_each_reader_gets_the_last_lines_that_it_may_read(database: Database) -> None:
    county = await make_county(database)
    table = ChatTable(database)
    lines = [line(1), line(2, "staff"), line(3, "classroom", SEAT_1), line(4), line(5)]
    for one in lines:
        assert await table.append(county.lesson, one, 100)
    assert await table.last(county.lesson, None, 50) == lines
    assert await table.last(county.lesson, None, 2) == lines[-2:]
    of_1 = [lines[0], *lines[2:]]
    assert await table.last(county.lesson, SEAT_1, 50) == of_1
    assert await table.last(county.lesson, SEAT_3, 50) == [lines[0], *lines[3:]]


async def test_a_lesson_that_is_full_takes_no_more_and_another_does(database: Database) -> None:
    county = await make_county(database)
    other = type(county.lesson)("les_2")
    await add_lesson(database, county, other)
    table = ChatTable(database)
    assert [await table.append(county.lesson, line(n), 2) for n in range(3)] == [True, True, False]
    assert await table.append(other, line(9), 2)


@on_both_databases
async def test_lines_are_erased_after_their_time(database: Database) -> None:
    county = await make_county(database)
    table = ChatTable(database)
    now_ms = START_MS + 40 * DAY_MS
    await table.append(county.lesson, line(1), 100)
    await table.append(county.lesson, line(2, at_ms=now_ms - 29 * DAY_MS), 100)
    assert await erase_old_lines(database, 30, now_ms) == 1
    assert await erase_old_lines(database, 30, now_ms) == 0
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(ChatRow)) == 1


async def test_the_worker_erases_what_is_due(database: Database, tmp_path: Path) -> None:
    county = await make_county(database)
    table = ChatTable(database)
    now_ms = time.time_ns() // 1_000_000
    for age_days in (1, 3):
        await table.append(county.lesson, line(age_days, at_ms=now_ms - age_days * DAY_MS), 100)
    settings = Settings(data_dir=tmp_path, chat_kept_days=2)
    sweep = handlers(settings, database, lambda: True, is_beside_recorder=True)[
        JobKind.SWEEP_RETENTION
    ]
    job = ClaimedJob("job_1", JobKind.SWEEP_RETENTION, Queue.FAST, "site", None, 1, False)

    async def no_progress(_share: float) -> None:
        """It is done in a moment."""

    await sweep(job, no_progress)
    assert [one.line_id for one in await table.last(county.lesson, None, 9)] == ["msg_01"]
