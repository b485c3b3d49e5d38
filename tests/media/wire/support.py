"""Peers without sockets: paths in memory, a handler that remembers, hand-made checks."""

from __future__ import annotations

import re

from aioice import stun

from app.media.wire.batch import PacketBatch
from app.media.wire.codecs import Vp8Descriptor
from app.media.wire.dtls_srtp import DtlsCertificate
from app.media.wire.endpoint import MediaEndpoint
from app.media.wire.rtcp import RtcpPacket
from app.media.wire.rtp import RtpPacket, pack_header
from app.media.wire.transport import PeerTransport
from app.media.wire.transport_state import LocalParameters, TransportState

DEADLINE_S = 60.0


class MemoryPath:
    """Keeps what is sent until the test carries it over."""

    is_tcp = False
    outbox = None
    local_ip = "192.0.2.1"

    def __init__(self, remote: tuple[str, int] = ("198.51.100.7", 40000)) -> None:
        self.remote = remote
        self.sent: list[bytes] = []
        self.is_closed = False

    def send(self, data: bytes) -> bool:
        self.sent.append(bytes(data))
        return True

    def send_batch(self, batch: PacketBatch) -> int:
        for start, size in zip(batch.starts, batch.sizes, strict=True):
            self.sent.append(bytes(batch.view[start : start + size]))
        return 0

    def close(self) -> None:
        self.is_closed = True

    def take(self) -> list[bytes]:
        sent, self.sent = self.sent, []
        return sent


class Recorder:
    """A TransportHandler that remembers everything."""

    def __init__(self) -> None:
        self.rtp: list[RtpPacket] = []
        self.rtcp: list[RtcpPacket] = []
        self.states: list[TransportState] = []
        self.path_changes = 0

    def rtp_received(self, packet: RtpPacket, now: float) -> None:
        self.rtp.append(packet)

    def rtcp_received(self, packets: list[RtcpPacket], now: float) -> None:
        self.rtcp.extend(packets)

    def state_changed(self, state: TransportState) -> None:
        self.states.append(state)

    def path_changed(self) -> None:
        self.path_changes += 1


def binding_request(
    to: LocalParameters,
    *,
    remote_ufrag: str = "remo",
    nominate: bool = True,
    pwd: str | None = None,
) -> bytes:
    """The check a controlling full agent sends, RFC 8445 §7.1."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{to.ufrag}:{remote_ufrag}"
    message.attributes["PRIORITY"] = 1853824767
    message.attributes["ICE-CONTROLLING"] = 0x1122334455667788
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity((pwd or to.pwd).encode())
    return bytes(message)


class Pair:
    """Two transports joined by memory paths; `a` is the DTLS server, as towards a browser."""

    def __init__(self) -> None:
        self.now = 100.0
        self.a_handler, self.b_handler = Recorder(), Recorder()
        self.a = PeerTransport(self.a_handler, DtlsCertificate.generate())
        self.b = PeerTransport(self.b_handler, DtlsCertificate.generate())
        self.a_path, self.b_path = MemoryPath(), MemoryPath(("192.0.2.1", 7000))

    def signal(self) -> None:
        """Exchange session descriptions."""
        a, b = self.a.local_parameters, self.b.local_parameters
        self.a.set_remote(b.ufrag, b.pwd, [b.fingerprint], "active")
        self.b.set_remote(a.ufrag, a.pwd, [a.fingerprint], "passive")

    def check(self) -> None:
        """Connectivity checks in both directions; the answers are thrown away."""
        self.a.receive(binding_request(self.a.local_parameters), self.a_path, self.now)
        self.b.receive(binding_request(self.b.local_parameters), self.b_path, self.now)
        self.a_path.sent = [d for d in self.a_path.sent if d[0] > 3]
        self.b_path.sent = [d for d in self.b_path.sent if d[0] > 3]

    def carry(self) -> None:
        """Deliver what both have sent until nobody has anything to say."""
        while self.a_path.sent or self.b_path.sent:
            for datagram in self.a_path.take():
                self.b.receive(datagram, self.b_path, self.now)
            for datagram in self.b_path.take():
                self.a.receive(datagram, self.a_path, self.now)

    def connect(self) -> Pair:
        self.signal()
        self.check()
        self.carry()
        assert self.a.state is TransportState.CONNECTED
        assert self.b.state is TransportState.CONNECTED
        return self


ECHO_SSRCS = {"audio": 1001, "video": 2002}


class Echo(Recorder):
    """Sends Opus and VP8 back under announced SSRCs, as a forwarder would."""

    def __init__(self, endpoint: MediaEndpoint, offer: str) -> None:
        super().__init__()
        self.transport = endpoint.create_transport(self)
        opus, vp8 = (
            next(re.finditer(rf"a=rtpmap:(\d+) {codec}/", offer)).group(1)
            for codec in ("opus", "VP8")
        )
        self._kinds = {int(opus): "audio", int(vp8): "video"}

    @property
    def video(self) -> list[RtpPacket]:
        """The VP8 packets that came."""
        return [p for p in self.rtp if self._kinds.get(p.payload_type) == "video"]

    @property
    def keyframes(self) -> int:
        """How many VP8 keyframes began."""
        return sum(
            Vp8Descriptor.parse(p.payload).is_keyframe_start for p in self.video if p.payload_size
        )

    def rtp_received(self, packet: RtpPacket, now: float) -> None:
        super().rtp_received(packet, now)
        kind = self._kinds.get(packet.payload_type)
        if kind is None:
            return
        header = pack_header(
            packet.payload_type,
            packet.sequence_number,
            packet.timestamp,
            ECHO_SSRCS[kind],
            marker=packet.marker,
        )
        self.transport.send_rtp(
            header,
            packet.payload_view,
            is_video=kind == "video",
            end_of_frame=packet.marker,
        )


def answer_to(
    offer: str, endpoint: MediaEndpoint, transport: PeerTransport, *, protocol: str = ""
) -> str:
    """The same session from our side: ICE-lite, our parameters and candidates, echoed media.

    `protocol` keeps only the candidates of `udp` or `tcp`.
    """
    local = transport.local_parameters
    candidates = endpoint.candidates(for_loopback=True, preferred_ip="127.0.0.1")
    candidates = [c for c in candidates if protocol in c]
    lines = []
    kind = ""
    for line in offer.splitlines():
        name = line.partition(":")[0]
        if name in ("a=candidate", "a=end-of-candidates", "a=fingerprint", "a=ssrc"):
            continue
        if name in ("a=ssrc-group", "a=rtcp", "c=IN IP4 127.0.0.1"):
            continue
        if name.startswith("m="):
            kind = line[2:7]
        if name == "a=mid":
            line += f"\r\na=ssrc:{ECHO_SSRCS[kind]} cname:echo"
        elif name == "a=ice-ufrag":
            line = f"a=ice-ufrag:{local.ufrag}"
        elif name == "a=ice-pwd":
            line = f"a=ice-pwd:{local.pwd}"
        elif name == "a=setup":
            line = f"a=setup:{local.setup}\r\na=fingerprint:{local.fingerprint}"
            line += "".join(f"\r\na={c}" for c in candidates) + "\r\na=end-of-candidates"
        elif name.startswith("t="):
            line += "\r\na=ice-lite"
        lines.append(line)
    return "\r\n".join(lines) + "\r\n"
