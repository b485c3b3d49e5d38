"""Alembic's entry point. The program hands over its own connection; `alembic` on the command line uses the settings."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from app.db.engine import MIGRATES, Database
from app.db.models import Base
from app.settings import Settings


def run(connection: Connection) -> None:
    # SQLite cannot alter most things in place: batch mode copies the table.
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_from_command_line() -> None:
    database = Database(Settings().resolved_database_url)
    engine = database.engine.execution_options(**{MIGRATES: True})
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await database.close()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(run_from_command_line())
