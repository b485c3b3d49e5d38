"""UDP sockets: one per local address, drained in bursts, sent with segmentation offload."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import struct
from collections.abc import Callable
from typing import Protocol

from app.media.wire.addresses import LocalAddress
from app.media.wire.batch import PacketBatch
from app.media.wire.congestion import FrameDropper

log = logging.getLogger(__name__)

RECEIVE_BUFFER_BYTES = 4 << 20
SEND_BUFFER_BYTES = 4 << 20
DATAGRAMS_PER_WAKE_UP = 64
_MAX_DATAGRAM_BYTES = 2048

# linux/udp.h; Python 3.11 has no names for them.
_SOL_UDP = 17
_UDP_SEGMENT = 103
_SO_RCVBUFFORCE = 33
_SO_SNDBUFFORCE = 32
_GSO_MAX_SEGMENTS = 64
"""Kernels before 6.9 take 64, later ones 128; a video frame rarely has more."""
_GSO_MAX_BYTES = 65_000
_SEGMENT_SIZE = struct.Struct("=H")

# The route is the trouble, not segmentation: another send call would fail the same way.
_ROUTE_ERRORS = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EPERM}
    | {errno.EACCES, errno.EADDRNOTAVAIL, errno.ECONNREFUSED, errno.EBADF}
)
_FULL = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS, errno.ENOMEM})

SocketAddress = tuple[str, int] | tuple[str, int, int, int]


class DatagramReceiver(Protocol):
    """Whom a socket hands its datagrams to."""

    def datagram_received(
        self, source: UdpSocket, data: bytes, remote: SocketAddress, now: float
    ) -> None:
        """One datagram; `now` is read once per wake-up."""
        ...

    def wake_up_ended(self) -> None:
        """No more for now: flush what was queued."""
        ...


class UdpSocket:
    """The media socket of one local address."""

    def __init__(
        self,
        address: LocalAddress,
        port: int,
        receiver: DatagramReceiver,
        clock: Callable[[], float],
    ) -> None:
        """Bind; raises OSError if the address or port is not to be had."""
        self.address = address
        self.paths: dict[SocketAddress, UdpPath] = {}
        """Validated paths by remote address; kept by the endpoint."""
        self._receiver = receiver
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket = _bound_socket(address, port)
        self.port: int = self._socket.getsockname()[1]

    @property
    def receive_buffer_bytes(self) -> int:
        """What the kernel granted (it doubles the figure for its own bookkeeping)."""
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to read."""
        self._loop = loop
        loop.add_reader(self._socket, self._readable)

    def close(self) -> None:
        """Stop reading and release the port. Idempotent."""
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
            self._loop = None
        self._socket.close()

    def _readable(self) -> None:
        receive, deliver = self._socket.recvfrom, self._receiver.datagram_received
        now = self._clock()
        try:
            for _ in range(DATAGRAMS_PER_WAKE_UP):
                data, remote = receive(_MAX_DATAGRAM_BYTES)
                deliver(self, data, remote, now)
        except OSError:
            # Drained, or an ICMP error of some remote: the next wake-up reads on.
            pass
        finally:
            self._receiver.wake_up_ended()

    def send(self, data: bytes | memoryview, remote: SocketAddress) -> bool:
        """One datagram; False if it was dropped."""
        try:
            self._socket.sendto(data, remote)
        except OSError:
            return False
        return True

    def send_segments(self, data: memoryview, segment_bytes: int, remote: SocketAddress) -> None:
        """Several datagrams of `segment_bytes` (the last may be shorter) in one call: GSO.

        Raises OSError; nothing was sent then.
        """
        control = [(_SOL_UDP, _UDP_SEGMENT, _SEGMENT_SIZE.pack(segment_bytes))]
        self._socket.sendmsg((data,), control, 0, remote)


def _bound_socket(address: LocalAddress, port: int) -> socket.socket:
    family = socket.AF_INET6 if address.is_ipv6 else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    try:
        udp.setblocking(False)
        if address.is_ipv6:
            udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        _set_buffer(udp, _SO_RCVBUFFORCE, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        _set_buffer(udp, _SO_SNDBUFFORCE, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        udp.bind((address.ip, port))
    except OSError:
        udp.close()
        raise
    return udp


def _set_buffer(udp: socket.socket, force_option: int, option: int, size_bytes: int) -> None:
    try:
        udp.setsockopt(socket.SOL_SOCKET, force_option, size_bytes)
    except OSError:
        # Only root may exceed net.core.rmem_max; take what it allows.
        udp.setsockopt(socket.SOL_SOCKET, option, size_bytes)


class UdpPath:
    """A route over one UDP socket to one remote address."""

    __slots__ = ("_address", "_dropper", "_segments", "_socket", "is_closed")

    is_tcp = False

    def __init__(self, udp: UdpSocket, address: SocketAddress) -> None:
        self._socket = udp
        self._address = address
        self._dropper = FrameDropper()
        self._segments = True
        self.is_closed = False

    @property
    def udp_socket(self) -> UdpSocket:
        """The socket this path goes through."""
        return self._socket

    @property
    def address(self) -> SocketAddress:
        """The remote as the socket layer wants it."""
        return self._address

    @property
    def local_ip(self) -> str:
        """The local address the packets leave from."""
        return self._socket.address.ip

    @property
    def remote(self) -> tuple[str, int]:
        """IP address and port of the other side."""
        return self._address[0], self._address[1]

    def __repr__(self) -> str:
        return f"udp {self.local_ip} <-> {self.remote[0]} port {self.remote[1]}"

    def close(self) -> None:
        """The socket is shared and stays open; this path drops from now on."""
        self.is_closed = True

    def send(self, data: bytes) -> bool:
        """One datagram now; False if it was dropped."""
        return not self.is_closed and self._socket.send(data, self._address)

    def send_batch(self, batch: PacketBatch) -> int:
        """Send the batch in runs of equal size; how many packets were dropped."""
        count = len(batch.sizes)
        if self.is_closed:
            return count
        if count == 1 and not self._dropper:
            return self._send_each(batch, 0, 1)
        dropped = index = 0
        while index < count:
            if self._dropper and self._dropper.wants(batch, index):
                dropped += 1
                index += 1
                continue
            stop = self._run_end(batch, index) if self._segments else index + 1
            dropped += self._send_run(batch, index, stop)
            index = stop
        return dropped

    def _run_end(self, batch: PacketBatch, start: int) -> int:
        """Index after the longest run from `start` that one GSO call can carry."""
        sizes = batch.sizes
        size = total = sizes[start]
        limit = min(len(sizes), start + _GSO_MAX_SEGMENTS)
        stop = start + 1
        while stop < limit:
            following = sizes[stop]
            if following > size or total + following > _GSO_MAX_BYTES:
                break
            if self._dropper and batch.videos[stop]:
                break
            total += following
            stop += 1
            if following < size:
                break
        return stop

    def _send_run(self, batch: PacketBatch, start: int, stop: int) -> int:
        begin = batch.starts[start]
        end = batch.starts[stop - 1] + batch.sizes[stop - 1]
        if stop - start > 1:
            try:
                self._socket.send_segments(batch.view[begin:end], batch.sizes[start], self._address)
                return 0
            except OSError as error:
                if error.errno not in _FULL and error.errno not in _ROUTE_ERRORS:
                    self._segments = False
                    log.info("%r: no segmentation offload (%s)", self, error)
        return self._send_each(batch, start, stop)

    def _send_each(self, batch: PacketBatch, start: int, stop: int) -> int:
        # Also the second try after a full socket: the parts of a burst may fit where it did not.
        dropped = 0
        for index in range(start, stop):
            if self._dropper.wants(batch, index):
                dropped += 1
                continue
            begin = batch.starts[index]
            packet = batch.view[begin : begin + batch.sizes[index]]
            sent = self._socket.send(packet, self._address)
            if not sent and not batch.videos[index]:
                sent = self._socket.send(packet, self._address)
            if not sent:
                dropped += 1
                self._dropper.dropped(batch, index)
        return dropped
