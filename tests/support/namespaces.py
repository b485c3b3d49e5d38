"""Hosts of our own on this machine: network namespaces joined by a virtual cable."""

import contextlib
import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Host:
    """One namespace with one address; `prefix` runs a command in it."""

    name: str
    ip: str

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)

    def run(self, *command: str, stdin: str | None = None) -> str:
        """Run a command there; its output. Raises CalledProcessError."""
        return subprocess.run(
            [*self.prefix, *command],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout

    def drop_udp(self, port: int) -> None:
        """From now on no datagram to `port` gets in, as behind a school's firewall. TCP goes on."""
        rules = f"""
            table inet weak {{
                chain arriving {{
                    type filter hook input priority 0; policy accept;
                    udp dport {port} drop
                }}
            }}
        """
        self.run("nft", "-f", "-", stdin=rules)


def require_namespaces() -> None:
    """Skip with the reason where namespaces cannot be made."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    for program, package in (("ip", "iproute2"), ("nft", "nftables")):
        if shutil.which(program) is None and not Path(f"/usr/sbin/{program}").exists():
            pytest.skip(f"{program} is missing: install {package}")
    probe = f"tt-{uuid.uuid4().hex[:8]}"
    done = subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"network namespaces cannot be made: {done.stderr.decode().strip()}")
    subprocess.run(["ip", "netns", "del", probe], check=True)


@contextlib.contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """A server host 10.77.0.1 and a client host 10.77.0.2 on one cable, nothing else. Skips where it cannot be had."""
    require_namespaces()
    run = uuid.uuid4().hex[:6]
    server, client = Host(f"tt-{run}-s", "10.77.0.1"), Host(f"tt-{run}-c", "10.77.0.2")
    ends = (f"tt{run}s", f"tt{run}c")
    try:
        for host in (server, client):
            _ip("netns", "add", host.name)
            _ip("-n", host.name, "link", "set", "lo", "up")
        _ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
        for host, end in zip((server, client), ends, strict=True):
            _ip("link", "set", end, "netns", host.name)
            _ip("-n", host.name, "addr", "add", f"{host.ip}/24", "dev", end)
            _ip("-n", host.name, "link", "set", end, "up")
        yield server, client
    finally:
        for host in (server, client):
            _remove(host)


def _remove(host: Host) -> None:
    listed = subprocess.run(
        ["ip", "netns", "pids", host.name], capture_output=True, text=True, check=False
    )
    for pid in listed.stdout.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    subprocess.run(["ip", "netns", "del", host.name], capture_output=True, check=False)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], capture_output=True, check=True)
