"""Takes over what a killed recorder left on disk.

The segments and their sidecars are the durable queue of reports: everything that was ever opened or
closed is told again, and the app knows by id what it has already.
"""

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.ids import LessonId, PublicationId
from app.recording.port import EpochClosedReport, EpochOpenedReport, Report, SegmentClosedReport
from app.recording.sidecar import ClosedRecord, SegmentHeader, dump_record, read_sidecar

log = logging.getLogger(__name__)


def file_sha256(path: Path) -> str:
    """Hex digest of the whole file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def epoch_folders(root: Path) -> list[Path]:
    """Every epoch on disk now, oldest lesson id first."""
    if not root.is_dir():
        return []
    lessons = sorted(p for p in root.iterdir() if p.is_dir())
    return [epoch for lesson in lessons for epoch in sorted(lesson.iterdir()) if epoch.is_dir()]


def adopt(folders: Iterable[Path]) -> Iterator[Report]:
    """Close every segment in these epochs that nobody writes any more, and tell all of them again.

    Blocking; an unreadable folder is logged and left alone.
    """
    for folder in folders:
        try:
            yield from _adopt_epoch(folder)
        except (OSError, ValueError):
            log.exception("recording: cannot adopt %s/%s", folder.parent.name, folder.name)


def _adopt_epoch(folder: Path) -> Iterator[Report]:
    paths = sorted(folder.glob("*.jsonl"))
    for position, sidecar in enumerate(paths):
        records = list(read_sidecar(sidecar))
        header = next((r for r in records if isinstance(r, SegmentHeader)), None)
        if header is None:
            # Killed before its first line was whole: there is no media to place either.
            continue
        lesson_id = LessonId(header.lesson_id)
        if header.index == 0:
            publication_id = PublicationId(header.publication_id)
            yield EpochOpenedReport(lesson_id, publication_id, header.epoch_id, header.codec)
        closed = next((r for r in records if isinstance(r, ClosedRecord)), None)
        if closed is None:
            closed = _close(sidecar, is_last=position == len(paths) - 1)
            log.info("recording: recovered %s, %d bytes", header.segment_id, closed.size_bytes)
        yield SegmentClosedReport(
            lesson_id,
            header.epoch_id,
            header.segment_id,
            closed.size_bytes,
            closed.sha256,
            file_sha256(sidecar),
        )
        if position == len(paths) - 1:
            yield EpochClosedReport(lesson_id, header.epoch_id)


def _close(sidecar: Path, *, is_last: bool) -> ClosedRecord:
    media = sidecar.with_suffix(".mkv")
    media.touch()
    closed = ClosedRecord(
        media.stat().st_size, file_sha256(media), is_last, "recorder_lost", recovered=True
    )
    with sidecar.open("ab") as file:
        # The last line may be torn; a fresh line keeps this one whole.
        file.write(b"\n" + dump_record(closed))
        file.flush()
        os.fsync(file.fileno())
    return closed
