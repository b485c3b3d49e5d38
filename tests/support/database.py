"""Real databases for tests: a file of SQLite, and a PostgreSQL server of our own.

The server is started once per run as user `postgres` (we are root) or as ourselves; a machine without the
programs may give a server in `TONGTANG_TEST_POSTGRES_URL` (a role that may create databases).
"""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.engine import URL, make_url

from app.db.engine import Database
from app.db.migrate import migrate
from tests.support.ports import free_port

GIVEN_URL = "TONGTANG_TEST_POSTGRES_URL"
START_S = 180
"""Deadline of each of its programs, which take a second; all tests of a run need the one server."""
BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@dataclass(frozen=True)
class PostgresServer:
    """Makes databases; `template` is migrated and copied, which takes a tenth of a migration."""

    url: URL
    template: str

    def create(self, template: str | None = None) -> URL:
        name = f"tongtang_{uuid.uuid4().hex[:12]}"
        source = f' TEMPLATE "{template}"' if template else ""
        asyncio.run(_execute(self.url, f'CREATE DATABASE "{name}"{source}'))
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        asyncio.run(_execute(self.url, f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)'))


async def _execute(url: URL, statement: str) -> None:
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _find_programs() -> Path | None:
    """The newest directory that has both `initdb` and `pg_ctl`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: p.parent.name)
    on_path = shutil.which("initdb")
    places = [*found, *([Path(on_path).parent] if on_path else [])]
    usable = [p for p in places if (p / "initdb").exists() and (p / "pg_ctl").exists()]
    return usable[-1] if usable else None


def _run_as_postgres(*command: str) -> None:
    prefix = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    done = subprocess.run(
        [*prefix, *command], capture_output=True, text=True, cwd="/", timeout=START_S, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr or done.stdout}")


def _start_server(programs: Path, home: Path) -> URL:
    port = free_port()
    data = home / "data"
    _run_as_postgres(
        str(programs / "initdb"), "-D", str(data), "-U", "tongtang", "-A", "trust", "-E", "UTF8",
        "--locale=C.UTF-8", "--no-sync",
    )  # fmt: skip
    options = (
        f"-c fsync=off -c full_page_writes=off -c listen_addresses=127.0.0.1 -p {port} -k {home}"
    )
    _run_as_postgres(
        str(programs / "pg_ctl"), "-D", str(data), "-w", "-o", options,
        "-l", str(home / "log"), "start",
    )  # fmt: skip
    return make_url(f"postgresql+asyncpg://tongtang@127.0.0.1:{port}/postgres")


class NoPostgres(Exception):
    """No server can be started here; the message says why."""


@contextmanager
def own_postgres() -> Iterator[URL]:
    """A server of our own, as user `postgres` where we are root; it is deleted afterwards. NoPostgres."""
    programs = _find_programs()
    if programs is None:
        raise NoPostgres("no PostgreSQL: install it (initdb, pg_ctl)")
    home = Path(tempfile.mkdtemp(prefix="tongtang-pg-"))
    if os.geteuid() == 0:
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            raise NoPostgres(
                "PostgreSQL does not run as root and there is no user postgres"
            ) from None
        os.chown(home, owner.pw_uid, owner.pw_gid)
    url = _start_server(programs, home)
    try:
        yield url
    finally:
        _run_as_postgres(
            str(programs / "pg_ctl"), "-D", str(home / "data"), "-m", "immediate", "stop"
        )
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server with a migrated template database, or a skip that says what is missing."""
    with ExitStack() as stack:
        if given := os.environ.get(GIVEN_URL):
            url = make_url(given).set(drivername="postgresql+asyncpg")
        else:
            try:
                url = stack.enter_context(own_postgres())
            except NoPostgres as reason:
                pytest.skip(f"{reason}, or set {GIVEN_URL}")
        server = PostgresServer(url, f"tongtang_template_{uuid.uuid4().hex[:8]}")
        asyncio.run(_execute(url, f'CREATE DATABASE "{server.template}"'))
        template_url = url.set(database=server.template)
        asyncio.run(_migrate_url(template_url))
        try:
            yield server
        finally:
            server.drop(template_url)


async def _migrate_url(url: URL) -> None:
    database = Database(url.render_as_string(hide_password=False))
    await migrate(database)
    await database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(_migrate_url(make_url(f"sqlite+aiosqlite:///{path}")))
    return path


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an unmigrated database; parametrize indirectly with `sqlite` or `postgresql`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'tongtang.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create()
    yield url.render_as_string(hide_password=False)
    server.drop(url)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a migrated database of its own; SQLite unless parametrized (see `on_both_databases`)."""
    if getattr(request, "param", "sqlite") == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path / "tongtang.db"
        shutil.copyfile(template, path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create(server.template)
    yield url.render_as_string(hide_password=False)
    server.drop(url)


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database, closed afterwards."""
    opened = Database(database_url)
    yield opened
    await opened.close()


on_both_databases = pytest.mark.parametrize("database_url", BACKENDS, indirect=True)
"""Run the test on SQLite and on PostgreSQL."""
