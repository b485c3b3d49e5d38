"""Packets of one flush to one remote, back to back in one reusable buffer."""

from __future__ import annotations

import ctypes
from itertools import accumulate
from typing import Any

from app.media.wire.burst import MAX_RUN_BYTES, MAX_RUN_PACKETS, BurstLayout, Run

CAPACITY_BYTES = 65_536


class PacketBatch:
    """A reusable buffer of consecutive packets and what to do with each under congestion.

    Packet i lies at `view[starts[i]:starts[i] + sizes[i]]`; packets follow each other without a
    gap from 0 to `end`. `address` is where the buffer lies in memory: libsrtp encrypts in place,
    and the kernel sends from there.
    """

    __slots__ = (
        "address",
        "buffer",
        "end",
        "frame_ends",
        "pointer",
        "runs",
        "sizes",
        "videos",
        "view",
    )

    def __init__(self) -> None:
        self.buffer = bytearray(CAPACITY_BYTES)
        self.view = memoryview(self.buffer)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.buffer))
        self.pointer: Any = None
        """What `address` is to libsrtp, once that has asked."""
        self.end = 0
        self.sizes: list[int] = []
        self.videos: list[bool] = []
        self.frame_ends: list[bool] = []
        self.runs: list[Run] = []
        """What one call with segmentation offload can carry, in order; together all packets."""

    @property
    def starts(self) -> list[int]:
        """Where each packet begins."""
        return list(accumulate(self.sizes, initial=0))[:-1]

    def has_room(self, size_bytes: int) -> bool:
        """Whether a packet that ends up `size_bytes` long still fits."""
        return self.end + size_bytes <= CAPACITY_BYTES

    def append(self, data: bytes, *, is_video: bool = False, end_of_frame: bool = False) -> None:
        """Copy one finished packet to the end; the caller has asked `has_room`."""
        self.buffer[self.end : self.end + len(data)] = data
        self.commit(len(data), is_video, end_of_frame)

    def commit(self, size: int, is_video: bool, end_of_frame: bool) -> None:
        """Take the `size` bytes already written at `end` as one packet."""
        index = len(self.sizes)
        self.sizes.append(size)
        self.videos.append(is_video)
        self.frame_ends.append(end_of_frame)
        end, self.end = self.end, self.end + size
        if self.runs:
            start, stop, segment, first, _ = self.runs[-1]
            packets = index - first
            if (
                segment * packets == stop - start
                and size <= segment
                and packets < MAX_RUN_PACKETS
                and self.end - start <= MAX_RUN_BYTES
            ):
                self.runs[-1] = (start, self.end, segment, first, index + 1)
                return
        self.runs.append((end, self.end, size, index, index + 1))

    def commit_burst(self, layout: BurstLayout) -> None:
        """Take what was written at `end` in this layout."""
        base, index = self.end, len(self.sizes)
        self.sizes += layout.sizes
        self.videos += layout.videos
        self.frame_ends += layout.frame_ends
        for start, end, segment, first, stop in layout.runs:
            self.runs.append((base + start, base + end, segment, index + first, index + stop))
        self.end = base + layout.size

    def clear(self) -> None:
        """Forget the packets, keep the buffer."""
        self.end = 0
        self.sizes.clear()
        self.videos.clear()
        self.frame_ends.clear()
        self.runs.clear()


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
