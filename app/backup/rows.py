"""Rows of all tables as JSON lines and back, by the tables as they are: SQLite and PostgreSQL read each other's."""

import base64
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

ROWS_AT_ONCE = 500
_BYTES = "base64"
VERSION_TABLE = "alembic_version"


async def reflect(connection: AsyncConnection) -> list[Table]:
    """Every table but Alembic's own, a table after those that it refers to."""

    def read(sync: Connection) -> list[Table]:
        metadata = MetaData()
        names = [name for name in inspect(sync).get_table_names() if name != VERSION_TABLE]
        metadata.reflect(sync, only=names)
        return metadata.sorted_tables

    return await connection.run_sync(read)


async def is_empty(connection: AsyncConnection, tables: list[Table]) -> bool:
    """Whether no table has a row."""
    for table in tables:
        if (await connection.execute(select(table).limit(1))).first() is not None:
            return False
    return True


async def write_rows(connection: AsyncConnection, table: Table, path: Path) -> int:
    """All rows as compressed JSON lines into `path`; how many."""
    count = 0
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
        async for row in _rows(connection, table):
            file.write(json.dumps(row, ensure_ascii=False, default=_as_json) + "\n")
            count += 1
    return count


async def _rows(connection: AsyncConnection, table: Table) -> AsyncIterator[dict[str, Any]]:
    async with connection.stream(select(table)) as result:
        async for row in result.mappings():
            yield dict(row)


async def insert_rows(connection: AsyncConnection, table: Table, content: IO[bytes]) -> int:
    """What `write_rows` wrote; how many."""
    count = 0
    for batch in _batches(content):
        await connection.execute(table.insert(), batch)
        count += len(batch)
    return count


def _batches(content: IO[bytes]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    with gzip.open(content, "rt", encoding="utf-8") as lines:
        for line in lines:
            batch.append({key: _from_json(value) for key, value in json.loads(line).items()})
            if len(batch) == ROWS_AT_ONCE:
                yield batch
                batch = []
    if batch:
        yield batch


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} has no form in a backup")


def _from_json(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {_BYTES}:
        return base64.b64decode(value[_BYTES])
    return value
