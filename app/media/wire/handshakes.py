"""DTLS in slices between media: a handshake costs a millisecond of arithmetic, and a class joins at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from app.media.wire.path import Path
from app.media.wire.transport import PeerTransport

SLICE_S = 0.0005
MAX_WAITING = 1_024
"""Datagrams; over it they are dropped, and DTLS sends them again."""


class HandshakeQueue:
    """DTLS datagrams in order of arrival; sockets are read between two slices of `SLICE_S`."""

    def __init__(self, clock: Callable[[], float], on_failure: Callable[[float], None]) -> None:
        """`on_failure` is called inside an `except` block, with the time."""
        self._clock = clock
        self._on_failure = on_failure
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: deque[tuple[PeerTransport, bytes, Path]] = deque()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Work on this loop from now on."""
        self._loop = loop

    def close(self) -> None:
        """Forget what waits. Idempotent."""
        self._loop = None
        self._waiting.clear()

    def put(self, transport: PeerTransport, data: bytes, path: Path) -> None:
        """Hand `data`, which came over `path`, to `transport` soon."""
        if self._loop is None or len(self._waiting) >= MAX_WAITING:
            return
        if not self._waiting:
            self._loop.call_soon(self._work)
        self._waiting.append((transport, data, path))

    def _work(self) -> None:
        began = now = self._clock()
        while self._waiting and now < began + SLICE_S:
            transport, data, path = self._waiting.popleft()
            try:
                transport.receive(data, path, now)
            except Exception:
                self._on_failure(now)
            now = self._clock()
        if self._waiting and self._loop is not None:
            self._loop.call_soon(self._work)
