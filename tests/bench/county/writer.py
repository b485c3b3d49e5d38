"""Rows into tables as fast as each database takes them, everything in one transaction."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any, Protocol

import asyncpg
from sqlalchemy import JSON, Insert, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.engine import WRITES, Database
from tests.bench.county.rows import Rows

_STEP = 20_000


class Writer(Protocol):
    async def write(self, rows: Rows) -> None: ...
    async def run(self, statement: Insert) -> None: ...


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[Writer]:
    """Committed at the end of the block, or not at all."""
    if database.is_sqlite:
        async with database.engine.execution_options(**{WRITES: True}).begin() as connection:
            yield _SqliteWriter(connection)
        return
    dsn = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            yield _PostgresWriter(connection)
        # What autovacuum does within minutes: the planner knows the tables, and indexes alone may answer.
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


class _PostgresWriter:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def write(self, rows: Rows) -> None:
        table = _table(rows)
        await self._connection.copy_records_to_table(
            table.name, columns=[*rows.columns, *_defaults(rows)], records=_values(rows)
        )

    async def run(self, statement: Insert) -> None:
        await self._connection.execute(
            str(
                statement.compile(
                    dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
                )
            )
        )


class _SqliteWriter:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def write(self, rows: Rows) -> None:
        columns = [*rows.columns, *_defaults(rows)]
        places = ", ".join("?" for _ in columns)
        names = ", ".join(f'"{one}"' for one in columns)
        statement = f'INSERT INTO "{_table(rows).name}" ({names}) VALUES ({places})'
        values = iter(_values(rows))
        while some := list(islice(values, _STEP)):
            await self._connection.exec_driver_sql(statement, some)

    async def run(self, statement: Insert) -> None:
        await self._connection.execute(statement)


def _table(rows: Rows) -> Table:
    table = rows.table.__table__
    assert isinstance(table, Table)
    return table


def _defaults(rows: Rows) -> dict[str, Any]:
    """What the model gives to columns that are left out, where that is not NULL."""
    left_out = (one for one in _table(rows).columns if one.name not in rows.columns)
    return {
        one.name: one.default.arg(None) if one.default.is_callable else one.default.arg
        for one in left_out
        if one.default is not None
    }


def _values(rows: Rows) -> Iterable[tuple[Any, ...]]:
    """Documents are written as text by both drivers."""
    defaults = tuple(_defaults(rows).values())
    documents = [n for n, one in enumerate(rows.columns) if isinstance(_table(rows).c[one].type, JSON)]  # fmt: skip
    if not documents:
        return (value + defaults for value in rows.values) if defaults else rows.values
    return _with_text(rows.values, documents, defaults)


def _with_text(
    values: Iterable[tuple[Any, ...]], documents: list[int], defaults: tuple[Any, ...]
) -> Iterator[tuple[Any, ...]]:
    for value in values:
        cells = [*value, *defaults]
        for one in documents:
            cells[one] = json.dumps(cells[one])
        yield tuple(cells)
