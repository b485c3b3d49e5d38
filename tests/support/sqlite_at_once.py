"""SQLite without its thread: for tests that ask thousands of questions, one after another."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import event

from app.db.engine import Database


class _AtOnce:
    """Stands where a connection hands a statement to its thread, and does it here and now."""

    def put_nowait(self, job: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = job
        try:
            result = function()
        except Exception as error:
            if future is not None:
                future.set_exception(error)
        else:
            if future is not None:
                future.set_result(result)


class _Connection(aiosqlite.Connection):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(partial(sqlite3.connect, *args, **options), iter_chunk_size=64)
        self._tx = _AtOnce()

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()


def answer_at_once(database: Database) -> None:
    """From its next connection on, a statement of this database (SQLite) takes the event loop as long as it takes.

    Two threads that wait for each other cost five times as much as what a small statement does. Only where nothing
    asks two things at the same time: a connection that waited for another's lock would wait for ever.
    """

    def connect(_dialect: Any, _record: Any, _args: Any, options: dict[str, Any]) -> None:
        options["async_creator_fn"] = _Connection

    event.listen(database.engine.sync_engine, "do_connect", connect)
