"""After the lesson: segments -> seekable files -> storage -> rows. Every step may be done again.

The work on files runs in a process of its own (`remux`); this process only waits, uploads and writes
rows. A restarted server goes on from the rows and from what lies in the recordings folder.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from app.db.models import RecordingTrack
from app.ids import LessonId, ParticipantId, RecordingId
from app.jobs.port import ClaimedJob, JobFailed, Progress, TryLater
from app.recording.finishing import Finishing, StoredDiffers, stored_as
from app.recording.lifecycle import Step
from app.recording.manifest import Span, build_manifest
from app.recording.remux_job import FinishedEpoch
from app.recording.repository import Recordings
from app.recording.segments import Segments
from app.recording.timeline import LessonTimeline
from app.rooms.events import LessonStarted
from app.rooms.recorded import Recorded
from app.rooms.state import LessonPlan
from app.storage.port import Storage, StoredObject
from app.storage.store_failures import store_failures

log = logging.getLogger(__name__)


LoadJournal = Callable[[LessonId], Awaitable[list[Recorded]]]
LoadPlan = Callable[[LessonId], Awaitable[LessonPlan]]


class Finalizer:
    """Makes a replay of a lesson that is over. `finalize` may be called again at any point.

    It is published as soon as it can be played; the segments go once what was published is known to last.
    """

    def __init__(
        self,
        root: Path,
        storage: Storage,
        recordings: Recordings,
        load_journal: LoadJournal,
        load_plan: LoadPlan,
    ) -> None:
        self._storage = storage
        self._recordings = recordings
        self._segments = Segments(root, storage)
        self._load_journal = load_journal
        self._load_plan = load_plan
        # Beside the lessons, not inside one: the recorder takes every folder in a lesson for an epoch.
        self._work_root = root.parent / "finalizing"

    async def run_job(self, job: ClaimedJob, _progress: Progress) -> None:
        """A job's `Handler`; its subject is the lesson."""
        lesson_id = LessonId(job.subject_id)
        try:
            with store_failures():
                await self.finalize(lesson_id)
        except TryLater:
            raise
        except Exception:
            if job.is_last_attempt:
                await self._recordings.fail_lesson(lesson_id, "finalizing_failed")
            raise

    async def finalize(self, lesson_id: LessonId) -> None:
        """Everything for one lesson; raises what went wrong. An available recording stays as it is."""
        journal = await self._load_journal(lesson_id)
        started = next((r for r in journal if isinstance(r.event, LessonStarted)), None)
        if started is None:
            return
        recording_id = await self._recordings.begin(lesson_id, started.at_ms)
        if await self._recordings.is_available(recording_id):
            if not await asyncio.to_thread(self._segments.folder(lesson_id).is_dir):
                return
            if await self._settle(lesson_id, recording_id):
                return
            await self._recordings.step(recording_id, Step.REPAIR)
        await self._recordings.step(recording_id, Step.BEGIN_FINALIZING)
        is_published = await self._publish(lesson_id, recording_id, journal)
        if is_published and not await self._settle(lesson_id, recording_id):
            raise JobFailed("stored_differs", f"{recording_id} does not read back as written")

    async def _publish(
        self, lesson_id: LessonId, recording_id: RecordingId, journal: list[Recorded]
    ) -> bool:
        """False if nothing was recorded."""
        folder = self._segments.folder(lesson_id)
        finishing = Finishing(self._storage, folder, self._work_root / lesson_id, recording_id)
        done = {epoch.epoch_id for epoch in await asyncio.to_thread(finishing.done)}
        lost = await self._segments.restore(lesson_id, journal, without=done)
        if lost:
            log.warning("recording: %d segments of %s are nowhere", lost, lesson_id)
        try:
            epochs = await finishing.run()
        except StoredDiffers as error:
            raise JobFailed("stored_differs", str(error)) from error
        if not epochs:
            await self._recordings.fail(recording_id, "nothing_recorded")
            await self._segments.clear(lesson_id)
            return False
        timeline = LessonTimeline.of(journal)
        starts = [timeline.at(e.start_mono_ns, e.utc_ms, e.utc_mono) for e in epochs]
        spans = [_span(e, start) for e, start in zip(epochs, starts, strict=True)]
        manifest = build_manifest(await self._load_plan(lesson_id), journal, spans)
        tracks = [_track(recording_id, e, at) for e, at in zip(epochs, starts, strict=True)]
        # Last: whoever finds a manifest in the store finds everything it speaks of.
        content = {
            **manifest.to_json(),
            "lesson_id": lesson_id,
            "tracks": [_described(t) for t in tracks],
        }
        await self._storage.put_bytes(
            f"recordings/{recording_id}/manifest.json", json.dumps(content).encode()
        )
        await self._recordings.publish(recording_id, manifest, tracks)
        log.info(
            "recording: %s of %s is available, %d tracks", recording_id, lesson_id, len(tracks)
        )
        await finishing.clear()
        return True

    async def _settle(self, lesson_id: LessonId, recording_id: RecordingId) -> bool:
        """Read back what is published; if it is all there for good, the segments are not needed any more."""
        _, tracks = await self._recordings.details(recording_id)
        for track in tracks:
            if not await self._storage.verify(_stored(track)):
                log.error("recording: %s does not read back as it was written", track.object_key)
                return False
        await self._segments.clear(lesson_id)
        return True


def _span(epoch: FinishedEpoch, starts_ms: int) -> Span:
    return Span(starts_ms, starts_ms + epoch.duration_ms, epoch.ended_by, *_whose(epoch))


def _whose(epoch: FinishedEpoch) -> tuple[ParticipantId, str]:
    """Participant and source."""
    participant_id, _, source = epoch.publication_id.rpartition("/")
    return ParticipantId(participant_id), source


def _track(recording_id: RecordingId, epoch: FinishedEpoch, starts_ms: int) -> RecordingTrack:
    participant_id, source = _whose(epoch)
    return RecordingTrack(
        track_id=epoch.epoch_id,
        recording_id=recording_id,
        participant_id=participant_id,
        source=source,
        codec=epoch.codec,
        mime=epoch.mime,
        starts_ms=starts_ms,
        duration_ms=epoch.duration_ms,
        width=epoch.width,
        height=epoch.height,
        object_key=stored_as(recording_id, epoch).key,
        size_bytes=epoch.size_bytes,
        sha256=epoch.sha256,
        aligned_by=epoch.aligned_by,
        is_recovered=epoch.is_recovered,
    )


def _stored(track: RecordingTrack) -> StoredObject:
    return StoredObject(track.object_key, track.size_bytes, track.sha256)


def _described(track: RecordingTrack) -> dict[str, object]:
    names = ("track_id", "participant_id", "source", "codec", "mime", "starts_ms", "duration_ms")
    return {name: getattr(track, name) for name in (*names, "size_bytes", "sha256")}
