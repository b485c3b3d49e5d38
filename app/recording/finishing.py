"""The epochs of a lesson as seekable files in the store: together, or one by one where the disk has no room."""

import asyncio
import json
import shutil
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

from app.ids import RecordingId
from app.jobs.child_process import run_child_process
from app.recording.remux_job import FinishedEpoch, RemuxJob
from app.recording.segments import MEDIA
from app.storage.port import Storage, StoredObject, StoreFull

REMUX_TIMEOUT_S = 1_800.0
SPARE_BYTES = 4 * 1024 * 1024


class StoredDiffers(Exception):
    """A file does not read back as it was written; the message is its key."""


def stored_as(recording_id: RecordingId, epoch: FinishedEpoch) -> StoredObject:
    """Where the file of an epoch is kept."""
    key = f"recordings/{recording_id}/{Path(epoch.path).name}"
    return StoredObject(key, epoch.size_bytes, epoch.sha256)


class Finishing:
    """One lesson's files. What is done one by one is noted in the work folder: another attempt goes on there."""

    def __init__(
        self, storage: Storage, folder: Path, work: Path, recording_id: RecordingId
    ) -> None:
        self._storage = storage
        self._folder = folder
        self._work = work
        self._recording_id = recording_id

    def done(self) -> list[FinishedEpoch]:
        """What an earlier attempt finished for good; its media are not here any more."""
        notes = sorted(self._work.glob("*.json"))
        return [FinishedEpoch(**json.loads(note.read_text())) for note in notes]

    async def run(self) -> list[FinishedEpoch]:
        """Every epoch that has anything in it, moved into the store. Raises StoreFull or StoredDiffers."""
        await asyncio.to_thread(self._work.mkdir, parents=True, exist_ok=True)
        done = await asyncio.to_thread(self.done)
        finished_ids = {epoch.epoch_id for epoch in done}
        sizes = await asyncio.to_thread(self._sizes, finished_ids)
        free = shutil.disk_usage(self._work).free
        if sum(sizes.values()) + SPARE_BYTES <= free:
            return [*done, *await self._finish(list(sizes))]
        for epoch_id in sorted(sizes, key=lambda one: sizes[one]):
            done += await self._finish_for_good(epoch_id, sizes[epoch_id])
        return done

    async def clear(self) -> None:
        """The notes are in rows now."""
        await asyncio.to_thread(shutil.rmtree, self._work, ignore_errors=True)

    def _sizes(self, without: Collection[str]) -> dict[str, int]:
        """Epoch -> bytes of its media here."""
        folders = [f for f in self._folder.glob("*") if f.is_dir() and f.name not in without]
        return {f.name: sum(p.stat().st_size for p in f.glob(f"*{MEDIA}")) for f in folders}

    async def _finish(self, epoch_ids: list[str]) -> list[FinishedEpoch]:
        job = RemuxJob(str(self._folder), str(self._work), epoch_ids)
        answer = await run_child_process("app.recording.remux", asdict(job), REMUX_TIMEOUT_S)
        epochs = [FinishedEpoch(**epoch) for epoch in answer]
        for epoch in epochs:
            stored = stored_as(self._recording_id, epoch)
            await self._storage.move_in(stored, Path(epoch.path), epoch.mime)
        return epochs

    async def _finish_for_good(self, epoch_id: str, size_bytes: int) -> list[FinishedEpoch]:
        """One epoch, whose segments make room for the next one. Their sidecars stay: they place all the others."""
        free = shutil.disk_usage(self._work).free
        if size_bytes + SPARE_BYTES > free:
            raise StoreFull(
                f"{size_bytes >> 20} MB are needed to finish it, {free >> 20} MB are free"
            )
        epochs = await self._finish([epoch_id])
        for epoch in epochs:
            stored = stored_as(self._recording_id, epoch)
            if not await self._storage.verify(stored):
                raise StoredDiffers(stored.key)
            note = self._work / f"{epoch_id}.json"
            await asyncio.to_thread(note.write_text, json.dumps(asdict(epoch)))
        await asyncio.to_thread(_remove_media, self._folder / epoch_id)
        return epochs


def _remove_media(folder: Path) -> None:
    for path in folder.glob(f"*{MEDIA}"):
        path.unlink()
