"""Alembic from within the program: the only thing that makes tables."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from app.db.engine import MIGRATES, Database
from app.db.revision import MIGRATIONS, current_revisions, refuse_newer, revisions


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
    if revision != "head" and revision not in revisions():
        raise UnknownRevision(revision)
    refuse_newer(await current_revisions(database))
    engine = database.engine.execution_options(**{MIGRATES: True})
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), revision))
    # On SQLite foreign keys were off for these connections: start over with fresh ones.
    await database.engine.dispose()
