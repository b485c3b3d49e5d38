"""How busy this machine is with what cannot wait."""

import asyncio
from pathlib import Path

SAMPLE_S = 1.0
HIGH, CALM = 0.6, 0.4
"""Share of all cores; between the two it stays as it was."""
HIGH_AFTER, CALM_AFTER = 3, 10
"""Samples in a row."""
_STAT = Path("/proc/stat")


class LoadGate:
    """Shut while lessons need the machine. Pure: fed with shares of busy CPU, once a second."""

    def __init__(self) -> None:
        self.is_open = True
        self._against = 0

    def observe(self, busy: float) -> None:
        """`busy` is 0..1 of all cores, work of low priority left out."""
        is_against = busy > HIGH if self.is_open else busy < CALM
        self._against = self._against + 1 if is_against else 0
        if self._against >= (HIGH_AFTER if self.is_open else CALM_AFTER):
            self.is_open = not self.is_open
            self._against = 0


def busy_share(before: str, after: str) -> float:
    """CPU share between two readings of `/proc/stat`, without what ran at low priority (nice) and what only waited."""
    old, new = _ticks(before), _ticks(after)
    total = sum(new) - sum(old)
    user, _nice, system, _idle, _iowait, *interrupts = (
        b - a for a, b in zip(old, new, strict=True)
    )
    return (user + system + sum(interrupts)) / total if total > 0 else 0.0


def _ticks(stat: str) -> list[int]:
    # guest and guest_nice are counted in user and nice already.
    return [int(value) for value in stat.partition("\n")[0].split()[1:9]]


async def watch_load(gate: LoadGate) -> None:
    """Feed the gate for ever; where there is no `/proc/stat` it stays open."""
    before = _read_stat()
    while before:
        await asyncio.sleep(SAMPLE_S)
        after = _read_stat()
        gate.observe(busy_share(before, after))
        before = after


def _read_stat() -> str:
    try:
        return _STAT.read_text()
    except OSError:
        return ""
