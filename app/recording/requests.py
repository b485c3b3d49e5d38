"""What is asked of the worker for a lesson."""

from app.db.engine import Database
from app.ids import LessonId, RecordingId, UserId
from app.jobs.kinds import JobKind
from app.jobs.repository import Jobs
from app.recording.noting import note_recording


class RecordingRequests:
    """Each is one transaction; asking again does no harm."""

    def __init__(self, database: Database, jobs: Jobs, *, uploads_segments: bool) -> None:
        """`uploads_segments`: the store lies elsewhere than the recorder's disk."""
        self._database = database
        self._jobs = jobs
        self._uploads_segments = uploads_segments

    async def finalize(self, lesson_id: LessonId) -> None:
        """The lesson is over and its segments are closed."""
        async with self._database.transaction() as session:
            await self._jobs.request(session, JobKind.FINALIZE, lesson_id, lesson_id)

    async def upload(self, lesson_id: LessonId, segment_id: str) -> None:
        """A segment is closed."""
        if self._uploads_segments:
            async with self._database.transaction() as session:
                await self._jobs.request(session, JobKind.UPLOAD_SEGMENT, segment_id, lesson_id)

    async def try_again(
        self,
        recording_id: RecordingId,
        lesson_id: LessonId,
        by: UserId,
        now_ms: int,
        *,
        is_over: bool,
    ) -> None:
        """A person wants it now: what waits or was held begins afresh."""
        async with self._database.transaction() as session:
            for segment_id in await self._jobs.failing_subjects(
                session, JobKind.UPLOAD_SEGMENT, lesson_id
            ):
                await self._jobs.request(session, JobKind.UPLOAD_SEGMENT, segment_id, lesson_id)
            await note_recording(session, recording_id, by, "recording.tried_again", now_ms)
            if is_over:
                await self._jobs.request(session, JobKind.FINALIZE, lesson_id, lesson_id)
