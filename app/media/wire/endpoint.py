"""One UDP and TCP port for all peers: sockets, demultiplexing, candidates, timers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.media.wire.addresses import LocalAddress, local_addresses
from app.media.wire.dtls_srtp import DtlsCertificate
from app.media.wire.transport import PeerTransport, TransportHandler


class PortInUse(OSError):
    """The media port is taken by another process."""


@dataclass(slots=True)
class EndpointCounters:
    """What was received and dropped before it reached a transport."""

    datagrams_received: int = 0
    unknown_source: int = 0
    """Not STUN, from an address no peer has used."""
    unknown_ufrag: int = 0
    malformed: int = 0
    wrong_password: int = 0
    tcp_refused: int = 0


class MediaEndpoint:
    """Owns the media sockets of this process. `start()` needs a running event loop."""

    counters: EndpointCounters
    certificate: DtlsCertificate
    on_addresses_changed: Callable[[], None] | None
    """Called after local interfaces changed: new candidates are worth announcing."""

    def __init__(
        self,
        port: int,
        *,
        certificate: DtlsCertificate | None = None,
        clock: Callable[[], float] = time.monotonic,
        addresses: Callable[[], list[LocalAddress]] = local_addresses,
    ) -> None:
        """`port` 0 takes a free one, for tests. `addresses` is asked at start and every 5 s."""
        raise NotImplementedError

    @property
    def port(self) -> int:
        """The UDP and TCP port number in use."""
        raise NotImplementedError

    def start(self) -> None:
        """Bind the sockets and begin to read. Raises PortInUse."""
        raise NotImplementedError

    def close(self) -> None:
        """Close every transport and socket. Idempotent."""
        raise NotImplementedError

    def create_transport(self, handler: TransportHandler) -> PeerTransport:
        """A new peer, reachable at once under its ufrag."""
        raise NotImplementedError

    def remove(self, transport: PeerTransport) -> None:
        """Close `transport` and forget it. Idempotent."""
        raise NotImplementedError

    def candidates(
        self,
        *,
        for_loopback: bool,
        public_ips: Sequence[str] = (),
        preferred_ip: str | None = None,
    ) -> list[str]:
        """Candidate lines without `a=`, best first: UDP host, then TCP passive (RFC 6544).

        Loopback only if `for_loopback`: the page itself came from there. `public_ips` are the
        outer addresses of a 1:1 NAT and come before the local ones; `preferred_ip`, the address
        used for HTTP, comes first of all if it is one of them.
        """
        raise NotImplementedError
