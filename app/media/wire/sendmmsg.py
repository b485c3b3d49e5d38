"""Many datagrams to many remotes in one system call: `sendmmsg(2)` through ctypes.

Python's socket module has no such call. A message is either one datagram or, with segmentation
offload (`UDP_SEGMENT`, udp(7)), several of one size. Whether all this works here is found out by
`sendmmsg_works()`, which sends to itself over loopback.
"""

from __future__ import annotations

import ctypes
import ipaddress
import logging
import os
import socket
import struct
from array import array
from collections.abc import Sequence
from typing import Literal

from app.media.wire.burst import Run

log = logging.getLogger(__name__)

CAPACITY = 512
"""Messages in one call; the kernel takes 1,024."""

# linux/udp.h; Python 3.11 has no names for them.
SOL_UDP = 17
UDP_SEGMENT = 103

NAME_BYTES = 32
_IPV4 = struct.Struct("=H2s4s8x")
_IPV6 = struct.Struct("=H2sI16sI")
_CONTROL = struct.Struct("@NiiH6x")
_SEGMENT_OFFSET = 16
_TWO_WORDS = struct.Struct("@QQ")
_WORD = struct.Struct("@Q")
_HALF_WORD = struct.Struct("@H")


class _MessageHeader(ctypes.Structure):
    """`struct mmsghdr` of 64-bit Linux."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vector", ctypes.c_void_p),
        ("vector_length", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
        ("sent_bytes", ctypes.c_uint64),
    )


_HEADER_BYTES = 64
_CONTROL_LENGTH_OFFSET = _MessageHeader.control_length.offset


def _column(
    records: memoryview, record_bytes: int, offset: int, size: Literal[2, 8]
) -> memoryview[int]:
    """The field of `size` bytes at `offset` of every record."""
    fields = records[offset:]
    fields = fields[: len(fields) // size * size]
    numbers = fields.cast("H") if size == 2 else fields.cast("Q")
    return numbers[:: record_bytes // size]


def packed_address(address: tuple[str, int] | tuple[str, int, int, int]) -> bytes:
    """`struct sockaddr_in` or `sockaddr_in6`, ip(7) and ipv6(7), and zeros up to `NAME_BYTES`."""
    ip, port = ipaddress.ip_address(address[0].partition("%")[0]), address[1].to_bytes(2, "big")
    if ip.version == 4:
        name = _IPV4.pack(socket.AF_INET, port, ip.packed)
        return name.ljust(NAME_BYTES, b"\0")
    scope_id = address[3] if len(address) == 4 else 0
    name = _IPV6.pack(socket.AF_INET6, port, 0, ip.packed, scope_id)
    return name.ljust(NAME_BYTES, b"\0")


class MessageVector:
    """A reusable array of messages for one address family; the data stays where it is."""

    __slots__ = (
        "_controls",
        "_header_address",
        "_headers",
        "_keep",
        "_lengths",
        "_names",
        "_pairs",
        "_segments",
        "_send",
        "_vectors",
        "count",
    )

    def __init__(self, *, is_ipv6: bool) -> None:
        """Raises OSError or AttributeError where there is no `sendmmsg`."""
        send = ctypes.CDLL(None, use_errno=True).sendmmsg
        send.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
        self._send = send
        self.count = 0
        self._headers = bytearray(_HEADER_BYTES * CAPACITY)
        self._vectors = bytearray(16 * CAPACITY)
        self._names = memoryview(bytearray(NAME_BYTES * CAPACITY))
        self._controls = bytearray(_CONTROL.size * CAPACITY)
        # The fields that change, as columns.
        self._pairs = memoryview(self._vectors).cast("Q")
        self._lengths = _column(memoryview(self._headers), _HEADER_BYTES, _CONTROL_LENGTH_OFFSET, 8)
        self._segments = _column(memoryview(self._controls), _CONTROL.size, _SEGMENT_OFFSET, 2)
        blocks = (self._headers, self._vectors, self._names, self._controls)
        self._keep = [ctypes.c_char.from_buffer(block) for block in blocks]
        headers, vectors, names, controls = map(ctypes.addressof, self._keep)
        self._header_address = headers
        name_length = _IPV6.size if is_ipv6 else _IPV4.size
        for index in range(CAPACITY):
            header = _MessageHeader.from_buffer(self._headers, index * _HEADER_BYTES)
            header.name = names + index * NAME_BYTES
            header.name_length = name_length
            header.vector = vectors + index * 16
            header.vector_length = 1
            header.control = controls + index * _CONTROL.size
            _CONTROL.pack_into(
                self._controls,
                index * _CONTROL.size,
                _SEGMENT_OFFSET + _HALF_WORD.size,
                SOL_UDP,
                UDP_SEGMENT,
                0,
            )

    def append_runs(self, name: bytes, address: int, runs: Sequence[Run]) -> None:
        """Add a message to `name` for each of `runs`; see that `count` stays in `CAPACITY`.

        `address` is where in memory their packets begin.
        """
        index, names, headers = self.count, self._names, self._headers
        for start, end, segment, _, _ in runs:
            at = index * NAME_BYTES
            names[at : at + NAME_BYTES] = name
            _TWO_WORDS.pack_into(self._vectors, index * 16, address + start, end - start)
            at = index * _HEADER_BYTES + _CONTROL_LENGTH_OFFSET
            if segment < end - start:
                _WORD.pack_into(headers, at, _CONTROL.size)
                at = index * _CONTROL.size + _SEGMENT_OFFSET
                _HALF_WORD.pack_into(self._controls, at, segment)
            else:
                _WORD.pack_into(headers, at, 0)
            index += 1
        self.count = index

    def fill(self, names: bytes, address: int, stride: int, size: int, segment: int) -> None:
        """Make it one message of `size` bytes to each of `names`, which follow each other, `CAPACITY` at most.

        The first begins at `address` in memory, the others each `stride` further on.
        """
        count = self.count = len(names) // NAME_BYTES
        self._names[: len(names)] = names
        pairs = self._pairs[: 2 * count]
        pairs[0::2] = array("Q", range(address, address + stride * count, stride))
        pairs[1::2] = array("Q", (size,)) * count
        is_cut = segment < size
        self._lengths[:count] = array("Q", (_CONTROL.size if is_cut else 0,)) * count
        if is_cut:
            self._segments[:count] = array("H", (segment,)) * count

    def send(self, descriptor: int, first: int) -> int:
        """Send from message `first` on; how many went, 0 if not even that one (see `errno`)."""
        sent: int = self._send(
            descriptor, self._header_address + first * _HEADER_BYTES, self.count - first, 0
        )
        return max(0, sent)

    @staticmethod
    def errno() -> int:
        """Why the last `send` returned 0."""
        return ctypes.get_errno()


def sendmmsg_works() -> bool:
    """Whether messages to two sockets, plain and cut into segments, arrive as they should."""
    if ctypes.sizeof(_MessageHeader) != _HEADER_BYTES or struct.calcsize("P") != 8:
        return False
    receivers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        for receiver in receivers:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(1)
        names = [packed_address(receiver.getsockname()) for receiver in receivers]
        data = bytearray(os.urandom(250))
        keep = ctypes.c_char.from_buffer(data)
        address = ctypes.addressof(keep)
        vector = MessageVector(is_ipv6=False)
        vector.append_runs(names[0], address, [(0, 100, 100, 0, 1)])
        vector.append_runs(names[1], address, [(0, 250, 100, 0, 3)])
        vector.append_runs(names[0], address, [(100, 150, 50, 0, 1)])
        if vector.send(sender.fileno(), 0) != 3:
            raise OSError(vector.errno(), os.strerror(vector.errno()))
        expected = [[data[:100], data[100:150]], [data[:100], data[100:200], data[200:]]]
        return [[r.recv(500) for _ in e] for r, e in zip(receivers, expected, strict=True)] == (
            expected
        )
    except (OSError, AttributeError, ValueError) as error:
        log.info("media: no sendmmsg with segmentation offload (%s)", error)
        return False
    finally:
        for one in (*receivers, sender):
            one.close()
