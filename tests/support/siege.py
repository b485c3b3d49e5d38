"""A lesson on a real engine, and an attack on its port: by strangers, under a participant's address, and by one."""

import asyncio
import contextlib
import gc
import socket
import struct
import tracemalloc
from dataclasses import dataclass

from app.media.wire.rtp import sequence_delta
from tests.media.sfu.support import LESSON, Engine, Publisher, Subscriber, receiver
from tests.support.hostile import Attacker
from tests.support.raw_peer import RawPeer
from tests.support.waiting import until

BURST = 50
"""Hostile datagrams between two frames of the lesson."""
STRANGERS = 8
"""Sockets that attack from addresses of their own."""
MAX_OPEN_CONNECTIONS = 16
KEYFRAME_EACH = 30
ARRIVES_S = 60.0
SETTLES_S = 0.5
"""What waits in the engine is handled by then."""


@dataclass(frozen=True)
class Outcome:
    """What an attack did."""

    frames: int
    """Pictures of the lesson that were sent meanwhile."""
    gaps: int
    """Packets of them that did not come, though none was lost on a road."""
    grown_bytes: int
    """What this process kept of the last quarter of the attack."""


class Siege:
    """`async with` it; then `attack`, as often as you like."""

    def __init__(self, seed: int) -> None:
        self.engine = Engine()
        self._teacher = Publisher(self.engine, "teacher", 1_000)
        self._traitor = Publisher(self.engine, "traitor", 2_000)
        self._classroom = Subscriber(self.engine, "classroom")
        self._seed = seed
        self._strangers: list[socket.socket] = []
        self._connections: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Siege":
        self.engine.start()
        await self._teacher.connect()
        await self._traitor.connect()
        await self._classroom.connect(receiver("teacher", "traitor"))
        self._attacker = Attacker(self._seed, self._teacher.peer.remote_ufrag)
        for _ in range(STRANGERS):
            stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            stranger.connect(("127.0.0.1", self.engine.endpoint.port))
            stranger.setblocking(False)
            self._strangers.append(stranger)
        self._send_as_teacher = self._teacher.peer.transmit
        self._teacher.peer.transmit = self._overheard  # type: ignore[method-assign]
        self._teacher.video.frame(keyframe=True)
        await until(lambda: bool(self._classroom.peer.rtp), ARRIVES_S)
        return self

    async def __aexit__(self, *_: object) -> None:
        for stranger in self._strangers:
            stranger.close()
        for connection in self._connections:
            connection.close()
        for peer in (self._teacher.peer, self._traitor.peer, self._classroom.peer):
            await peer.close()
        self.engine.close()

    def _overheard(self, data: bytes) -> None:
        self._attacker.overhear(data)
        self._send_as_teacher(data)

    @property
    def strangers_known(self) -> int:
        """Of those who attack from outside: so many that the engine takes for somebody."""
        known = {path.remote for path in self.engine.endpoint._owners}
        return sum(stranger.getsockname() in known for stranger in self._strangers)

    async def attack(self, datagrams: int) -> Outcome:
        """Send as many hostile datagrams with a lesson beside them. TimeoutError if the lesson stands still."""
        slots = self.engine.rooms[LESSON].participants[self._classroom.participant_id].slots
        slot = next(slot for slot, who in slots.items() if who == self._teacher.participant_id)
        lesson = _Arrivals(self._classroom.peer, self._classroom.ssrc(f"{slot}.v"))
        frames = grown_bytes = 0
        for sent in range(0, datagrams, BURST):
            for index in range(sent, sent + BURST):
                self._strike(index)
            if sent % 1_000 == 0:
                await self._knock_on_tcp()
            self._teacher.video.frame(keyframe=frames % KEYFRAME_EACH == 0)
            frames += 1
            # The engine reads as fast as this writes: nothing is lost in a full socket.
            await until(lambda: lesson.count() >= 2 * frames - 4, ARRIVES_S)  # noqa: B023
            self._forget()
            if sent <= datagrams * 3 // 8 < sent + BURST:
                # Tracing takes twice as long as all the rest. What is kept on purpose, such as rings of packets, has
                # come round once when the last quarter begins.
                tracemalloc.start()
            if sent <= datagrams * 3 // 4 < sent + BURST:
                grown_bytes = -await self._traced_bytes()
        await until(lambda: lesson.count() >= 2 * frames, ARRIVES_S)
        grown_bytes += await self._traced_bytes()
        tracemalloc.stop()
        return Outcome(frames, lesson.gaps, grown_bytes)

    def _strike(self, index: int) -> None:
        attacker = self._attacker
        match index % 8:
            case 0:
                self._send_as_teacher(attacker.datagram())
            case 1:
                stream = index % 3
                packet = attacker.plaintext_rtp(2_000 + stream, (96, 97, 111)[stream])
                self._traitor.peer.send_rtp(packet)
            case 2:
                sections = self._classroom.sections.values()
                ssrcs = (2_000, 2_002, *(ssrc for one in sections for ssrc in one.ssrcs))
                self._traitor.peer.transport.send_rtcp(attacker.plaintext_rtcp(ssrcs))
                self._traitor.peer.transport.flush()
            case other:
                with contextlib.suppress(OSError):
                    self._strangers[(index + other) % STRANGERS].send(attacker.datagram())

    async def _knock_on_tcp(self) -> None:
        with contextlib.suppress(OSError):
            _, connection = await asyncio.open_connection("127.0.0.1", self.engine.endpoint.port)
            self._connections.append(connection)
            for _ in range(4):
                data = self._attacker.datagram()
                connection.write(struct.pack("!H", len(data)) + data)
        while len(self._connections) > MAX_OPEN_CONNECTIONS:
            self._connections.pop(0).close()

    async def _traced_bytes(self) -> int:
        await asyncio.sleep(SETTLES_S)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    def _forget(self) -> None:
        """What this side keeps for other tests, and what the engine answered to strangers."""
        self.engine.events.clear()
        self._teacher.video.sent.clear()
        for publisher in (self._teacher, self._traitor):
            publisher.peer.rtcp.clear()
        for stranger in self._strangers:
            with contextlib.suppress(OSError):
                while True:
                    stranger.recv(2_048)


class _Arrivals:
    """Counts the packets of one stream, and forgets whatever the peer has kept."""

    def __init__(self, peer: RawPeer, ssrc: int) -> None:
        peer.rtp.clear()
        self._peer, self._ssrc = peer, ssrc
        self._last: int | None = None
        self._count = 0
        self.gaps = 0

    def count(self) -> int:
        for packet in self._peer.of(self._ssrc):
            if self._last is not None:
                self.gaps += max(0, sequence_delta(packet.sequence_number, self._last) - 1)
            self._last = packet.sequence_number
            self._count += 1
        self._peer.rtp.clear()
        self._peer.rtcp.clear()
        return self._count
