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
from app.media.wire.burst import Run
from app.media.wire.congestion import FrameDropper
from app.media.wire.outbox import Outbox
from app.media.wire.sendmmsg import (
    SOL_UDP,
    UDP_SEGMENT,
    MessageVector,
    packed_address,
    sendmmsg_works,
)

log = logging.getLogger(__name__)

RECEIVE_BUFFER_BYTES = 4 << 20
SEND_BUFFER_BYTES = 4 << 20
DATAGRAMS_PER_WAKE_UP = 64
_MAX_DATAGRAM_BYTES = 2048

_SO_RCVBUFFORCE = 33
_SO_SNDBUFFORCE = 32
_SEGMENT_SIZE = struct.Struct("=H")

# The route is the trouble, not segmentation: another send call would fail the same way.
_ROUTE_ERRORS = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EPERM}
    | {errno.EACCES, errno.EADDRNOTAVAIL, errno.ECONNREFUSED, errno.EBADF}
)
_FULL = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS, errno.ENOMEM})

SENDMMSG = sendmmsg_works()
"""Else each path sends for itself: with `sendmsg` and segmentation offload, or one by one."""

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
        self.outbox: Outbox | None = None
        """Of all paths over this socket; None where each sends for itself."""
        if SENDMMSG:
            self.outbox = Outbox(MessageVector(is_ipv6=address.is_ipv6), self._socket.fileno)
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
        control = [(SOL_UDP, UDP_SEGMENT, _SEGMENT_SIZE.pack(segment_bytes))]
        self._socket.sendmsg((data,), control, 0, remote)


def _bound_socket(address: LocalAddress, port: int) -> socket.socket:
    family = socket.AF_INET6 if address.is_ipv6 else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    try:
        udp.setblocking(False)
        if address.is_ipv6:
            udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        set_receive_buffer(udp)
        _set_buffer(udp, _SO_SNDBUFFORCE, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        udp.bind((address.ip, port))
    except OSError:
        udp.close()
        raise
    return udp


def set_receive_buffer(udp: socket.socket) -> None:
    """Ask for `RECEIVE_BUFFER_BYTES`, which only root always gets."""
    _set_buffer(udp, _SO_RCVBUFFORCE, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)


def _set_buffer(udp: socket.socket, force_option: int, option: int, size_bytes: int) -> None:
    try:
        udp.setsockopt(socket.SOL_SOCKET, force_option, size_bytes)
    except OSError:
        # Only root may exceed net.core.rmem_max; take what it allows.
        udp.setsockopt(socket.SOL_SOCKET, option, size_bytes)


class UdpPath:
    """A route over one UDP socket to one remote address."""

    __slots__ = (
        "_address",
        "_dropper",
        "_segments",
        "_socket",
        "is_closed",
        "is_plain",
        "name",
        "outbox",
    )

    is_tcp = False

    def __init__(self, udp: UdpSocket, address: SocketAddress) -> None:
        self._socket = udp
        self._address = address
        self._dropper = FrameDropper()
        self._segments = True
        self.outbox = udp.outbox
        """Where bursts wait for all paths over this socket."""
        self.is_closed = False
        self.is_plain = True
        """Whether whole runs may be sent: offload works, and no frame is being dropped."""
        self.name = packed_address(address)
        """The remote as the kernel wants it."""

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
        self._set_plain(False)

    def _set_plain(self, is_plain: bool) -> None:
        if self.is_plain and not is_plain and self.outbox is not None:
            self.outbox.changes += 1
        self.is_plain = is_plain

    def send(self, data: bytes) -> bool:
        """One datagram now; False if it was dropped."""
        return not self.is_closed and self._socket.send(data, self._address)

    def send_batch(self, batch: PacketBatch) -> int:
        """Send the batch in runs of equal size; how many packets were dropped."""
        if self.is_closed:
            return len(batch.sizes)
        return sum([self.send_run(batch, run) for run in batch.runs])

    def send_run(self, batch: PacketBatch, run: Run) -> int:
        """Send one of `batch.runs`; how many packets were dropped."""
        start, end, segment, first, stop = run
        if stop - first > 1 and self._segments and not self._dropper:
            try:
                self._socket.send_segments(batch.view[start:end], segment, self._address)
                return 0
            except OSError as error:
                if error.errno not in _FULL and error.errno not in _ROUTE_ERRORS:
                    self._segments = False
                    log.info("%r: no segmentation offload (%s)", self, error)
        dropped = self._send_each(batch, start, first, stop)
        self._set_plain(self._segments and not self._dropper and not self.is_closed)
        return dropped

    def _send_each(self, batch: PacketBatch, begin: int, first: int, stop: int) -> int:
        # Also the second try after a full socket: the parts of a burst may fit where it did not.
        dropped = 0
        for index in range(first, stop):
            end = begin + batch.sizes[index]
            packet, begin = batch.view[begin:end], end
            if self._dropper.wants(batch, index, packet):
                dropped += 1
                continue
            sent = self._socket.send(packet, self._address)
            if not sent and not batch.videos[index]:
                sent = self._socket.send(packet, self._address)
            if not sent:
                dropped += 1
                self._dropper.dropped(batch, index, packet)
        return dropped
