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

OUTBOX_BYTES = 262_144
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
    """Whose packets these are (see `SrtpSender`)."""

    def burst_dropped(self, dropped: int) -> None:
        """So many packets of a committed burst were not sent after all."""
        ...

    def batch_sent(self, batch: PacketBatch, dropped: int) -> None:
        """A batch is gone, but for `dropped` packets, and may be used again."""
        ...


_Waiting = tuple[bytes, int, list[Run], OutboxPath, BurstLayout | PacketBatch, Sender]
"""Name of the remote, where the packets begin in memory, their runs; and what a failure needs."""


class Outbox:
    """Bursts lie in its own buffer: placed, encrypted where they lie, committed. Batches stay theirs."""

    def __init__(self, vector: MessageVector, descriptor: Callable[[], int]) -> None:
        self.buffer = bytearray(OUTBOX_BYTES)
        self.view = memoryview(self.buffer)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.buffer))
        self.pointer: Any = None
        self.vector = vector
        self.changes = 0
        """Grows when a path over this socket stops to be plain, or `is_refused` becomes true."""
        self.is_refused = False
        """There is no such system call any more."""
        self._descriptor = descriptor
        self._end = 0
        self._messages = 0
        self._waiting: list[_Waiting] = []
        self._batches: list[tuple[PacketBatch, Sender]] = []
        """Those among `_waiting` that must be given back."""

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
        if self.is_refused or not path.is_plain:
            dropped = path.send_batch(self.as_batch(layout, start))
            if dropped:
                sender.burst_dropped(dropped)
            return
        self._end = start + layout.size
        self._messages += layout.messages
        address = self.address + start
        self._waiting.append((path.name, address, layout.runs, path, layout, sender))

    def add_batch(self, sender: Sender, path: OutboxPath, batch: PacketBatch) -> None:
        """Send `batch` with the next flush."""
        count = len(batch.runs)
        if self.is_refused or not path.is_plain or count > CAPACITY:
            sender.batch_sent(batch, path.send_batch(batch))
            return
        if self._messages + count > CAPACITY:
            self.flush()
        self._messages += count
        self._batches.append((batch, sender))
        self._waiting.append((path.name, batch.address, batch.runs, path, batch, sender))

    def flush(self) -> None:
        """Send all that waits."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._end = self._messages = 0
        vector = self.vector
        vector.count = 0
        for name, address, runs, *_ in waiting:
            vector.append_runs(name, address, runs)
        batches, self._batches = self._batches, []
        gone = self.transmit()
        if gone < vector.count:
            self._send_others(waiting, gone)
            return
        for batch, sender in batches:
            sender.batch_sent(batch, 0)

    def transmit(self) -> int:
        """Send the messages of `vector`; how many went."""
        vector, gone = self.vector, 0
        descriptor = self._descriptor()
        while gone < vector.count and (sent := vector.send(descriptor, gone)):
            gone += sent
        if gone < vector.count and vector.errno() == errno.ENOSYS:
            log.info("media: sendmmsg is gone")
            self.is_refused = True
            self.changes += 1
        return gone

    def _send_others(self, waiting: list[_Waiting], gone: int) -> None:
        """All but the first `gone` messages, by other means."""
        # Each path knows what to do about a full socket, and which frame not to go on with.
        for _, address, runs, path, packets, sender in waiting:
            dropped = 0
            if gone < len(runs):
                batch = (
                    self.as_batch(packets, address - self.address)
                    if isinstance(packets, BurstLayout)
                    else packets
                )
                dropped = sum(path.send_run(batch, run) for run in batch.runs[gone:])
            gone = max(0, gone - len(runs))
            if isinstance(packets, PacketBatch):
                sender.batch_sent(packets, dropped)
            elif dropped:
                sender.burst_dropped(dropped)

    def as_batch(self, layout: BurstLayout, start: int) -> PacketBatch:
        """A copy of what lies in this layout at `start`."""
        batch = PacketBatch()
        batch.buffer[: layout.size] = self.view[start : start + layout.size]
        batch.commit_burst(layout)
        return batch
