"""The worker process as a whole."""

from pathlib import Path

from app.db.engine import Database
from app.jobs.kinds import QUEUE_OF, JobKind
from app.settings import Settings
from app.worker import handlers


async def test_every_kind_of_job_has_a_queue_and_somebody_who_does_it(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'tongtang.db'}")
    try:
        found = handlers(
            Settings(data_dir=tmp_path), database, lambda: True, is_beside_recorder=True
        )
    finally:
        await database.close()
    assert found.keys() == QUEUE_OF.keys() == set(JobKind)
