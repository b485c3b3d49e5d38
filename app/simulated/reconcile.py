"""The `simulate` process: asks the app every two seconds which places should be taken, and takes them."""

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
from app.simulated.clip import ClipUnusable
from app.simulated.participant import PlaceLost, SimulatedParticipant, SimulatedPlace
from app.simulated.peer import gather_loopback_only

logger = logging.getLogger(__name__)

POLL_S = 2.0
TIMEOUT_S = 5.0
MAX_PLACES = 16
"""Taken at a time; the rest of a longer list is left empty."""
MAX_ANSWER_BYTES = 262_144

_PLACES = TypeAdapter(list[SimulatedPlace])
PlaceSource = Callable[[], Awaitable[list[SimulatedPlace]]]
Key = tuple[str, str]


class PlacesUnknown(Exception):
    """The app does not answer; whoever has a place stays."""


class Simulation:
    """Makes who runs agree with the list of places: starts what is missing, ends what is not listed."""

    def __init__(self, places: PlaceSource, manner: Manner | None = None) -> None:
        self._places = places
        self._manner = manner
        self._running: dict[Key, asyncio.Task[None]] = {}
        self._lost: set[Key] = set()
        """Taken by another device: never taken back, else the two would evict each other in turn."""

    @property
    def taken(self) -> set[Key]:
        """Lesson and participant of those that run."""
        return {key for key, task in self._running.items() if not task.done()}

    async def reconcile(self) -> None:
        """One round."""
        try:
            wanted = {
                (place.lesson_id, place.participant_id): place for place in await self._places()
            }
        except PlacesUnknown as error:
            logger.info("places unknown: %s", error)
            return
        self._lost &= set(wanted)
        for key, task in list(self._running.items()):
            if task.done():
                del self._running[key]
                self._conclude(key, task)
            elif key not in wanted:
                del self._running[key]
                await _end(task)
        for key, place in wanted.items():
            if key in self._running or key in self._lost or len(self._running) >= MAX_PLACES:
                continue
            self._running[key] = asyncio.create_task(self._occupy(place))

    async def close(self) -> None:
        """Leave every place."""
        tasks, self._running = list(self._running.values()), {}
        await asyncio.gather(*(_end(task) for task in tasks))

    async def _occupy(self, place: SimulatedPlace) -> None:
        await SimulatedParticipant(place, self._manner or _manner_of(place)).run()

    def _conclude(self, key: Key, task: asyncio.Task[None]) -> None:
        error = task.exception()
        if error is None:
            return
        if isinstance(error, PlaceLost | ClipUnusable):
            logger.info("place %s is left: %s", key[1], error)
            self._lost.add(key)
        else:
            logger.error("simulated participant %s failed", key[1], exc_info=error)


def _manner_of(place: SimulatedPlace) -> Manner:
    """Two classrooms whose hands go up at the same moment look like puppets."""
    return Manner(hand_after_s=9.0) if place.clip == "classroom-b" else Manner()


async def run_simulated(settings: Settings) -> None:
    """Occupy simulated places until SIGTERM or SIGINT."""
    host = "127.0.0.1" if settings.http_host in ("::", "0.0.0.0") else settings.http_host
    if host in ("127.0.0.1", "::1", "localhost"):
        gather_loopback_only()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    simulation = Simulation(lambda: fetch_places(host, settings))
    while not stopping.is_set():
        await simulation.reconcile()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), POLL_S)
    await simulation.close()


async def fetch_places(host: str, settings: Settings) -> list[SimulatedPlace]:
    """Ask the app; raises `PlacesUnknown`."""
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{settings.http_port}/api/v1/internal/simulated-seats"
    try:
        answer = await asyncio.to_thread(
            _post, address, settings.internal_secret.get_secret_value()
        )
        return _PLACES.validate_python(answer)
    except (OSError, ValueError) as error:
        raise PlacesUnknown(str(error)) from error


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
