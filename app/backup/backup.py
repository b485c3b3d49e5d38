"""Everything into one archive, while lessons may go on."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.backup.archive import ArchiveWriter
from app.backup.rows import reflect, write_rows
from app.db.engine import Database
from app.db.revision import check_migrated, read_revisions
from app.settings import Settings
from app.storage.obstore_storage import ObstoreStorage
from app.storage.port import ObjectNotFound

DATA_FOLDERS = ("recordings", "tls")
"""Below the data directory: segments of lessons that are not finished yet, the local certificate authority."""
_TRIES = 3
"""To read a file whole."""


class CannotBackUp(Exception):
    """The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    path: Path
    rows: int
    objects: int
    files: int
    took_s: float

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size


def default_name(now: datetime) -> Path:
    return Path(f"tongtang-{now.astimezone(UTC):%Y-%m-%d-%H%M}.tar")


async def back_up(settings: Settings, path: Path, *, with_objects: bool = True) -> Backup:
    """Segments, then the rows as of one moment, then the objects: a recording that is finished meanwhile is in one or
    the other, and a file that comes or goes does no harm.

    Raises CannotBackUp, NotMigrated, DatabaseUnreachable, StoreFailed, OSError.
    """
    _refuse_to_overwrite(path)
    began = time.monotonic()
    database = Database(settings.resolved_database_url)
    try:
        await check_migrated(database)
        with ArchiveWriter(path) as archive:
            files = add_files(settings.data_dir, archive)
            revision, rows = await _add_tables(database, archive)
            objects = await _add_objects(settings, archive) if with_objects else 0
            archive.finish({"made_at_ms": time.time_ns() // 1_000_000, "revision": revision})
    finally:
        await database.close()
    return Backup(path, rows, objects, files, time.monotonic() - began)


def _refuse_to_overwrite(path: Path) -> None:
    if path.exists():
        raise CannotBackUp(f"{path} is there already; name another file")


async def _add_tables(database: Database, archive: ArchiveWriter) -> tuple[str, int]:
    """The revision of the tables, and how many rows."""
    rows = 0
    engine = database.engine
    if not database.is_sqlite:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with tempfile.TemporaryDirectory() as folder:
        async with engine.connect() as connection:
            (revision,) = await connection.run_sync(read_revisions)
            for table in await reflect(connection):
                dump = Path(folder) / table.name
                rows += await write_rows(connection, table, dump)
                with dump.open("rb") as content:
                    archive.add(f"tables/{table.name}.jsonl.gz", content, dump.stat().st_size)
                dump.unlink()
    return revision, rows


async def _add_objects(settings: Settings, archive: ArchiveWriter) -> int:
    storage = ObstoreStorage.from_settings(settings)
    count = 0
    for key, size in sorted((await storage.sizes()).items()):
        try:
            archive.add(f"objects/{key}", storage.open_reader(key), size)
        except ObjectNotFound:
            # Its time was over since it was listed.
            continue
        except EOFError as error:
            raise CannotBackUp(
                f"{error}: it was replaced since it was listed; make the backup again"
            ) from error
        count += 1
    return count


def add_files(data_dir: Path, archive: ArchiveWriter) -> int:
    """How many there were. Raises CannotBackUp for one that gets shorter again and again."""
    return sum(
        _add_file(path, f"data/{path.relative_to(data_dir)}", archive) for path in _files(data_dir)
    )


def _add_file(path: Path, name: str, archive: ArchiveWriter) -> bool:
    """False: it is gone. One that was cut off while it was read is read anew."""
    for _ in range(_TRIES):
        try:
            with path.open("rb") as content:
                archive.add(name, content, path.stat().st_size)
                return True
        except FileNotFoundError:
            # A segment whose lesson has just been finished: the store has it now.
            return False
        except EOFError:
            continue
    raise CannotBackUp(f"{path} got shorter whenever it was read; make the backup again")


def _files(data_dir: Path) -> Iterator[Path]:
    for folder in DATA_FOLDERS:
        yield from sorted(path for path in (data_dir / folder).rglob("*") if path.is_file())
