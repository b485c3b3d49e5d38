"""A lesson that was recorded, and the worker that finishes it; the recorder's part is written in no time."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.db.engine import Database
from app.db.journal import Journal
from app.db.models import Lesson
from app.ids import LessonId, ParticipantId, RecordingId, UserId
from app.jobs.kinds import JobKind
from app.jobs.repository import Jobs
from app.jobs.runner import JobRunner
from app.recording.finalize import Finalizer
from app.recording.port import EpochOpenedReport, Report, SegmentClosedReport
from app.recording.repository import Recordings
from app.recording.requests import RecordingRequests
from app.recording.segments import Segments
from app.recording.upload import SegmentUpload
from app.rooms.events import (
    EpochOpened,
    Event,
    LessonEnded,
    LessonStarted,
    ParticipantJoined,
    SegmentClosed,
)
from app.rooms.recorded import Recorded
from app.rooms.state import LessonPlan, Role
from app.storage.obstore_storage import ObstoreStorage
from tests.support.county import SmallCounty, make_county
from tests.support.rtp_publisher import SyntheticTrack
from tests.support.synthetic_recording import write_recording

LEAD = ParticipantId("lead_usr_teacher1")


@dataclass
class RecordedLesson:
    """Journal, rows and segments of one lesson that began when its scene did."""

    database: Database
    county: SmallCounty
    root: Path
    recording_id: RecordingId
    scene_ns: int = field(default_factory=time.monotonic_ns)
    scene_utc_s: float = field(default_factory=time.time)
    _seq: int = 0

    @classmethod
    async def begin(cls, database: Database, data_dir: Path) -> "RecordedLesson":
        county = await make_county(database)
        at_ms = time.time_ns() // 1_000_000
        recording_id = await Recordings(database).begin(county.lesson, at_ms)
        lesson = cls(database, county, data_dir / "recordings", recording_id)
        joined = ParticipantJoined(LEAD, Role.LEAD, "dev_1", UserId("usr_teacher1"))
        await lesson.journal([(-5.0, joined), (0.0, LessonStarted(LEAD))])
        return lesson

    @property
    def lesson_id(self) -> LessonId:
        return self.county.lesson

    @property
    def recordings(self) -> Recordings:
        return Recordings(self.database)

    async def journal(self, events: Sequence[tuple[float, Event]]) -> None:
        """Append what happened so many seconds after the beginning."""
        rows = []
        for at_s, event in events:
            self._seq += 1
            at_ms, mono_ns = int((self.scene_utc_s + at_s) * 1000), self.scene_ns + int(at_s * 1e9)
            rows.append(Recorded(self._seq, at_ms, mono_ns, event))
        journal = Journal(self.database)
        await journal.append(self.lesson_id, await journal.claim(self.lesson_id), rows)

    async def record(self, tracks: Sequence[SyntheticTrack], at_s: float = 1.0) -> list[str]:
        """Write the tracks' segments and journal what the recorder tells of them; the segments' ids."""
        reports = await asyncio.to_thread(
            write_recording, self.root, tracks, self.scene_ns, self.scene_utc_s
        )
        events = [event for report in reports if (event := _event(report)) is not None]
        await self.journal([(at_s, event) for event in events])
        return [r.segment_id for r in reports if isinstance(r, SegmentClosedReport)]

    async def end(self, at_s: float) -> None:
        await self.journal([(at_s, LessonEnded("ended_by_lead", LEAD))])
        async with self.database.transaction() as session:
            (await session.get_one(Lesson, self.lesson_id)).state = "ended"

    def requests(self) -> RecordingRequests:
        return RecordingRequests(self.database, Jobs(self.database), uploads_segments=True)

    def finalizer(self, storage: ObstoreStorage) -> Finalizer:
        async def load_plan(_: LessonId) -> LessonPlan:
            return self.county.plan

        journal = Journal(self.database)
        return Finalizer(self.root, storage, self.recordings, journal.load, load_plan)

    @asynccontextmanager
    async def worker(self, storage: ObstoreStorage) -> AsyncIterator[None]:
        """A worker beside the recorder at work with this store."""
        jobs = Jobs(self.database)
        upload = SegmentUpload(self.root, Segments(self.root, storage), self.recordings, jobs)
        handlers = {
            JobKind.FINALIZE: self.finalizer(storage).run_job,
            JobKind.UPLOAD_SEGMENT: upload.run_job,
        }
        task = asyncio.create_task(JobRunner(jobs, handlers, "wrk_1").run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _event(report: Report) -> Event | None:
    match report:
        case EpochOpenedReport(publication_id=publication, epoch_id=epoch_id, codec=codec):
            who, _, source = publication.rpartition("/")
            return EpochOpened(epoch_id, ParticipantId(who), source, codec)
        case SegmentClosedReport():
            return SegmentClosed(
                report.segment_id,
                report.epoch_id,
                report.size_bytes,
                report.sha256,
                report.sidecar_sha256,
            )
    return None
