"""The `simulate` process: asks the app every two seconds which simulated seats should be taken, and takes them."""

import asyncio
import contextlib
import json
import logging
import signal
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from app.settings import Settings
from app.simulated.behaviour import Manner
from app.simulated.classroom import SeatLost, SimulatedClassroom, SimulatedSeat
from app.simulated.clip import ClipUnusable
from app.simulated.peer import gather_loopback_only

logger = logging.getLogger(__name__)

POLL_S = 2.0
TIMEOUT_S = 5.0
MAX_SEATS = 16
"""Simulated classrooms at a time; the rest of a longer list is left empty."""
MAX_ANSWER_BYTES = 262_144

_SEATS = TypeAdapter(list[SimulatedSeat])
SeatSource = Callable[[], Awaitable[list[SimulatedSeat]]]
Key = tuple[str, str]


class SeatsUnknown(Exception):
    """The app does not answer; whoever has a seat stays."""


class Simulation:
    """Makes the running classrooms agree with the list of seats: starts what is missing, ends what is not listed."""

    def __init__(self, seats: SeatSource, manner: Manner | None = None) -> None:
        self._seats = seats
        self._manner = manner or Manner()
        self._running: dict[Key, asyncio.Task[None]] = {}
        self._lost: set[Key] = set()
        """Taken by another device: never taken back, else the two would evict each other in turn."""

    @property
    def taken(self) -> set[Key]:
        """Lesson and seat of the classrooms that run."""
        return {key for key, task in self._running.items() if not task.done()}

    async def reconcile(self) -> None:
        """One round."""
        try:
            wanted = {(seat.lesson_id, seat.seat_id): seat for seat in await self._seats()}
        except SeatsUnknown as error:
            logger.info("seats unknown: %s", error)
            return
        self._lost &= set(wanted)
        for key, task in list(self._running.items()):
            if task.done():
                del self._running[key]
                self._conclude(key, task)
            elif key not in wanted:
                del self._running[key]
                await _end(task)
        for key, seat in wanted.items():
            if key in self._running or key in self._lost or len(self._running) >= MAX_SEATS:
                continue
            self._running[key] = asyncio.create_task(self._occupy(seat))

    async def close(self) -> None:
        """Leave every seat."""
        tasks, self._running = list(self._running.values()), {}
        await asyncio.gather(*(_end(task) for task in tasks))

    async def _occupy(self, seat: SimulatedSeat) -> None:
        await SimulatedClassroom(seat, self._manner).run()

    def _conclude(self, key: Key, task: asyncio.Task[None]) -> None:
        error = task.exception()
        if error is None:
            return
        if isinstance(error, SeatLost | ClipUnusable):
            logger.info("seat %s is left: %s", key[1], error)
            self._lost.add(key)
        else:
            logger.error("simulated classroom %s failed", key[1], exc_info=error)


async def run_simulated(settings: Settings) -> None:
    """Occupy simulated seats until SIGTERM or SIGINT."""
    host = "127.0.0.1" if settings.http_host in ("::", "0.0.0.0") else settings.http_host
    if host in ("127.0.0.1", "::1", "localhost"):
        gather_loopback_only()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    simulation = Simulation(lambda: fetch_seats(host, settings))
    while not stopping.is_set():
        await simulation.reconcile()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), POLL_S)
    await simulation.close()


async def fetch_seats(host: str, settings: Settings) -> list[SimulatedSeat]:
    """Ask the app; raises `SeatsUnknown`."""
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{settings.http_port}/api/v1/internal/simulated-seats"
    try:
        answer = await asyncio.to_thread(
            _post, address, settings.internal_secret.get_secret_value()
        )
        return _SEATS.validate_python(answer)
    except (OSError, ValueError) as error:
        raise SeatsUnknown(str(error)) from error


def _post(address: str, secret: str) -> Any:
    if urlsplit(address).scheme != "http":
        raise ValueError(f"not an http address: {address}")
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        address, data=b"", headers={"X-Tongtang-Internal": secret}, method="POST"
    )
    # No proxies: this address is our own.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=TIMEOUT_S) as response:
        return json.loads(response.read(MAX_ANSWER_BYTES))


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
