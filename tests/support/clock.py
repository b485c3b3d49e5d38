"""A lesson clock that stands still until a test advances it; timers fire in order, exactly when they are due."""

import asyncio
import heapq
import itertools
from collections.abc import Callable

from app.rooms.runtime import Clock, TimerHandle

START_MS = 1_800_000_000_000
"""2027-01-15 08:00 UTC."""


class _Timer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeClock(Clock):
    """`now_ms()` is what the test says. `boot_id` names the pretended process."""

    def __init__(self, now_ms: int = START_MS, boot_id: str = "boot_1") -> None:
        super().__init__()
        self.boot_id = boot_id
        self._now_ms = now_ms
        self._timers: list[tuple[int, int, _Timer]] = []
        self._order = itertools.count()

    def now_ms(self) -> int:
        return self._now_ms

    def mono_ns(self) -> int:
        return (self._now_ms - START_MS + 1) * 1_000_000

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> TimerHandle:
        timer = _Timer(callback)
        heapq.heappush(self._timers, (at_ms, next(self._order), timer))
        return timer

    async def advance(self, by_ms: int) -> None:
        """Let `by_ms` pass. Each timer fires at its time, and what it starts may run before the next one."""
        end_ms = self._now_ms + by_ms
        await settle()
        while self._timers and self._timers[0][0] <= end_ms:
            at_ms, _, timer = heapq.heappop(self._timers)
            if timer.is_cancelled:
                continue
            self._now_ms = max(self._now_ms, at_ms)
            timer.callback()
            await settle()
        self._now_ms = end_ms
        await settle()


async def settle(turns: int = 30) -> None:
    """Let every task that can run do so (tasks that wait for timers or sockets stay where they are)."""
    for _ in range(turns):
        await asyncio.sleep(0)
