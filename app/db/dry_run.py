"""What a change would come to: it is done, looked at, and undone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database


class _Undo(Exception):
    pass


@asynccontextmanager
async def dry_run(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction that is rolled back at its end, so a check and the change itself cannot differ."""
    try:
        async with database.transaction() as session:
            yield session
            raise _Undo
    except _Undo:
        pass
