"""The media sockets of this process: UDP and TCP on one port of every local address, as interfaces come and go."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.media.wire.addresses import LocalAddress
from app.media.wire.tcp import FrameReceiver, TcpConnections, TcpListener
from app.media.wire.udp import DatagramReceiver, UdpSocket

log = logging.getLogger(__name__)

_PORT_ATTEMPTS = 20


class PortInUse(OSError):
    """The media port is taken by another process."""


class MediaReceiver(DatagramReceiver, FrameReceiver, Protocol):
    """Whom the sockets hand to what they receive."""


@dataclass(slots=True)
class BoundAddress:
    """Both sockets of one address."""

    udp: UdpSocket
    tcp: TcpListener

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read from now on."""
        self.udp.start(loop)
        self.tcp.start(loop)

    def close(self) -> None:
        """Close both."""
        self.udp.close()
        self.tcp.close()


class MediaSockets:
    """`bound` is what there is now, in the order of `addresses()`."""

    def __init__(
        self,
        port: int,
        receiver: MediaReceiver,
        connections: TcpConnections,
        clock: Callable[[], float],
        addresses: Callable[[], list[LocalAddress]],
    ) -> None:
        """`port` 0 takes a free one, for tests."""
        self.port = port
        """In use, once `open` has returned."""
        self.bound: dict[LocalAddress, BoundAddress] = {}
        self._receiver = receiver
        self._connections = connections
        self._clock = clock
        self._addresses = addresses
        self._unusable: set[LocalAddress] = set()
        """Addresses that could not be bound, as IPv6 ones before duplicate detection is over."""

    def open(self) -> None:
        """Bind every address. Raises PortInUse, or OSError if nothing binds."""
        addresses = self._addresses()
        attempts = _PORT_ATTEMPTS if self.port == 0 else 1
        for attempt in range(1, attempts + 1):
            try:
                self._bind_all(addresses)
                break
            except PortInUse:
                if attempt == attempts:
                    raise
        if not self.bound:
            raise OSError(errno.EADDRNOTAVAIL, "no local address could be bound for media")
        first = next(iter(self.bound.values())).udp
        self.port = first.port
        log.info(
            "media on port %d of %s, receive buffer %d bytes",
            self.port,
            ", ".join(a.ip for a in self.bound),
            first.receive_buffer_bytes,
        )

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read from all of them."""
        for bound in self.bound.values():
            bound.start(loop)

    def close(self) -> None:
        """Close all of them. Idempotent."""
        for bound in self.bound.values():
            bound.close()
        self.bound.clear()

    def _bind_all(self, addresses: list[LocalAddress]) -> None:
        port = self.port
        try:
            for address in addresses:
                bound = self._bind(address, port)
                if bound is not None:
                    self.bound[address] = bound
                    port = bound.udp.port
        except OSError:
            self.close()
            raise

    def _bind(self, address: LocalAddress, port: int) -> BoundAddress | None:
        """None if the address is not usable (yet)."""
        udp: UdpSocket | None = None
        try:
            udp = UdpSocket(address, port, self._receiver, self._clock)
            tcp = TcpListener(address, udp.port, self._receiver, self._clock, self._connections)
        except OSError as error:
            if udp is not None:
                udp.close()
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(
                    error.errno, f"media port {port} is in use on {address.ip}"
                ) from error
            if address not in self._unusable:
                self._unusable.add(address)
                log.warning("media: cannot bind %s: %s", address.ip, error)
            return None
        self._unusable.discard(address)
        return BoundAddress(udp, tcp)

    def follow_interfaces(self, loop: asyncio.AbstractEventLoop) -> list[BoundAddress] | None:
        """Bind addresses that have come, close those that have gone and return them. None: no change."""
        try:
            current = self._addresses()
        except OSError as error:
            log.warning("media: cannot read the interfaces: %s", error)
            return None
        self._unusable.intersection_update(current)
        before = list(self.bound)
        gone = [self.bound.pop(address) for address in before if address not in current]
        for one in gone:
            one.close()
        for address in current:
            if address in self.bound:
                continue
            try:
                bound = self._bind(address, self.port)
            except PortInUse as error:
                log.warning("media: %s", error)
                continue
            if bound is not None:
                self.bound[address] = bound
                bound.start(loop)
        if list(self.bound) == before:
            return None
        log.info("media addresses are now %s", ", ".join(a.ip for a in self.bound))
        return gone
