"""CPU time of the server and its database: what an answer costs, whatever else the machine does."""

from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL


class CpuMeter:
    """Of one process of ours, and of every backend of a PostgreSQL server on this machine."""

    def __init__(self, url: URL, server_pid: int) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._server_pid = server_pid
        self._pids: list[int] = []

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

    def server_ms(self) -> float:
        return _on_cpu_ms(self._server_pid)

    def database_ms(self) -> float:
        return sum(_on_cpu_ms(pid) for pid in self._pids)


def _on_cpu_ms(pid: int) -> float:
    """Of the process's main thread, which does its work; 0 if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    except FileNotFoundError:
        return 0.0
