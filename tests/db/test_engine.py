import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database, DatabaseInUse, ProcessLock
from app.db.models import County, SiteSetting
from tests.support.county import make_county
from tests.support.database import on_both_databases


@on_both_databases
async def test_a_transaction_commits_at_the_end_of_its_block(database: Database) -> None:
    async with database.transaction() as session:
        session.add(SiteSetting(key="colour", value="red"))

    async with database.reading() as session:
        row = await session.get(SiteSetting, "colour")
    assert row is not None
    assert row.value == "red"


@on_both_databases
async def test_an_exception_rolls_the_whole_block_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as session:
            session.add(SiteSetting(key="colour", value="red"))
            await session.flush()
            raise ZeroDivisionError

    async with database.reading() as session:
        assert await session.get(SiteSetting, "colour") is None


@on_both_databases
async def test_what_a_reading_session_adds_is_never_written(database: Database) -> None:
    async with database.reading() as session:
        session.add(SiteSetting(key="colour", value="red"))

    async with database.reading() as session:
        assert await session.get(SiteSetting, "colour") is None


@on_both_databases
async def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.transaction() as session:
            await session.execute(
                text("INSERT INTO school VALUES ('sch_x', 'no_such_county', 'x', '', false)")
            )


async def test_many_writers_and_readers_of_one_sqlite_file_do_not_lock_each_other_out(
    database: Database,
) -> None:
    await make_county(database)

    async def write(number: int) -> None:
        async with database.transaction() as session:
            county = (await session.scalars(select(County))).one()
            session.add(SiteSetting(key=f"key{number}", value=county.name))

    async def read() -> None:
        async with database.reading() as session:
            await session.scalars(select(SiteSetting))

    await asyncio.gather(*(write(n) for n in range(40)), *(read() for _ in range(40)))

    async with database.reading() as session:
        assert len((await session.scalars(select(SiteSetting))).all()) == 40


async def test_sqlite_is_durable_and_private(database: Database, database_url: str) -> None:
    async with database.reading() as session:
        assert await session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert await session.scalar(text("PRAGMA synchronous")) == 2
        assert await session.scalar(text("PRAGMA foreign_keys")) == 1


async def test_a_new_sqlite_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "tongtang.db"
    database = Database(f"sqlite+aiosqlite:///{path}")
    await database.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_process_on_the_same_data_directory_is_refused(tmp_path: Path) -> None:
    lock = ProcessLock(tmp_path)
    lock.acquire()
    attempt = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from app.db.engine import *\n"
            "try: ProcessLock(Path(sys.argv[1])).acquire()\n"
            "except DatabaseInUse as error: print(error); sys.exit(3)",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert attempt.returncode == 3, attempt.stderr
    assert "TONGTANG_DATA_DIR" in attempt.stdout

    lock.release()
    ProcessLock(tmp_path).acquire()


def test_the_lock_names_its_holder(tmp_path: Path) -> None:
    held = ProcessLock(tmp_path)
    held.acquire()
    with pytest.raises(DatabaseInUse, match=r"pid \d+"):
        ProcessLock(tmp_path).acquire()
    held.release()


async def test_an_app_waits_for_the_one_whose_supervisor_was_killed(tmp_path: Path) -> None:
    orphan = ProcessLock(tmp_path)
    orphan.acquire()
    waiting = asyncio.create_task(ProcessLock(tmp_path).acquire_within(30))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    orphan.release()
    await waiting
    with pytest.raises(DatabaseInUse):
        await ProcessLock(tmp_path).acquire_within(0.3)
