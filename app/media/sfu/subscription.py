"""One outgoing stream of a slot: a constant SSRC that carries whichever publication is mapped.

Sequence numbers, timestamps and VP8 picture ids go on without a break when the publication
changes, so the browser sees one track.
"""

import secrets
import struct
from dataclasses import dataclass
from typing import Protocol

from app.media.port import Kind
from app.media.sfu.ntp import ntp_timestamp
from app.media.sfu.packet_cache import MediaPacket
from app.media.sfu.publication import Publication
from app.media.wire.rtcp import ReportBlock, SenderReport

MIN_RETRANSMISSION_INTERVAL_S = 0.100
"""A repeated NACK within this time (or the round trip) asks for what is already on its way."""
RETRANSMISSIONS_PER_S = 300.0
RETRANSMISSION_BURST = 300.0
REPORT_WITHOUT_CLOCK_AFTER_S = 5.0
"""Until then the publisher's own sender report is awaited."""

_HEADER = struct.Struct("!BBHII")
_HEADER_WITH_SEND_TIME = struct.Struct("!BBHIIII")
_ONE_WORD_EXTENSION = 0xBEDE0001


class SendRtp(Protocol):
    """`PeerTransport.send_rtp`."""

    def __call__(
        self,
        header: bytes | bytearray | memoryview,
        payload: bytes | bytearray | memoryview = b"",
        *,
        is_video: bool,
        end_of_frame: bool = False,
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class StreamFormats:
    """What the receiver accepted for one media section of its answer."""

    payload_types: dict[str, tuple[int, int | None]]
    """Codec name to payload type and retransmission payload type."""
    send_time_id: int | None = None
    """Header extension id of abs-send-time."""
    red_payload_type: int | None = None
    """Of audio, if the receiver takes it twice (RFC 2198)."""


def first_sequence_number() -> int:
    """In 1,000..32,768: libsrtp loses its roll-over counter if the first packets wrap."""
    return 1_000 + secrets.randbelow(31_768)


class SlotStream:
    """The audio or the video of one slot of one subscriber."""

    def __init__(
        self, slot: str, kind: Kind, ssrc: int, rtx_ssrc: int, send: SendRtp, now: float
    ) -> None:
        self.slot = slot
        self.kind = kind
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.formats = StreamFormats({})
        self.publication: Publication | None = None
        self.is_waiting = False
        """Mapped, but nothing sent yet: video waits for a keyframe."""
        self.packets_sent = 0
        self.octets_sent = 0
        self.packets_dropped = 0
        self.retransmitted = 0
        self._is_video = kind == "video"
        self._send_rtp = send
        self._payload_type = 0
        self._rtx_payload_type: int | None = None
        self._send_time_word = 0
        self._mapped_at = now
        # The line that all publications of this stream are laid on: timestamp at a time.
        self._epoch_s = now
        self._epoch_timestamp = secrets.randbelow(1 << 31)
        self._sequence_offset = 0
        self._timestamp_offset = 0
        self._picture_id_delta = 0
        self._tl0_delta = 0
        self._start_index = 0
        self._highest_index = -1
        self._last: MediaPacket | None = None
        self._next_sequence_number = first_sequence_number()
        self._rtx_sequence_number = first_sequence_number()
        self._aligned: Publication | None = None
        self._resent: dict[int, float] = {}
        self._resend_budget = RETRANSMISSION_BURST
        self._resend_refilled_at = now
        self._holes = 0
        self._reported_highest: int | None = None
        self._reported_lost = 0
        self._reported_holes = 0

    # -- mapping

    def map(self, publication: Publication | None, now: float) -> None:
        """Carry `publication` from its next packet (video: keyframe) on; None: send nothing."""
        if publication is self.publication:
            return
        if self.publication is not None:
            self.publication.unsubscribe(self)
        self.publication = publication
        self.is_waiting = publication is not None
        self._resent.clear()
        if publication is None:
            return
        self._mapped_at = now
        payload_types = self.formats.payload_types[publication.format.codec]
        self._payload_type, self._rtx_payload_type = payload_types
        identifier = self.formats.send_time_id
        # Audio carries no extension: its receivers estimate nothing from it.
        has_send_time = identifier is not None and self._is_video
        self._send_time_word = (identifier << 28 | 2 << 24) if identifier and has_send_time else 0
        publication.subscribe(self)
        if self._is_video:
            publication.request_keyframe(now)

    def restart(self) -> None:
        """The source began its numbers anew: go on from its next packet (video: keyframe)."""
        self.is_waiting = True
        self._aligned = None
        self._resent.clear()

    def can_carry(self, publication: Publication) -> bool:
        """Whether the receiver accepted this codec."""
        return publication.format.codec in self.formats.payload_types

    # -- packets

    def forward(self, packet: MediaPacket, send_time: int) -> None:
        """Send `packet` on, rewritten. Must be cheap: this is the innermost loop."""
        index = packet.index
        if self.is_waiting:
            if self._is_video and not packet.is_keyframe_start:
                return
            self._start(packet)
            self._forward_later_ones(index, send_time)
            return
        jump = index - self._highest_index
        if jump > 0:
            if jump > 1:
                self._holes += jump - 1
            self._highest_index = index
            self._last = packet
        elif index < self._start_index:
            return
        else:
            self._holes -= 1
        self._send(packet, send_time, packet.marker)

    def _start(self, packet: MediaPacket) -> None:
        last, index = self._last, packet.index
        publication = self.publication
        assert publication is not None
        if last is not None:
            self._next_sequence_number = self._highest_index + self._sequence_offset + 1
        self._align_timestamp(packet, publication)
        if packet.picture_id >= 0 and last is not None and last.picture_id >= 0:
            self._picture_id_delta += last.picture_id + 1 - packet.picture_id
        if packet.tl0picidx >= 0 and last is not None and last.tl0picidx >= 0:
            self._tl0_delta += last.tl0picidx + 1 - packet.tl0picidx
        self._sequence_offset = self._next_sequence_number - index
        self._start_index = self._highest_index = index
        self._last = packet
        self.is_waiting = False

    def _align_timestamp(self, packet: MediaPacket, publication: Publication) -> None:
        rate = publication.format.clock_rate_hz
        if publication is not self._aligned:
            captured = publication.captured_at(packet.rtp_timestamp)
            since = (captured if captured is not None else self._mapped_at) - self._epoch_s
            wanted = self._epoch_timestamp + int(since * rate)
            self._aligned = publication
        else:
            wanted = packet.rtp_timestamp + self._timestamp_offset
        if self._last is not None:
            previous = self._last.rtp_timestamp + self._timestamp_offset
            ahead = (wanted - previous) & 0xFFFFFFFF
            if ahead == 0 or ahead >= 0x80000000:
                # Two clocks that disagree by a little: one frame (or packet) on, never back.
                wanted = previous + rate // 50
        self._timestamp_offset = wanted - packet.rtp_timestamp

    def _forward_later_ones(self, index: int, send_time: int) -> None:
        """Send the start, and what came before it because its first packet was lost."""
        publication = self.publication
        assert publication is not None
        last = self._last
        assert last is not None
        self._send(last, send_time, True if not self._is_video else last.marker)
        for later in range(index + 1, publication.reception.highest + 1):
            packet = publication.cache.get(later)
            if packet is not None:
                self.forward(packet, send_time)

    def _send(self, packet: MediaPacket, send_time: int, marker: bool) -> None:
        payload_type = self._payload_type | 0x80 if marker else self._payload_type
        sequence_number = (packet.index + self._sequence_offset) & 0xFFFF
        timestamp = (packet.rtp_timestamp + self._timestamp_offset) & 0xFFFFFFFF
        payload: bytes | bytearray = packet.payload
        if self._send_time_word:
            header = _HEADER_WITH_SEND_TIME.pack(
                0x90,
                payload_type,
                sequence_number,
                timestamp,
                self.ssrc,
                _ONE_WORD_EXTENSION,
                self._send_time_word | send_time,
            )
        else:
            header = _HEADER.pack(0x80, payload_type, sequence_number, timestamp, self.ssrc)
        if packet.picture_id >= 0 and (self._picture_id_delta or self._tl0_delta):
            payload = self._with_picture_ids(packet)
        if self._send_rtp(header, payload, is_video=self._is_video, end_of_frame=marker):
            self.packets_sent += 1
            self.octets_sent += len(payload)
        else:
            self.packets_dropped += 1

    def _with_picture_ids(self, packet: MediaPacket) -> bytearray:
        payload = bytearray(packet.payload)
        picture_id = (packet.picture_id + self._picture_id_delta) & 0x7FFF
        payload[2] = 0x80 | picture_id >> 8
        payload[3] = picture_id & 0xFF
        if packet.tl0picidx >= 0:
            payload[packet.tl0_offset] = (packet.tl0picidx + self._tl0_delta) & 0xFF
        return payload

    # -- what the receiver says

    def retransmit(self, sequence_numbers: tuple[int, ...], now: float, rtt_s: float) -> None:
        """Answer a NACK from the cache as RTX (RFC 4588), with a bound on the rate."""
        publication, rtx_payload_type = self.publication, self._rtx_payload_type
        if publication is None or rtx_payload_type is None or self.is_waiting:
            return
        self._refill(now)
        interval = max(MIN_RETRANSMISSION_INTERVAL_S, rtt_s)
        highest = self._highest_index
        for number in sequence_numbers:
            index = highest - ((highest + self._sequence_offset - number) & 0xFFFF)
            packet = publication.cache.get(index) if index >= self._start_index else None
            if packet is None or now - self._resent.get(index, float("-inf")) < interval:
                continue
            if self._resend_budget < 1:
                return
            self._resend_budget -= 1
            if len(self._resent) >= 2_048:
                self._resent.clear()
            self._resent[index] = now
            self._send_rtx(packet, rtx_payload_type, now)

    def _refill(self, now: float) -> None:
        elapsed = now - self._resend_refilled_at
        self._resend_refilled_at = now
        self._resend_budget = min(
            RETRANSMISSION_BURST, self._resend_budget + elapsed * RETRANSMISSIONS_PER_S
        )

    def _send_rtx(self, packet: MediaPacket, payload_type: int, now: float) -> None:
        number = (packet.index + self._sequence_offset) & 0xFFFF
        payload: bytes | bytearray = packet.payload
        if packet.picture_id >= 0 and (self._picture_id_delta or self._tl0_delta):
            payload = self._with_picture_ids(packet)
        rtx_number = self._rtx_sequence_number
        self._rtx_sequence_number = (rtx_number + 1) & 0xFFFF
        timestamp = (packet.rtp_timestamp + self._timestamp_offset) & 0xFFFFFFFF
        second = payload_type | 0x80 if packet.marker else payload_type
        if self._send_time_word:
            send_time = int(now * 262_144) & 0xFFFFFF
            header = _HEADER_WITH_SEND_TIME.pack(
                0x90,
                second,
                rtx_number,
                timestamp,
                self.rtx_ssrc,
                _ONE_WORD_EXTENSION,
                self._send_time_word | send_time,
            )
        else:
            header = _HEADER.pack(0x80, second, rtx_number, timestamp, self.rtx_ssrc)
        body = number.to_bytes(2, "big") + payload
        if self._send_rtp(header, body, is_video=True):
            self.retransmitted += 1

    def reported(self, block: ReportBlock) -> tuple[int, int]:
        """Packets (expected, lost) on the receiver's link since its last report.

        Holes that the publisher's own link tore are not the receiver's loss.
        """
        highest, lost, holes = block.highest_sequence_number, block.packets_lost, self._holes
        before, self._reported_highest = self._reported_highest, highest
        lost_now = lost - self._reported_lost
        holes_now = holes - self._reported_holes
        self._reported_lost, self._reported_holes = lost, holes
        if before is None:
            return 0, 0
        expected = max(0, min((highest - before) & 0xFFFFFFFF, 100_000) - max(0, holes_now))
        return expected, max(0, min(lost_now - holes_now, expected))

    # -- sender reports

    def sender_report(self, now: float) -> SenderReport | None:
        """Our report for this stream, in our NTP time; None if there is nothing to report."""
        publication = self.publication
        if publication is None or self.is_waiting or not self.packets_sent:
            return None
        if (
            not publication.has_sender_report
            and now - self._mapped_at < REPORT_WITHOUT_CLOCK_AFTER_S
        ):
            return None
        timestamp = publication.timestamp_at(now) + self._timestamp_offset
        return SenderReport(
            ssrc=self.ssrc,
            ntp_timestamp=ntp_timestamp(now),
            rtp_timestamp=timestamp & 0xFFFFFFFF,
            packet_count=self.packets_sent & 0xFFFFFFFF,
            octet_count=self.octets_sent & 0xFFFFFFFF,
        )
