"""The job that makes a recording's thumbnails. The replay plays without them."""

import tempfile
from dataclasses import asdict
from pathlib import Path

from app.db.engine import Database
from app.db.models import RecordingTrack
from app.ids import LessonId, ParticipantId, RecordingId
from app.jobs.child_process import run_child_process
from app.jobs.kinds import JobKind
from app.jobs.port import ClaimedJob, Progress
from app.jobs.repository import Jobs
from app.media.port import Source
from app.recording.cast import has_led
from app.recording.repository import Recordings
from app.recording.watching.repository import Thumbnails, Watching
from app.recording.watching.thumbnail_job import (
    PicturedTrack,
    ThumbnailJob,
    count_of,
    step_of,
)
from app.storage.port import Storage

TIMEOUT_S = 600.0


class ThumbnailMaker:
    """Asked for once a lesson's recording is available; made again, they replace what was there."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._database = database
        self._storage = storage
        self._recordings = Recordings(database)
        self._watching = Watching(database)

    async def request(self, lesson_id: LessonId) -> None:
        """Have them made for this lesson's recording, if it has one that can be watched and none are made."""
        recording_id = await self._recordings.available_of(lesson_id)
        if recording_id is None or await self._watching.thumbnails(recording_id) is not None:
            return
        async with self._database.transaction() as session:
            await Jobs(self._database).request(session, JobKind.THUMBNAILS, recording_id, lesson_id)

    async def run_job(self, job: ClaimedJob, _progress: Progress) -> None:
        """A job's `Handler`; its subject is the recording."""
        recording_id = RecordingId(job.subject_id)
        manifest, tracks = await self._recordings.details(recording_id)
        duration_ms = int(str(manifest["duration_ms"]))
        with tempfile.TemporaryDirectory(prefix="tongtang-thumbnails-") as folder:
            asked = ThumbnailJob(
                tuple(_pictured(track) for track in tracks if _is_shown(track)), duration_ms, folder
            )
            paths = await run_child_process(
                "app.recording.watching.thumbnails", asdict(asked), TIMEOUT_S
            )
            sheets = [
                await self._storage.put_file(
                    f"recordings/{recording_id}/{Path(path).name}", Path(path), "image/jpeg"
                )
                for path in paths
            ]
        if sheets:
            await self._watching.save_thumbnails(
                recording_id,
                Thumbnails(step_of(duration_ms), count_of(duration_ms), tuple(sheets)),
            )


def _is_shown(track: RecordingTrack) -> bool:
    # Only the lead: then a replay that leaves classrooms out needs no thumbnails of its own.
    return has_led(ParticipantId(track.participant_id)) and Source(track.source).kind == "video"


def _pictured(track: RecordingTrack) -> PicturedTrack:
    return PicturedTrack(track.object_key, track.source, track.starts_ms, track.duration_ms)
