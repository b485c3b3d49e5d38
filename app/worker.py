"""The worker process: a composition root beside `app.server`. Knows every kind of job and who does it."""

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.backchannel.retention import erase_old_lines
from app.db.engine import Database
from app.db.journal import Journal
from app.db.log_retention import erase_old_entries
from app.db.revision import check_migrated
from app.ids import LessonId, new_id
from app.jobs.kinds import JobKind
from app.jobs.live_load import LoadGate, watch_load
from app.jobs.port import ClaimedJob, Handler, Progress
from app.jobs.repository import Jobs
from app.jobs.runner import JobRunner
from app.lessons.plan import plan_loader
from app.lessons.repository import LessonStore
from app.recording.film.make_film import FilmMaker
from app.recording.film.repository import Films
from app.recording.finalize import Finalizer
from app.recording.paths import films_root, recordings_root
from app.recording.repository import Recordings
from app.recording.segments import Segments
from app.recording.sharing.clip_maker import ClipMaker
from app.recording.sharing.repository import Sharing
from app.recording.sharing.retention import Retention, kept_by
from app.recording.upload import SegmentUpload
from app.recording.watching.thumbnail_maker import ThumbnailMaker
from app.settings import Settings
from app.slides.deck_maker import DeckMaker
from app.slides.removal import DeckSweep
from app.slides.repository import Decks
from app.storage.obstore_storage import ObstoreStorage

log = logging.getLogger(__name__)

FORMER_LIFE_PATIENCE_S = 15.0
NICENESS = 5
"""Below everything that a lesson waits for."""


class CannotWork(Exception):
    """These settings give a worker nothing to work on; the message says what is missing."""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def handlers(
    settings: Settings,
    database: Database,
    may_work_hard: Callable[[], bool],
    *,
    is_beside_recorder: bool,
) -> dict[JobKind, Handler]:
    """What this worker can do; a kind that is not here is left to another worker."""
    storage = ObstoreStorage.from_settings(settings)
    store = LessonStore(database, _now_ms)
    jobs, recordings = Jobs(database), Recordings(database)
    root = recordings_root(settings)
    finalizer = Finalizer(
        root, storage, recordings, Journal(database).load, plan_loader(store, settings)
    )
    segments = Segments(root, storage)
    upload = SegmentUpload(root, segments, recordings, jobs)
    films = Films(database, jobs, recordings)
    clips = ClipMaker(database, storage, Sharing(database), settings.data_dir / "cutting", _now_ms)
    kept = kept_by(settings)

    async def erase_chat(now_ms: int) -> None:
        await erase_old_lines(database, settings.chat_kept_days, now_ms)

    async def erase_logs(now_ms: int) -> None:
        await erase_old_entries(
            database, settings.access_log_kept_days, settings.audit_log_kept_days, now_ms
        )

    retention = Retention(
        database, storage, segments.clear, kept, [films.folders], [erase_chat, erase_logs]
    )
    thumbnails = ThumbnailMaker(database, storage)

    decks = Decks(database, jobs)
    deck_sweep = DeckSweep(decks, storage, settings.recordings_kept_days)

    async def finalize(job: ClaimedJob, progress: Progress) -> None:
        await finalizer.run_job(job, progress)
        # A worker that dies in between finalises again, which does nothing, and asks then.
        await thumbnails.request(LessonId(job.subject_id))

    async def sweep(job: ClaimedJob, progress: Progress) -> None:
        await retention.run_job(job, progress)
        await deck_sweep.sweep()

    beside_recorder: Mapping[JobKind, Handler] = {
        JobKind.FINALIZE: finalize,
        JobKind.UPLOAD_SEGMENT: upload.run_job,
        JobKind.SWEEP_RETENTION: sweep,
    }
    film_maker = FilmMaker(films, decks, storage, films_root(settings), may_work_hard)
    anywhere: Mapping[JobKind, Handler] = {
        JobKind.THUMBNAILS: thumbnails.run_job,
        JobKind.CLIP: clips.run_job,
        JobKind.SLIDES: DeckMaker(decks, storage).run_job,
        JobKind.FILM: film_maker.make,
    }
    return {**anywhere, **(beside_recorder if is_beside_recorder else {})}


async def run_worker(settings: Settings, *, is_beside_recorder: bool) -> None:
    """Work until SIGTERM or SIGINT. Raises CannotWork or NotMigrated."""
    if not is_beside_recorder:
        _check_reachable(settings)
    with contextlib.ExitStack() as stack:
        worker_id = new_id("wrk")
        if is_beside_recorder:
            worker_id = stack.enter_context(_one_at_a_time(settings.data_dir / "worker.lock"))
        os.nice(NICENESS)
        database = Database(settings.resolved_database_url)
        try:
            await check_migrated(database)
            await _work(settings, database, worker_id, is_beside_recorder=is_beside_recorder)
        finally:
            await database.close()


async def _work(
    settings: Settings, database: Database, worker_id: str, *, is_beside_recorder: bool
) -> None:
    gate = LoadGate()

    def may_work_hard() -> bool:
        return gate.is_open

    found = handlers(settings, database, may_work_hard, is_beside_recorder=is_beside_recorder)
    runner = JobRunner(Jobs(database), found, worker_id, may_work_hard)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(runner.run()), asyncio.create_task(watch_load(gate))]
    log.info("worker %s at work", worker_id)
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _check_reachable(settings: Settings) -> None:
    if not settings.database_url or settings.database_url.startswith("sqlite"):
        raise CannotWork(
            "a worker of its own needs the server's database: set TONGTANG_DATABASE_URL (PostgreSQL); "
            "with SQLite `serve` runs the only one"
        )
    if not settings.storage_url.startswith("s3://"):
        raise CannotWork(
            "a worker of its own needs the server's store: set TONGTANG_STORAGE_URL=s3://...; "
            "with files on the server's disk `serve` runs the only one"
        )


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[str]:
    """Hold the lock of this data directory; its file keeps the worker's name from life to life.

    So a new life knows at once which jobs a killed one has left, and need not wait for their leases.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        deadline = time.monotonic() + FORMER_LIFE_PATIENCE_S
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise CannotWork(f"another worker holds {path}") from None
            time.sleep(0.1)
        file.seek(0)
        worker_id = file.read(40).strip()
        if not worker_id.startswith("wrk_"):
            worker_id = new_id("wrk")
            file.truncate(0)
            file.write(f"{worker_id}\n")
            file.flush()
        yield worker_id
