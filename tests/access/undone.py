"""A database in which a request leaves nothing behind: so a thousand of them ask the same county."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.db.engine import Database


class UndoneDatabase(Database):
    """Within `undone()` every session works in savepoints of one connection, which is rolled back at the end."""

    _connection: AsyncConnection | None = None

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[None]:
        async with self._writer.connect() as connection:
            outer = await connection.begin()
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None
                await outer.rollback()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        if self._connection is None:
            async with super().transaction() as session:
                yield session
            return
        async with self._write_lock, self._savepoint(self._connection) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        if self._connection is None:
            async with super().reading() as session:
                yield session
            return
        async with self._savepoint(self._connection) as session:
            yield session

    async def drop_deleted_pages(self) -> None:
        # Nothing is committed that could be dropped, and the open transaction would be waited for.
        if self._connection is None:
            await super().drop_deleted_pages()

    @staticmethod
    def _savepoint(connection: AsyncConnection) -> AsyncSession:
        return AsyncSession(
            bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
