"""CPU time of the server and its database: what an answer costs, whatever else the machine does."""

import os
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL


class CpuMeter:
    """Of one process of ours, and of a PostgreSQL server on this machine: every backend, and the parallel workers that
    they had, which are gone when the answer is there (to 10 ms, as the kernel counts them)."""

    def __init__(self, url: URL, server_pid: int) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._server_pid = server_pid
        self._pids: list[int] = []
        self._postmaster_pid: int | None = None

    async def look_around(self) -> None:
        """Which backends there are; call it before a round."""
        connection = await asyncpg.connect(self._dsn)
        try:
            rows = await connection.fetch(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
        finally:
            await connection.close()
        self._pids = [row["pid"] for row in rows]
        if self._pids:
            self._postmaster_pid = int(_stat(self._pids[0])[_PARENT])

    def server_ms(self) -> float:
        return _on_cpu_ms(self._server_pid)

    def database_ms(self) -> float:
        backends_ms = sum(_on_cpu_ms(pid) for pid in self._pids)
        if self._postmaster_pid is None:
            return backends_ms
        stat = _stat(self._postmaster_pid)
        ticks = int(stat[_CHILDREN_USER]) + int(stat[_CHILDREN_SYSTEM])
        return backends_ms + ticks * 1000 / os.sysconf("SC_CLK_TCK")


_PARENT, _CHILDREN_USER, _CHILDREN_SYSTEM = 1, 13, 14
"""Fields of proc(5) `stat` behind the name."""


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _on_cpu_ms(pid: int) -> float:
    """Of the process's main thread, which does its work; 0 if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    except FileNotFoundError:
        return 0.0
