"""Passive ICE-TCP: RFC 6544 candidates, RFC 4571 framing, for networks that block UDP."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from app.media.wire.addresses import LocalAddress
from app.media.wire.batch import PacketBatch
from app.media.wire.congestion import FrameDropper

log = logging.getLogger(__name__)

FIRST_STUN_WITHIN_S = 5.0
MAX_CONNECTIONS = 1024
MAX_CONNECTIONS_PER_ADDRESS = 128
"""A county behind one NAT: thirty classrooms, two peers each, checks on two addresses."""
MAX_FRAME_BYTES = 2048
VIDEO_BACKLOG_BYTES = 128 << 10
"""Over this much unsent, video is dropped; at 1 Mbit/s it is one second late by then."""
BACKLOG_BYTES = VIDEO_BACKLOG_BYTES + (32 << 10)
_READ_BYTES = 16 << 10
_READS_PER_WAKE_UP = 2
_ACCEPTS_PER_WAKE_UP = 16
_SEND_BUFFER_BYTES = 128 << 10
# linux/tcp.h; the backlog should be ours, where video can still be dropped, not the kernel's.
_TCP_NOTSENT_LOWAT = 25
_NOTSENT_BYTES = 32 << 10
_ACCEPT_PAUSE_S = 1.0
_OUT_OF_RESOURCES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class FrameReceiver(Protocol):
    """Whom the TCP side hands its frames to."""

    def frame_received(self, path: TcpPath, data: bytes, now: float) -> None:
        """One RFC 4571 frame."""
        ...

    def connection_closed(self, path: TcpPath) -> None:
        """The connection is gone, whoever ended it."""
        ...

    def connection_refused(self) -> None:
        """A connection over the limits was closed at once."""
        ...

    def wake_up_ended(self) -> None:
        """No more for now: flush what was queued."""
        ...


def frame(data: bytes) -> bytes:
    """`data` with its 16 bit length in front, RFC 4571 §2."""
    return len(data).to_bytes(2, "big") + data


class FrameDecoder:
    """Cuts a byte stream into RFC 4571 frames, whatever the chunks."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """The frames that are complete now; empty frames are left out.

        Raises ValueError if a frame is announced that is longer than `MAX_FRAME_BYTES`: the
        stream is then of no further use.
        """
        buffer = self._buffer
        buffer += chunk
        frames: list[bytes] = []
        position = 0
        while len(buffer) - position >= 2:
            length = buffer[position] << 8 | buffer[position + 1]
            if length > MAX_FRAME_BYTES:
                raise ValueError("RFC 4571 frame is too long")
            if len(buffer) - position < 2 + length:
                break
            if length:
                frames.append(bytes(buffer[position + 2 : position + 2 + length]))
            position += 2 + length
        del buffer[:position]
        return frames


class TcpPath:
    """One accepted ICE-TCP connection; sending never blocks and the backlog is bounded."""

    is_tcp = True
    outbox = None

    def __init__(
        self,
        connection: socket.socket,
        local_ip: str,
        remote: tuple[str, int],
        loop: asyncio.AbstractEventLoop,
        receiver: FrameReceiver,
        clock: Callable[[], float],
    ) -> None:
        self.local_ip = local_ip
        self.remote = remote
        self.opened_at = clock()
        self.is_closed = False
        self._socket = connection
        self._loop = loop
        self._receiver = receiver
        self._clock = clock
        self._decoder = FrameDecoder()
        self._backlog = bytearray()
        self._dropper = FrameDropper()
        self._writer_added = False
        loop.add_reader(connection, self._readable)

    def __repr__(self) -> str:
        return f"tcp {self.local_ip} <-> {self.remote[0]} port {self.remote[1]}"

    def close(self) -> None:
        """End the connection and tell the receiver. Idempotent."""
        if self.is_closed:
            return
        self.is_closed = True
        self._loop.remove_reader(self._socket)
        if self._writer_added:
            self._loop.remove_writer(self._socket)
        self._socket.close()
        self._backlog.clear()
        self._receiver.connection_closed(self)

    def send(self, data: bytes) -> bool:
        """One frame; False if the backlog is full or the connection is gone."""
        if self.is_closed or len(self._backlog) + len(data) > BACKLOG_BYTES:
            return False
        self._write(frame(data))
        return not self.is_closed

    def send_batch(self, batch: PacketBatch) -> int:
        """Send the frames in one write; how many packets were dropped."""
        if self.is_closed:
            return len(batch.sizes)
        dropped = 0
        waiting = len(self._backlog)
        parts: list[bytes | memoryview] = []
        begin = 0
        for index, size in enumerate(batch.sizes):
            packet, begin = batch.view[begin : begin + size], begin + size
            limit = VIDEO_BACKLOG_BYTES if batch.videos[index] else BACKLOG_BYTES
            if self._dropper.wants(batch, index, packet):
                dropped += 1
            elif waiting + size > limit:
                dropped += 1
                self._dropper.dropped(batch, index, packet)
            else:
                parts.append(size.to_bytes(2, "big"))
                parts.append(packet)
                waiting += size + 2
        if parts:
            self._write(b"".join(parts))
        return dropped

    def _write(self, data: bytes) -> None:
        if self._backlog:
            self._backlog += data
            return
        try:
            sent = self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self.close()
            return
        if sent < len(data):
            self._backlog += data[sent:]
            self._loop.add_writer(self._socket, self._writable)
            self._writer_added = True

    def _writable(self) -> None:
        try:
            sent = self._socket.send(self._backlog)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        del self._backlog[:sent]
        if not self._backlog:
            self._loop.remove_writer(self._socket)
            self._writer_added = False

    def _readable(self) -> None:
        now = self._clock()
        try:
            for _ in range(_READS_PER_WAKE_UP):
                if not self._read_once(now):
                    break
        finally:
            self._receiver.wake_up_ended()

    def _read_once(self, now: float) -> bool:
        if self.is_closed:
            return False
        try:
            chunk = self._socket.recv(_READ_BYTES)
            frames = self._decoder.feed(chunk)
        except (BlockingIOError, InterruptedError):
            return False
        except (OSError, ValueError):
            self.close()
            return False
        if not chunk:
            self.close()
            return False
        for data in frames:
            if self.is_closed:
                return False
            self._receiver.frame_received(self, data, now)
        return len(chunk) == _READ_BYTES


class TcpListener:
    """Accepts ICE-TCP connections on one local address."""

    def __init__(
        self,
        address: LocalAddress,
        port: int,
        receiver: FrameReceiver,
        clock: Callable[[], float],
        connections: TcpConnections,
    ) -> None:
        """Bind and listen; raises OSError if the address or port is not to be had."""
        self.address = address
        self._receiver = receiver
        self._clock = clock
        self._connections = connections
        self._loop: asyncio.AbstractEventLoop | None = None
        family = socket.AF_INET6 if address.is_ipv6 else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setblocking(False)
            if address.is_ipv6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            # Connections of an earlier run in TIME_WAIT must not keep the port.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
            self._socket.bind((address.ip, port))
            self._socket.listen(128)
        except OSError:
            self._socket.close()
            raise

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to accept."""
        self._loop = loop
        loop.add_reader(self._socket, self._acceptable)

    def close(self) -> None:
        """Stop accepting; open connections stay. Idempotent."""
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
            self._loop = None
        self._socket.close()

    def _acceptable(self) -> None:
        for _ in range(_ACCEPTS_PER_WAKE_UP):
            try:
                connection, remote = self._socket.accept()
            except OSError as error:
                if error.errno in _OUT_OF_RESOURCES:
                    self._pause()
                return
            self._adopt(connection, (remote[0], remote[1]))

    def _pause(self) -> None:
        # The listener would stay readable and spin until a descriptor is free.
        log.warning("media: out of file descriptors, no ICE-TCP for %g s", _ACCEPT_PAUSE_S)
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
            self._loop.call_later(_ACCEPT_PAUSE_S, self._resume)

    def _resume(self) -> None:
        if self._loop is not None:
            self._loop.add_reader(self._socket, self._acceptable)

    def _adopt(self, connection: socket.socket, remote: tuple[str, int]) -> None:
        if self._loop is None or not self._connections.may_add(remote[0]):
            connection.close()
            self._receiver.connection_refused()
            return
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if sys.platform == "linux":
                connection.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, _NOTSENT_BYTES)
        except OSError:
            connection.close()
            return
        path = TcpPath(connection, self.address.ip, remote, self._loop, self._receiver, self._clock)
        self._connections.add(path)


class TcpConnections:
    """The open connections of all listeners, bounded per address and in all."""

    def __init__(
        self,
        limit: int = MAX_CONNECTIONS,
        limit_per_address: int = MAX_CONNECTIONS_PER_ADDRESS,
    ) -> None:
        self._limit = limit
        self._limit_per_address = limit_per_address
        self._unproven: dict[TcpPath, None] = {}
        self._proven: dict[TcpPath, None] = {}
        self._per_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._unproven) + len(self._proven)

    def may_add(self, ip: str) -> bool:
        """Whether one more connection from `ip` is within the limits."""
        return len(self) < self._limit and self._per_address[ip] < self._limit_per_address

    def add(self, path: TcpPath) -> None:
        """Count a new connection; it has `FIRST_STUN_WITHIN_S` to prove itself."""
        self._unproven[path] = None
        self._per_address[path.remote[0]] += 1

    def prove(self, path: TcpPath) -> None:
        """A valid connectivity check came over `path`: it may stay."""
        if path in self._unproven:
            del self._unproven[path]
            self._proven[path] = None

    def discard(self, path: TcpPath) -> None:
        """Forget a closed connection."""
        if path in self._unproven:
            del self._unproven[path]
        elif path in self._proven:
            del self._proven[path]
        else:
            return
        ip = path.remote[0]
        self._per_address[ip] -= 1
        if not self._per_address[ip]:
            del self._per_address[ip]

    def close_idle(self, now: float) -> None:
        """Close connections that proved nothing in time."""
        late = [p for p in self._unproven if now - p.opened_at > FIRST_STUN_WITHIN_S]
        for path in late:
            path.close()

    def close_all(self) -> None:
        """Close every connection."""
        for path in [*self._unproven, *self._proven]:
            path.close()
