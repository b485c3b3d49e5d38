"""The engine process: one thread, one loop, one media port, and a Unix socket for the app.

An app that hangs up changes nothing for the peers: media goes on, and the next app reconciles
from `snapshot()`. Rooms that no app has asked about for 15 minutes are closed.
"""

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
import stat
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import uvloop

from app.media.engine_link import (
    BAD_CALL,
    CALLS,
    INTERNAL,
    OVERLOADED,
    PROTOCOL,
    SESSION_CALLS,
    LinkReader,
    decode,
    encode,
    negotiation_error_code,
    pack_frame,
)
from app.media.port import (
    EngineConnected,
    EngineLost,
    LessonSampled,
    MediaEvent,
    NegotiationFailed,
)
from app.media.sfu.engine import SfuEngine
from app.media.wire.endpoint import MediaEndpoint
from app.media.wire.sockets import PortInUse

log = logging.getLogger(__name__)

MAX_OUTBOX_BYTES = 4 * 1024 * 1024
"""Over it the link is reset; over half of it statistics are refused and samples skipped."""
ABANDONED_AFTER_S = 15 * 60.0
EXIT_PORT_IN_USE = 3


class EngineServer:
    """Serves one engine to one app at a time; a newer connection replaces the older."""

    def __init__(
        self,
        endpoint: MediaEndpoint,
        *,
        public_ips: tuple[str, ...] = (),
        media_epoch: int | None = None,
        abandoned_after_s: float = ABANDONED_AFTER_S,
    ) -> None:
        # Milliseconds since 1970: grows with every start, and fits a JavaScript number.
        epoch = media_epoch if media_epoch is not None else time.time_ns() // 1_000_000
        self.engine = SfuEngine(endpoint, emit=self._emit, media_epoch=epoch, public_ips=public_ips)
        self._link: _AppLink | None = None
        self._abandoned_after_s = abandoned_after_s
        self._abandonment: asyncio.TimerHandle | None = None
        self._server: asyncio.Server | None = None

    async def start(self, socket_path: Path) -> None:
        """Bind the media port, then listen for the app. Raises PortInUse."""
        self.engine.start()
        _remove_stale_socket(socket_path)
        loop = asyncio.get_running_loop()
        # Only this user may command the engine.
        before = os.umask(0o177)
        try:
            self._server = await loop.create_unix_server(
                lambda: _AppLink(self), path=str(socket_path)
            )
        finally:
            os.umask(before)
        self._link_changed()

    async def close(self) -> None:
        """End every room and stop listening."""
        if self._server is not None:
            self._server.close()
        if self._link is not None:
            self._link.reset()
        if self._abandonment is not None:
            self._abandonment.cancel()
        self.engine.close()

    def _emit(self, event: MediaEvent) -> None:
        if self._link is None or isinstance(event, EngineConnected | EngineLost):
            return
        # Samples are for looking back; what the app acts on goes first.
        if not (isinstance(event, LessonSampled) and self._link.is_filling_up):
            self._link.send({"event": type(event).__name__, "value": encode(event)})

    def connected(self, link: "_AppLink") -> None:
        """A newer app connection replaces the older one."""
        former, self._link = self._link, link
        if former is not None:
            former.reset()
        link.send({"hello": {"protocol": PROTOCOL, "media_epoch": self.engine.media_epoch}})
        self._link_changed()

    def disconnected(self, link: "_AppLink") -> None:
        """The app is gone; the rooms stay for a while."""
        if self._link is link:
            self._link = None
            self._link_changed()

    def _link_changed(self) -> None:
        if self._abandonment is not None:
            self._abandonment.cancel()
            self._abandonment = None
        if self._link is None:
            loop = asyncio.get_running_loop()
            self._abandonment = loop.call_later(self._abandoned_after_s, self._abandon)

    def _abandon(self) -> None:
        for lesson_id in list(self.engine.rooms):
            log.info("no app for %.0f s: closing room %s", self._abandoned_after_s, lesson_id)
            self.engine.close_room(lesson_id)

    def call(self, name: str, arguments: list[Any]) -> Any:
        """One call by name. Raises NegotiationFailed, or ValueError if it does not fit."""
        calls = SESSION_CALLS if name in SESSION_CALLS else CALLS
        if name not in calls:
            raise ValueError(f"no such call: {name}")
        kinds, _ = calls[name]
        if len(arguments) != len(kinds):
            raise ValueError(f"{name} takes {len(kinds)} arguments")
        values = [decode(kind, item) for kind, item in zip(kinds, arguments, strict=True)]
        if name == "offer":
            lesson_id, participant_id, network, is_ice_restart = values
            return self.engine.offer(
                lesson_id, participant_id, network, is_ice_restart=is_ice_restart
            )
        owner = self.engine.sessions if calls is SESSION_CALLS else self.engine
        method: Callable[..., object] = getattr(owner, name)
        return encode(method(*values))


class _AppLink(asyncio.Protocol):
    """The engine's end of the link."""

    def __init__(self, server: EngineServer) -> None:
        self._engine_server = server
        self._reader = LinkReader()
        self._waiting: deque[dict[str, Any]] = deque()
        """Bounded by what the app asks at once: it awaits each answer."""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not name asyncio's classes as their bases.
        self._transport = cast(asyncio.WriteTransport, transport)
        self._engine_server.connected(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._engine_server.disconnected(self)

    def data_received(self, data: bytes) -> None:
        is_idle = not self._waiting
        try:
            self._waiting.extend(self._reader.feed(data))
        except ValueError as error:
            self._misunderstood(error)
            return
        if is_idle:
            self._answer_next()

    def _answer_next(self) -> None:
        """One call, and media before the next: a class that joins at once makes hundreds."""
        if self._transport is None or not self._waiting:
            return
        try:
            self._answer(self._waiting.popleft())
        except ValueError as error:
            self._misunderstood(error)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._answer_next)

    def _misunderstood(self, error: ValueError) -> None:
        log.warning("the app sent something that is not a message: %s", error)
        self._waiting.clear()
        self.reset()

    def _answer(self, message: dict[str, Any]) -> None:
        identifier, name, arguments = message.get("id"), message.get("call"), message.get("args")
        if not isinstance(identifier, int) or not isinstance(name, str):
            raise ValueError("a request has no id or no call")
        if name in ("stats", "metrics") and self.is_filling_up:
            self.send({"re": identifier, "error": OVERLOADED, "message": "the link is full"})
            return
        try:
            result = self._engine_server.call(
                name, arguments if isinstance(arguments, list) else []
            )
        except NegotiationFailed as error:
            code = negotiation_error_code(error)
            reply: dict[str, object] = {"error": code, "message": str(error)}
        except ValueError as error:
            reply = {"error": BAD_CALL, "message": str(error)}
        except Exception as error:
            # The root of a request: a bug in one call must not take the lessons down.
            log.exception("engine call %s failed", name)
            reply = {"error": INTERNAL, "message": str(error)}
        else:
            reply = {"result": result}
        self.send({"re": identifier, **reply})

    @property
    def is_filling_up(self) -> bool:
        """Over half of what it holds waits to be sent: no time for statistics."""
        return self._outbox_bytes() > MAX_OUTBOX_BYTES // 2

    def _outbox_bytes(self) -> int:
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def send(self, message: dict[str, object]) -> None:
        """Queue a message; a link that is full is reset, and the app reconciles."""
        if self._transport is None:
            return
        if self._outbox_bytes() > MAX_OUTBOX_BYTES:
            log.warning("the app does not read: resetting the link")
            self.reset()
            return
        self._transport.write(pack_frame(message))

    def reset(self) -> None:
        """Hang up at once."""
        if self._transport is not None:
            self._transport.abort()


def _remove_stale_socket(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode):
            path.unlink()


async def _wait_for_end_of_input(descriptor: int) -> None:
    """Return when the pipe from the parent closes."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def readable() -> None:
        try:
            data = os.read(descriptor, 4_096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            loop.remove_reader(descriptor)
            ended.set()

    os.set_blocking(descriptor, False)
    loop.add_reader(descriptor, readable)
    await ended.wait()


async def _serve(
    port: int, socket_path: Path, public_ips: tuple[str, ...], parent_pipe: int | None
) -> None:
    server = EngineServer(MediaEndpoint(port), public_ips=public_ips)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await server.start(socket_path)
    log.info("engine %d listens on media port %d", server.engine.media_epoch, port)
    # What lives now lives for ever: the collector need not walk it again.
    gc.collect()
    gc.freeze()
    waits: list[asyncio.Task[Any]] = [asyncio.create_task(stopped.wait())]
    if parent_pipe is not None:
        waits.append(asyncio.create_task(_wait_for_end_of_input(parent_pipe)))
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in waits:
        task.cancel()
    await server.close()


def run_engine(
    port: int,
    socket_path: Path,
    *,
    public_ips: tuple[str, ...] = (),
    parent_pipe: int | None = 0,
) -> int:
    """Run until SIGTERM, SIGINT or the end of `parent_pipe`; the exit status.

    `EXIT_PORT_IN_USE` if the media port is taken.
    """
    try:
        # A wake-up of uvloop costs a fifth of what one of asyncio's own loop does.
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(port, socket_path, public_ips, parent_pipe))
    except PortInUse as error:
        log.error("%s", error.strerror or error)
        return EXIT_PORT_IN_USE
    return 0


def main() -> int:
    """`python -m app.media.worker --port N --socket PATH`."""
    parser = argparse.ArgumentParser(description="Tongtang's media engine.")
    parser.add_argument("--port", type=int, required=True, help="UDP and TCP port for media")
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket for the app")
    parser.add_argument("--public-ip", action="append", default=[], help="outer address (1:1 NAT)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="engine %(levelname)s %(message)s")
    return run_engine(arguments.port, arguments.socket, public_ips=tuple(arguments.public_ip))


if __name__ == "__main__":
    sys.exit(main())
