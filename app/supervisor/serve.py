"""`serve`: the checks, the children of these settings, and the lines on the terminal."""

import asyncio
import contextlib
import ipaddress
import logging
import secrets
import signal
import sys
from pathlib import Path

from app.logs import configure_logging
from app.media.wire.addresses import local_addresses
from app.settings import Settings
from app.supervisor.child import ChildSpec
from app.supervisor.preflight import (
    AFTER_CRASH_S,
    CannotServe,
    ServeLock,
    check_addresses,
    check_ports,
    ports_of,
    run_directory,
    udp_is_blocked,
)
from app.supervisor.readiness import get_json
from app.supervisor.supervisor import ChildGivenUp, Supervisor

logger = logging.getLogger(__name__)

READY_POLL_S = 0.1
SLOW_START_S = 30.0
UDP_BLOCKED = (
    "UDP port {port} is blocked by a firewall, so media will go over TCP and stutter: allow it, for instance "
    "with 'sudo ufw allow {port}/udp', or choose an open one with TONGTANG_MEDIA_PORT."
)


def serve(settings: Settings) -> int:
    """Run everything until Ctrl-C or SIGTERM; the exit code."""
    lock = ServeLock(settings.data_dir)
    try:
        lock.acquire()
        configure_logging("serve", settings)
        _check_addresses(settings)
        check_ports(ports_of(settings), patience_s=AFTER_CRASH_S if lock.was_left_behind else 0.0)
        for index in range(settings.media_workers):
            if udp_is_blocked(port := settings.media_port + index):
                print(UDP_BLOCKED.format(port=port), file=sys.stderr, flush=True)
        with run_directory(settings) as run_dir:
            asyncio.run(_serve(settings, run_dir))
    except (CannotServe, ChildGivenUp) as error:
        if str(error):
            print(str(error), file=sys.stderr, flush=True)
        return 1
    finally:
        lock.release()
    return 0


def _check_addresses(settings: Settings) -> None:
    """A demo in a container may be for its own browser: it is told, where everything else is refused."""
    try:
        check_addresses(settings)
    except CannotServe as refusal:
        if not settings.demo:
            raise
        print(refusal, file=sys.stderr, flush=True)


def child_specs(settings: Settings) -> list[ChildSpec]:
    """The processes of these settings."""
    program = (sys.executable, "-m", "app")
    engines = [
        ChildSpec(f"engine-{index}", (*program, "engine", "--index", str(index)))
        for index in range(settings.media_workers)
    ]
    return [
        # First, because its start takes longest.
        ChildSpec("app", (*program, "app"), stop_stage=0),
        *engines,
        ChildSpec("recorder", (*program, "recorder")),
        ChildSpec(
            "worker",
            (*program, "worker", "--beside-recorder"),
            stop_stage=0,
            is_late=True,
            is_essential=False,
        ),
        ChildSpec(
            "simulate", (*program, "simulate"), stop_stage=0, is_late=True, is_essential=False
        ),
    ]


async def _serve(settings: Settings, run_dir: Path) -> None:
    environment = {
        "TONGTANG_RUN_DIR": str(run_dir),
        "TONGTANG_INTERNAL_SECRET": secrets.token_urlsafe(32),
        "TONGTANG_TLS": "1" if settings.tls else "0",
    }
    supervisor = Supervisor(child_specs(settings), run_dir, environment)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stop)
    announcing = asyncio.create_task(_when_ready(settings, supervisor))
    try:
        await supervisor.run()
    finally:
        announcing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await announcing


async def _when_ready(settings: Settings, supervisor: Supervisor) -> None:
    """Say so, and start what only then has work."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    slow_at = began + SLOW_START_S
    host = "127.0.0.1" if settings.http_host in ("::", "0.0.0.0") else settings.http_host
    parts: object = None
    while True:
        with contextlib.suppress(OSError, TimeoutError):
            status, answer = await get_json(host, settings.http_port, "/readyz")
            if status == 200 and answer.get("ready") is True:
                break
            parts = answer.get("parts")
        if loop.time() > slow_at:
            print(
                f"Still starting after {SLOW_START_S:.0f} s; parts: {parts or 'no answer from the app yet'}. "
                f"The log files are in {settings.data_dir / 'logs'}.",
                file=sys.stderr,
                flush=True,
            )
            slow_at = float("inf")
        await asyncio.sleep(READY_POLL_S)
    supervisor.start_late()
    print(f"- App, engine, recorder ... done ({loop.time() - began:.1f} s)")
    print("\n".join(ready_lines(settings)), flush=True)


def ready_lines(settings: Settings) -> list[str]:
    """What the terminal says once everything runs; the last line is the address to open on this machine."""
    lines = []
    elsewhere = [address.ip for address in local_addresses() if not address.is_loopback]
    if settings.http_host in ("::", "0.0.0.0") and elsewhere:
        if settings.tls:
            urls = ", ".join(url("https", ip, settings.https_port) for ip in elsewhere)
            install = url("http", elsewhere[0], settings.http_port) + "/tongtang-ca.crt"
            lines.append(f"Other computers:  {urls}  (install {install} there first)")
        else:
            urls = ", ".join(url("http", ip, settings.http_port) for ip in elsewhere)
            lines.append(
                f"Other computers:  {urls}  (their cameras need https: stop this and use 'make run TLS=1')"
            )
    password = settings.data_dir / "demo-password"
    if password.is_file():
        lines.append(
            f"Demo accounts:    admin@example.org, schooladmin@example.org, teacher1@example.org, "
            f"onsite1@example.org; password {password.read_text().strip()}"
        )
    host = "localhost" if settings.http_host in ("::", "0.0.0.0") else settings.http_host
    lines.append(f"Tongtang is ready: {url('http', host, settings.http_port)}")
    return lines


def url(scheme: str, host: str, port: int) -> str:
    """An address to open in a browser; IPv6 in brackets, the default port left out."""
    try:
        shown = f"[{host}]" if ipaddress.ip_address(host).version == 6 else host
    except ValueError:
        shown = host
    default = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{shown}" if port == default else f"{scheme}://{shown}:{port}"
