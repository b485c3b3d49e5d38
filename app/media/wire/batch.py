"""Packets of one flush to one remote, back to back in one reusable buffer."""

from __future__ import annotations

from typing import Any

from pylibsrtp._binding import ffi

CAPACITY_BYTES = 65_536


class PacketBatch:
    """A reusable buffer of consecutive packets and what to do with each under congestion.

    Packet i lies at `view[starts[i]:starts[i] + sizes[i]]`; packets follow each other without a
    gap. `pointer` addresses the buffer for libsrtp, which encrypts in place.
    """

    __slots__ = ("buffer", "end", "frame_ends", "pointer", "sizes", "starts", "videos", "view")

    def __init__(self) -> None:
        self.buffer = bytearray(CAPACITY_BYTES)
        self.view = memoryview(self.buffer)
        self.pointer: Any = ffi.from_buffer("char[]", self.buffer)
        self.end = 0
        self.starts: list[int] = []
        self.sizes: list[int] = []
        self.videos: list[bool] = []
        self.frame_ends: list[bool] = []

    def has_room(self, size_bytes: int) -> bool:
        """Whether a packet that ends up `size_bytes` long still fits."""
        return self.end + size_bytes <= CAPACITY_BYTES

    def append(self, data: bytes, *, is_video: bool = False, end_of_frame: bool = False) -> None:
        """Copy one finished packet to the end; the caller has asked `has_room`."""
        self.buffer[self.end : self.end + len(data)] = data
        self.commit(len(data), is_video, end_of_frame)

    def commit(self, size: int, is_video: bool, end_of_frame: bool) -> None:
        """Take the `size` bytes already written at `end` as one packet."""
        self.starts.append(self.end)
        self.sizes.append(size)
        self.videos.append(is_video)
        self.frame_ends.append(end_of_frame)
        self.end += size

    def clear(self) -> None:
        """Forget the packets, keep the buffer."""
        self.end = 0
        self.starts.clear()
        self.sizes.clear()
        self.videos.clear()
        self.frame_ends.clear()


class BatchPool:
    """Batches between flushes, so that a thousand idle peers hold no buffers."""

    def __init__(self, keep: int = 64) -> None:
        self._free: list[PacketBatch] = []
        self._keep = keep

    def take(self) -> PacketBatch:
        """An empty batch."""
        return self._free.pop() if self._free else PacketBatch()

    def give(self, batch: PacketBatch) -> None:
        """Return a batch that nothing refers to any more."""
        batch.clear()
        if len(self._free) < self._keep:
            self._free.append(batch)
