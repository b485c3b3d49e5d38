"""A bad link between a peer and the engine: a UDP relay in user space, the same for the same seed.

`Direction` decides what becomes of each datagram and is pure; `Link` puts two of them between sockets. A link is one
household's: all connections of one classroom share its two queues. A peer is sent through it by the candidates in its
session descriptions (`rewrite`); what the server says over a page's WebSocket takes its room of the link, and its time.
"""

import asyncio
import contextlib
import heapq
import json
import random
import socket
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Route, WebSocketRoute

IP_AND_UDP_BYTES = 28
"""What the link carries besides each payload."""
DRAIN = 64
SEGMENT_BYTES, TCP_MORE_BYTES = 1_400, 24
"""Of a WebSocket's TCP; and what its header is longer than UDP's, with TLS and framing."""
TCP_AGAIN_S = 0.2
FETCHES_AGAIN = 3
RECEIVE_BUFFER_BYTES = 4 << 20
Address = tuple[str, int]


@dataclass(frozen=True)
class Conditions:
    """One direction of a link. The default is a perfect one."""

    loss: float = 0.0
    """Share of datagrams lost, 0..1."""
    burst: float = 1.0
    """Mean length of a loss in datagrams: over 1 they come in bursts (Gilbert's model), as often in all."""
    delay_s: float = 0.0
    jitter_s: float = 0.0
    """Up to this much more delay for each datagram; none overtakes another by it."""
    reorder: float = 0.0
    """Share of datagrams held back by `reorder_s` while others overtake them."""
    reorder_s: float = 0.030
    rate_bps: float | None = None
    queue_bytes: int = 64_000
    """What waits for the bottleneck at most; more is dropped at its tail."""
    queue_s: float = 1.0
    """And for how long at most."""


@dataclass
class Counters:
    """Of one direction since the link began."""

    arrived: int = 0
    delivered: int = 0
    lost: int = 0
    dropped: int = 0
    """By the full queue."""
    delivered_bytes: int = 0


class Direction:
    """What becomes of each datagram; time is an argument."""

    def __init__(self, seed: object, conditions: Conditions) -> None:
        self.conditions = conditions
        self.counters = Counters()
        self._random = random.Random(repr(seed))
        self._is_in_burst = False
        self._free_at = 0.0
        self._waiting: deque[tuple[float, int]] = deque()
        self._waiting_bytes = 0
        self._last_at = 0.0

    def pass_on(self, size: int, now: float) -> float | None:
        """When a datagram of `size` payload bytes comes out; None: never."""
        self.counters.arrived += 1
        if self._loses():
            self.counters.lost += 1
            return None
        through_at = self._through_bottleneck(size + IP_AND_UDP_BYTES, now)
        if through_at is None:
            self.counters.dropped += 1
            return None
        self.counters.delivered += 1
        self.counters.delivered_bytes += size
        conditions = self.conditions
        at = through_at + conditions.delay_s + self._random.uniform(0, conditions.jitter_s)
        if conditions.reorder and self._random.random() < conditions.reorder:
            return at + conditions.reorder_s
        self._last_at = max(self._last_at, at)
        return self._last_at

    def _loses(self) -> bool:
        loss, burst = self.conditions.loss, self.conditions.burst
        if burst <= 1 or not 0 < loss < 1:
            return self._random.random() < loss
        leave = 1 / burst
        enter = min(1.0, leave * loss / (1 - loss))
        chance = leave if self._is_in_burst else enter
        if self._random.random() < chance:
            self._is_in_burst = not self._is_in_burst
        return self._is_in_burst

    def _through_bottleneck(self, size: int, now: float) -> float | None:
        rate_bps = self.conditions.rate_bps
        if rate_bps is None:
            return now
        while self._waiting and self._waiting[0][0] <= now:
            self._waiting_bytes -= self._waiting.popleft()[1]
        begins_at = max(now, self._free_at)
        is_full = self._waiting_bytes + size > self.conditions.queue_bytes
        if is_full or begins_at - now > self.conditions.queue_s:
            return None
        self._free_at = begins_at + size * 8 / rate_bps
        self._waiting.append((self._free_at, size))
        self._waiting_bytes += size
        return self._free_at


@dataclass(order=True)
class _Due:
    at: float
    number: int
    data: bytes = field(compare=False)
    out: socket.socket = field(compare=False)
    to: Address | None = field(compare=False)


class Link:
    """The relay. Peers send to `address`; the server sees each of them at an address of its own.

    `down` is towards the peers, `up` towards the server.
    """

    def __init__(
        self,
        server: Address | None = None,
        *,
        seed: int = 1,
        down: Conditions | None = None,
        up: Conditions | None = None,
    ) -> None:
        self.server = server
        """Where the media port is; learned from the first candidate that is rewritten if it is not given."""
        self.down = Direction((seed, "down"), down or Conditions())
        self.up = Direction((seed, "up"), up or Conditions())
        self.address: Address = ("", 0)
        self._listening: socket.socket | None = None
        self._upstream: dict[Address, socket.socket] = {}
        self._heap: list[_Due] = []
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None
        self._script: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Link":
        self._listening = _bound()
        self.address = self._listening.getsockname()
        listening = self._listening
        asyncio.get_running_loop().add_reader(listening, self._read_peers, listening)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._script is not None:
            self._script.cancel()
            await asyncio.gather(self._script, return_exceptions=True)
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        for one in (self._listening, *self._upstream.values()):
            if one is not None:
                loop.remove_reader(one)
                one.close()

    # -- what the link is like

    def change(self, *, down: Conditions | None = None, up: Conditions | None = None) -> None:
        """From the next datagram on."""
        if down is not None:
            self.down.conditions = down
        if up is not None:
            self.up.conditions = up

    def play(self, script: Iterable[tuple[float, Conditions, Conditions]]) -> None:
        """Change by a script of (seconds from now, down, up), in order of time."""

        async def play() -> None:
            began = time.monotonic()
            for at_s, down, up in script:
                await asyncio.sleep(began + at_s - time.monotonic())
                self.change(down=down, up=up)

        self._script = asyncio.create_task(play())

    def take_new_address(self) -> None:
        """What a router does that forgot its table: the peers' next datagrams come from new ports.

        What the server sends to the old ones is lost.
        """
        for one in self._upstream.values():
            asyncio.get_running_loop().remove_reader(one)
            one.close()
        self._upstream.clear()

    # -- sending peers through it

    def rewrite(self, sdp: str) -> str:
        """A session description of the server whose one candidate is this link's; TCP and IPv6 are not carried."""
        lines = []
        for line in sdp.splitlines():
            if line.startswith("a=candidate:"):
                words = line.split()
                if words[2].lower() != "udp" or ":" in words[4]:
                    continue
                self.server = self.server or (words[4], int(words[5]))
                if (words[4], int(words[5])) != self.server:
                    continue
                words[4:6] = [self.address[0], str(self.address[1])]
                line = " ".join(words)
            lines.append(line)
        return "\r\n".join(lines) + "\r\n"

    async def carry(self, page: Page) -> None:
        """Send the media of a page through this link; call before it is opened."""

        def opened(route: WebSocketRoute) -> None:
            upstream = route.connect_to_server()

            last_at = 0.0

            def from_server(message: str | bytes) -> None:
                nonlocal last_at
                now = time.monotonic()
                # In order, whatever became of its segments.
                last_at = max(self._streamed_at(len(message), now), last_at + 1e-4)
                text = self._rewritten(message) if isinstance(message, str) else message
                asyncio.get_running_loop().call_later(last_at - now, route.send, text)

            upstream.on_message(from_server)

        await page.route_web_socket(lambda url: True, opened)

    async def carry_http(self, page: Page) -> None:
        """What the page fetches takes its room of the link as well; call before it is opened."""

        async def fetched(route: Route) -> None:
            if route.request.resource_type == "document":
                # The browser would take a page that a test hands it for one of another network.
                await route.continue_()
                return
            try:
                # A browser asks again as well where a server has closed a connection that rested.
                answer = await route.fetch(max_retries=FETCHES_AGAIN)
                size = int(answer.headers.get("content-length") or len(await answer.body()))
                now = time.monotonic()
                await asyncio.sleep(self._streamed_at(size, now) - now)
                await route.fulfill(response=answer)
            except PlaywrightError as error:
                print(f"not carried: {route.request.url}: {error.message}")
                # The page may want it no more, or is closed.
                with contextlib.suppress(PlaywrightError):
                    await route.abort()

        await page.route("**/*", fetched)

    def _streamed_at(self, size: int, now: float) -> float:
        """When the last byte of `size` of a stream comes out; what is lost is sent again."""
        last_at = now
        for start in range(0, size, SEGMENT_BYTES):
            segment = min(SEGMENT_BYTES, size - start) + TCP_MORE_BYTES
            sent_at = now
            while (at := self.down.pass_on(segment, sent_at)) is None:
                sent_at += TCP_AGAIN_S
            last_at = max(last_at, at)
        return last_at

    def _rewritten(self, message: str) -> str:
        if "a=candidate:" not in message:
            return message
        content: dict[str, Any] = json.loads(message)
        return json.dumps({**content, "sdp": self.rewrite(content["sdp"])})

    # -- datagrams

    def _read_peers(self, listening: socket.socket) -> None:
        now = time.monotonic()
        for _ in range(DRAIN):
            try:
                data, peer = listening.recvfrom(2_048)
            except OSError:
                return
            at = self.up.pass_on(len(data), now)
            if at is not None and self.server is not None:
                self._deliver(_Due(at, self._count(), data, self._upstream_of(peer), self.server))

    def _read_server(self, upstream: socket.socket, peer: Address) -> None:
        now = time.monotonic()
        assert self._listening is not None
        for _ in range(DRAIN):
            try:
                data = upstream.recv(2_048)
            except OSError:
                return
            at = self.down.pass_on(len(data), now)
            if at is not None:
                self._deliver(_Due(at, self._count(), data, self._listening, peer))

    def _upstream_of(self, peer: Address) -> socket.socket:
        upstream = self._upstream.get(peer)
        if upstream is None:
            upstream = self._upstream[peer] = _bound()
            loop = asyncio.get_running_loop()
            loop.add_reader(upstream, self._read_server, upstream, peer)
        return upstream

    def _count(self) -> int:
        self._number += 1
        return self._number

    def _deliver(self, due: _Due) -> None:
        heapq.heappush(self._heap, due)
        if self._heap[0] is due:
            self._send_due()

    def _send_due(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = time.monotonic()
        while self._heap and self._heap[0].at <= now:
            due = heapq.heappop(self._heap)
            with contextlib.suppress(OSError):  # a closed address, or a peer that hung up
                due.out.sendto(due.data, due.to) if due.to else due.out.send(due.data)
        if self._heap:
            wait_s = self._heap[0].at - time.monotonic()
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, wait_s), self._send_due)


def _bound() -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setblocking(False)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    one.bind(("127.0.0.1", 0))
    return one
