"""A growing load on one server, and what one stretch of it cost."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Self

from tests.bench.peers import PACKETS_PER_S, Publisher, Subscriber
from tests.bench.receiver import Receiver
from tests.bench.servers import Server, cpu_seconds, memory_kib, stolen_seconds
from tests.support.waiting import until

_JOINS_AT_ONCE = 32
SAMPLES_PER_S = 400
"""Packets that are decrypted: enough to tell a 99th percentile, and little work beside receiving."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One stretch of measuring."""

    cpu_us: float
    """User and system time of the server per RTP packet that arrived at a subscriber."""
    packets_per_s: float
    server_busy: float
    """Share of its core, 0..1."""
    load_busy: float
    """Share of the other core that the load itself used: near 1 it measures the load."""
    stolen: float
    """Share of both cores that the host gave to others meanwhile, as far as it says so."""
    lost: int
    """Packets that did not arrive, by sequence numbers."""
    p50_ms: float
    p95_ms: float
    p99_ms: float
    samples: int
    undecrypted: int


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of `values` lie; 0 without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Load:
    """Publishers and subscribers on one server; `async with` ends them."""

    def __init__(self, server: Server, pacing_s: float) -> None:
        self.server = server
        self.subscribers: list[Subscriber] = []
        self._pacing_s = pacing_s
        self._receiver = Receiver()
        self._publishers: list[Publisher] = []
        self._latencies_s: list[float] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._receiver, self._receiver.receive)
        self._tasks.append(asyncio.create_task(self._report()))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        asyncio.get_running_loop().remove_reader(self._receiver)
        for peer in (*self._publishers, *self.subscribers):
            await peer.close()
        self._receiver.close()

    async def _report(self) -> None:
        while True:
            began = time.monotonic()
            for peer in list(self.subscribers):
                peer.report()
                await asyncio.sleep(0)
            await asyncio.sleep(max(0.0, began + 1 - time.monotonic()))

    # -- growing

    async def add_publisher(self, peer: Publisher | None = None) -> int:
        """One more room with somebody who sends; its number."""
        room, peer = len(self._publishers), peer or Publisher()
        self._publishers.append(peer)
        await self.server.publish(room, peer)
        await until(lambda: peer.state.value == "connected")
        offset_s = 0.1 + room * 0.618 % 1 * 0.04
        self._tasks.append(asyncio.create_task(peer.publish(offset_s, self._pacing_s)))
        return room

    async def add_subscribers(self, room: int, count: int, *, is_timed: bool = True) -> float:
        """So many more in `room`; seconds until the last one has its first packet.

        The latency of their packets counts only if `is_timed`.
        """
        began = time.monotonic()
        gate = asyncio.Semaphore(_JOINS_AT_ONCE)

        async def join(peer: Subscriber) -> None:
            async with gate:
                await self.server.subscribe(room, peer, self._receiver)

        joining = [Subscriber() for _ in range(count)]
        for peer in joining:
            peer.latencies_s = self._latencies_s if is_timed else None
        await asyncio.gather(*(join(peer) for peer in joining))
        self.subscribers += joining
        await until(lambda: all(peer.packets for peer in joining), 40)
        return time.monotonic() - began

    # -- measuring

    async def measure(self, action: Awaitable[object]) -> Figures:
        """What the server did while `action` went on."""
        await asyncio.sleep(0.2)
        pid, receiver = self.server.pid, self._receiver
        undecrypted = sum(peer.undecrypted for peer in self.subscribers)
        expected = len(self.subscribers) * PACKETS_PER_S
        receiver.sample_one_in = max(1, round(expected / SAMPLES_PER_S))
        receiver.reset()
        self._latencies_s.clear()
        stolen, own = stolen_seconds(), time.process_time()
        began, used = time.monotonic(), cpu_seconds(pid)
        await action
        elapsed, used = time.monotonic() - began, cpu_seconds(pid) - used
        stolen, own = stolen_seconds() - stolen, time.process_time() - own
        packets = receiver.packets()
        if not packets:
            raise OSError("nothing arrives any more")
        latencies = self._latencies_s
        return Figures(
            cpu_us=used / packets * 1e6,
            packets_per_s=packets / elapsed,
            server_busy=used / elapsed,
            load_busy=own / elapsed,
            stolen=stolen / elapsed / 2,
            lost=receiver.lost(),
            p50_ms=percentile(latencies, 0.50) * 1e3,
            p95_ms=percentile(latencies, 0.95) * 1e3,
            p99_ms=percentile(latencies, 0.99) * 1e3,
            samples=len(latencies),
            undecrypted=sum(peer.undecrypted for peer in self.subscribers) - undecrypted,
        )

    def memory_kib(self) -> int:
        """Proportional set size of the server."""
        return memory_kib(self.server.pid)
