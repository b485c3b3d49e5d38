"""A share of a core for a program and all that it starts: an old classroom PC, by the kernel's own quota."""

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path("/sys/fs/cgroup")
PERIOD_US = 100_000


@dataclass(frozen=True)
class CpuQuota:
    """A control group (version 1 or 2)."""

    group: Path
    script: Path

    @property
    def prefix(self) -> tuple[str, ...]:
        """Put before a command it runs in the group."""
        return (str(self.script),)

    def memory_bytes(self) -> int:
        """Of all its processes; what they share counts once."""
        total = 0
        for pid in self._pids():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) * 1024
        return total

    def remove(self) -> None:
        """Who still runs goes back where it came from."""
        for pid in self._pids():
            with contextlib.suppress(OSError):
                (self.group.parent / "cgroup.procs").write_text(pid)
        self.group.rmdir()

    def _pids(self) -> list[str]:
        return (self.group / "cgroup.procs").read_text().split()


@contextlib.contextmanager
def cpu_quota(folder: Path, share: float) -> Iterator[CpuQuota]:
    """`share` of one core; a skip with the reason where this user may not make a control group."""
    quota_us = round(PERIOD_US * share)
    name = f"tongtang-{uuid.uuid4().hex[:8]}"
    if (ROOT / "cgroup.controllers").is_file():
        group, files = ROOT / name, {"cpu.max": f"{quota_us} {PERIOD_US}"}
    else:
        group = ROOT / "cpu" / name
        files = {"cpu.cfs_period_us": str(PERIOD_US), "cpu.cfs_quota_us": str(quota_us)}
    script = folder / name
    script.write_text(f'#!/bin/sh\necho $$ > {group}/cgroup.procs && exec "$@"\n')
    script.chmod(0o755)
    quota = CpuQuota(group, script)
    try:
        group.mkdir()
        for file, value in files.items():
            (group / file).write_text(value)
    except OSError as error:
        with contextlib.suppress(OSError):
            group.rmdir()
        pytest.skip(f"no CPU quota can be set here ({error}); run as root on Linux")
    try:
        yield quota
    finally:
        quota.remove()
