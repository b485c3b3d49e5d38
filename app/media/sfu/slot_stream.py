"""One outgoing stream of a slot: a constant SSRC that carries whichever publication is mapped.

Sequence numbers, timestamps and VP8 picture ids go on without a break when the publication or the
layer changes and where temporal layers are left out, so the browser sees one track.
"""

from copy import copy
from functools import partial

from app.media.port import Kind
from app.media.sfu.in_step import InStep, Progress
from app.media.sfu.layer import Layer
from app.media.sfu.layer_choice import TOP_LAYER, LayerChoice
from app.media.sfu.media_burst import MediaBurst
from app.media.sfu.ntp import ntp_timestamp
from app.media.sfu.outgoing import (
    ONE_WORD_EXTENSION,
    Join,
    SendBurst,
    SendRtp,
    first_sequence_number,
    pack_header,
    pack_header_with_send_time,
)
from app.media.sfu.packet_cache import MediaPacket
from app.media.sfu.publication import Publication
from app.media.sfu.reported_loss import ReportedLoss
from app.media.sfu.rtx_stream import RtxStream
from app.media.sfu.sent_segments import Segment, SentSegments
from app.media.sfu.stream_clock import StreamClock
from app.media.sfu.stream_formats import NO_FORMATS
from app.media.wire.fan_out import Recipient
from app.media.wire.rtcp import ReportBlock, SenderReport
from app.media.wire.srtp import HeaderRewrite

REPORT_WITHOUT_CLOCK_AFTER_S = 5.0
"""Until then the publisher's own sender report is awaited."""
_NO_SEGMENTS = SentSegments()
"""Of streams that have sent nothing: a subscriber has dozens, and most of them idle."""


class SlotStream:
    """The audio or the video of one slot of one subscriber."""

    __slots__ = (
        "_aim",
        "_awaited",
        "_clock",
        "_header",
        "_header_segment",
        "_holes",
        "_is_redundant",
        "_is_video",
        "_join",
        "_layer",
        "_left_out_timestamp",
        "_mapped_at",
        "_octets_before",
        "_packets_before",
        "_payload_type",
        "_progress",
        "_recipient",
        "_reported_loss",
        "_segment",
        "_segments",
        "_send_burst",
        "_send_rtp",
        "_send_time_word",
        "_temporal",
        "formats",
        "kind",
        "packets_dropped",
        "packets_left_out",
        "publication",
        "redundant_sent",
        "rtx",
        "slot",
        "ssrc",
    )

    def __init__(
        self,
        slot: str,
        kind: Kind,
        ssrc: int,
        rtx_ssrc: int,
        send: SendRtp,
        now: float,
        send_burst: SendBurst | None = None,
        join: Join | None = None,
    ) -> None:
        self.slot = slot
        self.kind = kind
        self.ssrc = ssrc
        self.rtx = RtxStream(rtx_ssrc, send, now)
        self.formats = NO_FORMATS
        self.publication: Publication | None = None
        self.packets_dropped = 0
        self.packets_left_out = 0
        """Of temporal layers above the one aimed at."""
        self.redundant_sent = 0
        self._is_video = kind == "video"
        self._send_rtp = send
        self._send_burst = send_burst
        self._join = join
        self._recipient: Recipient | None = None
        """While it is in step with others of its layer."""
        self._progress = Progress()
        """Of all that are in step, or its own."""
        self._packets_before = self._octets_before = 0
        """Sent, besides those that `_progress` counts."""
        self._is_redundant = False
        self._payload_type = 0
        self._send_time_word = 0
        self._mapped_at = now
        self._clock = StreamClock(now)
        self._aim = TOP_LAYER
        self._layer: Layer | None = None
        self._awaited: Layer | None = None
        self._temporal = TOP_LAYER.temporal
        self._segments = _NO_SEGMENTS
        self._segment: Segment | None = None
        """The current one, or the last one while nothing is sent."""
        self._header = HeaderRewrite(0, ssrc, 0, 0)
        self._header_segment: Segment | None = None
        """The one that `_header` is for."""
        self._left_out_timestamp = -1
        self._holes = 0
        self._reported_loss = ReportedLoss()

    @property
    def packets_sent(self) -> int:
        """Without retransmissions and padding."""
        return self._packets_before + self._progress.packets

    @property
    def octets_sent(self) -> int:
        """Of payload, without retransmissions and padding."""
        return self._octets_before + self._progress.octets

    @property
    def is_redundant(self) -> bool:
        """Sound that is said twice, packet by packet (see `AudioStream`)."""
        return self._is_redundant

    @is_redundant.setter
    def is_redundant(self, is_redundant: bool) -> None:
        self.step_out()
        self._is_redundant = is_redundant

    # -- mapping

    def map(
        self, publication: Publication | None, now: float, aim: LayerChoice = TOP_LAYER
    ) -> None:
        """Carry `publication` from its next packet (video: keyframe) on; None: send nothing."""
        if publication is self.publication:
            return
        if self.publication is not None:
            self._leave()
        self.publication = publication
        if publication is None:
            return
        self._reported_loss.restart()
        self._mapped_at = now
        self._aim = aim
        payload_types = self.formats.payload_types[publication.format.codec]
        self._payload_type, self.rtx.payload_type = payload_types
        identifier = self.formats.send_time_id
        # Audio carries no extension: its receivers estimate nothing from it.
        has_send_time = identifier is not None and self._is_video
        self._send_time_word = (identifier << 28 | 2 << 24) if identifier and has_send_time else 0
        self.rtx.send_time_word = self._send_time_word
        publication.subscribe(self)
        self.settle(now)

    def _leave(self) -> None:
        assert self.publication is not None
        self.publication.unsubscribe(self)
        for layer in (self._layer, self._awaited):
            if layer is not None:
                layer.detach(self)
        self._layer = self._awaited = None
        # What may not be received any more is not sent again either.
        self._segments.clear()
        self.rtx.forget()

    def can_carry(self, publication: Publication) -> bool:
        """Whether the receiver accepted this codec."""
        return publication.format.codec in self.formats.payload_types

    # -- layers

    @property
    def is_waiting(self) -> bool:
        """Mapped, but nothing is sent yet: video waits for a keyframe."""
        return self.publication is not None and self._layer is None

    @property
    def current(self) -> LayerChoice | None:
        """What is sent; None if nothing is."""
        return LayerChoice(self._layer.spatial, self._temporal) if self._layer else None

    @property
    def target(self) -> LayerChoice | None:
        """What will be sent after the next keyframe; the lower of `aim` and what is live."""
        layer = self._awaited or self._layer
        return LayerChoice(layer.spatial, self._aim.temporal) if layer else None

    @property
    def aimed_spatial(self) -> int:
        """The spatial layer of the last `aim`, whether it is live or not."""
        return self._aim.spatial

    @property
    def carried_spatial(self) -> frozenset[int]:
        """The spatial layers that are sent or waited for."""
        return frozenset(layer.spatial for layer in (self._layer, self._awaited) if layer)

    def aim(self, spatial: int, temporal: int, now: float) -> None:
        """Go to these layers, or to the nearest live ones for as long as those are not sent.

        The layer that is sent goes on until the other one's keyframe, which is asked for; fewer
        temporal layers count from the next frame on, more of them from their next sync point on.
        """
        choice = LayerChoice(spatial, temporal)
        if choice == self._aim:
            return
        self._aim = choice
        self._temporal = min(self._temporal, temporal)
        if self._temporal < TOP_LAYER.temporal:
            self.step_out()
        if self.publication is not None:
            self.publication.needs_changed()
            self.settle(now)

    def settle(self, now: float) -> None:
        """Choose the layer again: the aim changed, or a layer came or went."""
        publication = self.publication
        assert publication is not None
        layer = publication.layer_for(self._aim.spatial, now)
        if layer is self._awaited:
            return
        if self._awaited is not None:
            self._awaited.detach(self)
            self._awaited = None
        if layer is not self._layer:
            self._awaited = layer
            layer.await_keyframe(self, now)

    def restart(self, now: float) -> None:
        """The layer began its numbers anew: go on from its next keyframe (audio: packet)."""
        assert self._layer is not None
        self._layer.detach(self)
        self._layer = None
        self._clock.restart()
        self.settle(now)

    def request_keyframe(self, now: float) -> None:
        """The receiver wants one."""
        layer = self._awaited or self._layer
        if layer is not None:
            layer.request_keyframe(now)

    # -- packets

    def forward(self, packet: MediaPacket, send_time: int) -> None:
        """Send `packet` on, rewritten. Must be cheap: this is the innermost loop."""
        progress = self._progress
        jump = packet.index - progress.highest_index
        if jump <= 0:
            self._forward_late(packet, send_time)
            return
        if packet.temporal_id > self._temporal and self._leaves_out(packet, jump):
            return
        if jump > 1:
            self._holes += jump - 1
        progress.highest_index = packet.index
        progress.last = packet
        segment = self._segment
        assert segment is not None
        self._send(packet, segment, send_time, packet.marker)

    def forward_burst(self, burst: MediaBurst, send_time: int) -> None:
        """Send the packets of `burst` on: at once where nothing in it needs a closer look."""
        segment, send_burst = self._segment, self._send_burst
        if (
            segment is None
            or send_burst is None
            or self.is_redundant
            or not burst.is_whole
            or burst.first_index != self._progress.highest_index + 1
            or burst.temporal_id > self._temporal
        ):
            for packet in burst.packets:
                self.forward(packet, send_time)
            return
        word, patch = self._send_time_word, None
        if segment.has_new_ids and burst.has_picture_ids:
            patch = partial(segment.patch, burst.packets)
        if send_burst(burst, self._header_of(segment), word and word | send_time, patch):
            self._progress.sent(burst)
        else:
            self._progress.passed(burst)
            self.packets_dropped += len(burst.packets)

    def _header_of(self, segment: Segment) -> HeaderRewrite:
        if self._header_segment is not segment:
            self._header_segment = segment
            self._header = HeaderRewrite(
                self._payload_type,
                self.ssrc,
                segment.sequence_offset,
                segment.timestamp_offset,
            )
        return self._header

    def _forward_late(self, packet: MediaPacket, send_time: int) -> None:
        layer = self._layer
        assert layer is not None
        segment = self._segments.place_of(layer, packet)
        if segment is None:
            return
        self._holes -= 1
        if self._segments.is_thinned(packet):
            self._send_filler(packet, segment, send_time)
        else:
            self._send(packet, segment, send_time, packet.marker)

    def start(self, layer: Layer, packet: MediaPacket, send_time: int) -> None:
        """Carry `layer` from this keyframe (audio: packet) on."""
        if self._layer is not None:
            self._layer.detach(self)
        progress, former = self._progress, self._segment
        last = progress.last
        self._layer, self._awaited = layer, None
        self._temporal = self._aim.temporal
        index = packet.index
        if last is None or former is None:
            number = first_sequence_number()
        else:
            number = progress.highest_index + former.sequence_offset + 1
        timestamp = self._clock.place(packet, layer, self._mapped_at, former, last)
        segment = Segment(layer, index, number - index, timestamp - packet.rtp_timestamp)
        if last is not None and former is not None:
            segment.with_ids(
                _next(last.picture_id, former.picture_id_delta, packet.picture_id),
                _next(last.tl0picidx, former.tl0_delta, packet.tl0picidx),
                _next(last.keyidx, former.keyidx_delta, packet.keyidx),
            )
        if self._segments is _NO_SEGMENTS:
            self._segments = SentSegments()
        self._segments.begin(segment, progress.highest_index)
        self._segment = segment
        self._left_out_timestamp = -1
        progress.highest_index = index
        progress.last = packet
        self._send(packet, segment, send_time, packet.marker or not self._is_video)
        # What came before it because the first packet of the keyframe was lost.
        for later in range(index + 1, layer.reception.highest + 1):
            following = layer.cache.get(later)
            if following is not None:
                self.forward(following, send_time)

    def _send(self, packet: MediaPacket, segment: Segment, send_time: int, marker: bool) -> None:
        payload_type = self._payload_type | 0x80 if marker else self._payload_type
        sequence_number = (packet.index + segment.sequence_offset) & 0xFFFF
        timestamp = (packet.rtp_timestamp + segment.timestamp_offset) & 0xFFFFFFFF
        if self._send_time_word:
            header = pack_header_with_send_time(
                0x90,
                payload_type,
                sequence_number,
                timestamp,
                self.ssrc,
                ONE_WORD_EXTENSION,
                self._send_time_word | send_time,
            )
        else:
            header = pack_header(0x80, payload_type, sequence_number, timestamp, self.ssrc)
        payload = segment.payload(packet) if segment.has_new_ids else packet.payload
        if self._send_rtp(header, payload, is_video=self._is_video, end_of_frame=marker):
            self._progress.packets += 1
            self._progress.octets += len(payload)
        else:
            self.packets_dropped += 1

    # -- in step

    def step_in(self, in_step: InStep) -> bool:
        """Be sent to together with the others from the next burst on.

        Only one that has had all that they had, and takes whatever comes, may do so.
        """
        segment, progress = self._segment, in_step.progress
        if (
            self._join is None
            or segment is None
            or self._is_redundant
            or self._temporal < TOP_LAYER.temporal
            or self._progress.highest_index != progress.highest_index
        ):
            return False
        header, word = self._header_of(segment), self._send_time_word
        self._recipient = self._join(
            in_step.fan_outs, header, word, segment.id_deltas, self._fell_out
        )
        if self._recipient is None:
            return False
        self._packets_before += self._progress.packets - progress.packets
        self._octets_before += self._progress.octets - progress.octets
        self._progress = progress
        return True

    def step_out(self) -> None:
        """Be sent to by itself again, from where the others are. Idempotent."""
        if self._recipient is not None:
            self._recipient.leave()

    def _fell_out(self) -> None:
        self._recipient = None
        self._progress = copy(self._progress)
        assert self._layer is not None
        self._layer.fell_out(self)

    # -- temporal layers

    def keyframe_began(self) -> None:
        """All temporal layers can be decoded from a keyframe on."""
        self._temporal = self._aim.temporal

    def _leaves_out(self, packet: MediaPacket, jump: int) -> bool:
        """Leave out a packet above the temporal layer that is sent, unless that may rise with it."""
        last = self._progress.last
        assert last is not None
        is_same_frame = packet.rtp_timestamp == last.rtp_timestamp
        if is_same_frame and packet.rtp_timestamp != self._left_out_timestamp:
            return False  # Its first packets were sent.
        if (
            not is_same_frame
            and packet.is_layer_sync
            and self._temporal < packet.temporal_id <= self._aim.temporal
            and packet.temporal_id == self._temporal + 1
        ):
            self._temporal = packet.temporal_id
            return False
        # A hole inside the frame is part of it; any other one may be of a frame that is sent.
        holes = jump - 1 if is_same_frame else 0
        self._holes += jump - 1 - holes
        self._segments.leave_out(packet, holes, 0 if is_same_frame else 1)
        self._segment = self._segments.current
        self._left_out_timestamp = packet.rtp_timestamp
        self._progress.highest_index = packet.index
        self._progress.last = packet
        self.packets_left_out += 1
        return True

    def _send_filler(self, packet: MediaPacket, segment: Segment, send_time: int) -> None:
        """A number was kept for a packet whose frame is left out: padding (RFC 3550 §5.1) takes it."""
        sequence_number = (packet.index + segment.sequence_offset) & 0xFFFF
        timestamp = (packet.rtp_timestamp + segment.timestamp_offset) & 0xFFFFFFFF
        header = pack_header(0xA0, self._payload_type, sequence_number, timestamp, self.ssrc)
        self._send_rtp(header, b"\x01", is_video=True)

    # -- what the receiver says

    def retransmit(self, sequence_numbers: tuple[int, ...], now: float, rtt_s: float) -> None:
        """Answer a NACK."""
        highest_index = self._progress.highest_index
        self.rtx.answer(sequence_numbers, self._segments, highest_index, now, rtt_s)

    def repeat_base(self, now: float) -> None:
        """Send the base layer once more, as far as it was sent since the last call."""
        self.rtx.repeat_base(self._segments, self._progress.highest_index, now)

    def pad(self, octets: int, now: float) -> int:
        """Send up to `octets` of nothing on the retransmission stream; how many were sent."""
        last = self._progress.last
        return self.rtx.pad(octets, last.rtp_timestamp if last is not None else 0, now)

    def reported(self, block: ReportBlock) -> tuple[int, int]:
        """Packets (expected, lost) on the receiver's link since its last report.

        Holes that the publisher's own link tore are not the receiver's loss.
        """
        return self._reported_loss.since_last(block, self._holes)

    def path_changed(self, now: float) -> None:
        """What was lost on the old path says nothing about the new one; a picture that lost its thread begins anew."""
        segment = self._segment
        number = self._progress.highest_index + segment.sequence_offset if segment else None
        self._reported_loss.path_changed(number)
        self.rtx.forget()
        self.request_keyframe(now)

    # -- sender reports

    def sender_report(self, now: float, *, is_probe: bool = False) -> SenderReport | None:
        """Our report for this stream, in our NTP time; None if there is nothing to report.

        `is_probe`: at once and even if it rests, because of its round trip.
        """
        layer, segment = self._layer, self._segment
        if segment is None or not self.packets_sent or (layer is None and not is_probe):
            return None
        if layer is None:
            timestamp = self._clock.timestamp_at(now, segment.layer.clock_rate_hz)
        else:
            is_early = now - self._mapped_at < REPORT_WITHOUT_CLOCK_AFTER_S
            if is_early and not layer.has_sender_report and not is_probe:
                return None
            timestamp = layer.timestamp_at(now) + segment.timestamp_offset
        return SenderReport(
            ssrc=self.ssrc,
            ntp_timestamp=ntp_timestamp(now),
            rtp_timestamp=timestamp & 0xFFFFFFFF,
            packet_count=self.packets_sent & 0xFFFFFFFF,
            octet_count=self.octets_sent & 0xFFFFFFFF,
        )


def _next(last: int, delta: int, first: int) -> int:
    """The delta with which `first` follows what was sent for `last`; -1 is a number not there."""
    return last + delta + 1 - first if last >= 0 and first >= 0 else delta
