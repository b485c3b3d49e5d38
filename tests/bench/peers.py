"""The load: publishers and subscribers with real ICE, DTLS and SRTP, against any media server.

A publisher writes the time of sending into each payload; the packets of a frame leave one after the other, as from a
browser's pacer. A subscriber decrypts a sample and compares it with the kernel's time of arrival; of the others it
reads the header alone.
"""

import asyncio
import socket
import struct
import time
from collections.abc import Callable

from aioice import stun

from app.media.sfu.sdp import SessionDescription, parse_session_description
from app.media.wire.batch import PacketBatch
from app.media.wire.dtls_srtp import DtlsCertificate
from app.media.wire.rtcp import (
    PictureLossIndication,
    ReceiverReport,
    Remb,
    ReportBlock,
    RtcpPacket,
    build_compound,
)
from app.media.wire.rtp import RtpPacket, pack_header
from app.media.wire.transport import PeerTransport
from app.media.wire.transport_state import TransportState
from tests.bench.receiver import Receiver
from tests.support.raw_peer import RawSection

FRAME_INTERVAL_S = 0.04
PACKETS_PER_FRAME = 7
VIDEO_PAYLOAD_BYTES = 1_070
AUDIO_INTERVAL_S = 0.02
AUDIO_PAYLOAD_BYTES = 80
"""25 frames of 7 packets are 1.5 Mbit/s; 50 packets of sound a second are 32 kbit/s."""
PACKETS_PER_S = PACKETS_PER_FRAME / FRAME_INTERVAL_S + 1 / AUDIO_INTERVAL_S
VIDEO_SSRC, AUDIO_SSRC = 7, 9
_MAGIC = b"sent"
_STAMP = struct.Struct("!4sQ")
_FRAME_HEADER = b"\x9d\x01\x2a" + struct.pack("<HH", 640, 360)
_CHECK_INTERVAL_S = 0.05
_CONSENT_INTERVAL_S = 2.5
_REPORT_INTERVAL_S = 1.0
_ESTIMATE_BPS = 8_000_000
_CERTIFICATE = DtlsCertificate.generate()


class _Path:
    """The one route of a peer: a connected UDP socket."""

    is_tcp = False
    local_ip = "127.0.0.1"
    outbox = None

    def __init__(self, udp: socket.socket, remote: tuple[str, int]) -> None:
        self._socket = udp
        self.remote = remote
        self.is_muted = False

    def send(self, data: bytes | memoryview) -> bool:
        if not self.is_muted:
            try:
                self._socket.send(data)
            except OSError:
                return False
        return True

    def send_batch(self, batch: PacketBatch) -> int:
        for start, size in zip(batch.starts, batch.sizes, strict=True):
            self.send(batch.view[start : start + size])
        return 0

    def close(self) -> None:
        pass


class Peer:
    """One connection over UDP. `is_controlling`: it made the offer."""

    def __init__(self, *, is_controlling: bool) -> None:
        self.transport = PeerTransport(self, _CERTIFICATE)
        self.on_rtcp: Callable[[RtcpPacket], None] = lambda packet: None
        self.latencies_s: list[float] | None = None
        """Where to put the latency of each sampled packet."""
        self.undecrypted = 0
        self._arrived_ns = 0
        self._is_controlling = is_controlling
        self._remote = ("", "")
        self._receiver: Receiver | None = None
        self._index = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._path: _Path | None = None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 << 20)

    @property
    def state(self) -> TransportState:
        return self.transport.state

    # -- TransportHandler

    def rtp_received(self, packet: RtpPacket, now: float) -> None:
        if self.latencies_s is not None and packet.payload_size >= _STAMP.size:
            magic, sent_ns = _STAMP.unpack_from(packet.data, packet.payload_end - _STAMP.size)
            if magic == _MAGIC:
                self.latencies_s.append((self._arrived_ns - sent_ns) / 1e9)

    def rtcp_received(self, packets: list[RtcpPacket], now: float) -> None:
        for packet in packets:
            self.on_rtcp(packet)

    def state_changed(self, state: TransportState) -> None:
        pass

    def path_changed(self) -> None:
        pass

    # -- connecting

    def bind_towards(self, remote_sdp_host: str) -> None:
        """Take a local port on the address from which `remote_sdp_host` is reached."""
        self._socket.bind((remote_sdp_host, 0))

    def lines(self, setup: str) -> list[str]:
        """ICE and DTLS of a media section."""
        local = self.transport.local_parameters
        host, port = self._socket.getsockname()
        return [
            f"a=ice-ufrag:{local.ufrag}",
            f"a=ice-pwd:{local.pwd}",
            f"a=fingerprint:{local.fingerprint}",
            f"a=setup:{setup}",
            "a=rtcp-mux",
            f"a=candidate:1 1 udp 2130706431 {host} {port} typ host",
            "a=end-of-candidates",
        ]

    def start(self, remote_sdp: str, receiver: Receiver | None = None) -> None:
        """Connect to the first UDP candidate in `remote_sdp`; `receiver` reads from then on."""
        session = parse_session_description(remote_sdp)
        section = next(section for section in session.media if section.port)
        self._remote = (section.ice_ufrag, section.ice_pwd)
        remote = candidate(remote_sdp)
        self._socket.connect(remote)
        path = self._path = _Path(self._socket, remote)
        if receiver is None:
            asyncio.get_running_loop().add_reader(self._socket, self._read)
        else:
            self._receiver = receiver
            self._index = receiver.add(self._socket, self.received)
        # A lite server never checks, so this side proves the path to itself.
        path.is_muted = True
        local = self.transport.local_parameters
        self.transport.receive(self._check((local.ufrag, local.pwd), "self", True), path, _now())
        path.is_muted = False
        setup = "passive" if section.setup in ("passive", "actpass") else "active"
        self._send_check()
        self.transport.set_remote(*self._remote, section.fingerprints, setup)
        self._tasks.append(asyncio.create_task(self._keep_alive()))

    def _check(self, to: tuple[str, str], ours: str, is_nominating: bool) -> bytes:
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{to[0]}:{ours}"
        message.attributes["PRIORITY"] = 1853824767
        role = "ICE-CONTROLLING" if self._is_controlling or is_nominating else "ICE-CONTROLLED"
        message.attributes[role] = 0x1122334455667788
        if is_nominating:
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(to[1].encode())
        return bytes(message)

    def _send_check(self) -> None:
        assert self._path is not None
        ufrag = self.transport.local_parameters.ufrag
        self._path.send(self._check(self._remote, ufrag, self._is_controlling))

    async def _keep_alive(self) -> None:
        while True:
            is_connected = self.state is TransportState.CONNECTED
            await asyncio.sleep(_CONSENT_INTERVAL_S if is_connected else _CHECK_INTERVAL_S)
            self._send_check()
            if not is_connected:
                # Afterwards it would miss the checks that a lite server does not send.
                self.transport.tick(_now())

    # -- bytes

    def _read(self) -> None:
        for _ in range(64):
            try:
                self.received(self._socket.recv(2_048), 0)
            except OSError:
                return

    def received(self, data: bytes, arrived_ns: int) -> None:
        """One datagram that the receiver kept."""
        assert self._path is not None
        self._arrived_ns = arrived_ns
        if data[0] >= 4 or data[:2] == b"\x00\x01":
            rejected = self.transport.stats.packets_rejected
            self.transport.receive(data, self._path, _now())
            self.undecrypted += self.transport.stats.packets_rejected - rejected

    @property
    def packets(self) -> int:
        """RTP packets that arrived at a subscriber since the receiver's last reset."""
        return self._receiver.packets_of(self._index) if self._receiver is not None else 0

    def report(self) -> None:
        """Tell the server that all is well, as a browser does once a second."""
        if self._receiver is None:
            return
        sources = self._receiver.sources(self._index)
        blocks = tuple(ReportBlock(ssrc, 0, 0, highest, 0, 0, 0) for ssrc, highest in sources)
        remb = Remb(1, _ESTIMATE_BPS, tuple(ssrc for ssrc, _ in sources))
        self.transport.send_rtcp(build_compound([ReceiverReport(1, blocks), remb]))
        self.transport.flush()

    async def close(self) -> None:
        self.transport.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()


class Publisher(Peer):
    """Sends VP8, 1.5 Mbit/s if not told otherwise, and 50 packets of sound a second."""

    def __init__(
        self, packets_per_frame: int = PACKETS_PER_FRAME, keyframe_frames: int = 1
    ) -> None:
        """A keyframe is as long as `keyframe_frames` others."""
        super().__init__(is_controlling=True)
        self.keyframes = 0
        self._packets_per_frame = packets_per_frame
        self._keyframe_frames = keyframe_frames
        self.on_rtcp = self._asked
        self._wants_keyframe = True
        self._number = {VIDEO_SSRC: 1_000, AUDIO_SSRC: 1_000}
        self.frames = 0

    def offer(self) -> str:
        sections = (
            RawSection("0", "video", VIDEO_SSRC, 96, "VP8/90000", 8, 97),
            RawSection("1", "audio", AUDIO_SSRC, 111, "opus/48000/2"),
        )
        lines = head([section.mid for section in sections])
        for section in sections:
            lines += section.lines() + self.lines("actpass")
        return "\r\n".join(lines) + "\r\n"

    def _asked(self, packet: RtcpPacket) -> None:
        if isinstance(packet, PictureLossIndication):
            self._wants_keyframe = True

    async def publish(self, offset_s: float, pacing_s: float = 0.0) -> None:
        """Send until cancelled; frames begin at `offset_s`, and last `pacing_s` each."""
        loop = asyncio.get_running_loop()
        began = loop.time() + offset_s
        for tick in range(1 << 31):
            await asyncio.sleep(began + tick * AUDIO_INTERVAL_S - loop.time())
            sound = bytes(AUDIO_PAYLOAD_BYTES - _STAMP.size)
            self._queue(AUDIO_SSRC, 111, tick * 960, False, sound)
            self.transport.flush()
            if tick % 2 == 0:
                await self._send_frame(pacing_s)

    async def _send_frame(self, pacing_s: float) -> None:
        is_keyframe, self._wants_keyframe = self._wants_keyframe, False
        number = self.frames = self.frames + 1
        descriptor = struct.pack("!BHB", 0xC0, 0x8000 | number & 0x7FFF, number & 0xFF)
        start = bytes((0x10 if is_keyframe else 0x11, 2, 0)) + _FRAME_HEADER
        self.keyframes += is_keyframe
        count = self._packets_per_frame * (self._keyframe_frames if is_keyframe else 1)
        for position in range(count):
            is_first, is_last = position == 0, position == count - 1
            payload = (b"\x90" if is_first else b"\x80") + descriptor + (start if is_first else b"")
            payload = payload.ljust(VIDEO_PAYLOAD_BYTES - _STAMP.size, b"\0")
            self._queue(VIDEO_SSRC, 96, number * 3_600, is_last, payload)
            if pacing_s and not is_last:
                self.transport.flush()
                await asyncio.sleep(pacing_s / (count - 1))
        self.transport.flush()

    def _queue(
        self, ssrc: int, payload_type: int, timestamp: int, is_marked: bool, payload: bytes
    ) -> None:
        number = self._number[ssrc] = (self._number[ssrc] + 1) & 0xFFFF
        header = pack_header(payload_type, number, timestamp & 0xFFFFFFFF, ssrc, marker=is_marked)
        stamped = payload + _STAMP.pack(_MAGIC, time.time_ns())
        self.transport.send_rtp(header, stamped, is_video=True)


class Subscriber(Peer):
    """Takes all that the server offers."""

    def __init__(self) -> None:
        super().__init__(is_controlling=False)

    def answer(self, offer_sdp: str) -> str:
        offered: SessionDescription = parse_session_description(offer_sdp)
        lines = head([section.mid for section in offered.media])
        for section in offered.media:
            codecs = list(section.codecs.values())
            formats = " ".join(str(codec.payload_type) for codec in codecs)
            lines += [f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {formats}", "c=IN IP4 0.0.0.0"]
            lines += [f"a=mid:{section.mid}", "a=recvonly"]
            lines += [f"a=extmap:{number} {uri}" for uri, number in section.extensions.items()]
            for codec in codecs:
                channels = "/2" if codec.name == "opus" else ""
                lines.append(
                    f"a=rtpmap:{codec.payload_type} {codec.name}/{codec.clock_rate_hz}{channels}"
                )
                lines += [
                    f"a=fmtp:{codec.payload_type} {key}={value}"
                    for key, value in codec.parameters.items()
                ]
                lines += [f"a=rtcp-fb:{codec.payload_type} {value}" for value in codec.feedback]
            lines += self.lines("active")
        return "\r\n".join(lines) + "\r\n"


def head(mids: list[str]) -> list[str]:
    """The session level of a description."""
    return [
        "v=0",
        "o=- 7 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {' '.join(mids)}",
    ]


def candidate(sdp: str) -> tuple[str, int]:
    """The first IPv4 host candidate for UDP."""
    for line in sdp.splitlines():
        words = line.split()
        is_udp = line.startswith("a=candidate:") and words[2].lower() == "udp"
        if is_udp and ":" not in words[4]:
            return words[4], int(words[5])
    raise ValueError("no udp candidate in the description")


def _now() -> float:
    return time.monotonic()
