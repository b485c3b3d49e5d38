"""What tests of the API begin with: a small county, and the API on a database of its own. Imported by `conftest.py`."""

from collections.abc import AsyncIterator

import pytest_asyncio

from app.db.engine import Database
from tests.support.county import SmallCounty, make_county
from tests.support.database import (
    database,
    database_url,
    empty_url,
    postgres_server,
    sqlite_template,
)
from tests.support.lessons import LessonApi, lesson_api

__all__ = [
    "api",
    "county",
    "database",
    "database_url",
    "empty_url",
    "postgres_server",
    "sqlite_template",
]


@pytest_asyncio.fixture
async def county(database: Database) -> SmallCounty:
    return await make_county(database)


@pytest_asyncio.fixture
async def api(database: Database, county: SmallCounty) -> AsyncIterator[LessonApi]:
    async with lesson_api(database) as api:
        yield api
