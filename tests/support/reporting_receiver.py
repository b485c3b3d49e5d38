"""A raw peer that receives as a browser does: receiver reports, NACKs, and the REMB of aiortc's estimator."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from aiortc.rate import RemoteBitrateEstimator

from app.media.sfu.missing_packets import MissingPackets
from app.media.sfu.reception import Reception
from app.media.sfu.sdp import SessionDescription, parse_session_description
from app.media.wire.rtcp import Nack, ReceiverReport, Remb, RtcpPacket, SenderReport
from app.media.wire.rtp import RtpPacket
from tests.support.raw_peer import RawPeer

OWN_SSRC = 77
SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TICK_S, REPORT_S, REMB_S = 0.02, 0.5, 0.3


@dataclass
class ReceivedStream:
    """One slot's sound or picture as it arrived."""

    mid: str
    reception: Reception
    missing: MissingPackets = field(default_factory=MissingPackets)
    holes: dict[int, float] = field(default_factory=dict)
    """Extended number of a packet that is missing, and since when."""
    recovered: int = 0
    arrivals: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=20_000))
    """(when, payload bytes) of each packet that counts, retransmitted ones too."""
    lost: deque[float] = field(default_factory=lambda: deque(maxlen=20_000))
    """When a packet was given up."""
    longest_holes: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=20_000))
    """(when it was filled or given up, how long it stood open)."""


class ReportingReceiver:
    """Wraps a `RawPeer`; `run` it in the background once `connect` has been awaited."""

    def __init__(self, *, has_remb: bool = True) -> None:
        self.peer = RawPeer()
        self.streams: dict[int, ReceivedStream] = {}
        self.remb_bps = 0
        self.padding_octets = 0
        self._has_remb = has_remb
        self._estimator = RemoteBitrateEstimator()
        self._made: tuple[int, list[int]] | None = None
        self._by_rtx: dict[int, ReceivedStream] = {}
        self._red: dict[int, int] = {}
        self._send_time_id = 0
        self.peer.drop_incoming = self._receive
        self.peer.on_rtcp = self._heard

    def answer(self, offer_sdp: str) -> str:
        """Take everything."""
        self._learn(parse_session_description(offer_sdp))
        return self.peer.answer(offer_sdp)

    def of(self, mid: str) -> ReceivedStream:
        return next(stream for stream in self.streams.values() if stream.mid == mid)

    def _learn(self, offered: SessionDescription) -> None:
        for section in offered.media:
            rate = 90_000 if section.kind == "video" else 48_000
            stream = ReceivedStream(section.mid, Reception(section.ssrcs[0], rate))
            self.streams[section.ssrcs[0]] = stream
            if section.kind == "video":
                self._by_rtx[section.ssrcs[1]] = stream
                self._send_time_id = section.extensions[SEND_TIME_URI]
            for codec in section.codecs.values():
                if codec.name == "red":
                    self._red[section.ssrcs[0]] = codec.payload_type

    async def run(self) -> None:
        """Feedback until cancelled."""
        report_at = remb_at = 0.0
        last_remb = 0
        while True:
            now = time.monotonic()
            if now >= report_at:
                report_at = now + REPORT_S
                blocks = [s.reception.report(now) for s in self.streams.values() if s.arrivals]
                if blocks:
                    self.peer.send_rtcp(ReceiverReport(OWN_SSRC, tuple(blocks)))
            if self._made is not None and self._has_remb:
                bitrate_bps, ssrcs = self._made
                if now >= remb_at or bitrate_bps < last_remb * 0.97:
                    remb_at, last_remb = now + REMB_S, bitrate_bps
                    self.remb_bps = bitrate_bps
                    self.peer.send_rtcp(Remb(OWN_SSRC, bitrate_bps, tuple(ssrcs)))
            self._ask(now)
            await asyncio.sleep(TICK_S)

    def _ask(self, now: float) -> None:
        for ssrc, stream in self.streams.items():
            if stream.mid.endswith(".v") and stream.missing:
                wanted = stream.missing.due(stream.reception.highest, now)
                if wanted:
                    numbers = tuple(index & 0xFFFF for index in wanted)
                    self.peer.send_rtcp(Nack(OWN_SSRC, ssrc, numbers))
            # A picture waits for a second at most, sound for what its next packet carries.
            patience_s = 1.0 if stream.mid.endswith(".v") else 0.2
            for index in [i for i, since in stream.holes.items() if now - since > patience_s]:
                stream.longest_holes.append((now, now - stream.holes.pop(index)))
                stream.lost.append(now)

    def _heard(self, packet: RtcpPacket) -> None:
        if isinstance(packet, SenderReport) and packet.ssrc in self.streams:
            reception = self.streams[packet.ssrc].reception
            reception.sender_report(packet.ntp_timestamp, time.monotonic())

    # -- packets

    def _receive(self, packet: RtpPacket) -> bool:
        now = time.monotonic()
        self._estimate(packet, now)
        rtx = self._by_rtx.get(packet.ssrc)
        if rtx is not None:
            if packet.payload_size < 2:
                self.padding_octets += len(packet.data)
            else:
                self._arrived(rtx, int.from_bytes(packet.payload[:2], "big"), packet, now)
            return True
        stream = self.streams.get(packet.ssrc)
        if stream is not None:
            self._arrived(stream, packet.sequence_number, packet, now)
            if packet.payload_type == self._red.get(packet.ssrc):
                # RFC 2198 with one block: it also is the packet before.
                self._arrived(stream, (packet.sequence_number - 1) & 0xFFFF, packet, now)
        return True

    def _estimate(self, packet: RtpPacket, now: float) -> None:
        for identifier, value in packet.extensions():
            if identifier == self._send_time_id:
                padding = packet.data[-1] if packet.data[0] & 0x20 else 0
                made = self._estimator.add(
                    arrival_time_ms=int(now * 1_000),
                    abs_send_time=int.from_bytes(value, "big"),
                    payload_size=packet.payload_size + padding,
                    ssrc=packet.ssrc,
                )
                self._made = made or self._made

    def _arrived(self, stream: ReceivedStream, number: int, packet: RtpPacket, now: float) -> None:
        reception = stream.reception
        index, highest = reception.index_of(number), reception.highest
        if highest >= 0 and index > highest + 1:
            for hole in range(highest + 1, index):
                stream.holes[hole] = now
            if stream.mid.endswith(".v"):
                stream.missing.opened(highest + 1, index - 1, now)
        elif highest >= 0 and index <= highest:
            if index not in stream.holes:
                return
            stream.longest_holes.append((now, now - stream.holes.pop(index)))
            stream.missing.filled(index, now)
            stream.recovered += 1
            if packet.ssrc != reception.ssrc or stream.mid.endswith(".a"):
                # What was lost on the link stays lost in the report.
                stream.arrivals.append((now, packet.payload_size))
                return
        reception.received(index)
        stream.arrivals.append((now, packet.payload_size))


def recent(
    entries: deque[tuple[float, float]] | deque[tuple[float, int]], since: float
) -> list[float]:
    """The values of the entries not older than `since`."""
    return [float(value) for at, value in entries if at >= since]
