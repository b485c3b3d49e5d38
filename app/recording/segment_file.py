"""The file layer under a segment: counts, hashes and syncs what the muxer writes."""

import hashlib
import os
import threading
from pathlib import Path


class SegmentFile:
    """One media file and its sidecar, open for appending.

    `write`, `note` and `close` belong to the writer thread; `sync` may be called from another one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sidecar_path = path.with_suffix(".jsonl")
        self.size_bytes = 0
        self._hash = hashlib.sha256()
        self._sidecar_hash = hashlib.sha256()
        self._lock = threading.Lock()
        self._is_dirty = False
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        # The sidecar first: a media file without one could not be placed on the time line.
        self._sidecar_fd = os.open(self.sidecar_path, flags, 0o640)
        self._fd = os.open(path, flags, 0o640)

    def write(self, data: bytes) -> int:
        """Append media bytes. OSError if the disk refuses."""
        block = bytes(data)
        self._write_all(self._fd, block)
        self._hash.update(block)
        self.size_bytes += len(block)
        return len(block)

    def note(self, line: bytes) -> None:
        """Append one line to the sidecar."""
        self._write_all(self._sidecar_fd, line)
        self._sidecar_hash.update(line)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    @property
    def sidecar_sha256(self) -> str:
        return self._sidecar_hash.hexdigest()

    @property
    def closed(self) -> bool:
        """PyAV asks this before it writes a trailer from a finaliser."""
        return self._fd < 0

    def sync(self) -> None:
        """Make what was written so far survive a power cut."""
        with self._lock:
            if self._fd < 0 or not self._is_dirty:
                return
            self._is_dirty = False
            os.fsync(self._fd)
            os.fsync(self._sidecar_fd)

    def close(self) -> None:
        """Sync and close. Idempotent."""
        with self._lock:
            if self._fd < 0:
                return
            try:
                os.fsync(self._fd)
                os.fsync(self._sidecar_fd)
            finally:
                os.close(self._fd)
                os.close(self._sidecar_fd)
                self._fd = self._sidecar_fd = -1

    def _write_all(self, fd: int, data: bytes) -> None:
        self._is_dirty = True
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
