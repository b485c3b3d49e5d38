"""Reads a segment up to its last good packet, whatever a kill or a power cut left of it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

_BLOCK_BYTES = 64 * 1024
_MIN_ZERO_TAIL_BYTES = 64
"""Encoded frames may end in a few zero bytes; a tail that was never written is longer."""


def written_size(path: Path) -> int:
    """Bytes of the file without a tail of zeros (blocks allocated but never written)."""
    with path.open("rb") as file:
        size = end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - _BLOCK_BYTES)
            file.seek(start)
            block = file.read(end - start).rstrip(b"\0")
            end = start + len(block)
            if block:
                break
    return end if size - end >= _MIN_ZERO_TAIL_BYTES else size


class TrimmedFile:
    """A read-only file that ends where its zero tail begins; what PyAV reads from."""

    def __init__(self, path: Path, *, is_torn: bool) -> None:
        self.size_bytes = written_size(path) if is_torn else path.stat().st_size
        self._file = path.open("rb")

    def read(self, size: int) -> bytes:
        return self._file.read(max(0, min(size, self.size_bytes - self._file.tell())))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:
            return self._file.seek(self.size_bytes + offset)
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()


class SegmentReader:
    """An open segment. Raises OSError or ValueError if not even its header can be read."""

    def __init__(self, path: Path, *, is_torn: bool = True) -> None:
        self._file = TrimmedFile(path, is_torn=is_torn)
        try:
            self._container = av.open(self._file, "r", format="matroska")
            if not self._container.streams:
                raise ValueError(f"segment {path.name} has no track")
        except av.FFmpegError as error:
            # Killed within its first block: some of these errors are neither OSError nor ValueError.
            self._file.close()
            raise ValueError(f"segment {path.name} has no readable header: {error}") from error
        except BaseException:
            self._file.close()
            raise
        self.stream = self._container.streams[0]

    def packets(self) -> "Iterator[av.Packet[Any]]":
        """Whole packets in order; ends silently where the file is torn."""
        try:
            for packet in self._container.demux(self.stream):
                if packet.size == 0 or packet.pts is None:
                    continue
                if packet.is_corrupt:
                    return
                yield packet
        except (av.FFmpegError, ValueError):
            return

    def close(self) -> None:
        self._container.close()
        self._file.close()

    def __enter__(self) -> "SegmentReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
