from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from app.db.engine import Database
from app.db.models import Recording
from tests.support.recordings import RecordingApi, recording_api

DURATION_MS = 600_500
"""Long enough to be watched for a while."""


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[RecordingApi]:
    async with recording_api(database, tmp_path / "objects") as api:
        async with database.transaction() as session:
            await session.execute(update(Recording).values(duration_ms=DURATION_MS))
        yield api
