"""One published track: plaintext RTP in, to every subscribed stream and the recorder's sink out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.ids import PublicationId
from app.media.port import Source
from app.media.sfu.audio_levels import Loudness
from app.media.sfu.missing_packets import MissingPackets
from app.media.sfu.ntp import ntp_seconds
from app.media.sfu.packet_cache import CACHE_SIZE, MediaPacket, PacketCache
from app.media.sfu.reception import MAX_DROPOUT, Reception
from app.media.wire.codecs import Vp8Descriptor, h264_is_keyframe_start
from app.media.wire.rtcp import SenderReport
from app.media.wire.rtp import RtpPacket, timestamp_delta

KEYFRAME_REQUEST_INTERVAL_S = 0.5
"""At most one PLI per publication in this time, whoever asks."""
WAITING_RETRY_S = 1.0
CLOCK_JUMP_S = 2.0


class Subscriber(Protocol):
    """A stream that carries the publication on (see `SlotStream`)."""

    @property
    def is_waiting(self) -> bool: ...

    def forward(self, packet: MediaPacket, send_time: int) -> None: ...

    def restart(self) -> None: ...


class Sink(Protocol):
    """Where packets for the recorder go (see `SinkConnection`)."""

    def rtp(self, packet: RtpPacket, is_keyframe_start: bool, now: float) -> None: ...

    def sender_report(self, report: SenderReport, now: float) -> None: ...


class SenderClock:
    """The offset between a publisher's NTP clock and ours: one for all its tracks, for lip sync."""

    __slots__ = ("_offset_s",)

    def __init__(self) -> None:
        self._offset_s: float | None = None

    def observe(self, ntp_s: float, arrival: float) -> None:
        """A sender report of time `ntp_s` arrived. The quickest report is the truest."""
        offset = arrival - ntp_s
        current = self._offset_s
        if current is None or offset < current or offset - current > CLOCK_JUMP_S:
            self._offset_s = offset

    def to_steady(self, ntp_s: float) -> float:
        """`ntp_s` on our monotonic clock."""
        return ntp_s + (self._offset_s or 0.0)


@dataclass(frozen=True, slots=True)
class TrackFormat:
    """How a track is packed."""

    codec: str
    payload_type: int
    clock_rate_hz: int
    ssrc: int


@dataclass(frozen=True, slots=True)
class PublisherFeedback:
    """What a publication may ask of its publisher."""

    request_keyframe: Callable[[int], None]
    """Sends a PLI for an SSRC."""
    request_packets: Callable[[int, list[int]], None]
    """Sends a NACK for an SSRC and extended sequence numbers."""


class Publication:
    """A track epoch: one source, one SSRC, one codec."""

    def __init__(
        self,
        publication_id: PublicationId,
        source: Source,
        track: TrackFormat,
        clock: SenderClock,
        feedback: PublisherFeedback,
    ) -> None:
        self.publication_id = publication_id
        self.source = source
        self.format = track
        self.is_video = source.kind == "video"
        self.cache = PacketCache()
        self.reception = Reception(track.ssrc, track.clock_rate_hz)
        self.missing = MissingPackets()
        self.loudness = Loudness()
        """Of a microphone."""
        self.sink: Sink | None = None
        self.bytes_received = 0
        self.duplicates = 0
        self.keyframes = 0
        self.keyframe_requests = 0
        self.width = self.height = 0
        self.last_arrival = 0.0
        self._clock = clock
        self._feedback = feedback
        self._streams: tuple[Subscriber, ...] = ()
        self._is_vp8 = track.codec == "vp8"
        self._is_h264 = track.codec == "h264"
        self._keyframe_timestamp = -1
        self._keyframe_wanted = False
        self._keyframe_asked_at = float("-inf")
        self._restart_number = -1
        self._report: SenderReport | None = None
        self._last_timestamp = 0

    # -- subscribers

    def subscribe(self, stream: Subscriber) -> None:
        """`stream` gets every packet from the next one on."""
        if stream not in self._streams:
            self._streams = (*self._streams, stream)

    def unsubscribe(self, stream: Subscriber) -> None:
        """`stream` gets no further packet."""
        self._streams = tuple(other for other in self._streams if other is not stream)

    @property
    def subscriber_count(self) -> int:
        return len(self._streams)

    # -- packets

    def receive(self, packet: RtpPacket, now: float) -> None:
        """Take one packet of this track, RTX already undone; duplicates are dropped."""
        reception = self.reception
        index: int | None = reception.index_of(packet.sequence_number)
        if index != reception.highest + 1:
            index = self._index_out_of_order(packet, now)
        if index is None:
            return
        if index > reception.highest:
            reception.timed(packet.timestamp, now)
            self._last_timestamp = packet.timestamp
        reception.received(index)
        self.bytes_received += len(packet.data)
        self.last_arrival = now
        payload = packet.data[packet.payload_start : packet.payload_end]
        media = MediaPacket(index, packet.timestamp, packet.marker, payload)
        if self._is_vp8:
            if payload:
                self._read_vp8(media)
        elif self._is_h264:
            media.is_keyframe_start = h264_is_keyframe_start(payload)
        if media.is_keyframe_start:
            self._keyframe_started(media)
        self.cache.put(media)
        # abs-send-time: 6.18 fixed point seconds, the same for all who get this packet now.
        send_time = int(now * 262_144) & 0xFFFFFF
        for stream in self._streams:
            stream.forward(media, send_time)
        if self.sink is not None:
            self.sink.rtp(packet, media.is_keyframe_start, now)
        if self.missing:
            self._request_missing(now)

    @property
    def last_packet(self) -> MediaPacket | None:
        """The newest one, None before the first."""
        return self.cache.get(self.reception.highest)

    def recover(self, packet: RtpPacket, now: float) -> None:
        """Take a packet that was lost and has been rebuilt. To the publisher it stays reported as lost."""
        self.receive(packet, now)
        self.reception.rebuilt()

    def _index_out_of_order(self, packet: RtpPacket, now: float) -> int | None:
        highest, index = self.reception.highest, self.reception.index_of(packet.sequence_number)
        if highest < 0:
            return index
        jump = index - highest
        if jump > MAX_DROPOUT or jump <= -CACHE_SIZE:
            return self._index_after_restart(packet)
        if jump > 0:
            if self.is_video:
                self.missing.opened(highest + 1, index - 1, now)
            return index
        if self.cache.get(index) is not None:
            self.duplicates += 1
            return None
        if self.missing.filled(index, now):
            self.reception.packets_recovered += 1
        return index

    def _index_after_restart(self, packet: RtpPacket) -> int | None:
        # RFC 3550 A.1: two packets in sequence far away are a source that restarted.
        if packet.sequence_number != self._restart_number:
            self._restart_number = (packet.sequence_number + 1) & 0xFFFF
            return None
        self._restart_number = -1
        self.missing.clear()
        self._report = None
        for stream in self._streams:
            stream.restart()
        return self.reception.restarted(packet.sequence_number, CACHE_SIZE)

    def _read_vp8(self, media: MediaPacket) -> None:
        payload = media.payload
        first = payload[0]
        if first & 0x80 and len(payload) > 4:
            flags = payload[1]
            position = 2
            if flags & 0x80:
                if payload[2] & 0x80:
                    media.picture_id = (payload[2] & 0x7F) << 8 | payload[3]
                    position = 4
                else:
                    position = 3
            if flags & 0x40:
                media.tl0picidx = payload[position]
                media.tl0_offset = position
        if first & 0x17 == 0x10:
            try:
                descriptor = Vp8Descriptor.parse(payload)
            except ValueError:
                return
            if descriptor.is_keyframe_start:
                media.is_keyframe_start = True
                self.width, self.height = descriptor.width, descriptor.height

    def _keyframe_started(self, media: MediaPacket) -> None:
        # H.264 has several packets that look like a start in one keyframe: the first one counts.
        if media.rtp_timestamp == self._keyframe_timestamp:
            return
        self._keyframe_timestamp = media.rtp_timestamp
        self._keyframe_wanted = False
        self.keyframes += 1
        self.missing.forget_before(media.index)

    # -- feedback to the publisher

    def request_keyframe(self, now: float) -> None:
        """Ask the publisher for a keyframe, now or as soon as the throttle allows."""
        if not self.is_video:
            return
        self._keyframe_wanted = True
        self._request_wanted_keyframe(now)

    def _request_wanted_keyframe(self, now: float) -> None:
        if now - self._keyframe_asked_at >= KEYFRAME_REQUEST_INTERVAL_S:
            self._keyframe_asked_at = now
            self._keyframe_wanted = False
            self.keyframe_requests += 1
            self._feedback.request_keyframe(self.format.ssrc)

    def _request_missing(self, now: float) -> None:
        wanted = self.missing.due(self.reception.highest, now)
        if wanted:
            self._feedback.request_packets(self.format.ssrc, wanted)
        if self.missing.is_abandoned:
            self.missing.is_abandoned = False
            self.request_keyframe(now)

    def tick(self, now: float) -> None:
        """Every 20 ms or so: late NACKs and postponed keyframe requests."""
        if self.missing:
            self._request_missing(now)
        if self._keyframe_wanted:
            self._request_wanted_keyframe(now)
        elif now - self._keyframe_asked_at > WAITING_RETRY_S and any(
            stream.is_waiting for stream in self._streams
        ):
            self.request_keyframe(now)

    # -- clocks

    def sender_report(self, report: SenderReport, now: float) -> None:
        """The publisher's own report on this SSRC."""
        self._report = report
        self.reception.sender_report(report.ntp_timestamp, now)
        self._clock.observe(ntp_seconds(report.ntp_timestamp), now)
        if self.sink is not None:
            self.sink.sender_report(report, now)

    @property
    def has_sender_report(self) -> bool:
        return self._report is not None

    def captured_at(self, rtp_timestamp: int) -> float | None:
        """When `rtp_timestamp` was captured, on our monotonic clock; None without any packet.

        By the publisher's sender reports; before the first one, by arrival.
        """
        rate = self.format.clock_rate_hz
        report = self._report
        if report is not None:
            since = timestamp_delta(rtp_timestamp, report.rtp_timestamp)
            return self._clock.to_steady(ntp_seconds(report.ntp_timestamp)) + since / rate
        if not self.last_arrival:
            return None
        return self.last_arrival + timestamp_delta(rtp_timestamp, self._last_timestamp) / rate

    def timestamp_at(self, now: float) -> int:
        """The RTP timestamp that would be captured at `now`: the inverse of `captured_at`."""
        captured = self.captured_at(self._last_timestamp)
        elapsed = now - captured if captured is not None else 0.0
        return (self._last_timestamp + int(elapsed * self.format.clock_rate_hz)) & 0xFFFFFFFF
