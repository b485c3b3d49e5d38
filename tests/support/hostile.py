"""Datagrams of somebody who wants to break the engine: the same for the same seed."""

import random
import struct
from collections import deque
from collections.abc import Callable

from aioice import stun

from tests.support.raw_peer import check

KEPT = 64
"""Real datagrams that are kept to be replayed, cut and bent."""


class Attacker:
    """Makes datagrams. `overhear` gives it real ones; `ufrag` is the one secret it has learned."""

    def __init__(self, seed: int, ufrag: str = "unknown0") -> None:
        self._random = random.Random(seed)
        self._ufrag = ufrag
        self._overheard: deque[bytes] = deque(maxlen=KEPT)
        self._kinds: tuple[Callable[[], bytes], ...] = (
            self.noise,
            self.stun_noise,
            self.unknown_check,
            self.wrong_check,
            self.bent_check,
            self.stun_answer,
            self.forged_rtp,
            self.forged_rtcp,
            self.replay,
            self.cut,
            self.bent,
            self.dtls,
            self.alert,
        )
        # An HMAC takes a hundred times longer than all the rest: made once, sent often.
        self._checks = [
            check((name, "x"), self._random.randbytes(12).hex(), "them")
            for name in (ufrag, *(self._random.randbytes(4).hex() for _ in range(15)))
        ]

    def overhear(self, datagram: bytes) -> None:
        """A real one passed by."""
        self._overheard.append(datagram)

    def datagram(self) -> bytes:
        """The next one, of any kind."""
        return self._random.choice(self._kinds)()

    def noise(self) -> bytes:
        return self._random.randbytes(self._random.randrange(1_500))

    def stun_noise(self) -> bytes:
        """A STUN header with any attributes behind it."""
        body = self._random.randbytes(self._random.randrange(80))
        length = self._random.choice((len(body), self._random.randrange(65_536)))
        kind = self._random.choice((0x0001, 0x0011, 0x0101, 0x0003))
        return struct.pack("!HHI", kind, length, stun.COOKIE) + self._random.randbytes(12) + body

    def unknown_check(self) -> bytes:
        return self._random.choice(self._checks[1:])

    def wrong_check(self) -> bytes:
        """For a peer that is there, with another password."""
        return self._checks[0]

    def bent_check(self) -> bytes:
        return self._bend(self._checks[0])

    def stun_answer(self) -> bytes:
        message = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE)
        message.attributes["XOR-MAPPED-ADDRESS"] = ("192.0.2.1", 1)
        return bytes(message)

    def forged_rtp(self) -> bytes:
        return self._packet(self._random.choice((96, 97, 111, 127)))

    def forged_rtcp(self) -> bytes:
        return self._packet(self._random.randrange(192, 224))

    def replay(self) -> bytes:
        return self._random.choice(self._overheard) if self._overheard else self.noise()

    def cut(self) -> bytes:
        packet = self.replay()
        return packet[: self._random.randrange(len(packet) + 1)]

    def bent(self) -> bytes:
        return self._bend(self.replay())

    def dtls(self) -> bytes:
        """A record of any content type, epoch and length."""
        body = self._random.randbytes(self._random.randrange(200))
        length = self._random.choice((len(body), self._random.randrange(65_536)))
        head = struct.pack("!BHHIH", self._random.randrange(20, 26), 0xFEFD, 0, 0, 1)
        return head + length.to_bytes(2, "big") + body

    def alert(self) -> bytes:
        """A fatal alert or close_notify that nobody has signed."""
        body = self._random.choice((b"\x02\x28", b"\x01\x00", b"\x02\x00"))
        epoch = self._random.choice((0, 1))
        return struct.pack("!BHHIHH", 21, 0xFEFD, epoch, 0, 7, len(body)) + body

    def plaintext_rtp(self, ssrc: int, payload_type: int) -> bytes:
        """What a participant who is let in may encrypt: a packet of its own stream with anything in it."""
        choose = self._random
        head = struct.pack(
            "!BBHII",
            choose.choice((0x80, 0x90, 0xA0, 0xB0, 0x8F)),
            payload_type | choose.choice((0, 0x80)),
            choose.randrange(65_536),
            choose.randrange(1 << 32),
            ssrc,
        )
        return head + choose.randbytes(choose.randrange(120))

    def plaintext_rtcp(self, ssrcs: tuple[int, ...]) -> bytes:
        """A compound that is well framed, about streams that are there, and senseless."""
        choose = self._random
        compound = b""
        for _ in range(choose.randrange(1, 4)):
            words = choose.randrange(1, 12)
            body = choose.choice(ssrcs).to_bytes(4, "big") + choose.choice(ssrcs).to_bytes(4, "big")
            body = (body + choose.randbytes(4 * words))[: 4 * words]
            kind = choose.choice((200, 201, 202, 203, 204, 205, 206, 207))
            first = 0x80 | choose.randrange(32)
            compound += struct.pack("!BBH", first, kind, words) + body
        return compound

    def _packet(self, second: int) -> bytes:
        head = bytes((0x80 | self._random.randrange(64), second))
        return head + self._random.randbytes(self._random.randrange(2, 300))

    def _bend(self, datagram: bytes) -> bytes:
        if not datagram:
            return datagram
        bent = bytearray(datagram)
        for _ in range(self._random.randrange(1, 4)):
            bent[self._random.randrange(len(bent))] ^= 1 << self._random.randrange(8)
        return bytes(bent)
