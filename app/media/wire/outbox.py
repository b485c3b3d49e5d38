"""What waits to leave through one socket, sent to all its remotes with one system call."""

from __future__ import annotations

import ctypes
import errno
import logging
from collections.abc import Callable
from typing import Any, Protocol

from app.media.wire.batch import PacketBatch
from app.media.wire.burst import BurstLayout, Run
from app.media.wire.sendmmsg import CAPACITY, MessageVector

log = logging.getLogger(__name__)

OUTBOX_BYTES = 131_072
"""Stays in a core's own cache between encryption and the system call."""


class OutboxPath(Protocol):
    """What an outbox needs of a path (see `UdpPath`)."""

    name: bytes
    is_plain: bool
    """Whether whole runs may be sent."""

    def send_run(self, batch: PacketBatch, run: Run) -> int:
        """Send one run by other means; how many packets were dropped."""
        ...

    def send_batch(self, batch: PacketBatch) -> int:
        """Send every run by other means; how many packets were dropped."""
        ...


class Sender(Protocol):
    """Whose packets these are (see `PeerTransport`)."""

    def burst_sent(self, layout: BurstLayout, dropped: int) -> None:
        """A committed burst is gone, but for `dropped` packets."""
        ...

    def batch_sent(self, batch: PacketBatch, dropped: int) -> None:
        """The same of a batch, which may now be used again."""
        ...


class Outbox:
    """Bursts lie in its own buffer: placed, encrypted where they lie, committed. Batches stay theirs."""

    def __init__(self, vector: MessageVector, descriptor: Callable[[], int]) -> None:
        self.buffer = bytearray(OUTBOX_BYTES)
        self.view = memoryview(self.buffer)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.buffer))
        self.pointer: Any = None
        self.vector = vector
        self._descriptor = descriptor
        self._is_refused = False
        self._end = 0
        self._messages = 0
        self._waiting: list[tuple[OutboxPath, int, BurstLayout | PacketBatch, Sender]] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits for a flush."""
        return not self._waiting

    def place(self, layout: BurstLayout) -> int:
        """Copy the template in; where it begins. Flushes what there is no room beside."""
        size, start = layout.size, self._end
        if start + size > OUTBOX_BYTES or self._messages + layout.messages > CAPACITY:
            self.flush()
            start = 0
        self.view[start : start + size] = layout.template
        return start

    def commit(self, sender: Sender, path: OutboxPath, layout: BurstLayout, start: int) -> None:
        """Send with the next flush what lies in this layout at `start`, where it was placed."""
        if self._is_refused or not path.is_plain:
            sender.burst_sent(layout, path.send_batch(self._as_batch(layout, start)))
            return
        self._end = start + layout.size
        self._messages += layout.messages
        self._waiting.append((path, self.address + start, layout, sender))

    def add_batch(self, sender: Sender, path: OutboxPath, batch: PacketBatch) -> None:
        """Send `batch` with the next flush."""
        count = len(batch.runs)
        if self._is_refused or not path.is_plain or count > CAPACITY:
            sender.batch_sent(batch, path.send_batch(batch))
            return
        if self._messages + count > CAPACITY:
            self.flush()
        self._messages += count
        self._waiting.append((path, batch.address, batch, sender))

    def flush(self) -> None:
        """Send all that waits."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._end = self._messages = 0
        vector = self.vector
        vector.count = 0
        for path, address, packets, _ in waiting:
            vector.append_runs(path.name, address, packets.runs)
        drops = self._send(waiting)
        for (_, _, packets, sender), dropped in zip(waiting, drops, strict=True):
            if isinstance(packets, BurstLayout):
                sender.burst_sent(packets, dropped)
            else:
                sender.batch_sent(packets, dropped)

    def _send(
        self, waiting: list[tuple[OutboxPath, int, BurstLayout | PacketBatch, Sender]]
    ) -> list[int]:
        """How many packets of each were dropped."""
        drops = [0] * len(waiting)
        vector, descriptor, gone = self.vector, self._descriptor(), 0
        while gone < vector.count and (sent := vector.send(descriptor, gone)):
            gone += sent
        if gone == vector.count:
            return drops
        if vector.errno() == errno.ENOSYS:
            log.info("media: sendmmsg is gone")
            self._is_refused = True
        # Each path knows what to do about a full socket, and which frame not to go on with.
        for position, (path, address, packets, _) in enumerate(waiting):
            count = len(packets.runs)
            if gone < count:
                batch = (
                    self._as_batch(packets, address - self.address)
                    if isinstance(packets, BurstLayout)
                    else packets
                )
                drops[position] = sum(path.send_run(batch, run) for run in batch.runs[gone:])
            gone = max(0, gone - count)
        return drops

    def _as_batch(self, layout: BurstLayout, start: int) -> PacketBatch:
        batch = PacketBatch()
        batch.buffer[: layout.size] = self.view[start : start + layout.size]
        batch.commit_burst(layout)
        return batch
