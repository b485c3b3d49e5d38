"""Downloads: how long they take, what memory the server needs for them, and what others notice meanwhile."""

import asyncio
import statistics
from pathlib import Path
from typing import Any

from app.http import API
from tests.bench.pages.asks import Ask
from tests.bench.pages.clients import Answered, Clients

SAMPLE_EVERY_S = 0.05
BESIDE = f"{API}/auth/me"
"""What somebody else asks for meanwhile."""


async def measure_files(
    clients: Clients, asked: list[Ask], server_pid: int
) -> list[dict[str, Any]]:
    """Each once, in their order."""
    return [await _measure(clients, ask, server_pid) for ask in asked]


async def _measure(clients: Clients, ask: Ask, server_pid: int) -> dict[str, Any]:
    before_kib = _resident_kib(server_pid)
    download = asyncio.create_task(clients.timed(ask.role, ask.paths[0]))
    kib: list[int] = []
    beside: list[float] = []
    while not download.done():
        kib.append(_resident_kib(server_pid))
        beside.append((await clients.timed("admin", BESIDE)).took_ms)
        await asyncio.sleep(SAMPLE_EVERY_S)
    answered: Answered = await download
    return {
        "page": ask.page,
        "operation": ask.operation,
        "role": ask.role,
        "what": ask.what,
        "took_s": round(answered.took_ms / 1000, 2),
        "size_bytes": answered.size_bytes,
        "memory_before_kib": before_kib,
        "memory_half_way_kib": kib[len(kib) // 2],
        "memory_most_kib": max(kib),
        "beside_p50_ms": round(statistics.median(beside), 1),
        "beside_max_ms": round(max(beside), 1),
    }


def _resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(one for one in status.splitlines() if one.startswith("VmRSS:"))
    return int(line.split()[1])
