"""The link test: a connection whose pictures go straight back, so that a page can measure its road to this port.

Nothing of it belongs to a lesson. Count, time and rate are bounded here.
"""

from app.media.port import NegotiationFailed
from app.media.sfu.negotiation import (
    parse_description,
    remote_transport,
    sdp_text,
    session_lines,
    transport_lines,
)
from app.media.sfu.sdp import MediaSection
from app.media.wire.endpoint import MediaEndpoint
from app.media.wire.rtcp import Remb, RtcpPacket
from app.media.wire.rtp import RtpPacket, pack_header
from app.media.wire.transport import PeerTransport
from app.media.wire.transport_state import TransportState

MAX_PROBES = 16
LIFE_S = 15.0
CAP_BPS = 600_000
"""What a page is asked to send at most: a classroom on the stage."""
BURST_BYTES = 64_000
REMB_INTERVAL_S = 0.5
ECHO_SSRC = 0x10_0C_BA_C4


class LinkProbe:
    """One connection of a link test."""

    def __init__(self, endpoint: MediaEndpoint, payload_type: int, now: float) -> None:
        self.transport = endpoint.create_transport(self)
        self.transport.label = "link test"
        self.ends_at = now + LIFE_S
        self._payload_type = payload_type
        self._ssrc = 0
        self._allowance_bytes = float(BURST_BYTES)
        self._counted_at = now
        self._remb_due = now

    @property
    def is_over(self) -> bool:
        return self.transport.state in (TransportState.FAILED, TransportState.CLOSED)

    def rtp_received(self, packet: RtpPacket, now: float) -> None:
        """Send it back while it is within the rate."""
        if packet.payload_type != self._payload_type:
            return
        self._ssrc = packet.ssrc
        earned = (now - self._counted_at) * CAP_BPS / 8
        self._allowance_bytes = min(BURST_BYTES, self._allowance_bytes + earned)
        self._counted_at = now
        payload = packet.payload
        if len(payload) > self._allowance_bytes:
            return
        self._allowance_bytes -= len(payload)
        header = pack_header(
            packet.payload_type,
            packet.sequence_number,
            packet.timestamp,
            ECHO_SSRC,
            marker=packet.marker,
        )
        self.transport.send_rtp(header, payload, is_video=True, end_of_frame=packet.marker)

    def rtcp_received(self, packets: list[RtcpPacket], now: float) -> None:
        """The page measures; its reports are for nobody."""

    def state_changed(self, state: TransportState) -> None:
        """Looked at with the next tick."""

    def path_changed(self) -> None:
        """The page measures whatever path it is."""

    def tick(self, now: float) -> None:
        """Tell the page how much it may send."""
        if self._ssrc and now >= self._remb_due:
            self._remb_due = now + REMB_INTERVAL_S
            self.transport.send_rtcp(bytes(Remb(ECHO_SSRC, CAP_BPS, (self._ssrc,))))
            self.transport.flush()


class LinkProbes:
    """The link tests that are under way on one engine."""

    def __init__(self, endpoint: MediaEndpoint) -> None:
        self._endpoint = endpoint
        self._probes: list[LinkProbe] = []

    def __len__(self) -> int:
        return len(self._probes)

    def answer(self, offer_sdp: str, candidates: list[str], now: float) -> str:
        """Answer an offer of one VP8 section that sends and receives. Raises NegotiationFailed."""
        session = parse_description(offer_sdp)
        remote = remote_transport(session)
        section = remote.section
        codec = next((one for one in section.codecs.values() if one.name == "vp8"), None)
        if len(session.media) != 1 or codec is None:
            raise NegotiationFailed("a link test is one video section with VP8")
        if len(self._probes) >= MAX_PROBES:
            raise NegotiationFailed("too many link tests are under way")
        probe = LinkProbe(self._endpoint, codec.payload_type, now)
        try:
            probe.transport.set_remote(
                section.ice_ufrag, section.ice_pwd, section.fingerprints, section.setup
            )
        except ValueError as error:
            self._endpoint.remove(probe.transport)
            raise NegotiationFailed(str(error)) from error
        self._probes.append(probe)
        return _answer(section, codec.payload_type, probe.transport, candidates)

    def tick(self, now: float) -> None:
        """End what is over or has lasted too long."""
        for probe in list(self._probes):
            if probe.is_over or now >= probe.ends_at:
                self._probes.remove(probe)
                self._endpoint.remove(probe.transport)
            else:
                probe.tick(now)


def _answer(
    section: MediaSection, payload_type: int, transport: PeerTransport, candidates: list[str]
) -> str:
    lines = session_lines("1 1", [section.mid] if section.mid else [])
    lines += [
        f"m=video 9 {section.protocol} {payload_type}",
        "c=IN IP4 0.0.0.0",
        *([f"a=mid:{section.mid}"] if section.mid else []),
        "a=sendrecv",
        "a=rtcp-mux",
        f"a=rtpmap:{payload_type} VP8/90000",
        f"a=rtcp-fb:{payload_type} goog-remb",
        "a=msid:link-test link-test",
        f"a=ssrc:{ECHO_SSRC} cname:link-test",
    ]
    return sdp_text([*lines, *transport_lines(transport.local_parameters, candidates)])
