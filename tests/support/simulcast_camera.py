"""A pretended camera that sends three sizes with two temporal layers each, at steady rates, and a microphone."""

import asyncio
import struct
from dataclasses import dataclass

from app.media.port import Source
from app.media.sfu.ntp import ntp_timestamp
from app.media.wire.rtcp import PictureLossIndication, RtcpPacket, SenderReport
from app.media.wire.rtp import pack_extensions, pack_header
from tests.support.raw_peer import RawAudio, RawPeer, RawSection

RIDS = ("l", "m", "h")
RATES_BPS = (100_000, 400_000, 1_000_000)
FPS = 15
MTU = 1_000
BASE_SHARE = 0.6
KEYFRAME_SIZE = 3.0
"""Times an ordinary frame."""
MID_ID, RID_ID = 4, 5
VIDEO_PAYLOAD_TYPE = 96
TRACKS = {"0": Source.CAMERA, "1": Source.MICROPHONE}
_DESCRIPTOR = struct.Struct("!BBHBB")


@dataclass
class _Encoding:
    rid: str
    ssrc: int
    bitrate_bps: int
    sequence_number: int
    picture_id: int = 100
    tl0picidx: int = 0
    frame: int = 0
    packets: int = 0
    octets: int = 0
    is_keyframe_due: bool = True

    def next_frame(self, rtp_timestamp: int) -> list[bytes]:
        """L1T2: every other frame is of the base layer."""
        is_key, self.is_keyframe_due = self.is_keyframe_due, False
        if is_key:
            self.frame = 0
        is_base = self.frame % 2 == 0
        self.frame += 1
        self.picture_id = (self.picture_id + 1) & 0x7FFF
        self.tl0picidx = (self.tl0picidx + is_base) & 0xFF
        share = (BASE_SHARE if is_base else 1 - BASE_SHARE) * 2
        size = int(self.bitrate_bps / FPS / 8 * share * (KEYFRAME_SIZE if is_key else 1))
        extensions = pack_extensions([(MID_ID, b"0"), (RID_ID, self.rid.encode())])
        packets = []
        for start in range(0, size, MTU):
            part = min(MTU, size - start)
            descriptor = _DESCRIPTOR.pack(
                0x90 if start == 0 else 0x80,
                0xE0,
                0x8000 | self.picture_id,
                self.tl0picidx,
                0x00 if is_base else 0x60,
            )
            width = 160 << RIDS.index(self.rid)
            head = bytes((0x10 if is_key else 0x11, 0, 0)) + b"\x9d\x01\x2a"
            head += struct.pack("<HH", width, width * 9 // 16)
            body = (head if start == 0 else b"").ljust(part, b"x")
            header = pack_header(
                VIDEO_PAYLOAD_TYPE,
                self.sequence_number,
                rtp_timestamp,
                self.ssrc,
                marker=start + MTU >= size,
                extension_block=extensions,
            )
            packets.append(header + descriptor + body)
            self.sequence_number = (self.sequence_number + 1) & 0xFFFF
            self.packets += 1
            self.octets += len(body)
        return packets


class SimulcastCamera:
    """Offer `sections()`, connect the peer, then let `run` go on in the background."""

    def __init__(self, peer: RawPeer, base_ssrc: int) -> None:
        self.peer = peer
        self.encodings = [
            _Encoding(rid, base_ssrc + n, rate, 1_000 * n)
            for n, (rid, rate) in enumerate(zip(RIDS, RATES_BPS, strict=True))
        ]
        self.audio = RawAudio(peer, base_ssrc + 10)
        self._by_ssrc = {one.ssrc: one for one in self.encodings}
        peer.on_rtcp = self._heard

    def sections(self) -> tuple[RawSection, RawSection]:
        extra = (
            f"a=extmap:{RID_ID} urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
            *(f"a=rid:{rid} send" for rid in RIDS),
            f"a=simulcast:send {';'.join(RIDS)}",
        )
        return (
            RawSection(
                "0",
                "video",
                0,
                VIDEO_PAYLOAD_TYPE,
                "VP8/90000",
                lists_ssrcs=False,
                mid_extension_id=MID_ID,
                extra=extra,
            ),
            RawSection("1", "audio", self.audio.ssrc, 111, "opus/48000/2"),
        )

    async def run(self) -> None:
        """Film and speak until cancelled, catching up with whatever was late."""
        loop = asyncio.get_running_loop()
        began, frames, blocks = loop.time(), 0, 0
        while True:
            elapsed = loop.time() - began
            while blocks < elapsed * 50:
                self.audio.packet()
                blocks += 1
            while frames < elapsed * FPS:
                self._film(frames)
                frames += 1
            await asyncio.sleep(0.005)

    def _film(self, number: int) -> None:
        timestamp = number * 90_000 // FPS & 0xFFFFFFFF
        for one in self.encodings:
            for packet in one.next_frame(timestamp):
                self.peer.send_rtp(packet)
            if number % FPS == 0:
                ntp = ntp_timestamp(asyncio.get_running_loop().time())
                self.peer.send_rtcp(SenderReport(one.ssrc, ntp, timestamp, one.packets, one.octets))

    def _heard(self, packet: RtcpPacket) -> None:
        if isinstance(packet, PictureLossIndication) and packet.media_ssrc in self._by_ssrc:
            self._by_ssrc[packet.media_ssrc].is_keyframe_due = True
