from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.db.engine import Database
from tests.support.recordings import RecordingApi, recording_api


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[RecordingApi]:
    async with recording_api(database, tmp_path / "objects") as api:
        yield api
