"""What must hold before anything is started; each failure is one sentence with the fix."""

import contextlib
import errno
import fcntl
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.settings import Settings
from app.supervisor.supervisor import UNFINISHED

AFTER_CRASH_S = 12.0
"""Children of a supervisor that was killed let go of their ports within this."""


class CannotServe(Exception):
    """`serve` must not start; the message says why and what to do."""


class ServeLock:
    """One `serve` per data directory. The kernel releases it however the process ends."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "serve.lock"
        self._descriptor = -1
        self.was_left_behind = False
        """The last holder did not end properly: its children may need a moment to go."""

    def acquire(self) -> None:
        """Raises `CannotServe` while another `serve` holds the directory, or when nothing can be written there."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CannotServe(
                f"{self._path.parent} cannot be written ({error.strerror}): give this user the folder, or set "
                "TONGTANG_DATA_DIR to another."
            ) from error
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise CannotServe(
                f"Tongtang already serves {self._path.parent} (process {holder or 'unknown'}): use that one, stop it, "
                "or give this one its own TONGTANG_DATA_DIR, TONGTANG_HTTP_PORT and TONGTANG_MEDIA_PORT."
            ) from error
        self.was_left_behind = bool(holder)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go, having ended properly. Idempotent."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
        self.hand_over()

    def hand_over(self) -> None:
        """Let go and leave the trace of what was found, for the `serve` that follows."""
        if self._descriptor >= 0:
            if not self.was_left_behind:
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1


@dataclass(frozen=True, slots=True)
class PortUse:
    """One port that will be listened on."""

    number: int
    transport: Literal["TCP", "UDP"]
    setting: str
    host: str = ""
    """Empty: every address."""


def ports_of(settings: Settings) -> list[PortUse]:
    """Every port that `serve` with these settings listens on."""
    host = "" if settings.http_host in ("::", "0.0.0.0") else settings.http_host
    ports = [PortUse(settings.http_port, "TCP", "TONGTANG_HTTP_PORT", host)]
    if settings.tls:
        ports.append(PortUse(settings.https_port, "TCP", "TONGTANG_HTTPS_PORT", host))
    for index in range(settings.media_workers):
        number = settings.media_port + index
        ports.append(PortUse(number, "UDP", "TONGTANG_MEDIA_PORT"))
        ports.append(PortUse(number, "TCP", "TONGTANG_MEDIA_PORT"))
    return ports


def check_ports(ports: list[PortUse], *, patience_s: float = 0.0) -> None:
    """Raises `CannotServe` for the first port that cannot be listened on, after trying for `patience_s`."""
    numbers = [(port.number, port.transport) for port in ports]
    for port in ports:
        if numbers.count((port.number, port.transport)) > 1:
            raise CannotServe(
                f"{port.transport} port {port.number} is set twice: give TONGTANG_HTTP_PORT, TONGTANG_HTTPS_PORT and "
                "TONGTANG_MEDIA_PORT different numbers."
            )
    deadline = time.monotonic() + patience_s
    for port in ports:
        while (error := _bind_error(port)) is not None:
            if error != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise CannotServe(_sentence(port, error))
            time.sleep(0.1)


def _bind_error(port: PortUse) -> int | None:
    kind = socket.SOCK_STREAM if port.transport == "TCP" else socket.SOCK_DGRAM
    for family, wildcard in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        host = port.host or wildcard
        if (":" in host) != (family == socket.AF_INET6):
            continue
        try:
            with socket.socket(family, kind) as sock:
                if kind == socket.SOCK_STREAM:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                sock.bind((host, port.number))
        except OSError as error:
            if error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL) and not port.host:
                continue
            return error.errno or errno.EINVAL
    return None


def _sentence(port: PortUse, error: int) -> str:
    what = f"{port.transport} port {port.number}"
    if error == errno.EADDRINUSE:
        return (
            f"{what} is used by another program: stop that program, or choose another port with "
            f"'{port.setting}={_free_port(port)} make run'."
        )
    if error == errno.EACCES:
        return f"{what} needs root: choose one above 1023 with '{port.setting}={_free_port(port)} make run'."
    where = f" on {port.host}" if port.host else ""
    return f"{what}{where} cannot be used ({os.strerror(error)}): change {port.setting} or TONGTANG_HTTP_HOST."


def _free_port(port: PortUse) -> int:
    """A port near the wanted one that is free now, for TCP and UDP."""
    first = max(port.number + 1, 1024)
    for number in range(first, min(first + 200, 65000)):
        if all(
            _bind_error(PortUse(number, transport, port.setting, port.host)) is None
            for transport in ("TCP", "UDP")
        ):
            return number
    return 18080


CONTAINER_MARKS = (".dockerenv", "run/.containerenv")
"""What Docker and Podman put into every container."""


def check_addresses(settings: Settings, root: Path = Path("/")) -> None:
    """Raises `CannotServe` in a container whose network is a bridge, unless `public_ips` says what browsers reach.

    There the machine's own addresses cannot be seen. A bridge is told by its interfaces: each is one end of a pair
    whose other end lies outside (`iflink` is not its own `ifindex`); the host's network has others too.
    """
    if settings.public_ips or not any((root / mark).exists() for mark in CONTAINER_MARKS):
        return
    interfaces = [one for one in (root / "sys/class/net").glob("*") if one.name != "lo"]
    if not interfaces or not all(map(_is_bridged, interfaces)):
        return
    raise CannotServe(
        "In a container on a bridge network the address that browsers reach cannot be seen: set TONGTANG_PUBLIC_IPS "
        "to this machine's address, or give the container the host's network."
    )


def _is_bridged(interface: Path) -> bool:
    try:
        index, link = ((interface / name).read_text().strip() for name in ("ifindex", "iflink"))
    except OSError:
        return False
    return index != link


UDP_PROBE_S = 1.0
MAX_RUN_DIR = 70
"""A Unix socket's path has at most 107 bytes, and file names go behind this."""


@contextlib.contextmanager
def run_directory(settings: Settings) -> Iterator[Path]:
    """The directory of our sockets and pid files, empty; a temporary one where the data directory's path is too long
    for a socket.
    """
    directory = settings.resolved_run_dir
    is_temporary = len(os.fsencode(directory)) > MAX_RUN_DIR
    if is_temporary:
        directory = Path(tempfile.mkdtemp(prefix="tongtang-"))
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)
    _empty(directory)
    try:
        yield directory
    finally:
        _empty(directory)
        if is_temporary:
            shutil.rmtree(directory, ignore_errors=True)


def udp_is_blocked(port: int) -> bool:
    """Whether a datagram from this machine to its own `port` is swallowed, as a firewall does."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", port))
        receiver.settimeout(UDP_PROBE_S)
        probe = os.urandom(16)
        try:
            for _ in range(2):
                sender.sendto(probe, ("127.0.0.1", port))
            return receiver.recv(64) != probe
        except OSError:
            return True


def _empty(directory: Path) -> None:
    for path in directory.iterdir():
        if path.suffix in (".pid", UNFINISHED) or path.is_socket():
            path.unlink(missing_ok=True)
