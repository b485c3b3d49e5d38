"""The segments of a lesson in the store: a second copy while the lesson runs, and the only one if a disk is lost.

Object keys say what they are: `segments/<lesson>/<epoch>/<number>.mkv`, and `.jsonl` for its sidecar.
"""

import asyncio
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from app.ids import LessonId
from app.recording.sidecar import ClosedRecord, read_sidecar
from app.rooms.events import SegmentClosed
from app.rooms.recorded import Recorded
from app.storage.port import ObjectNotFound, Storage

SIDECAR, MEDIA = ".jsonl", ".mkv"


class SegmentDamaged(Exception):
    """What is on the disk is not what was written; the message names the segment."""


def segment_name(segment_id: str) -> tuple[str, str]:
    """Epoch and number. ValueError if it is no segment's id."""
    epoch_id, _, number = segment_id.rpartition("-")
    if not epoch_id or not number.isdigit():
        raise ValueError(f"segment id {segment_id!r}")
    return epoch_id, number


class Segments:
    """Segments below `root` and their copies in the store."""

    def __init__(self, root: Path, storage: Storage) -> None:
        self._root = root
        self._storage = storage

    def folder(self, lesson_id: LessonId) -> Path:
        return self._root / lesson_id

    def path(self, lesson_id: LessonId, segment_id: str, suffix: str) -> Path:
        epoch_id, number = segment_name(segment_id)
        return self.folder(lesson_id) / epoch_id / f"{number}{suffix}"

    def key(self, lesson_id: LessonId, segment_id: str, suffix: str) -> str:
        epoch_id, number = segment_name(segment_id)
        return f"segments/{lesson_id}/{epoch_id}/{number}{suffix}"

    def is_here(self, lesson_id: LessonId, segment_id: str) -> bool:
        return self.path(lesson_id, segment_id, MEDIA).exists()

    async def upload(self, lesson_id: LessonId, segment_id: str) -> bool:
        """Copy a closed segment and compare the copies; False if they differ. FileNotFoundError if it is not here.

        The sidecar goes first: media without one could not be placed on the time line.
        """
        sidecar = self.path(lesson_id, segment_id, SIDECAR)
        closed = await asyncio.to_thread(_closed, sidecar)
        for suffix in (SIDECAR, MEDIA):
            stored = await self._storage.put_file(
                self.key(lesson_id, segment_id, suffix), self.path(lesson_id, segment_id, suffix)
            )
            if suffix == MEDIA and (closed is None or stored.sha256 != closed.sha256):
                raise SegmentDamaged(segment_id)
            if not await self._storage.verify(stored):
                return False
        return True

    async def restore(
        self, lesson_id: LessonId, journal: Iterable[Recorded], without: Collection[str] = ()
    ) -> int:
        """Fetch what the journal speaks of and this disk does not have; how many segments of it are nowhere.

        Epochs in `without` are not needed.
        """
        closed = [
            row.event
            for row in journal
            if isinstance(row.event, SegmentClosed) and row.event.epoch_id not in without
        ]
        lost = 0
        for event in closed:
            try:
                for suffix in (SIDECAR, MEDIA):
                    path = self.path(lesson_id, event.segment_id, suffix)
                    if not path.exists():
                        await self._storage.fetch(
                            self.key(lesson_id, event.segment_id, suffix), path
                        )
            except ObjectNotFound:
                lost += 1
        return lost

    def remove_media(self, lesson_id: LessonId, segment_id: str) -> None:
        """Make room: the copy in the store is enough."""
        self.path(lesson_id, segment_id, MEDIA).unlink(missing_ok=True)

    async def remove_copy(self, lesson_id: LessonId, segment_id: str) -> None:
        for suffix in (MEDIA, SIDECAR):
            await self._storage.delete(self.key(lesson_id, segment_id, suffix))

    async def clear(self, lesson_id: LessonId) -> None:
        """Take away both copies of everything, because it is published.

        The copies in the store go first: as long as the folder is there, finalising looks again.
        """
        if not self._storage.shares_disk_with(self._root):
            for key in await self._storage.sizes(f"segments/{lesson_id}"):
                await self._storage.delete(key)
        await asyncio.to_thread(shutil.rmtree, self.folder(lesson_id), ignore_errors=True)


def _closed(sidecar: Path) -> ClosedRecord | None:
    return next((r for r in read_sidecar(sidecar) if isinstance(r, ClosedRecord)), None)
