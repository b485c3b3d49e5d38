"""What a place used is counted across restarts of the engine and of the app."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from app.db.engine import Database
from app.ids import LessonId, ParticipantId
from app.media.port import EngineConnected, QualityMeasured
from app.telemetry.account import Account, Usage
from app.telemetry.data_used import SAVE_INTERVAL_S, DataUsedAccounts, DataUsedStore
from app.telemetry.repository import DataUsedTable
from tests.support.county import SmallCounty
from tests.support.database import on_both_databases
from tests.support.waiting import until

LESSON = LessonId("les_1")
SEAT = ParticipantId("sea_1")
Place = tuple[LessonId, ParticipantId]


def measured(sent: int, received: int) -> QualityMeasured:
    return QualityMeasured(LESSON, SEAT, "good", sent, received)


def test_an_account_adds_the_runs_of_the_engine_and_never_counts_one_twice() -> None:
    account = Account(media_epoch=1)
    assert account.take(1, 100, 10)
    assert not account.take(1, 100, 10)
    assert account.take(1, 150, 20)
    assert account.usage == Usage(150, 20)
    assert account.take(2, 5, 5), "the engine was restarted"
    assert account.usage == Usage(155, 25)
    assert account.take(2, 3, 1), "the engine opened the room anew"
    assert account.usage == Usage(158, 26)


@asynccontextmanager
async def app_process(store: DataUsedStore, now: list[float]) -> AsyncIterator[DataUsedAccounts]:
    """The accounts as one app process keeps them; it is killed at the end, without `close`."""
    accounts = DataUsedAccounts(store, clock=lambda: now[0])
    task = asyncio.create_task(accounts.run())
    try:
        yield accounts
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@on_both_databases
async def test_a_killed_app_loses_nothing_that_its_engine_still_counts(
    database: Database, county: SmallCounty
) -> None:
    table = DataUsedTable(database)
    now = [0.0]
    told: list[Usage] = []
    async with app_process(table, now) as accounts:
        accounts.listeners.append(lambda _lesson, _place, usage: told.append(usage))
        accounts.on_engine_event(0, EngineConnected(7))
        accounts.on_engine_event(0, measured(1_000, 50))
        await until(lambda: told == [Usage(1_000, 50)], what="booked")
        accounts.on_engine_event(0, measured(2_000, 80))
        await until(lambda: told[-1] == Usage(2_000, 80), what="booked")
        assert (await table.load(LESSON))[SEAT].bytes_sent == 1_000, "saved every 10 s only"

    async with app_process(table, now) as accounts:
        assert await accounts.of(LESSON) == {SEAT: Usage(1_000, 50)}
        accounts.on_engine_event(0, EngineConnected(7))
        accounts.on_engine_event(0, measured(5_000, 90))
        await until(lambda: is_booked(accounts, Usage(5_000, 90)), what="booked")
        accounts.on_engine_event(0, EngineConnected(8))

        async def is_saved_in_time() -> bool:
            now[0] += SAVE_INTERVAL_S
            accounts.on_engine_event(0, measured(10, 1))
            return await is_saved(table, Usage(5_010, 91))

        await until(is_saved_in_time, what="saved")


async def is_booked(accounts: DataUsedAccounts, usage: Usage) -> bool:
    return await accounts.of(LESSON) == {SEAT: usage}


async def is_saved(table: DataUsedTable, usage: Usage) -> bool:
    return (await table.load(LESSON))[SEAT].usage == usage


async def test_what_the_database_refuses_is_booked_later() -> None:
    class Flaky:
        """A store whose first read fails."""

        def __init__(self) -> None:
            self.loads = 0
            self.saved: dict[Place, Account] = {}

        async def load(self, lesson_id: LessonId) -> dict[ParticipantId, Account]:
            self.loads += 1
            if self.loads == 1:
                raise OSError("the disk is away")
            return {}

        async def save(self, accounts: Mapping[Place, Account]) -> None:
            self.saved.update(accounts)

    store = Flaky()
    async with app_process(store, [0.0]) as accounts:
        accounts.on_engine_event(0, measured(7, 8))
        took = await until(lambda: bool(store.saved), what="saved")
        print(f"saved after {took:.2f} s")
    assert store.saved[LESSON, SEAT].usage == Usage(7, 8)
