"""One media peer below RTP: ICE-lite, DTLS and SRTP over a selected path. Time is an argument."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol

from app.media.wire.batch import BatchPool
from app.media.wire.dtls_srtp import DtlsCertificate, DtlsConnection, DtlsState, Fingerprint
from app.media.wire.ice import BindingRequest, IceLite, unauthenticated_response
from app.media.wire.path import Path
from app.media.wire.rtcp import parse_compound
from app.media.wire.rtp import RtpPacket
from app.media.wire.srtp_sender import FlushOwner, SrtpSender
from app.media.wire.transport_state import LocalParameters, TransportHandler, TransportState

log = logging.getLogger(__name__)

DISCONNECTED_AFTER_S = 10.0
"""Silence after which a connected transport counts as disconnected; checks come every 2.5-6 s."""
CONNECT_WITHIN_S = 30.0
"""From `set_remote` to CONNECTED; longer and the transport has failed."""
MAX_PATHS = 16
MAX_SSRCS = 256
_MAX_EARLY_DTLS = 8
_SETUPS = frozenset({"actpass", "active", "passive"})


class TransportOwner(FlushOwner, Protocol):
    """What a transport needs of the endpoint around it."""

    def path_validated(self, transport: PeerTransport, path: Path, now: float) -> bool:
        """`path` has proven the password; False if another live peer holds that address."""
        ...

    def path_released(self, transport: PeerTransport, path: Path) -> None:
        """The transport does not use `path` any more."""
        ...

    def credentials_changed(self, transport: PeerTransport) -> None:
        """`transport.local_ufrags` has changed."""
        ...


class NoOwner:
    """For a transport used alone: every path is fine and the caller flushes."""

    def path_validated(self, transport: PeerTransport, path: Path, now: float) -> bool:
        """Every path is fine."""
        return True

    def path_released(self, transport: PeerTransport, path: Path) -> None:
        """Nothing is kept."""

    def credentials_changed(self, transport: PeerTransport) -> None:
        """Nothing is kept."""

    def flush_wanted(self, sender: SrtpSender) -> None:
        """The caller flushes."""


class PeerTransport(SrtpSender):
    """One media peer; made by `MediaEndpoint.create_transport` or, in tests, directly."""

    _owner: TransportOwner

    def __init__(
        self,
        handler: TransportHandler,
        certificate: DtlsCertificate,
        *,
        owner: TransportOwner | None = None,
        batches: BatchPool | None = None,
    ) -> None:
        super().__init__(owner or NoOwner(), batches or BatchPool(keep=1))
        self.label = ""
        """Bound into log lines; set by whoever knows the peer's id."""
        self._handler = handler
        self._certificate = certificate
        self._state = TransportState.NEW
        self._ice = IceLite.fresh()
        self._previous_ice: IceLite | None = None
        self._ice_failed = False
        self._connecting_since: float | None = None
        self._heard: dict[Path, float] = {}
        self._last_heard = 0.0
        self._remote_ufrag: str | None = None
        self._is_silent = False
        self._fingerprints: tuple[Fingerprint, ...] | None = None
        self._is_server: bool | None = None
        self._dtls: DtlsConnection | None = None
        self._early_dtls: list[bytes] = []
        self._ssrcs: set[bytes] = set()

    # -- what it is ---------------------------------------------------------------------------

    @property
    def state(self) -> TransportState:
        """The current state."""
        return self._state

    @property
    def local_ufrags(self) -> tuple[str, ...]:
        """The username fragments that are answered; two while an ICE restart is under way."""
        if self._previous_ice is None:
            return (self._ice.local_ufrag,)
        return self._ice.local_ufrag, self._previous_ice.local_ufrag

    @property
    def local_parameters(self) -> LocalParameters:
        """ICE and DTLS parameters for the local session description."""
        setup = "actpass"
        if self._is_server is not None:
            setup = "passive" if self._is_server else "active"
        return LocalParameters(
            self._ice.local_ufrag, self._ice.local_pwd, self._certificate.fingerprint, setup
        )

    @property
    def remote_ufrag(self) -> str | None:
        """The remote's current username fragment: a changed one in SDP asks for an ICE restart."""
        return self._remote_ufrag

    @property
    def ice_state(self) -> str:
        """RTCIceTransportState's word."""
        if self._is_closed:
            return "closed"
        if self._ice_failed:
            return "failed"
        if self._path is not None:
            return "disconnected" if self._is_silent else "connected"
        return "new" if self._remote_ufrag is None and not self._heard else "checking"

    @property
    def dtls_state(self) -> str:
        """RTCDtlsTransportState's word."""
        if self._dtls is None:
            return "closed" if self._is_closed else "new"
        if self._dtls.state is DtlsState.HANDSHAKING:
            return "connecting"
        return str(self._dtls.state.value)

    @property
    def srtp_profile(self) -> str | None:
        """`SRTP_AEAD_AES_128_GCM` or `SRTP_AES128_CM_SHA1_80` once connected, else None."""
        return self._srtp.profile.name if self._srtp else None

    # -- signalling ---------------------------------------------------------------------------

    def set_remote(
        self, ufrag: str, pwd: str, fingerprints: Iterable[Fingerprint], setup: str
    ) -> None:
        """Apply the remote session description; again with the same values it changes nothing.

        `setup` is the remote's `a=setup`. Raises ValueError if there is no fingerprint that can
        be checked, if the fingerprints differ from earlier ones, or on an unknown setup.
        """
        checkable = tuple(sorted({f for f in fingerprints if f.is_checkable}, key=str))
        if not checkable:
            raise ValueError("no fingerprint with a known hash")
        if setup not in _SETUPS:
            raise ValueError("a=setup is not actpass, active or passive")
        if self._fingerprints is not None and checkable != self._fingerprints:
            raise ValueError("the DTLS fingerprint of a transport cannot change")
        if self._is_closed:
            return
        self._remote_ufrag = ufrag
        if self._fingerprints is not None:
            return
        self._fingerprints = checkable
        self._is_server = setup != "passive"
        if self._path is not None:
            self._start_dtls()
        self._update_state()

    def restart_ice(self, remote_ufrag: str | None = None) -> None:
        """New ufrag and password; the old ones stay valid until a pair is nominated with the new.

        `remote_ufrag`: the remote's new one, where no whole description follows.

        The DTLS association and all SRTP state live on. A transport whose consent expired
        becomes CHECKING again.
        """
        if self._is_closed:
            return
        if remote_ufrag is not None:
            self._remote_ufrag = remote_ufrag
        self._previous_ice = self._ice
        self._ice = IceLite.fresh()
        self._connecting_since = None
        if self._ice_failed:
            self._ice_failed = False
            self._previous_ice = None
        self._owner.credentials_changed(self)
        self._update_state()

    # -- receiving ----------------------------------------------------------------------------

    def receive(self, data: bytes, path: Path, now: float) -> None:
        """One datagram or frame that came over `path`. Never raises on remote input.

        Everything but STUN counts only from a path that has proven the ICE password.
        """
        if not data:
            return
        first = data[0]
        if 128 <= first < 192:
            self._receive_srtp(data, path, now)
        elif 20 <= first < 64:
            self._receive_dtls(data, path, now)
        elif first < 4:
            try:
                request = BindingRequest.parse(data)
            except ValueError:
                self._stats.packets_rejected += 1
                return
            self.receive_binding_request(request, path, now)

    def _receive_srtp(self, data: bytes, path: Path, now: float) -> None:
        srtp = self._srtp
        if srtp is None or path not in self._heard or len(data) < 12:
            self._stats.packets_rejected += 1
            return
        is_rtcp = 192 <= data[1] < 224
        ssrc = data[4:8] if is_rtcp else data[8:12]
        is_new = ssrc not in self._ssrcs
        if is_new and len(self._ssrcs) >= MAX_SSRCS:
            self._stats.packets_rejected += 1
            return
        try:
            if is_rtcp:
                packets = parse_compound(srtp.unprotect_rtcp(data))
            else:
                packet = RtpPacket.parse(srtp.unprotect(data))
        except ValueError:
            self._stats.packets_rejected += 1
            return
        if is_new:
            self._ssrcs.add(ssrc)
        self._stats.packets_received += 1
        self._stats.bytes_received += len(data)
        self._heard[path] = self._last_heard = now
        if self._is_silent:
            self._is_silent = False
            self._update_state()
        if is_rtcp:
            self._handler.rtcp_received(packets, now)
        else:
            self._handler.rtp_received(packet, now)

    def receive_binding_request(self, request: BindingRequest, path: Path, now: float) -> bool:
        """A connectivity check for one of `local_ufrags`; whether it was authentic."""
        if self._is_closed or self._ice_failed:
            return False
        previous = self._previous_ice
        if self._ice.authenticate(request, path.remote, now):
            ice = self._ice
        elif previous is not None and previous.authenticate(request, path.remote, now):
            ice = previous
        else:
            self._stats.packets_rejected += 1
            path.send(unauthenticated_response(request))
            return False
        if path not in self._heard:
            if not self._owner.path_validated(self, path, now):
                return False
            self._make_room_for_path()
        self._heard[path] = self._last_heard = now
        self._is_silent = False
        path.send(ice.success_response(request, path.remote))
        if request.is_nominating and ice is self._ice and previous is not None:
            self._previous_ice = None
            self._owner.credentials_changed(self)
        if self._path is None or (request.is_nominating and path is not self._path):
            self._select(path)
        self._update_state()
        return True

    def _make_room_for_path(self) -> None:
        if len(self._heard) < MAX_PATHS:
            return
        oldest = min((p for p in self._heard if p is not self._path), key=self._heard.__getitem__)
        del self._heard[oldest]
        self._owner.path_released(self, oldest)

    def _select(self, path: Path) -> None:
        log.info(
            "transport %s: %s over %r", self.label, "re-bound" if self._path else "bound", path
        )
        self._leave_fan_outs()
        self.flush()
        self._path = path
        if self._dtls is None:
            self._start_dtls()
        else:
            self._handler.path_changed()

    def _receive_dtls(self, data: bytes, path: Path, now: float) -> None:
        if path not in self._heard or self._is_closed:
            self._stats.packets_rejected += 1
            return
        dtls = self._dtls
        if dtls is None:
            # The remote's handshake can overtake its session description (RFC 8842 §5.1).
            if len(self._early_dtls) < _MAX_EARLY_DTLS:
                self._early_dtls.append(data)
            return
        dtls.receive(data)
        self._dtls_advanced(dtls)

    def _start_dtls(self) -> None:
        if self._fingerprints is None or self._is_server is None:
            return
        dtls = self._dtls = DtlsConnection(
            self._certificate,
            is_server=self._is_server,
            remote_fingerprints=self._fingerprints,
        )
        dtls.start()
        early, self._early_dtls = self._early_dtls, []
        for datagram in early:
            dtls.receive(datagram)
        self._dtls_advanced(dtls)

    def _dtls_advanced(self, dtls: DtlsConnection) -> None:
        outgoing = dtls.take_outgoing()
        if self._path is not None:
            for datagram in outgoing:
                self._path.send(datagram)
        if self._srtp is None:
            self._srtp = dtls.srtp
        self._update_state()

    # -- time ---------------------------------------------------------------------------------

    def next_deadline(self, now: float) -> float | None:
        """When `tick` is due next, in the clock of `now`; None if nothing is pending."""
        if self._is_closed or self._state is TransportState.FAILED:
            return None
        deadlines = [d for d in (self._consent_deadline(),) if d is not None]
        if self._state is TransportState.CONNECTED:
            deadlines.append(self._last_heard + DISCONNECTED_AFTER_S)
        elif self._srtp is None and self._fingerprints is not None:
            since = self._connecting_since
            deadlines.append(now if since is None else since + CONNECT_WITHIN_S)
        if self._dtls is not None:
            remaining_s = self._dtls.timeout()
            if remaining_s is not None:
                deadlines.append(now + remaining_s)
        return min(deadlines, default=None)

    def tick(self, now: float) -> None:
        """DTLS retransmission, consent and disconnection timers."""
        if self._is_closed or self._state is TransportState.FAILED:
            return
        consent_ends = self._consent_deadline()
        if consent_ends is not None and now >= consent_ends:
            self._fail_ice("consent expired")
            return
        if self._fingerprints is not None and self._state is not TransportState.CONNECTED:
            self._tick_connecting(now)
        if self._dtls is not None and self._dtls.timeout() == 0:
            self._dtls.handle_timeout()
            self._dtls_advanced(self._dtls)
        if (
            self._state is TransportState.CONNECTED
            and now >= self._last_heard + DISCONNECTED_AFTER_S
        ):
            self._is_silent = True
            self._update_state()

    def _tick_connecting(self, now: float) -> None:
        if self._srtp is not None and self._ice.last_consent is not None:
            self._connecting_since = None
            return
        if self._connecting_since is None:
            self._connecting_since = now
        elif now >= self._connecting_since + CONNECT_WITHIN_S:
            self._fail_ice("not connected in time")

    def _consent_deadline(self) -> float | None:
        generations = (self._ice, self._previous_ice)
        deadlines = [i.consent_deadline for i in generations if i is not None]
        return max((d for d in deadlines if d is not None), default=None)

    def _fail_ice(self, reason: str) -> None:
        log.info("transport %s: %s", self.label, reason)
        self._ice_failed = True
        self._release_paths()
        self._update_state()

    # -- paths and the end --------------------------------------------------------------------

    def path_lost(self, path: Path) -> None:
        """`path` is gone: its socket or connection was closed, or another peer took it."""
        if self._heard.pop(path, None) is None:
            return
        if path is self._path:
            self._leave_fan_outs()
            # Prefer what was heard last; the remote nominates again if it thinks otherwise.
            self._path = max(self._heard, key=self._heard.__getitem__, default=None)
            if self._path is None:
                self._drop_queued()
            else:
                self._handler.path_changed()
            self._update_state()

    def silent_s(self, now: float) -> float:
        """Seconds since anything authenticated came, in the clock of `now`; 0 before the first."""
        return now - self._last_heard if self._last_heard else 0.0

    def is_live_on(self, path: Path, now: float) -> bool:
        """Whether something authenticated came over `path` within `DISCONNECTED_AFTER_S`."""
        heard = self._heard.get(path)
        return heard is not None and now - heard < DISCONNECTED_AFTER_S

    def close(self) -> None:
        """Send close_notify, release the paths, become CLOSED. Idempotent."""
        if self._is_closed:
            return
        self.flush()
        if self._dtls is not None:
            self._dtls.close()
            if self._path is not None:
                for datagram in self._dtls.take_outgoing():
                    self._path.send(datagram)
        self._end(TransportState.CLOSED)

    @property
    def _is_closed(self) -> bool:
        return self._state is TransportState.CLOSED

    def _end(self, state: TransportState) -> None:
        self._release_paths()
        self._srtp = None
        self._set_state(state)

    def _release_paths(self) -> None:
        self._leave_fan_outs()
        self._path = None
        self._drop_queued()
        paths = list(self._heard)
        self._heard.clear()
        for path in paths:
            self._owner.path_released(self, path)

    def _update_state(self) -> None:
        if self._is_closed:
            return
        dtls_state = self._dtls.state if self._dtls is not None else None
        if dtls_state is DtlsState.CLOSED:
            self._end(TransportState.CLOSED)
        elif dtls_state is DtlsState.FAILED and self._state is not TransportState.FAILED:
            log.info("transport %s: %s", self.label, self._dtls and self._dtls.failure)
            self._end(TransportState.FAILED)
        elif dtls_state is DtlsState.FAILED or self._ice_failed:
            self._set_state(TransportState.FAILED)
        elif self._srtp is not None:
            connected = self._path is not None and not self._is_silent
            self._set_state(TransportState.CONNECTED if connected else TransportState.DISCONNECTED)
        elif self._fingerprints is not None or self._heard:
            self._set_state(TransportState.CHECKING)

    def _set_state(self, state: TransportState) -> None:
        if state is self._state:
            return
        log.info("transport %s: %s -> %s", self.label, self._state.value, state.value)
        self._state = state
        self._handler.state_changed(state)
