"""A second `make run` skips preparing the database only when that would change nothing."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from app.db.engine import Database
from app.db.migrate import migrate
from app.settings import Settings
from app.supervisor.prepared import PreparedMark


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path, demo=True)

    async def make_tables() -> None:
        database = Database(settings.resolved_database_url)
        await migrate(database)
        await database.close()

    asyncio.run(make_tables())
    return settings


def test_after_preparing_it_is_current(settings: Settings) -> None:
    mark = PreparedMark(settings)
    assert not mark.is_current()
    mark.write()
    assert PreparedMark(settings).is_current()


def test_another_demo_password_or_no_demo_is_prepared_again(settings: Settings) -> None:
    PreparedMark(settings).write()
    other = Settings(data_dir=settings.data_dir, demo=True, demo_password="another")  # type: ignore[arg-type]
    assert not PreparedMark(other).is_current()
    assert not PreparedMark(Settings(data_dir=settings.data_dir, demo=False)).is_current()


def test_a_restored_older_database_is_prepared_again(settings: Settings) -> None:
    PreparedMark(settings).write()
    with sqlite3.connect(settings.data_dir / "tongtang.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'older'")
    connection.close()
    assert not PreparedMark(settings).is_current()


def test_a_deleted_or_damaged_database_is_prepared_again(settings: Settings) -> None:
    PreparedMark(settings).write()
    file = settings.data_dir / "tongtang.db"
    file.write_bytes(b"not a database, but long enough to be opened as one" * 100)
    assert not PreparedMark(settings).is_current()
    file.unlink()
    assert not PreparedMark(settings).is_current()


def test_a_copied_data_directory_stays_current(settings: Settings, tmp_path: Path) -> None:
    PreparedMark(settings).write()
    copy = tmp_path / "copy"
    shutil.copytree(settings.data_dir, copy, ignore=shutil.ignore_patterns("copy"))
    assert PreparedMark(Settings(data_dir=copy, demo=True)).is_current()


def test_a_database_server_is_always_prepared(tmp_path: Path) -> None:
    mark = PreparedMark(
        Settings(data_dir=tmp_path, database_url="postgresql+asyncpg://someone@localhost/tongtang")
    )
    mark.write()
    assert not mark.is_current()
