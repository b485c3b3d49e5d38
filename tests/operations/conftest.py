from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.db.engine import Database
from tests.support.database import database, database_url, postgres_server, sqlite_template
from tests.support.recordings import RecordingApi, recording_api

__all__ = ["api", "database", "database_url", "postgres_server", "sqlite_template"]


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[RecordingApi]:
    async with recording_api(database, tmp_path / "objects") as api:
        yield api
