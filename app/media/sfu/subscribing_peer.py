"""The connection on which one participant receives: fixed slots, each a constant stream."""

import secrets
from collections.abc import Callable
from typing import Protocol

from app.media.port import Reception
from app.media.sfu.allocator import Tile
from app.media.sfu.audio_stream import AudioStream
from app.media.sfu.downlink import DECISION_INTERVAL_S, Downlink
from app.media.sfu.layer_costs import layer_costs
from app.media.sfu.negotiation import SlotSection
from app.media.sfu.ntp import ntp_timestamp
from app.media.sfu.publication import Publication
from app.media.sfu.red import RedundancyRule
from app.media.sfu.sent_meter import SentMeter
from app.media.sfu.slot_stream import SlotStream
from app.media.sfu.stream_formats import StreamFormats
from app.media.wire.endpoint import MediaEndpoint
from app.media.wire.rtcp import (
    FullIntraRequest,
    Nack,
    PictureLossIndication,
    ReceiverReport,
    Remb,
    ReportBlock,
    RtcpPacket,
    SenderReport,
    SourceDescription,
)
from app.media.wire.rtp import RtpPacket
from app.media.wire.transport import PeerTransport
from app.media.wire.transport_state import TransportState

INITIAL_RTT_S = 0.100
REPORT_INTERVAL_S = 1.0
TRAIN_REPORT_STANDS_S = 2.0
"""A receiver answers our last report only, and may take 1.5 s."""
REPORTS_PER_PACKET = 16
MAX_PADDING_S = 0.1
"""A loop that was late does not make up for it in one burst."""


class SubscribingOwner(Protocol):
    """The room's side of a subscribing peer."""

    def subscribing_state_changed(self, peer: "SubscribingPeer", state: TransportState) -> None: ...


class SubscribingPeer:
    """Handles one subscribing connection; implements `TransportHandler`."""

    def __init__(
        self,
        owner: SubscribingOwner,
        endpoint: MediaEndpoint,
        sections: list[SlotSection],
        clock: Callable[[], float],
    ) -> None:
        self.sections = sections
        self.session_id = str(secrets.randbelow(1 << 62))
        self.version = 0
        self.is_answered = False
        self.report_due = 0.0
        self.decision_due = 0.0
        self.rtt_s = INITIAL_RTT_S
        self.round_trip_time_s: float | None = None
        """The last one measured."""
        self.nacks_received = self.plis_received = self.packets_retransmitted = 0
        self.packets_reported = 0
        """Packets that the receiver's reports account for, on its own link; of these it lost the next."""
        self.packets_reported_lost = 0
        self.reports: dict[int, ReportBlock] = {}
        """The receiver's last one on each of our streams, by SSRC."""
        self._reported_at: dict[int, float] = {}
        self.estimate_bps = 0
        """The receiver's last REMB, 0 if none came."""
        self.downlink = Downlink()
        self.wanted: dict[str, tuple[Publication, Reception]] = {}
        """What each media section should carry if the link allows; the room's decision."""
        self.redundancy = RedundancyRule()
        self.repeats_base = False
        """Pictures go out with their base layer twice."""
        self._owner = owner
        self._endpoint = endpoint
        self._clock = clock
        self.transport: PeerTransport = endpoint.create_transport(self)
        now = clock()
        self.streams: dict[str, SlotStream] = {
            section.mid: (AudioStream if section.kind == "audio" else SlotStream)(
                section.slot,
                "audio" if section.kind == "audio" else "video",
                section.ssrc,
                section.rtx_ssrc,
                self.transport.send_rtp,
                now,
                self.transport.send_burst,
                self.transport.join,
            )
            for section in sections
        }
        self._videos = [stream for stream in self.streams.values() if stream.kind == "video"]
        self._by_ssrc = {stream.ssrc: stream for stream in self.streams.values()}
        self._media_ssrcs = {stream.rtx.ssrc: stream.ssrc for stream in self.streams.values()}
        self._meter = SentMeter()
        self._packets_sent = self._asked_again = 0
        self._decided_at = now
        self._padded_at = now
        self._padding_owed = 0.0
        self._is_round_trip_asked = False
        self._names: tuple[tuple[tuple[int, str], ...], bytes] = ((), b"")
        """The last source descriptions and what they are of."""

    @property
    def is_ready(self) -> bool:
        """Whether packets can flow."""
        return self.is_answered and self.transport.state in (
            TransportState.CONNECTED,
            TransportState.DISCONNECTED,
        )

    def answered(self, formats: dict[str, StreamFormats]) -> None:
        """The browser's answer lists what it takes; a section not in it gets nothing."""
        now = self._clock()
        for mid, stream in self.streams.items():
            accepted = formats.get(mid, StreamFormats({}))
            if accepted != stream.formats:
                stream.map(None, now)
                stream.formats = accepted
        self.is_answered = True

    def close(self) -> None:
        """Send nothing more. Idempotent."""
        now = self._clock()
        for stream in self.streams.values():
            stream.map(None, now)
        self._endpoint.remove(self.transport)

    # -- TransportHandler

    def rtp_received(self, packet: RtpPacket, now: float) -> None:
        """A receiver sends no media; what comes is ignored."""

    def rtcp_received(self, packets: list[RtcpPacket], now: float) -> None:
        """Reports and wishes of the receiver."""
        for packet in packets:
            match packet:
                case ReceiverReport() | SenderReport():
                    for block in packet.reports:
                        self._reported(block, now)
                case Nack():
                    self.nacks_received += 1
                    self._decide_soon()
                    stream = self._by_ssrc.get(packet.media_ssrc)
                    if stream is not None and stream.kind == "video":
                        before = stream.rtx.packets_resent
                        stream.retransmit(packet.sequence_numbers, now, self.rtt_s)
                        self.packets_retransmitted += stream.rtx.packets_resent - before
                case PictureLossIndication():
                    self.plis_received += 1
                    self._keyframe_wanted(packet.media_ssrc, now)
                case FullIntraRequest():
                    for ssrc, _ in packet.requests:
                        self._keyframe_wanted(ssrc, now)
                case Remb():
                    if packet.bitrate_bps < self.estimate_bps:
                        self._decide_soon()
                    self.estimate_bps = packet.bitrate_bps
                    ssrcs = tuple(self._media_ssrcs.get(ssrc, ssrc) for ssrc in packet.ssrcs)
                    self.downlink.estimator.remb_received(
                        packet.sender_ssrc, ssrcs, packet.bitrate_bps, now
                    )
                case _:
                    pass

    def state_changed(self, state: TransportState) -> None:
        """Tell the room."""
        self._owner.subscribing_state_changed(self, state)

    def path_changed(self) -> None:
        """Nothing is known of the new link."""
        now = self._clock()
        self.downlink = Downlink()
        self.round_trip_time_s, self._is_round_trip_asked = None, False
        self.decision_due = 0.0
        for stream in self.streams.values():
            stream.path_changed(now)
        self._asked_again = sum(stream.rtx.asked_again for stream in self._videos)

    def _reported(self, block: ReportBlock, now: float) -> None:
        # Browsers report a retransmission stream by itself, in answer to the report of its picture.
        stream = self._by_ssrc.get(self._media_ssrcs.get(block.ssrc, block.ssrc))
        if stream is None:
            return
        before = self.reports.get(block.ssrc)
        self.reports[block.ssrc] = block
        if block.ssrc == stream.ssrc:
            self._reported_loss(stream, block, now)
        # A report that was answered before only repeats what the queue was like then.
        if block.last_sr and (before is None or before.last_sr != block.last_sr):
            # RFC 3550 §6.4.1: A - LSR - DLSR in 1/65536 s.
            middle = _middle_ntp(now)
            rtt = (middle - block.last_sr - block.delay_since_last_sr) & 0xFFFFFFFF
            if rtt < 10 * 65_536 and self.downlink.round_trip(rtt / 65_536, block.last_sr, now):
                self.round_trip_time_s = rtt / 65_536
                self.rtt_s += (self.round_trip_time_s - self.rtt_s) / 8

    def _reported_loss(self, stream: SlotStream, block: ReportBlock, now: float) -> None:
        expected, lost = stream.reported(block)
        since = self._reported_at.get(block.ssrc, now)
        self._reported_at[block.ssrc] = now
        self.packets_reported += expected
        self.packets_reported_lost += lost
        if lost:
            self._decide_soon()
        # What was lost just before a picture was paused says nothing about now.
        if stream.publication is not None:
            self.downlink.estimator.reported(expected, lost, since, now)

    def _keyframe_wanted(self, ssrc: int, now: float) -> None:
        stream = self._by_ssrc.get(ssrc)
        if stream is not None:
            stream.request_keyframe(now)

    def update_redundancy(self, now: float) -> None:
        """Some times a second: whether the sound goes out twice."""
        loss = self.downlink.estimator.loss(now)
        has_room = self.downlink.carries_sound_twice(now, is_twice=self.redundancy.is_on)
        if self.redundancy.update(loss, has_room, now):
            for stream in self.streams.values():
                if isinstance(stream, AudioStream):
                    stream.is_redundant = self.redundancy.is_on

    # -- what the link carries

    @property
    def is_in_a_hurry(self) -> bool:
        """Whether the next decision cannot wait for its turn."""
        return self.is_ready and self.decision_due == 0.0

    def want(self, wanted: dict[str, tuple[Publication, Reception]]) -> None:
        """What may flow now, by section; where that is new, the next tick decides about it."""
        if wanted != self.wanted:
            self.wanted = wanted
            self.decision_due = 0.0

    def _decide_soon(self) -> None:
        """The receiver complains: do not wait for longer than a link that is watched closely would."""
        self.decision_due = min(self.decision_due, self._decided_at + DECISION_INTERVAL_S)

    def decide(self, now: float) -> bool:
        """Share the link out, every 200 ms, or every second at ease.

        True if some picture gets another layer, or none, or one again.
        """
        self._decided_at = now
        packets = sum(stream.packets_sent for stream in self._videos)
        asked_again = sum(stream.rtx.asked_again for stream in self._videos)
        self.downlink.asked_again(asked_again - self._asked_again, now)
        before = self.downlink.chosen, self.downlink.carries_stills
        self.downlink.update(
            [
                Tile(
                    mid,
                    reception.priority,
                    layer_costs(publication, reception.quality),
                    publication.source.is_read,
                )
                for mid, (publication, reception) in self.wanted.items()
                if publication.is_video
            ],
            self._meter.measure(self.streams.values(), now),
            packets - self._packets_sent,
            now,
        )
        self._packets_sent, self._asked_again = packets, asked_again
        self.repeats_base = self.redundancy.is_on and self.downlink.carries_base_twice(now)
        for stream in self._videos:
            stream.rtx.limit_bps = self.downlink.resend_limit_bps
        self.decision_due = now + self.downlink.interval_s
        self._probe(now)
        return (self.downlink.chosen, self.downlink.carries_stills) != before

    def _probe(self, now: float) -> None:
        """Report at once where the round trip is not known yet; send the packet train that is due."""
        padded = self._padded_stream()
        if padded is None:
            return
        if self.round_trip_time_s is None and not self._is_round_trip_asked:
            self._is_round_trip_asked = self.report(now, probed=padded)
        octets = self.downlink.train_octets
        if octets:
            sent = padded.pad(octets, now)
            if self.report(now, probed=padded):
                self.report_due = now + TRAIN_REPORT_STANDS_S
                self.downlink.train_sent(sent, _middle_ntp(now), now)

    def _padded_stream(self) -> SlotStream | None:
        """The picture whose retransmission stream carries padding."""
        for mid in self.wanted:
            stream = self.streams[mid]
            if stream.kind == "video" and stream.rtx.can_pad:
                return stream
        return None

    @property
    def is_filled(self) -> bool:
        """More goes over the link than was published."""
        return self.downlink.padding_bps > 0 or self.repeats_base

    def fill(self, now: float) -> None:
        """Every 20 ms: send what it is filled with."""
        if self.repeats_base:
            for mid, (_, reception) in self.wanted.items():
                # Who saves data does without.
                if reception.quality != "low" and (stream := self.streams[mid]).kind == "video":
                    stream.repeat_base(now)
        self._pad(now)

    def _pad(self, now: float) -> None:
        elapsed_s, self._padded_at = now - self._padded_at, now
        if not self.downlink.padding_bps:
            self._padding_owed = 0.0
            return
        self._padding_owed += self.downlink.padding_bps / 8 * min(elapsed_s, MAX_PADDING_S)
        stream = self._padded_stream()
        if stream is not None:
            self._padding_owed -= stream.pad(int(self._padding_owed), now)

    # -- reports

    def report(self, now: float, probed: SlotStream | None = None) -> bool:
        """Every second: a sender report for each stream that flows, and for `probed` in any case. False: for none."""
        self.report_due = now + REPORT_INTERVAL_S
        reports = []
        for stream in self.streams.values():
            report = stream.sender_report(now, is_probe=stream is probed)
            if report is not None:
                reports.append((report, stream.slot))
        for start in range(0, len(reports), REPORTS_PER_PACKET):
            part = reports[start : start + REPORTS_PER_PACKET]
            names = self._named(tuple([(report.ssrc, slot) for report, slot in part]))
            self.transport.send_rtcp(b"".join([*(bytes(report) for report, _ in part), names]))
        return bool(reports)

    def _named(self, cnames: tuple[tuple[int, str], ...]) -> bytes:
        """Source descriptions, which are the same for long.

        Each of its own: aiortc reads no second chunk, and would drop the reports along with it.
        """
        if self._names[0] != cnames:
            names = [bytes(SourceDescription((cname,))) for cname in cnames]
            self._names = cnames, b"".join(names)
        return self._names[1]


def _middle_ntp(now: float) -> int:
    return ntp_timestamp(now) >> 16 & 0xFFFFFFFF
