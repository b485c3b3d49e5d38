import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.db.engine import Database
from app.db.migrate import alembic_config, migrate
from app.db.models import Base
from app.db.revision import NotMigrated, check_migrated, newest_revision, revisions
from tests.support.database import BACKENDS, on_both_databases

on_both_empty = pytest.mark.parametrize("empty_url", BACKENDS, indirect=True)


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


@on_both_databases
async def test_migrated_tables_are_exactly_what_the_models_say(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


@on_both_empty
async def test_an_empty_database_is_refused_with_the_fix(empty_url: str) -> None:
    database = Database(empty_url)
    with pytest.raises(NotMigrated, match="make run"):
        await check_migrated(database)

    await migrate(database)
    await check_migrated(database)
    await migrate(database)
    await check_migrated(database)
    await database.close()


async def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NotMigrated, match="newer"):
        await check_migrated(database)
    with pytest.raises(NotMigrated, match="newer"):
        await migrate(database)


async def test_foreign_keys_are_on_again_after_a_migration(empty_url: str) -> None:
    database = Database(empty_url)
    await migrate(database)
    async with database.reading() as session:
        assert await session.scalar(text("PRAGMA foreign_keys")) == 1
    await database.close()


def test_the_revisions_are_those_that_the_migration_tools_find() -> None:
    found = ScriptDirectory.from_config(alembic_config())
    before = {script.revision: script.down_revision or "" for script in found.walk_revisions()}
    assert revisions() == before
    assert [newest_revision()] == found.get_heads()
