"""Alembic from within the program: the only thing that makes tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection

from app.db.engine import MIGRATES, Database

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


class NotMigrated(Exception):
    """The database's tables are not the ones this version needs; the message says what to run."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration for our migrations, bound to `connection`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


class UnknownRevision(Exception):
    """This version has no such revision of the tables: a newer one has."""


async def migrate(database: Database, revision: str = "head") -> None:
    """Bring the tables to `revision` in one transaction.

    Raises DatabaseUnreachable, UnknownRevision, and NotMigrated for tables of a newer version.
    """
    if revision != "head" and revision not in {script.revision for script in _scripts()}:
        raise UnknownRevision(revision)
    await database.check_reachable()
    async with database.engine.connect() as connection:
        current, _head = await connection.run_sync(_current_and_head)
    _refuse_newer(current)
    engine = database.engine.execution_options(**{MIGRATES: True})
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), revision))
    # On SQLite foreign keys were off for these connections: start over with fresh ones.
    await database.engine.dispose()


def _current_and_head(connection: Connection) -> tuple[set[str], set[str]]:
    current = MigrationContext.configure(connection).get_current_heads()
    return set(current), set(ScriptDirectory.from_config(alembic_config()).get_heads())


async def check_migrated(database: Database) -> None:
    """Raise NotMigrated unless the database is at the newest revision, DatabaseUnreachable where there is none."""
    await database.check_reachable()
    async with database.engine.connect() as connection:
        current, head = await connection.run_sync(_current_and_head)
    if current == head:
        return
    _refuse_newer(current)
    what = "has no tables yet" if not current else "is older than this program"
    raise NotMigrated(f"the database {what}; run `make run` or `python -m app migrate`")


def _refuse_newer(current: set[str]) -> None:
    if not current <= {script.revision for script in _scripts()}:
        raise NotMigrated(
            "this database was made by a newer Tongtang; update the program, "
            "or set TONGTANG_DATABASE_URL or TONGTANG_DATA_DIR to another database"
        )


def _scripts() -> list[Script]:
    return list(ScriptDirectory.from_config(alembic_config()).walk_revisions())
