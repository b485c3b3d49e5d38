"""A peer that sends and sees single RTP packets: full ICE agent in miniature, our DTLS and SRTP.

It speaks to a real media port over UDP or ICE-TCP, so a test may lose, hold back or forge packets.
"""

import asyncio
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aioice import stun

from app.media.sfu.sdp import SessionDescription, parse_session_description
from app.media.wire.batch import PacketBatch
from app.media.wire.dtls_srtp import DtlsCertificate
from app.media.wire.rtcp import RtcpPacket
from app.media.wire.rtp import RtpPacket, pack_extensions, pack_header
from app.media.wire.transport import PeerTransport
from app.media.wire.transport_state import LocalParameters, TransportState
from tests.support.waiting import until

CHECK_INTERVAL_S = 0.05
CONSENT_INTERVAL_S = 2.0


def check(to: tuple[str, str], pwd: str, local_ufrag: str) -> bytes:
    """A nominating connectivity check of a controlling agent (RFC 8445 §7.1)."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{to[0]}:{local_ufrag}"
    message.attributes["PRIORITY"] = 1853824767
    message.attributes["ICE-CONTROLLING"] = 0x1122334455667788
    message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(pwd.encode())
    return bytes(message)


class _Path:
    """The one route of a raw peer."""

    local_ip = "127.0.0.1"
    outbox = None

    def __init__(self, peer: "RawPeer", remote: tuple[str, int], is_tcp: bool) -> None:
        self._peer = peer
        self.remote = remote
        self.is_tcp = is_tcp

    def send(self, data: bytes) -> bool:
        if data[0] > 3:  # its own answers to the check that it sent itself stay here
            self._peer.transmit(data)
        return True

    def send_batch(self, batch: PacketBatch) -> int:
        for start, size in zip(batch.starts, batch.sizes, strict=True):
            self._peer.transmit(bytes(batch.view[start : start + size]))
        return 0

    def close(self) -> None:
        pass


@dataclass
class Arrival:
    packet: RtpPacket
    at: float


@dataclass
class RawPeer:
    """Connects to the address in a session description of ours; then plain RTP in and out."""

    is_tcp: bool = False
    drop_outgoing: Callable[[bytes], bool] = lambda data: False
    """Whether to lose this datagram on the way to the server; protected bytes."""
    drop_incoming: Callable[[RtpPacket], bool] = lambda packet: False
    """Whether to pretend that this packet did not arrive."""
    takes_red: bool = True
    """Whether its answers accept redundant audio."""
    rtp: list[Arrival] = field(default_factory=list)
    rtcp: list[RtcpPacket] = field(default_factory=list)
    states: list[TransportState] = field(default_factory=list)
    on_rtcp: Callable[[RtcpPacket], None] = lambda packet: None

    def __post_init__(self) -> None:
        self.transport = PeerTransport(self, DtlsCertificate.generate())
        self.bytes_in = 0
        self._remote: tuple[str, str] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._socket: socket.socket | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._path: _Path | None = None

    @property
    def local(self) -> LocalParameters:
        return self.transport.local_parameters

    @property
    def remote_ufrag(self) -> str:
        """Of the engine's end of this connection."""
        assert self._remote is not None
        return self._remote[0]

    # -- TransportHandler

    def rtp_received(self, packet: RtpPacket, now: float) -> None:
        if not self.drop_incoming(packet):
            self.rtp.append(Arrival(packet, now))

    def rtcp_received(self, packets: list[RtcpPacket], now: float) -> None:
        self.rtcp.extend(packets)
        for packet in packets:
            self.on_rtcp(packet)

    def state_changed(self, state: TransportState) -> None:
        self.states.append(state)

    def path_changed(self) -> None:
        """A raw peer has one path."""

    def of(self, ssrc: int) -> list[RtpPacket]:
        """What arrived under an SSRC."""
        return [arrival.packet for arrival in self.rtp if arrival.packet.ssrc == ssrc]

    # -- connecting

    async def connect(self, remote_sdp: str) -> SessionDescription:
        """Use the first candidate of our protocol in `remote_sdp`; return when DTLS is done."""
        session = parse_session_description(remote_sdp)
        section = next(section for section in session.media if section.port)
        self._remote = (section.ice_ufrag, section.ice_pwd)
        host, port = self._candidate(remote_sdp)
        self._path = _Path(self, (host, port), self.is_tcp)
        if self.is_tcp:
            reader, self._writer = await asyncio.open_connection(host, port)
            self._tasks.append(asyncio.create_task(self._read_tcp(reader)))
        else:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            self._socket.connect((host, port))
            asyncio.get_running_loop().add_reader(self._socket, self._read_udp)
        self._consent()
        setup = "passive" if section.setup in ("passive", "actpass") else "active"
        self._tasks.append(asyncio.create_task(self._send_checks()))
        await asyncio.sleep(CHECK_INTERVAL_S)
        self.transport.set_remote(*self._remote, section.fingerprints, setup)
        await until(lambda: self.transport.state is TransportState.CONNECTED)
        return session

    def restart_ice(self, remote_sdp: str) -> None:
        """Check with the new credentials in `remote_sdp` from now on."""
        section = next(one for one in parse_session_description(remote_sdp).media if one.port)
        self._remote = (section.ice_ufrag, section.ice_pwd)
        self.transmit(check(self._remote, self._remote[1], self.local.ufrag))

    def _candidate(self, remote_sdp: str) -> tuple[str, int]:
        wanted = "tcp" if self.is_tcp else "udp"
        for line in remote_sdp.splitlines():
            words = line.split()
            if line.startswith("a=candidate:") and words[2].lower() == wanted:
                return words[4], int(words[5])
        raise ValueError(f"no {wanted} candidate in the description")

    def _consent(self) -> None:
        """The engine is ICE-lite and never checks: the path is proven to ourselves by hand."""
        assert self._path is not None
        ours = (self.local.ufrag, self.local.pwd)
        self.transport.receive(check(ours, ours[1], "self"), self._path, time.monotonic())

    async def _send_checks(self) -> None:
        assert self._remote is not None
        while True:
            self.transmit(check(self._remote, self._remote[1], self.local.ufrag))
            self._consent()
            self.transport.tick(time.monotonic())
            is_connected = self.transport.state is TransportState.CONNECTED
            await asyncio.sleep(CONSENT_INTERVAL_S if is_connected else CHECK_INTERVAL_S)

    # -- bytes

    def transmit(self, data: bytes) -> None:
        if self.drop_outgoing(data):
            return
        if self._writer is not None:
            self._writer.write(struct.pack("!H", len(data)) + data)
        elif self._socket is not None:
            try:
                self._socket.send(data)
            except OSError:
                pass

    def _received(self, data: bytes) -> None:
        self.bytes_in += len(data)
        if data and data[0] > 3 and self._path is not None:
            self.transport.receive(data, self._path, time.monotonic())
            self.transport.flush()

    def _read_udp(self) -> None:
        assert self._socket is not None
        for _ in range(256):
            try:
                data = self._socket.recv(2048)
            except OSError:
                return
            self._received(data)

    async def _read_tcp(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                (size,) = struct.unpack("!H", await reader.readexactly(2))
                self._received(await reader.readexactly(size))
        except (asyncio.IncompleteReadError, OSError):
            pass

    def send_rtp(self, packet: bytes) -> None:
        self.transport.send_rtp(packet, is_video=True)
        self.transport.flush()

    def send_rtcp(self, *packets: RtcpPacket) -> None:
        self.transport.send_rtcp(b"".join(bytes(packet) for packet in packets))
        self.transport.flush()

    async def close(self, *, say_goodbye: bool = True) -> None:
        """Hang up; without a goodbye the engine only notices the silence."""
        if say_goodbye:
            self.transport.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
        if self._writer is not None:
            self._writer.close()

    # -- session descriptions

    def transport_lines(self, setup: str) -> list[str]:
        return [
            f"a=ice-ufrag:{self.local.ufrag}",
            f"a=ice-pwd:{self.local.pwd}",
            f"a=fingerprint:{self.local.fingerprint}",
            f"a=setup:{setup}",
            "a=rtcp-mux",
        ]

    def offer(self, *sections: "RawSection", session_id: int = 1) -> str:
        """An offer of these sections."""
        lines = _head(session_id, [section.mid for section in sections])
        for section in sections:
            lines += section.lines() + self.transport_lines("actpass")
        return "\r\n".join(lines) + "\r\n"

    def answer(self, offer_sdp: str, *, without_rtx: bool = False) -> str:
        """Take everything in the engine's offer."""
        offered = parse_session_description(offer_sdp)
        lines = _head(7, [section.mid for section in offered.media])
        for section in offered.media:
            codecs = [
                codec
                for codec in section.codecs.values()
                if not (without_rtx and codec.name == "rtx")
                and (self.takes_red or codec.name != "red")
            ]
            formats = " ".join(str(codec.payload_type) for codec in codecs)
            lines += [f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {formats}", "c=IN IP4 0.0.0.0"]
            lines += [f"a=mid:{section.mid}", "a=recvonly"]
            lines += [f"a=extmap:{number} {uri}" for uri, number in section.extensions.items()]
            lines += [
                f"a=rtpmap:{codec.payload_type} {codec.name}/{codec.clock_rate_hz}"
                for codec in codecs
            ]
            lines += self.transport_lines("active")
        return "\r\n".join(lines) + "\r\n"


def _head(session_id: int, mids: list[str]) -> list[str]:
    return [
        "v=0",
        f"o=- {session_id} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {' '.join(mids)}",
    ]


@dataclass
class RawSection:
    """One section of a raw offer."""

    mid: str
    kind: str
    ssrc: int
    payload_type: int
    codec: str
    rtx_ssrc: int | None = None
    rtx_payload_type: int | None = None
    lists_ssrcs: bool = True
    mid_extension_id: int | None = None
    extra: tuple[str, ...] = ()
    also: tuple[int, ...] = ()
    """Further payload types, described in `extra`."""

    def lines(self) -> list[str]:
        formats = f"{self.payload_type}"
        if self.rtx_payload_type is not None:
            formats += f" {self.rtx_payload_type}"
        formats += "".join(f" {payload_type}" for payload_type in self.also)
        lines = [
            f"m={self.kind} 9 UDP/TLS/RTP/SAVPF {formats}",
            "c=IN IP4 0.0.0.0",
            f"a=mid:{self.mid}",
            "a=sendonly",
            f"a=rtpmap:{self.payload_type} {self.codec}",
            f"a=rtcp-fb:{self.payload_type} nack",
            f"a=rtcp-fb:{self.payload_type} nack pli",
            f"a=rtcp-fb:{self.payload_type} goog-remb",
        ]
        if self.mid_extension_id is not None:
            lines.append(f"a=extmap:{self.mid_extension_id} urn:ietf:params:rtp-hdrext:sdes:mid")
        if self.rtx_payload_type is not None:
            lines.append(f"a=rtpmap:{self.rtx_payload_type} rtx/90000")
            lines.append(f"a=fmtp:{self.rtx_payload_type} apt={self.payload_type}")
        if self.lists_ssrcs:
            if self.rtx_ssrc is not None:
                lines.append(f"a=ssrc-group:FID {self.ssrc} {self.rtx_ssrc}")
                lines.append(f"a=ssrc:{self.rtx_ssrc} cname:raw")
            lines.append(f"a=ssrc:{self.ssrc} cname:raw")
        return lines + list(self.extra)


@dataclass
class RawVideo:
    """Makes VP8 packets of a pretended camera: 15-bit picture ids, TL0PICIDX, two per frame."""

    peer: RawPeer
    ssrc: int
    payload_type: int = 96
    sequence_number: int = 65_000
    rtp_timestamp: int = 4_294_900_000
    picture_id: int = 32_700
    tl0picidx: int = 250
    mid: tuple[int, str] | None = None
    """Id and value of the MID header extension."""
    filler_bytes: int = 200
    """After descriptor and header of each packet."""
    sent: dict[int, bytes] = field(default_factory=dict)
    """Sequence number to packet, for retransmissions."""

    def packets(self, *, keyframe: bool = False, count: int = 2) -> list[bytes]:
        """The packets of the next frame."""
        made = []
        extensions = pack_extensions([(self.mid[0], self.mid[1].encode())] if self.mid else [])
        for position in range(count):
            is_first = position == 0
            descriptor = bytes(
                (
                    0x90 if is_first else 0x80,
                    0xC0,
                    0x80 | self.picture_id >> 8,
                    self.picture_id & 0xFF,
                    self.tl0picidx,
                )
            )
            tag = 0x10 if keyframe else 0x11
            frame = bytes((tag, 2, 0)) + b"\x9d\x01\x2a" + struct.pack("<HH", 320, 180)
            payload = descriptor + (frame if is_first else b"rest") + bytes(self.filler_bytes)
            header = pack_header(
                self.payload_type,
                self.sequence_number,
                self.rtp_timestamp,
                self.ssrc,
                marker=position == count - 1,
                extension_block=extensions,
            )
            made.append(header + payload)
            self.sent[self.sequence_number] = header + payload
            self.sequence_number = (self.sequence_number + 1) & 0xFFFF
        self.rtp_timestamp = (self.rtp_timestamp + 6_000) & 0xFFFFFFFF
        self.picture_id = (self.picture_id + 1) & 0x7FFF
        self.tl0picidx = (self.tl0picidx + 1) & 0xFF
        return made

    def frame(self, *, keyframe: bool = False) -> None:
        """Send the next frame."""
        for packet in self.packets(keyframe=keyframe):
            self.peer.send_rtp(packet)


@dataclass
class RawAudio:
    """Makes Opus packets of 20 ms."""

    peer: RawPeer
    ssrc: int
    payload_type: int = 111
    sequence_number: int = 100
    rtp_timestamp: int = 1_000

    level_id: int | None = None
    """Of the audio level header extension."""

    def packet(self, level: int = 127) -> None:
        """Send the next one; `level` in -dBov."""
        header = pack_header(
            self.payload_type,
            self.sequence_number,
            self.rtp_timestamp,
            self.ssrc,
            extension_block=pack_extensions(
                [] if self.level_id is None else [(self.level_id, bytes((level,)))]
            ),
        )
        self.peer.send_rtp(header + b"\xf8\xff\xfe" + bytes(40))
        self.sequence_number = (self.sequence_number + 1) & 0xFFFF
        self.rtp_timestamp = (self.rtp_timestamp + 960) & 0xFFFFFFFF


async def paced(action: Callable[[], None], interval_s: float) -> None:
    """Do `action` every `interval_s` until cancelled."""
    while True:
        action()
        await asyncio.sleep(interval_s)


class Background:
    """Tasks that end with the block."""

    def __init__(self, *coroutines: Awaitable[None]) -> None:
        self._coroutines = coroutines
        self._tasks: list[asyncio.Future[None]] = []

    async def __aenter__(self) -> None:
        self._tasks = [asyncio.ensure_future(one) for one in self._coroutines]

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
