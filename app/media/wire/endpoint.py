"""One UDP and TCP port for all peers: demultiplexing, candidates, timers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.media.wire.addresses import LocalAddress, local_addresses
from app.media.wire.batch import BatchPool
from app.media.wire.candidates import candidate_lines
from app.media.wire.dtls_srtp import DtlsCertificate
from app.media.wire.handshakes import HandshakeQueue
from app.media.wire.ice import BindingRequest, peek_local_ufrag
from app.media.wire.path import Path
from app.media.wire.sockets import MediaSockets
from app.media.wire.srtp_sender import SrtpSender
from app.media.wire.tcp import TcpConnections, TcpPath
from app.media.wire.transport import PeerTransport
from app.media.wire.transport_state import TransportHandler, TransportState
from app.media.wire.udp import SocketAddress, UdpPath, UdpSocket

log = logging.getLogger(__name__)

TICK_S = 0.1
CONNECTED_TICK_S = 1.0
INTERFACE_POLL_S = 5.0
FLUSH_AT_PEERS = 16
"""So many buffers at most wait for one system call."""
_PATIENT = frozenset({b"\x01", b"\xc8", b"\xc9"})
"""Second byte of what can wait: binding requests (RFC 8489), sender and receiver reports (RFC 3550 §6.4)."""
MAX_POSTPONED = 1_024
_HANDLER_LOG_INTERVAL_S = 1.0


@dataclass(slots=True)
class EndpointCounters:
    """What was received and dropped before it reached a transport; they only grow."""

    datagrams_received: int = 0
    unknown_source: int = 0
    """Not STUN, from an address no peer has used."""
    unknown_ufrag: int = 0
    malformed: int = 0
    """Empty, or in the range of STUN but not a binding request with a username."""
    wrong_password: int = 0
    tcp_refused: int = 0
    handler_errors: int = 0
    """Exceptions out of a transport handler: bugs on this side, logged at most once a second."""


class MediaEndpoint:
    """Owns the media sockets of this process. `start()` needs a running event loop.

    Also the `DatagramReceiver`, `FrameReceiver` and `TransportOwner` of what it owns.
    """

    def __init__(
        self,
        port: int,
        *,
        certificate: DtlsCertificate | None = None,
        clock: Callable[[], float] = time.monotonic,
        addresses: Callable[[], list[LocalAddress]] = local_addresses,
    ) -> None:
        """`port` 0 takes a free one, for tests. `addresses` is asked at start and every 5 s."""
        self.counters = EndpointCounters()
        self.certificate = certificate or DtlsCertificate.generate()
        self.on_addresses_changed: Callable[[], None] | None = None
        """Called after local interfaces changed: new candidates are worth announcing."""
        self.on_wake_up_ended: Callable[[], None] | None = None
        """Called after what a wake-up brought was sent on: time for what can wait until then."""
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connections = TcpConnections()
        self._sockets = MediaSockets(port, self, self._connections, clock, addresses)
        self._bound = self._sockets.bound
        self._batches = BatchPool(keep=FLUSH_AT_PEERS)
        self._ufrags: dict[PeerTransport, tuple[str, ...]] = {}
        self._by_ufrag: dict[str, PeerTransport] = {}
        self._owners: dict[Path, PeerTransport] = {}
        self._waiting: list[SrtpSender] = []
        self._deferred: list[Callable[[], None]] = []
        self._postponed: list[tuple[UdpSocket, bytes, SocketAddress, float]] = []
        self._is_reading = False
        """Inside a wake-up: its end flushes."""
        self._handshakes = HandshakeQueue(clock, self._handler_failed)
        self._timer: asyncio.TimerHandle | None = None
        self._next_connected_tick = 0.0
        self._next_poll = 0.0
        self._handler_logged_at = -_HANDLER_LOG_INTERVAL_S

    # -- life ---------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The UDP and TCP port number in use."""
        return self._sockets.port

    @property
    def addresses(self) -> list[LocalAddress]:
        """The addresses that are bound, in the order of `local_addresses`."""
        return list(self._bound)

    def start(self) -> None:
        """Bind the sockets and begin to read. Raises PortInUse, or OSError if nothing binds."""
        loop = asyncio.get_running_loop()
        self._sockets.open()
        self._loop = loop
        self._handshakes.start(loop)
        self._sockets.start(loop)
        self._next_poll = self._clock() + INTERFACE_POLL_S
        self._timer = loop.call_later(TICK_S, self._tick)

    def close(self) -> None:
        """Close every transport and socket. Idempotent."""
        for transport in list(self._ufrags):
            try:
                self.remove(transport)
            except Exception:
                self._handler_failed(self._clock())
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._connections.close_all()
        self._sockets.close()
        self._waiting.clear()
        self._deferred.clear()
        self._postponed.clear()
        self._handshakes.close()
        self._loop = None

    # -- peers --------------------------------------------------------------------------------

    def create_transport(self, handler: TransportHandler) -> PeerTransport:
        """A new peer, reachable at once under its ufrag."""
        transport = PeerTransport(handler, self.certificate, owner=self, batches=self._batches)
        self._ufrags[transport] = ()
        self.credentials_changed(transport)
        return transport

    def remove(self, transport: PeerTransport) -> None:
        """Close `transport` and forget it. Idempotent."""
        for ufrag in self._ufrags.pop(transport, ()):
            self._by_ufrag.pop(ufrag, None)
        transport.close()

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
        used for HTTP, comes first of all if it is one of them. Raises ValueError if a public
        address is not an IP address.
        """
        return candidate_lines(
            self.addresses,
            self.port,
            for_loopback=for_loopback,
            public_ips=public_ips,
            preferred_ip=preferred_ip,
        )

    # -- receiving ----------------------------------------------------------------------------

    def datagram_received(
        self, source: UdpSocket, data: bytes, remote: SocketAddress, now: float
    ) -> None:
        """Media at once; what a connected peer reports, or consents to, with the next `catch_up`."""
        self.counters.datagrams_received += 1
        self._is_reading = True
        path = source.paths.get(remote)
        if (
            data[1:2] in _PATIENT
            and path is not None
            and self._owners[path].state is TransportState.CONNECTED
            and len(self._postponed) < MAX_POSTPONED
        ):
            self._postponed.append((source, data, remote, now))
        else:
            self._deliver(source, data, remote, path, now)

    def catch_up(self) -> None:
        """Handle what could wait, as of when it came.

        A process that has slept finds its caches cold: in a row, and after media, this takes less.
        """
        postponed, self._postponed = self._postponed, []
        for source, data, remote, at in postponed:
            self._deliver(source, data, remote, source.paths.get(remote), at)

    def _deliver(
        self,
        source: UdpSocket,
        data: bytes,
        remote: SocketAddress,
        path: UdpPath | None,
        now: float,
    ) -> None:
        """First byte and address decide: STUN by ufrag, all else by address (RFC 7983)."""
        counters = self.counters
        try:
            if data and data[0] < 4:
                self._receive_stun(data, path or UdpPath(source, remote), now)
            elif path is None:
                counters.unknown_source += 1
            elif not data:
                counters.malformed += 1
            elif 20 <= data[0] < 64:
                self._handshakes.put(self._owners[path], data, path)
            else:
                self._owners[path].receive(data, path, now)
        except Exception:
            self._handler_failed(now)

    def frame_received(self, path: TcpPath, data: bytes, now: float) -> None:
        """The same for one ICE-TCP frame; a connection that begins otherwise is closed."""
        counters = self.counters
        counters.datagrams_received += 1
        self._is_reading = True
        owner = self._owners.get(path)
        try:
            if data[0] < 4:
                self._receive_stun(data, path, now)
            elif owner is None:
                counters.unknown_source += 1
                path.close()
            elif 20 <= data[0] < 64:
                self._handshakes.put(owner, data, path)
            else:
                owner.receive(data, path, now)
        except Exception:
            self._handler_failed(now)

    def _receive_stun(self, data: bytes, path: UdpPath | TcpPath, now: float) -> None:
        try:
            transport = self._by_ufrag.get(peek_local_ufrag(data))
            if transport is None:
                self.counters.unknown_ufrag += 1
                return
            request = BindingRequest.parse(data)
        except ValueError:
            self.counters.malformed += 1
            return
        if self._postponed:
            # Who overheard a check of them must not be heard first.
            self.catch_up()
        if not transport.receive_binding_request(request, path, now):
            self.counters.wrong_password += 1

    def wake_up_ended(self) -> None:
        """Send what this wake-up has queued, then do what could wait, and send that."""
        self._is_reading = True
        try:
            self._send_on()
            if self.on_wake_up_ended is not None:
                self.on_wake_up_ended()
                self._send_on()
        finally:
            self._is_reading = False

    def _send_on(self) -> None:
        deferred = self._deferred
        while deferred:
            self._deferred = []
            for action in deferred:
                try:
                    action()
                except Exception:
                    self._handler_failed(self._clock())
            deferred = self._deferred
        self._flush_waiting()

    def _flush_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        outboxes = [bound.udp.outbox for bound in self._bound.values()]
        for sender in waiting:
            path, batch = sender.path, sender.take_batch()
            if batch is None:
                continue
            if isinstance(path, UdpPath) and path.outbox is not None:
                path.outbox.add_batch(sender, path, batch)
            else:
                sender.batch_sent(batch, path.send_batch(batch) if path else len(batch.sizes))
        for outbox in outboxes:
            if outbox is not None:
                outbox.flush()

    def at_end_of_wake_up(self, action: Callable[[], None]) -> None:
        """Call `action` once when all datagrams of this wake-up are read, before the flush.

        Outside a wake-up: at the end of this loop iteration.
        """
        self._end_later()
        self._deferred.append(action)

    def _end_later(self) -> None:
        is_pending = self._is_reading or self._deferred or self._waiting
        if not is_pending and self._loop is not None:
            self._loop.call_soon(self.wake_up_ended)

    def connection_closed(self, path: TcpPath) -> None:
        """Forget an ICE-TCP connection and tell its peer."""
        self._connections.discard(path)
        owner = self._owners.pop(path, None)
        if owner is not None:
            owner.path_lost(path)

    def connection_refused(self) -> None:
        """Count a connection over the limits."""
        self.counters.tcp_refused += 1

    def _handler_failed(self, now: float) -> None:
        # Remote input is handled below; what arrives here is a bug in a handler. It must not
        # stop the other peers, nor fill the disk at a thousand packets a second.
        self.counters.handler_errors += 1
        if now - self._handler_logged_at >= _HANDLER_LOG_INTERVAL_S:
            self._handler_logged_at = now
            log.exception("media: a transport handler failed")

    # -- what transports ask for --------------------------------------------------------------

    def path_validated(self, transport: PeerTransport, path: Path, now: float) -> bool:
        """Route `path` to `transport`, unless another peer is alive on that very address.

        Otherwise a participant could take a classmate's address with a forged source.
        """
        other = self._owners.get(path)
        if other is not None and other is not transport:
            if other.is_live_on(path, now):
                return False
            other.path_lost(path)
        self._owners[path] = transport
        if isinstance(path, UdpPath):
            path.udp_socket.paths[path.address] = path
        elif isinstance(path, TcpPath):
            self._connections.prove(path)
        return True

    def path_released(self, transport: PeerTransport, path: Path) -> None:
        """Stop routing `path` to `transport`."""
        if self._owners.get(path) is not transport:
            return
        del self._owners[path]
        if isinstance(path, UdpPath):
            path.udp_socket.paths.pop(path.address, None)
        path.close()

    def credentials_changed(self, transport: PeerTransport) -> None:
        """Answer under the transport's current ufrags and no others."""
        known = self._ufrags.get(transport)
        if known is None:
            return
        for ufrag in known:
            self._by_ufrag.pop(ufrag, None)
        current = transport.local_ufrags
        self._ufrags[transport] = current
        for ufrag in current:
            self._by_ufrag[ufrag] = transport

    def flush_wanted(self, sender: SrtpSender) -> None:
        """Flush with the end of this wake-up, or of this loop iteration when outside one."""
        self._end_later()
        if len(self._waiting) >= FLUSH_AT_PEERS:
            self._flush_waiting()
        self._waiting.append(sender)

    # -- time ---------------------------------------------------------------------------------

    def _tick(self) -> None:
        if self._loop is None:
            return
        self._timer = self._loop.call_later(TICK_S, self._tick)
        self.catch_up()
        now = self._clock()
        everyone = now >= self._next_connected_tick
        if everyone:
            self._next_connected_tick = now + CONNECTED_TICK_S
            self._connections.close_idle(now)
        for transport in list(self._ufrags):
            if everyone or transport.state is not TransportState.CONNECTED:
                try:
                    transport.tick(now)
                except Exception:
                    self._handler_failed(now)
        if now >= self._next_poll:
            self._next_poll = now + INTERFACE_POLL_S
            self._follow_interfaces()

    def _follow_interfaces(self) -> None:
        assert self._loop is not None
        gone = self._sockets.follow_interfaces(self._loop)
        if gone is None:
            return
        for bound in gone:
            for path in list(bound.udp.paths.values()):
                owner = self._owners.pop(path, None)
                path.close()
                if owner is not None:
                    owner.path_lost(path)
            bound.udp.paths.clear()
        if self.on_addresses_changed is not None:
            self.on_addresses_changed()
