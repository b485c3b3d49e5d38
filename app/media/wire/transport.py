"""One media peer below RTP: ICE-lite, DTLS and SRTP over a selected path. Time is an argument."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from app.media.wire.dtls_srtp import Fingerprint
from app.media.wire.path import Path
from app.media.wire.rtcp import RtcpPacket
from app.media.wire.rtp import RtpPacket


class TransportState(enum.Enum):
    """Where a transport stands; FAILED and CLOSED are final except FAILED after an ICE restart."""

    NEW = "new"
    """Nothing heard from the remote yet."""
    CHECKING = "checking"
    """Connectivity checks or the DTLS handshake are under way."""
    CONNECTED = "connected"
    """Media can flow."""
    DISCONNECTED = "disconnected"
    """Was connected; nothing authenticated for `DISCONNECTED_AFTER_S`. May come back by itself."""
    FAILED = "failed"
    """Consent expired, or the handshake failed."""
    CLOSED = "closed"
    """Closed here, or by the remote with close_notify."""


@dataclass(frozen=True, slots=True)
class LocalParameters:
    """What the local session description says about this transport."""

    ufrag: str
    pwd: str
    fingerprint: Fingerprint
    setup: str
    """`actpass` until `set_remote` decided, then `passive` or `active`, RFC 8842 §5."""


class TransportHandler(Protocol):
    """Whom a transport tells. Called from inside `receive`, `tick` and `close`."""

    def rtp_received(self, packet: RtpPacket, now: float) -> None:
        """One authenticated RTP packet, in arrival order."""
        ...

    def rtcp_received(self, packets: list[RtcpPacket], now: float) -> None:
        """The known packets of one authenticated RTCP compound."""
        ...

    def state_changed(self, state: TransportState) -> None:
        """The transport's state is now `state`."""
        ...


@dataclass(slots=True)
class TransportStats:
    """Counters since the start; they only grow."""

    packets_received: int = 0
    bytes_received: int = 0
    packets_sent: int = 0
    bytes_sent: int = 0
    packets_dropped_congestion: int = 0
    packets_rejected: int = 0
    """Failed SRTP authentication or replay, malformed RTP or RTCP, too many SSRCs."""


class PeerTransport:
    """One media peer; made by `MediaEndpoint.create_transport` or, in tests, directly.

    RTP handed to `send_rtp` is encrypted on the spot and leaves with the next `flush()`; the
    endpoint flushes by itself after each wake-up and at the end of the current loop iteration.
    Keep every packet at 1,170 bytes of plaintext or less, so that with the tag it stays under
    1,200 bytes. Never send different bytes under one SSRC and sequence number (GCM).
    """

    stats: TransportStats

    @property
    def state(self) -> TransportState:
        """The current state."""
        raise NotImplementedError

    @property
    def path(self) -> Path | None:
        """The path in use, if ICE has nominated one."""
        raise NotImplementedError

    @property
    def local_parameters(self) -> LocalParameters:
        """ICE and DTLS parameters for the local session description."""
        raise NotImplementedError

    @property
    def srtp_profile(self) -> str | None:
        """`SRTP_AEAD_AES_128_GCM` or `SRTP_AES128_CM_SHA1_80` once connected, else None."""
        raise NotImplementedError

    def set_remote(
        self, ufrag: str, pwd: str, fingerprints: Iterable[Fingerprint], setup: str
    ) -> None:
        """Apply the remote session description; again with the same values it changes nothing.

        `setup` is the remote's `a=setup`. Raises ValueError if there is no fingerprint that can
        be checked, if the fingerprint differs from an earlier one, or on an unknown setup.
        """
        raise NotImplementedError

    def receive(self, data: bytes, path: Path, now: float) -> None:
        """One datagram or frame that came over `path`. Never raises on remote input."""
        raise NotImplementedError

    def send_rtp(
        self,
        header: bytes | bytearray | memoryview,
        payload: bytes | bytearray | memoryview = b"",
        *,
        is_video: bool,
        end_of_frame: bool = False,
    ) -> bool:
        """Queue one plaintext RTP packet given as header, or as header and payload.

        Copied at once, so the caller may reuse its buffers. False if it was not queued: not
        connected, or video of a frame that is being dropped because the socket was full.
        """
        raise NotImplementedError

    def send_rtcp(self, data: bytes) -> bool:
        """Encrypt and queue one RTCP compound; False if not connected."""
        raise NotImplementedError

    def flush(self) -> None:
        """Send what is queued."""
        raise NotImplementedError

    def next_deadline(self) -> float | None:
        """When `tick` is due next, in the clock of `now`; None if nothing is pending."""
        raise NotImplementedError

    def tick(self, now: float) -> None:
        """DTLS retransmission, consent and disconnection timers."""
        raise NotImplementedError

    def restart_ice(self) -> None:
        """New ufrag and password; the old ones stay valid until the new ones are used."""
        raise NotImplementedError

    def close(self) -> None:
        """Send close_notify, release the paths, become CLOSED. Idempotent."""
        raise NotImplementedError
