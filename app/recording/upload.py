"""Segments on their way to the store while the lesson runs: one job each."""

import shutil
from collections.abc import Callable
from pathlib import Path

from app.ids import LessonId
from app.jobs.kinds import JobKind
from app.jobs.port import ClaimedJob, HoldJob, JobFailed, Progress
from app.jobs.repository import Jobs
from app.recording.repository import Recordings
from app.recording.segments import SegmentDamaged, Segments
from app.storage.store_failures import store_failures

TRIM_BELOW_BYTES = 2 * 1024 * 1024 * 1024
"""With less room than this what is in the store goes from the disk, long before the recorder gives up a track."""


class SegmentUpload:
    """Copies what was closed. The copy here stays until the replay is published, which is quicker with it."""

    def __init__(
        self,
        root: Path,
        segments: Segments,
        recordings: Recordings,
        jobs: Jobs,
        free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
    ) -> None:
        self._root = root
        self._segments = segments
        self._recordings = recordings
        self._jobs = jobs
        self._free_bytes = free_bytes

    async def run_job(self, job: ClaimedJob, _progress: Progress) -> None:
        """A job's `Handler`; its subject is the segment."""
        lesson_id, segment_id = job.lesson_id, job.subject_id
        if lesson_id is None:
            raise HoldJob("no_lesson")
        with store_failures():
            await self._upload(lesson_id, segment_id)
            if await self._recordings.is_lesson_available(lesson_id):
                # Published meanwhile, and whoever did that may have looked before this copy was there.
                await self._segments.remove_copy(lesson_id, segment_id)
            elif self._free_bytes(self._root) < TRIM_BELOW_BYTES:
                await self._trim(lesson_id, segment_id)

    async def _upload(self, lesson_id: LessonId, segment_id: str) -> None:
        if not self._segments.is_here(lesson_id, segment_id):
            # Published and cleared, or trimmed because it is in the store already.
            return
        try:
            is_same = await self._segments.upload(lesson_id, segment_id)
        except FileNotFoundError:
            return
        except SegmentDamaged as damage:
            raise HoldJob("segment_damaged", str(damage)) from damage
        if not is_same:
            raise JobFailed("stored_differs", segment_id)

    async def _trim(self, lesson_id: LessonId, segment_id: str) -> None:
        uploaded = await self._jobs.done_subjects(JobKind.UPLOAD_SEGMENT, lesson_id)
        for one in (*uploaded, segment_id):
            self._segments.remove_media(lesson_id, one)
