"""What a process of ours knows about itself: CPU, memory, and how late its event loop runs."""

import asyncio
import os
import resource
import sys
from pathlib import Path

LAG_WINDOW_S = 10.0
LAG_PROBE_S = 0.5
_STATM = Path("/proc/self/statm")


class LoopLag:
    """How late an event loop runs what is due: the worst of the last 10 to 20 s."""

    def __init__(self) -> None:
        self._worst_s = self._former_worst_s = 0.0
        self._turns_at = 0.0

    def observe(self, late_s: float, now: float) -> None:
        """Something ran `late_s` after it was due."""
        if now >= self._turns_at:
            # Two windows gone by without a word: the former one is old as well.
            is_recent = now < self._turns_at + LAG_WINDOW_S
            self._former_worst_s = self._worst_s if is_recent else 0.0
            self._worst_s = 0.0
            self._turns_at = now + LAG_WINDOW_S
        self._worst_s = max(self._worst_s, late_s)

    @property
    def worst_s(self) -> float:
        return max(self._worst_s, self._former_worst_s)

    async def probe(self) -> None:
        """Measure the running loop for ever."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_PROBE_S
            await asyncio.sleep(LAG_PROBE_S)
            now = loop.time()
            self.observe(max(0.0, now - due), now)


def cpu_s() -> float:
    """CPU seconds of this process, user and system."""
    times = os.times()
    return times.user + times.system


def resident_bytes() -> int:
    """Memory of this process that is in RAM; its peak where the system does not tell the present."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")
