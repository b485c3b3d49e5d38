"""Hosts of our own on this machine: network namespaces on one virtual cable, as root or in a user namespace."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

MADE_S = 10.0


@dataclass(frozen=True)
class Host:
    """One namespace with one cable; `prefix` runs a command in it. It lives as long as the process `holder`."""

    name: str
    holder: int
    ip: str
    ip6: str

    @property
    def prefix(self) -> tuple[str, ...]:
        return (*_enter(self.holder), "--")

    def run(self, *command: str, stdin: str | None = None) -> str:
        """Run a command there; its output. Raises CalledProcessError."""
        program = _find(command[0]) or command[0]
        return subprocess.run(
            [*self.prefix, program, *command[1:]],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout

    def drop_udp(self, port: int) -> None:
        """From now on no datagram to or from `port` passes, as behind a school's firewall. TCP goes on."""
        rules = f"""
            table inet firewall {{
                chain arriving {{
                    type filter hook input priority 0; policy accept;
                    udp dport {port} drop
                }}
                chain leaving {{
                    type filter hook output priority 0; policy accept;
                    udp sport {port} drop
                }}
            }}
        """
        self.run("nft", "-f", "-", stdin=rules)

    def pass_everything(self) -> None:
        """Undo `drop_udp`."""
        self.run("nft", "flush", "ruleset")

    def forget_ipv4(self) -> None:
        """From now on this host is reached over IPv6 alone."""
        self.run("ip", "-4", "address", "flush", "dev", "cable")


@contextlib.contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """A server host (10.77.0.1, fd77::1) and a client host (.2, ::2) on one cable, and nothing else.

    Skips with the reason where that cannot be had.
    """
    require_tools()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(
            new_host("server", in_own_network(), ip="10.77.0.1", ip6="fd77::1")
        )
        client = stack.enter_context(
            new_host("client", in_own_network(server), ip="10.77.0.2", ip6="fd77::2")
        )
        server.run("ip", "link", "add", "cable", "type", "veth", "peer", "name", "cable",
                   "netns", str(client.holder))  # fmt: skip
        for host in (server, client):
            host.run("ip", "address", "add", f"{host.ip}/24", "dev", "cable")
            # Duplicate address detection would keep the address back for two seconds.
            host.run("ip", "address", "add", f"{host.ip6}/64", "dev", "cable", "nodad")
            for link in ("lo", "cable"):
                host.run("ip", "link", "set", link, "up")
        yield server, client


def require_tools() -> None:
    """Skip with the reason where a program of this file is missing."""
    for program, package in (("unshare", "util-linux"), ("ip", "iproute2"), ("nft", "nftables")):
        if _find(program) is None:
            pytest.skip(f"{program} is missing: install {package}")


def in_own_network(beside: Host | None = None) -> list[str]:
    """A command in a network namespace of its own; without root in the user namespace of `beside`, or a new one."""
    if os.geteuid() == 0:
        return ["unshare", "--net"]
    if beside is not None:
        return [*beside.prefix, "unshare", "--net"]
    return ["unshare", "--user", "--map-root-user", "--net"]


def _enter(pid: int) -> tuple[str, ...]:
    user = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
    return ("nsenter", "--target", str(pid), *user, "--net")


@contextlib.contextmanager
def new_host(name: str, unshare: list[str], *, ip: str, ip6: str = "") -> Iterator[Host]:
    """A host without a cable yet; `unshare` is what `in_own_network` gave."""
    # `cat` ends with its input: however this process ends, the namespace goes too.
    holder = subprocess.Popen(
        [*unshare, "--", "cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _await_namespace(holder)
        yield Host(name, holder.pid, ip, ip6)
    finally:
        for pid in _inhabitants(holder.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        holder.communicate()


def _await_namespace(holder: "subprocess.Popen[str]") -> None:
    """Until the holder runs in its namespace; a skip with its words when it may not make one."""
    until = time.monotonic() + MADE_S
    while Path(f"/proc/{holder.pid}/comm").read_text().strip() != "cat":
        if holder.poll() is not None:
            assert holder.stderr is not None
            reason = holder.stderr.read().strip()
            pytest.skip(f"network namespaces cannot be made here: {reason}")
        if time.monotonic() > until:
            pytest.fail(f"no network namespace after {MADE_S} s")
        time.sleep(0.01)


def _inhabitants(holder: int) -> list[int]:
    """Every other process in the namespace of `holder`."""
    own = _namespace_of(str(holder))
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [pid for pid in pids if pid != holder and own and _namespace_of(str(pid)) == own]


def _namespace_of(pid: str) -> str:
    try:
        return str(Path(f"/proc/{pid}/ns/net").readlink())
    except OSError:
        return ""


def _find(program: str) -> str | None:
    """Where it is; ordinary users have no `sbin` in their path."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
