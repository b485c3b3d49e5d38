"""A real TURN server (coturn) with time-limited credentials."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

AWAIT = """
import socket, sys, time
until = time.monotonic() + 15
while True:
    try:
        socket.create_connection((sys.argv[1], int(sys.argv[2])), 1).close()
        break
    except OSError:
        if time.monotonic() > until:
            raise
        time.sleep(0.05)
"""


@dataclass(frozen=True)
class TlsPair:
    """What coturn shows on its TLS port."""

    port: int
    certificate: Path
    key: Path


@contextlib.contextmanager
def turn_server(
    directory: Path,
    *,
    ip: str,
    port: int,
    secret: str,
    tls: TlsPair | None = None,
    prefix: Sequence[str] = (),
) -> Iterator[None]:
    """coturn on `ip`, as operations.md configures it; `prefix` runs it on another host. Skips where there is none."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("turnserver is missing: install coturn")
    command = [
        *prefix,
        program,
        "-n",
        f"--listening-port={port}",
        f"--listening-ip={ip}",
        f"--relay-ip={ip}",
        "--use-auth-secret",
        f"--static-auth-secret={secret}",
        "--realm=tongtang.test",
        "--no-cli",
        "--no-dtls",
        "--log-file=stdout",
        f"--pidfile={directory / 'turnserver.pid'}",
    ]
    if ip == "127.0.0.1":
        command.append("--allow-loopback-peers")
    if tls is None:
        command.append("--no-tls")
    else:
        command += [f"--tls-listening-port={tls.port}"]
        command += [f"--cert={tls.certificate}", f"--pkey={tls.key}"]
    log = directory / "turnserver.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        waiting = [*prefix, sys.executable, "-c", AWAIT, ip, str(tls.port if tls else port)]
        done = subprocess.run(waiting, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, f"turnserver does not listen:\n{log.read_text()}"
        yield
    finally:
        process.terminate()
        process.wait(10)
