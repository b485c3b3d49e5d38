"""A new server from an archive. It has to be empty: what stands there already is never overwritten."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from sqlalchemy.ext.asyncio import AsyncConnection

from app.backup.archive import Archive, ArchiveDamaged, check
from app.backup.rows import insert_rows, is_empty, reflect
from app.db.engine import WRITES, Database
from app.db.migrate import UnknownRevision, migrate
from app.settings import Settings
from app.storage.obstore_storage import ObstoreStorage


class CannotRestore(Exception):
    """The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Restored:
    rows: int
    objects: int
    files: int
    took_s: float


async def restore(settings: Settings, path: Path) -> Restored:
    """Check the archive, then put back files, objects and, last and all at once, the rows.

    A restore that was cut off can be run again: without rows a server counts as empty. The tables are made as they
    were when the backup was made, then brought to this version. Raises CannotRestore, ArchiveDamaged,
    DatabaseUnreachable, StoreFailed, OSError.
    """
    began = time.monotonic()
    archive = check(path)
    revision = archive.about.get("revision")
    if not isinstance(revision, str):
        raise ArchiveDamaged(f"{path}: its manifest names no revision of the tables")
    database = Database(settings.resolved_database_url)
    try:
        await _refuse_unless_empty(database, settings)
        try:
            await migrate(database, revision)
        except UnknownRevision as error:
            raise CannotRestore(
                "this backup was made by a newer Tongtang; restore it with that version or a later one"
            ) from error
        files, objects = await _put_back_files(settings, archive)
        async with database.engine.execution_options(**{WRITES: True}).begin() as connection:
            rows = await _insert(connection, archive)
        await migrate(database)
    finally:
        await database.close()
    return Restored(rows, objects, files, time.monotonic() - began)


async def _refuse_unless_empty(database: Database, settings: Settings) -> None:
    await database.check_reachable()
    async with database.engine.connect() as connection:
        if not await is_empty(connection, await reflect(connection)):
            where = database.engine.url.render_as_string()
            raise CannotRestore(
                f"the database {where} is not empty; set TONGTANG_DATA_DIR or TONGTANG_DATABASE_URL "
                "to a new one (a server that ran as a demo is not empty either)"
            )


async def _put_back_files(settings: Settings, archive: Archive) -> tuple[int, int]:
    storage = ObstoreStorage.from_settings(settings)
    files = objects = 0
    incoming = settings.data_dir / "restore.part"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        for kind, name, content in _members(archive):
            if kind == "tables":
                continue
            with incoming.open("wb") as file:
                shutil.copyfileobj(content, file)
            if kind == "objects":
                await storage.put_file(name, incoming)
                objects += 1
            else:
                target = settings.data_dir / name
                target.parent.mkdir(parents=True, exist_ok=True)
                incoming.chmod(0o600)
                incoming.replace(target)
                files += 1
    finally:
        incoming.unlink(missing_ok=True)
    return files, objects


async def _insert(connection: AsyncConnection, archive: Archive) -> int:
    tables = {table.name: table for table in await reflect(connection)}
    rows = 0
    # They were written in the order in which they refer to each other.
    for kind, name, content in _members(archive):
        if kind != "tables":
            continue
        table = tables.get(name.removesuffix(".jsonl.gz"))
        if table is None:
            raise ArchiveDamaged(f"{archive.path}: its revision has no table {name}")
        rows += await insert_rows(connection, table, content)
    return rows


def _members(archive: Archive) -> Iterator[tuple[str, str, IO[bytes]]]:
    """First folder, the rest of the path, content. ArchiveDamaged for a path that leads out of the server."""
    for name, content in archive.read():
        path = PurePosixPath(name)
        kind = path.parts[0]
        is_inside = not path.is_absolute() and ".." not in path.parts and len(path.parts) > 1
        if kind not in ("tables", "objects", "data") or not is_inside:
            raise ArchiveDamaged(f"{archive.path}: {name} has no place in a server")
        yield kind, str(path.relative_to(kind)), content
