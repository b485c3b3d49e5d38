"""A backup of a served demo becomes the same server on an empty machine, on SQLite and on PostgreSQL."""

import asyncio
import hashlib
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import select

from app.backup.archive import ArchiveDamaged, ArchiveWriter, check
from app.backup.backup import CannotBackUp, add_files, back_up
from app.backup.restore import CannotRestore, restore
from app.backup.rows import reflect
from app.db.engine import Database
from app.db.models import Login, WatchProgress
from app.settings import Settings
from tests.support.database import BACKENDS
from tests.support.office import TEACHER, Office
from tests.support.serve import ROOT, Served, fresh
from tests.support.stored_recording import store_recording

SEGMENT = b"a segment of a lesson that is not finished"
Rows = dict[str, list[list[tuple[str, object]]]]


@dataclass(frozen=True)
class Made:
    served: Served
    settings: Settings
    archive: Path


def settings_of(data_dir: Path, url: str = "") -> Settings:
    return Settings(data_dir=data_dir, database_url=url)


def command(served: Served, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=served.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def rows_of(settings: Settings) -> Rows:
    """Every row of every table, in an order that does not depend on the database."""
    database = Database(settings.resolved_database_url)
    try:
        async with database.engine.connect() as connection:
            found: Rows = {}
            for table in await reflect(connection):
                rows = (await connection.execute(select(table))).mappings()
                found[table.name] = sorted((sorted(dict(row).items()) for row in rows), key=repr)
            return found
    finally:
        await database.close()


def objects_of(settings: Settings) -> dict[str, str]:
    folder = settings.data_dir / "objects"
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A demo with a finished recording, and its backup, written by the command."""
    folder = tmp_path_factory.mktemp("backup")
    served = fresh(folder / "data")
    served.prepare()
    recording_id = asyncio.run(store_recording(served.data_dir, time.time_ns() // 1_000_000))
    settings = settings_of(served.data_dir)
    asyncio.run(_watch(settings, recording_id))
    segment = served.data_dir / "recordings" / "les_1" / "epo_1.webm"
    segment.parent.mkdir(parents=True)
    segment.write_bytes(SEGMENT)
    archive = folder / "backup.tar"
    done = command(served, "backup", str(archive))
    assert done.returncode == 0, done.stderr
    assert "Keep it secret" in done.stdout
    yield Made(served, settings, archive)


async def _watch(settings: Settings, recording_id: str) -> None:
    """A row that holds bytes."""
    database = Database(settings.resolved_database_url)
    async with database.transaction() as session:
        login = await session.get_one(Login, TEACHER)
        session.add(
            WatchProgress(
                recording_id=recording_id,
                user_id=login.user_id,
                position_ms=2_000,
                seconds=b"\x00\xff",
                watched_s=8,
                first_at_ms=1,
                last_at_ms=2,
            )
        )
    await database.close()


@pytest.mark.parametrize("empty_url", BACKENDS, indirect=True)
async def test_a_restored_server_has_the_same_rows_and_files(
    made: Made, tmp_path: Path, empty_url: str
) -> None:
    new = settings_of(tmp_path / "data", empty_url)
    await restore(new, made.archive)
    assert await rows_of(new) == await rows_of(made.settings)
    assert objects_of(new) == objects_of(made.settings) != {}
    segment = new.data_dir / "recordings" / "les_1" / "epo_1.webm"
    assert segment.read_bytes() == SEGMENT
    with pytest.raises(CannotRestore, match="not empty"):
        await restore(new, made.archive)
    # From one database to the other and back: a way to move a county.
    second, back = tmp_path / "second.tar", settings_of(tmp_path / "back")
    await back_up(new, second)
    await restore(back, second)
    assert await rows_of(back) == await rows_of(made.settings)


def test_a_restored_server_lets_the_same_people_in_and_plays_the_same_recording(
    made: Made, tmp_path: Path
) -> None:
    served = fresh(tmp_path / "data")
    done = command(served, "restore", str(made.archive))
    assert done.returncode == 0, done.stderr
    try:
        served.start()
        office = Office(served)
        (listed,) = office.call("GET", "/recordings")["items"]
        tracks = office.call("GET", f"/recordings/{listed['recording_id']}")["tracks"]
        assert len(tracks) == 4
    finally:
        served.stop()
    again = command(made.served, "restore", str(made.archive))
    assert again.returncode == 1 and "is not empty" in again.stderr


def test_an_archive_is_private_and_never_half_written_or_overwritten(
    made: Made, tmp_path: Path
) -> None:
    assert made.archive.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CannotBackUp, match="there already"):
        asyncio.run(back_up(made.settings, made.archive))
    target = tmp_path / "half.tar"
    with pytest.raises(EOFError), ArchiveWriter(target) as writer:
        writer.add("objects/x", io.BytesIO(b"short"), 10)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_archive_is_refused_before_anything_is_restored(
    made: Made, tmp_path: Path
) -> None:
    whole = made.archive.read_bytes()
    cases = {
        "cut short": whole[: len(whole) // 2],
        "not a backup": b"hello" * 1000,
        "empty": b"",
        "changed": whole.replace(SEGMENT, SEGMENT.upper()),
    }
    for name, content in cases.items():
        path = tmp_path / f"{name}.tar"
        path.write_bytes(content)
        with pytest.raises(ArchiveDamaged):
            check(path)
        with pytest.raises(ArchiveDamaged):
            asyncio.run(restore(settings_of(tmp_path / "data"), path))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", ["data/../../evil", "/data/evil", "evil", "tables", "objects"])
def test_an_archive_cannot_write_outside_of_the_server(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "evil.tar"
    with ArchiveWriter(archive) as writer:
        writer.add(name, io.BytesIO(b"evil"), 4)
        writer.finish({"revision": None})
    with pytest.raises(ArchiveDamaged):
        asyncio.run(restore(settings_of(tmp_path / "data"), archive))
    assert not (tmp_path / "evil").exists()


async def test_a_backup_of_a_newer_version_says_so(tmp_path: Path) -> None:
    archive = tmp_path / "newer.tar"
    with ArchiveWriter(archive) as writer:
        writer.finish({"revision": "ffffffffffff"})
    with pytest.raises(CannotRestore, match="newer Tongtang"):
        await restore(settings_of(tmp_path / "data"), archive)


class CutOff(ArchiveWriter):
    """Something else takes half of each file away just before it is read, this often."""

    def __init__(self, path: Path, times: int) -> None:
        super().__init__(path)
        self._times = times

    def add(self, name: str, content: IO[bytes], size_bytes: int) -> None:  # type: ignore[override]
        if self._times:
            self._times -= 1
            os.truncate(content.name, size_bytes // 2)
        super().add(name, content, size_bytes)


def segments(folder: Path) -> Path:
    (folder / "recordings").mkdir(parents=True)
    for name in ("a", "b"):
        (folder / "recordings" / name).write_bytes(SEGMENT * 1000)
    return folder


def test_a_file_that_is_cut_off_while_it_is_read_is_read_anew(tmp_path: Path) -> None:
    data_dir, archive = segments(tmp_path / "data"), tmp_path / "backup.tar"
    with CutOff(archive, 1) as writer:
        assert add_files(data_dir, writer) == 2
        writer.finish({})
    sizes = {name: one.size_bytes for name, one in check(archive).members.items()}
    assert sizes == {
        "data/recordings/a": len(SEGMENT) * 500,
        "data/recordings/b": len(SEGMENT) * 1000,
    }


def test_a_file_that_is_cut_off_again_and_again_is_named(tmp_path: Path) -> None:
    data_dir, archive = segments(tmp_path / "data"), tmp_path / "backup.tar"
    with CutOff(archive, 99) as writer, pytest.raises(CannotBackUp, match="recordings/a"):
        add_files(data_dir, writer)
    assert [*tmp_path.iterdir()] == [data_dir], "half a backup has no name"
