"""What a transport says of itself, and to whom."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from app.media.wire.dtls_srtp import Fingerprint
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

    def path_changed(self) -> None:
        """What is sent goes over another path than before, at whose end the remote may have missed something."""
        ...
