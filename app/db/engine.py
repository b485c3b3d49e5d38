"""The database connection and the only place that commits.

SQLite (default) and PostgreSQL. On SQLite every write transaction is a `BEGIN IMMEDIATE` and the writers of this
process queue up on one lock: no writer ever polls SQLite's busy handler against its own process.
"""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

BUSY_TIMEOUT_MS = 10_000
RETRY_LOCK_S = 0.1
WRITES = "tongtang_writes"
MIGRATES = "tongtang_migrates"
_POSTGRES = {"server_settings": {"jit": "off", "plan_cache_mode": "force_custom_plan"}}
"""Compiling a statement takes PostgreSQL up to ten times as long as answering it: 1.4 s for the consents of one page of
lessons, which are read in 0.2 s. A plan for any parameters, which it makes of a statement that came five times, knows
no range of dates: sums over a term took 5 s with it, and 0.3 s with their own, which takes some milliseconds to make.
"""


class DatabaseInUse(Exception):
    """Another app process holds this data directory; SQLite serves one only."""


class DatabaseUnreachable(Exception):
    """No connection to the database can be had."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what}: {fix}")
        self.what = what
        self.fix = fix


class Database:
    """One engine. `transaction()` writes, `reading()` reads; nothing else opens a session."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            parsed = parsed.set(drivername="sqlite+aiosqlite")
            if parsed.database:
                _make_private(Path(parsed.database))
            self.engine: AsyncEngine = create_async_engine(parsed)
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        else:
            parsed = parsed.set(drivername="postgresql+asyncpg")
            self.engine = create_async_engine(
                parsed, pool_size=10, pool_pre_ping=True, connect_args=_POSTGRES
            )
        self._writer = self.engine.execution_options(**{WRITES: True})
        self._write_lock = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose work is committed on leaving the block, or rolled back on any exception."""
        lock: AbstractAsyncContextManager[Any] = (
            self._write_lock if self.is_sqlite else nullcontext()
        )
        async with (
            lock,
            AsyncSession(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for reading; it is rolled back at the end. On SQLite: one consistent snapshot."""
        async with AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    async def drop_deleted_pages(self) -> None:
        """Nothing that was deleted or overwritten stays in SQLite's log; call it outside of a transaction.

        PostgreSQL does the same by itself when it vacuums.
        """
        if not self.is_sqlite:
            return
        async with self._write_lock, self.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            # Outside of any transaction, which `exec_driver_sql` would begin. Waits for readers as a writer would.
            await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def check_reachable(self) -> None:
        """Open one connection; raises DatabaseUnreachable."""
        try:
            async with self.engine.connect():
                pass
        except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise DatabaseUnreachable(
                f"the database {self.engine.url.render_as_string()} cannot be opened ({reason})",
                "check TONGTANG_DATABASE_URL, and that its server runs and lets this user in",
            ) from error

    async def close(self) -> None:
        await self.engine.dispose()


def _make_private(path: Path) -> None:
    """The file holds password hashes and the ticket secret: owner only (0600)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    # None: the driver opens no transaction of its own, `_begin_sqlite` does.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        # What is deleted is overwritten: a name that was erased is in no free part of a page.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get(MIGRATES):
        # Batch mode copies and drops tables; the pragma has no effect once a transaction is open.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    writes = options.get(WRITES) or options.get(MIGRATES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class ProcessLock:
    """`flock` on a file in the data directory: the one app process that may use this SQLite database.

    The kernel releases it when the process dies, however it dies.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "app.lock"
        self._fd: int | None = None

    async def acquire_within(self, patience_s: float) -> None:
        """Take the lock, waiting `patience_s` for a holder that is on its way out; raises DatabaseInUse."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                self.acquire()
                return
            except DatabaseInUse:
                if time.monotonic() >= deadline:
                    raise
            await asyncio.sleep(RETRY_LOCK_S)

    def acquire(self) -> None:
        """Take the lock or raise DatabaseInUse with the pid of the holder."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(fd)
            raise DatabaseInUse(
                f"another Tongtang app (pid {holder}) already uses {self._path.parent}; "
                "stop it, or set TONGTANG_DATA_DIR or TONGTANG_DATABASE_URL (PostgreSQL)"
            ) from error
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        self._fd = fd

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
