"""After the lesson: segments -> seekable files -> storage -> rows. Every step may be done again.

The work on files runs in a process of its own (`remux`); this process only waits, uploads and writes
rows. A restarted server goes on from the rows and from what lies in the recordings folder.
"""

import asyncio
import json
import logging
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

from app.db.models import RecordingTrack
from app.ids import LessonId, RecordingId
from app.jobs.port import ClaimedJob, Progress, TryLater
from app.recording.lifecycle import IllegalStep
from app.recording.manifest import Span, build_manifest
from app.recording.media_process import run_media_process
from app.recording.remux_job import FinishedEpoch, RemuxJob
from app.recording.repository import Recordings
from app.recording.timeline import LessonTimeline
from app.rooms.events import LessonStarted, Recorded
from app.rooms.state import LessonPlan
from app.storage.port import Storage

log = logging.getLogger(__name__)

REMUX_TIMEOUT_S = 1_800.0

LoadJournal = Callable[[LessonId], Awaitable[list[Recorded]]]
LoadPlan = Callable[[LessonId], Awaitable[LessonPlan]]


class Finalizer:
    """Makes a replay of a lesson that is over. `finalize` may be called again at any point."""

    def __init__(
        self,
        root: Path,
        storage: Storage,
        recordings: Recordings,
        load_journal: LoadJournal,
        load_plan: LoadPlan,
    ) -> None:
        self._root = root
        self._storage = storage
        self._recordings = recordings
        self._load_journal = load_journal
        self._load_plan = load_plan

    async def run_job(self, job: ClaimedJob, _progress: Progress) -> None:
        """A job's `Handler`; its subject is the lesson."""
        lesson_id = LessonId(job.subject_id)
        try:
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
        await self._recordings.begin(lesson_id, started.at_ms)
        try:
            recording_id = await self._recordings.begin_finalizing(lesson_id)
        except IllegalStep:
            await asyncio.to_thread(self._clear, lesson_id)
            return
        await self._finalize(lesson_id, recording_id, journal)

    async def _finalize(
        self, lesson_id: LessonId, recording_id: RecordingId, journal: list[Recorded]
    ) -> None:
        epochs = await run_remux(
            RemuxJob(str(self._root / lesson_id), str(self._work_folder(lesson_id)))
        )
        if not epochs:
            await self._recordings.fail(recording_id, "nothing_recorded")
            await asyncio.to_thread(self._clear, lesson_id)
            return
        timeline = LessonTimeline.of(journal)
        starts = [timeline.at(e.start_mono_ns, e.utc_ms, e.utc_mono) for e in epochs]
        spans = [
            Span(start, start + epoch.duration_ms, epoch.ended_by)
            for epoch, start in zip(epochs, starts, strict=True)
        ]
        manifest = build_manifest(await self._load_plan(lesson_id), journal, spans)
        tracks = [
            await self._store(recording_id, epoch, start)
            for epoch, start in zip(epochs, starts, strict=True)
        ]
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
        await asyncio.to_thread(self._clear, lesson_id)

    async def _store(
        self, recording_id: RecordingId, epoch: FinishedEpoch, starts_ms: int
    ) -> RecordingTrack:
        path = Path(epoch.path)
        key = f"recordings/{recording_id}/{path.name}"
        stored = await self._storage.put_file(key, path, epoch.mime)
        if not await self._storage.verify(stored):
            raise OSError(f"{key} does not read back as it was written")
        participant_id, _, source = epoch.publication_id.rpartition("/")
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
            object_key=key,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            aligned_by=epoch.aligned_by,
            is_recovered=epoch.is_recovered,
        )

    def _work_folder(self, lesson_id: LessonId) -> Path:
        # Beside the lessons, not inside one: the recorder takes every folder in a lesson for an epoch.
        return self._root.parent / "finalizing" / lesson_id

    def _clear(self, lesson_id: LessonId) -> None:
        shutil.rmtree(self._work_folder(lesson_id), ignore_errors=True)
        shutil.rmtree(self._root / lesson_id, ignore_errors=True)


async def run_remux(job: RemuxJob) -> list[FinishedEpoch]:
    """Raises MediaProcessFailed."""
    answer = await run_media_process("app.recording.remux", asdict(job), REMUX_TIMEOUT_S)
    return [FinishedEpoch(**epoch) for epoch in answer]


def _described(track: RecordingTrack) -> dict[str, object]:
    names = ("track_id", "participant_id", "source", "codec", "mime", "starts_ms", "duration_ms")
    return {name: getattr(track, name) for name in (*names, "size_bytes", "sha256")}
