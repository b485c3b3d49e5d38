"""Makes the clips of share links, in a worker: tracks -> pieces -> storage -> rows. May be done again at any point."""

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import delete, select

from app.db.consent import PUBLIC
from app.db.engine import Database
from app.db.models import ClipTrack, RecordingTrack, ShareLink
from app.ids import ParticipantId, new_id
from app.jobs.child_process import run_child_process
from app.jobs.port import ClaimedJob, HoldJob, Progress, TryLater
from app.recording.sharing.cut_job import CutJob, CutPiece, CutTrack
from app.recording.sharing.links import ClipRange, ClipState, LinkState
from app.recording.sharing.repository import FoundLink, Sharing
from app.storage.port import Storage

log = logging.getLogger(__name__)

CUT_TIMEOUT_S = 1_800.0


def clip_folder(link_id: str) -> str:
    """Where a clip's objects are kept."""
    return f"clips/{link_id}"


class ClipMaker:
    def __init__(
        self,
        database: Database,
        storage: Storage,
        sharing: Sharing,
        work_folder: Path,
        now_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._storage = storage
        self._sharing = sharing
        self._work_folder = work_folder
        self._now_ms = now_ms

    async def run_job(self, job: ClaimedJob, progress: Progress) -> None:
        """A job's `Handler`; its subject is the link."""
        try:
            await self._make(job.subject_id, progress)
        except TryLater:
            raise
        except Exception as error:
            if job.is_last_attempt or isinstance(error, HoldJob):
                await self._set_state(job.subject_id, ClipState.FAILED)
            raise

    async def _make(self, link_id: str, progress: Progress) -> None:
        link = await self._sharing.find_link(link_id)
        if link is None or link.row.clip_state == ClipState.READY.value:
            return
        if link.state(self._now_ms()) is not LinkState.ACTIVE:
            return
        folder = self._work_folder / link_id
        await asyncio.to_thread(_begin_folder, folder)
        try:
            tracks = await self._tracks(link)
            pieces = await _cut(link, tracks, folder)
            if not pieces:
                raise HoldJob("clip_empty", "nothing was recorded in this part of the lesson")
            await progress(0.5)
            stored = [
                await self._store(link_id, track, piece) for track, piece in _paired(tracks, pieces)
            ]
            await self._finish(link_id, stored)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _tracks(self, link: FoundLink) -> list[RecordingTrack]:
        """Those that reach into the clip, of who may appear in it."""
        clip = _range_of(link)
        assert link.recording is not None
        cast = await self._sharing.cast(link.recording.lesson_id, PUBLIC)
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(RecordingTrack).where(
                    RecordingTrack.recording_id == link.row.recording_id,
                    RecordingTrack.starts_ms < clip.to_ms,
                    RecordingTrack.starts_ms + RecordingTrack.duration_ms > clip.from_ms,
                )
            )
            return [track for track in rows if cast.includes(ParticipantId(track.participant_id))]

    async def _store(self, link_id: str, track: RecordingTrack, piece: CutPiece) -> ClipTrack:
        path = Path(piece.path)
        key = f"{clip_folder(link_id)}/{path.name}"
        stored = await self._storage.put_file(key, path, piece.mime)
        if not await self._storage.verify(stored):
            raise OSError(f"{key} does not read back as it was written")
        return ClipTrack(
            track_id=new_id("clt"),
            link_id=link_id,
            participant_id=track.participant_id,
            source=track.source,
            codec=track.codec,
            mime=piece.mime,
            starts_ms=piece.starts_ms,
            duration_ms=piece.duration_ms,
            width=track.width,
            height=track.height,
            object_key=key,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
        )

    async def _finish(self, link_id: str, tracks: Sequence[ClipTrack]) -> None:
        async with self._database.transaction() as session:
            link = await session.get_one(ShareLink, link_id, with_for_update=True)
            is_wanted = link.recording_id is not None and link.revoked_at_ms is None
            if is_wanted:
                await session.execute(delete(ClipTrack).where(ClipTrack.link_id == link_id))
                session.add_all(tracks)
                link.clip_state = ClipState.READY.value
        if not is_wanted:
            for track in tracks:
                await self._storage.delete(track.object_key)
        log.info("sharing: the clip of %s has %d files", link_id, len(tracks))

    async def _set_state(self, link_id: str, state: ClipState) -> None:
        async with self._database.transaction() as session:
            link = await session.get(ShareLink, link_id)
            if link is not None:
                link.clip_state = state.value


async def _cut(link: FoundLink, tracks: Sequence[RecordingTrack], folder: Path) -> list[CutPiece]:
    clip = _range_of(link)
    job = CutJob(
        tuple(
            CutTrack(t.track_id, t.codec, t.object_key, t.starts_ms, t.duration_ms) for t in tracks
        ),
        clip.from_ms,
        clip.to_ms,
        str(folder),
    )
    answer = await run_child_process("app.recording.sharing.cut", asdict(job), CUT_TIMEOUT_S)
    return [CutPiece(**piece) for piece in answer]


def _paired(
    tracks: Sequence[RecordingTrack], pieces: Sequence[CutPiece]
) -> list[tuple[RecordingTrack, CutPiece]]:
    by_id = {track.track_id: track for track in tracks}
    return [(by_id[piece.track_id], piece) for piece in pieces]


def _range_of(link: FoundLink) -> ClipRange:
    assert link.row.clip_from_ms is not None and link.row.clip_to_ms is not None
    return ClipRange(link.row.clip_from_ms, link.row.clip_to_ms)


def _begin_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
