"""The threads that touch the disk, so that the thread that reads packets never does.

One thread muxes and writes, one syncs every 2 s and watches free space. Work waits in bounded
queues: over `MAX_QUEUED_BYTES` per track a frame is refused, and the track starts over at a keyframe.
"""

import logging
import shutil
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from app.ids import LessonId, PublicationId, new_id
from app.recording.muxer import SegmentMuxer
from app.recording.port import (
    DISK_FULL,
    EpochClosedReport,
    EpochOpenedReport,
    Report,
    SegmentClosedReport,
    TrackStoppedReport,
)
from app.recording.segment_file import SegmentFile
from app.recording.sidecar import ClosedRecord, Record, SegmentHeader, dump_record

log = logging.getLogger(__name__)

MAX_QUEUED_BYTES = 16 * 1024 * 1024
MAX_QUEUED_RECORDS = 10_000
SYNC_INTERVAL_S = 2.0

FileFactory = Callable[[Path], SegmentFile]
Reporter = Callable[[Report], None]
"""Called in the writer thread."""


def segment_path(root: Path, header: SegmentHeader) -> Path:
    """Where a segment lives below the recordings folder."""
    return root / header.lesson_id / header.epoch_id / f"{header.index:05d}.mkv"


@dataclass(frozen=True, slots=True)
class _Open:
    header: SegmentHeader


@dataclass(frozen=True, slots=True)
class _Write:
    data: bytes
    timestamp: int
    is_keyframe: bool


@dataclass(frozen=True, slots=True)
class _Close:
    is_last: bool
    reason: str


@dataclass(frozen=True, slots=True)
class _Call:
    function: Callable[[], None]


_Work = _Open | _Write | _Close | _Call | Record


@dataclass
class _OpenSegment:
    header: SegmentHeader
    file: SegmentFile
    muxer: SegmentMuxer


@dataclass(eq=False)
class TrackWriter:
    """One track's queue to the writer thread. The packet thread calls the four verbs; none blocks."""

    disk: "DiskWriter"
    lesson_id: LessonId
    publication_id: PublicationId
    bytes_written: int = 0
    _queued_bytes: int = 0
    _queued_records: int = 0
    _segment: _OpenSegment | None = None
    _has_failed: bool = False

    @property
    def has_failed(self) -> bool:
        """The disk refused a write; nothing more is taken until the next `open`."""
        return self._has_failed

    def open(self, header: SegmentHeader) -> None:
        """Begin a segment (the one before was closed)."""
        self._put(_Open(header), 0)

    def write(self, data: bytes, timestamp: int, *, is_keyframe: bool) -> bool:
        """Queue one frame; False if the disk is too slow and it was refused."""
        is_full = self._queued_bytes + len(data) > MAX_QUEUED_BYTES
        if is_full or self._queued_records >= MAX_QUEUED_RECORDS:
            return False
        self._put(_Write(data, timestamp, is_keyframe), len(data))
        return True

    def note(self, record: Record) -> None:
        """Queue a sidecar line; silently dropped when far behind."""
        if self._queued_records < MAX_QUEUED_RECORDS:
            self._put(record, 0)

    def close(self, *, is_last: bool, reason: str) -> None:
        """End the segment; `is_last` ends its epoch too."""
        self._put(_Close(is_last, reason), 0)

    def drained(self) -> Future[None]:
        """Done when everything queued before is on disk."""
        done: Future[None] = Future()
        self._put(_Call(lambda: done.set_result(None)), 0)
        return done

    def _put(self, work: _Work, size: int) -> None:
        self.disk.submit(self, work, size)


class DiskWriter:
    """Owns the two threads. `report` is called in the writer thread for everything worth telling."""

    def __init__(
        self,
        root: Path,
        report: Reporter,
        on_free_space: Callable[[int], None] = lambda _: None,
        *,
        open_file: FileFactory = SegmentFile,
        free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
    ) -> None:
        self._root = root
        self._report = report
        self._on_free_space = on_free_space
        self._open_file = open_file
        self._free_bytes = free_bytes
        self._files_track = TrackWriter(self, LessonId(""), PublicationId(""))
        self._queue: deque[tuple[TrackWriter, _Work, int]] = deque()
        self._condition = threading.Condition()
        self._is_closing = False
        self._open_files: set[SegmentFile] = set()
        self._stop_syncing = threading.Event()
        self._threads = [
            threading.Thread(target=self._write_loop, name="recording-writer", daemon=True),
            threading.Thread(target=self._sync_loop, name="recording-sync", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def track(self, lesson_id: LessonId, publication_id: PublicationId) -> TrackWriter:
        return TrackWriter(self, lesson_id, publication_id)

    def call(self, function: Callable[[], None]) -> None:
        """Run a small piece of disk work in the writer thread, in order with everything else."""
        self.submit(self._files_track, _Call(function), 0)

    def submit(self, track: TrackWriter, work: _Work, size: int) -> None:
        """Queue work of a track; wakes the writer thread."""
        with self._condition:
            self._queue.append((track, work, size))
            track._queued_bytes += size
            track._queued_records += 1
            self._condition.notify()

    def close(self, timeout_s: float = 10.0) -> None:
        """Finish what is queued, then end the threads."""
        with self._condition:
            self._is_closing = True
            self._condition.notify()
        self._stop_syncing.set()
        for thread in self._threads:
            thread.join(timeout_s)

    # -- writer thread

    def _write_loop(self) -> None:
        while True:
            with self._condition:
                while not self._queue and not self._is_closing:
                    self._condition.wait()
                if not self._queue:
                    return
                track, work, size = self._queue.popleft()
            try:
                self._perform(track, work)
            except OSError as error:
                self._fail(track, error)
            except Exception:
                log.exception("recording: writing %s failed", track.publication_id)
                self._fail(track, None)
            finally:
                with self._condition:
                    track._queued_bytes -= size
                    track._queued_records -= 1

    def _perform(self, track: TrackWriter, work: _Work) -> None:
        if isinstance(work, _Open):
            self._open(track, work.header)
        elif isinstance(work, _Close):
            self._close(track, work)
        elif isinstance(work, _Call):
            work.function()
        elif (segment := track._segment) is None:
            return
        elif isinstance(work, _Write):
            before = segment.file.size_bytes
            segment.muxer.write(work.data, work.timestamp, is_keyframe=work.is_keyframe)
            track.bytes_written += segment.file.size_bytes - before
        else:
            segment.file.note(dump_record(work))

    def _open(self, track: TrackWriter, header: SegmentHeader) -> None:
        track._has_failed = False
        file = self._open_file(segment_path(self._root, header))
        try:
            file.note(dump_record(header))
            size = (header.width, header.height)
            muxer = SegmentMuxer(file, header.codec, header.clock_rate_hz, size)
        except BaseException:
            file.close()
            raise
        self._open_files.add(file)
        track._segment = _OpenSegment(header, file, muxer)
        if header.index == 0:
            self._report(
                EpochOpenedReport(
                    track.lesson_id, track.publication_id, header.epoch_id, header.codec
                )
            )

    def _close(self, track: TrackWriter, work: _Close) -> None:
        segment, track._segment = track._segment, None
        if segment is None:
            return
        file, header = segment.file, segment.header
        try:
            segment.muxer.close()
            closed = ClosedRecord(file.size_bytes, file.sha256, work.is_last, work.reason)
            file.note(dump_record(closed))
        finally:
            self._open_files.discard(file)
            file.close()
        self._report(
            SegmentClosedReport(
                track.lesson_id,
                header.epoch_id,
                header.segment_id,
                file.size_bytes,
                file.sha256,
                file.sidecar_sha256,
            )
        )
        if work.is_last:
            self._report(EpochClosedReport(track.lesson_id, header.epoch_id))

    def _fail(self, track: TrackWriter, error: OSError | None) -> None:
        """Give up the open segment: what is on disk stays and is read to its last good packet."""
        segment, track._segment = track._segment, None
        if track._has_failed:
            return
        track._has_failed = True
        reason = DISK_FULL if error is not None and error.errno == 28 else "write_failed"
        log.error("recording: %s stopped, %s: %s", track.publication_id, reason, error)
        if segment is not None:
            self._open_files.discard(segment.file)
            try:
                segment.file.close()
            except OSError:
                pass
        if track is not self._files_track:
            self._report(
                TrackStoppedReport(track.lesson_id, track.publication_id, reason, new_id("stp"))
            )

    # -- sync thread

    def _sync_loop(self) -> None:
        while not self._stop_syncing.wait(SYNC_INTERVAL_S):
            for file in list(self._open_files):
                try:
                    file.sync()
                except OSError as error:
                    log.error("recording: sync of %s failed: %s", file.path.name, error)
            try:
                free = self._free_bytes(self._root)
            except OSError:
                continue
            self._on_free_space(free)
