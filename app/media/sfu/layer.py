"""One received RTP stream of a publication: an encoding of its own size, under an SSRC of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.media.sfu.in_step import InStep
from app.media.sfu.layer_rates import LayerRates
from app.media.sfu.media_burst import MAX_PACKETS, MediaBurst
from app.media.sfu.missing_packets import MissingPackets
from app.media.sfu.ntp import ntp_seconds
from app.media.sfu.packet_cache import CACHE_SIZE, MediaPacket, PacketCache
from app.media.sfu.reception import MAX_DROPOUT, Reception
from app.media.sfu.sender_clock import SenderClock
from app.media.sfu.track_format import TrackFormat
from app.media.wire.codecs import Vp8Descriptor, h264_is_keyframe_start
from app.media.wire.rtcp import SenderReport
from app.media.wire.rtp import RtpPacket, timestamp_delta

KEYFRAME_REQUEST_INTERVAL_S = 0.5
"""At most one PLI per layer in this time, whoever asks."""
WAITING_RETRY_S = 1.0
LIVE_FOR_S = 1.0
"""A layer that sent nothing for this long is not sent (any more)."""
NEVER = float("-inf")


class LayerStream(Protocol):
    """A stream that carries a layer on (see `SlotStream`)."""

    def start(self, layer: "Layer", packet: MediaPacket, send_time: int) -> None:
        """`packet` begins a keyframe (audio: any) of the layer that this stream waits for."""
        ...

    def forward(self, packet: MediaPacket, send_time: int) -> None: ...

    def forward_burst(self, burst: MediaBurst, send_time: int) -> None:
        """The same for all packets of `burst`."""
        ...

    def step_in(self, in_step: InStep) -> bool:
        """Be sent to together with the others from the next burst on, if nothing speaks against it."""
        ...

    def step_out(self) -> None:
        """Be sent to by itself again."""
        ...

    def keyframe_began(self) -> None:
        """A keyframe begins on the layer that it carries."""
        ...

    def restart(self, now: float) -> None:
        """The layer that it carries began its numbers anew."""
        ...


class LayerTap(Protocol):
    """Who gets every packet of every layer as it came (see `SinkFeed`)."""

    def packet(self, layer: "Layer", packet: RtpPacket, media: MediaPacket, now: float) -> None: ...

    def sender_report(self, layer: "Layer", report: SenderReport, now: float) -> None: ...

    def restart(self, layer: "Layer") -> None: ...


@dataclass(frozen=True, slots=True)
class PublisherFeedback:
    """What a layer may ask of its publisher."""

    request_keyframe: Callable[[int], None]
    """Sends a PLI for an SSRC."""
    request_packets: Callable[[int, list[int]], None]
    """Sends a NACK for an SSRC and extended sequence numbers."""
    at_end_of_wake_up: Callable[[Callable[[], None]], None] | None = None
    """Calls back when all that came together was received; None: nothing is collected."""


class Layer:
    """One simulcast encoding of a publication, or its only one."""

    def __init__(
        self,
        position: int,
        track: TrackFormat,
        clock: SenderClock,
        feedback: PublisherFeedback,
        on_woken: Callable[["Layer", float], None],
    ) -> None:
        self.position = position
        """Place in the publisher's list of encodings."""
        self.spatial = position
        """Place from low to high; differs from `position` if the publisher lists them otherwise."""
        self.rid = track.rids[position]
        self.ssrc = 0
        """0 until its first packet."""
        self.codec = track.codec
        self.clock_rate_hz = track.clock_rate_hz
        self.is_video = track.is_video
        self.cache = PacketCache()
        self.reception = Reception(0, track.clock_rate_hz)
        self.missing = MissingPackets()
        self.rates = LayerRates()
        self.width = self.height = 0
        """Pixels of the last keyframe; 0 if unknown."""
        self.streams: tuple[LayerStream, ...] = ()
        """All that carry the layer."""
        self.waiting: tuple[LayerStream, ...] = ()
        """Streams that begin with the next keyframe."""
        self.tap: LayerTap | None = None
        self.bytes_received = 0
        self.duplicates = 0
        self.keyframes = 0
        self.keyframe_requests = 0
        self.last_arrival = NEVER
        self._clock = clock
        self._feedback = feedback
        self._on_woken = on_woken
        self._is_vp8 = track.codec == "vp8"
        self._is_h264 = track.codec == "h264"
        self._keyframe_timestamp = -1
        self._keyframe_at = NEVER
        self._keyframe_wanted = False
        self._keyframe_asked_at = NEVER
        self._restart_number = -1
        self._report: SenderReport | None = None
        self._last_timestamp = 0
        self._in_step = InStep()
        self._loose: tuple[LayerStream, ...] = ()
        """Those among `streams` that are not in step."""
        self._collected: list[MediaPacket] = []
        """Received and not forwarded yet, within one wake-up."""
        self._send_time = 0

    def bind(self, ssrc: int, sequence_number: int, now: float) -> None:
        """Packets come under this SSRC from `sequence_number` on, instead of another one or none."""
        is_new, self.ssrc = not self.ssrc, ssrc
        self.reception.ssrc = ssrc
        if not is_new:
            self._restart(sequence_number, now)

    def is_live(self, now: float) -> bool:
        """Whether the publisher sends it at present."""
        return now - self.last_arrival < LIVE_FOR_S

    def stopped(self) -> None:
        """The publisher said goodbye to its SSRC."""
        self.last_arrival = NEVER

    @property
    def is_sent(self) -> bool:
        """Packets came, and no goodbye after them."""
        return self.last_arrival != NEVER

    @property
    def rates_bps(self) -> tuple[int, ...]:
        """Bitrate over the last second up to each temporal layer: (base, base + first, ...)."""
        return self.rates.cumulative_bps

    # -- streams

    def attach(self, stream: LayerStream) -> None:
        """`stream` gets every packet from the next one on."""
        self.forward_collected()
        self.streams = (*self.streams, stream)
        self._loose = (*self._loose, stream)

    def await_keyframe(self, stream: LayerStream, now: float) -> None:
        """`stream` is started by the next keyframe (audio: the next packet)."""
        if stream not in self.waiting:
            self.waiting = (*self.waiting, stream)
        self.request_keyframe(now)

    def detach(self, stream: LayerStream) -> None:
        """`stream` neither gets packets nor waits for them any more. Idempotent."""
        self.forward_collected()
        if stream in self.streams:
            stream.step_out()
        self._loose = tuple(other for other in self._loose if other is not stream)
        self.streams = tuple(other for other in self.streams if other is not stream)
        self.waiting = tuple(other for other in self.waiting if other is not stream)

    def fell_out(self, stream: LayerStream) -> None:
        """`stream` is not in step any more, but carries the layer on."""
        self._loose = (*self._loose, stream)

    # -- packets

    def receive(self, packet: RtpPacket, now: float) -> None:
        """Take one packet of this layer, RTX already undone; duplicates are dropped."""
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
        size = len(packet.data)
        self.bytes_received += size
        payload = packet.data[packet.payload_start : packet.payload_end]
        media = MediaPacket(index, packet.timestamp, packet.marker, payload)
        if self._is_vp8:
            if payload and media.read_vp8():
                self._read_vp8_frame(media)
        elif self._is_h264:
            media.is_keyframe_start = h264_is_keyframe_start(payload)
        self.rates.received(size, media.temporal_id)
        if media.is_keyframe_start:
            self.forward_collected()
            self._keyframe_started(media, now)
        self.cache.put(media)
        was_live = now - self.last_arrival < LIVE_FOR_S
        self.last_arrival = now
        if not was_live:
            self._on_woken(self, now)
        # abs-send-time: 6.18 fixed point seconds, the same for all who get this packet now.
        send_time = int(now * 262_144) & 0xFFFFFF
        if self.waiting and (media.is_keyframe_start or not self.is_video):
            if self.streams:
                self._collect(media, send_time)
                self.forward_collected()
            self._start_waiting(media, send_time)
        elif self.streams:
            self._collect(media, send_time)
        if self.tap is not None:
            self.tap.packet(self, packet, media, now)
        if self.missing:
            self._request_missing(now)

    def _collect(self, media: MediaPacket, send_time: int) -> None:
        """Forward `media` with what else this wake-up brings: a frame comes in one."""
        at_end_of_wake_up = self._feedback.at_end_of_wake_up
        if at_end_of_wake_up is None:
            for stream in self.streams:
                stream.forward(media, send_time)
            return
        if not self._collected:
            self._send_time = send_time
            at_end_of_wake_up(self.forward_collected)
        self._collected.append(media)
        if len(self._collected) >= MAX_PACKETS:
            self.forward_collected()

    def forward_collected(self) -> None:
        """Send what was collected to those who carry the layer now. Idempotent."""
        collected = self._collected
        if not collected:
            return
        self._collected = []
        burst = MediaBurst(collected, is_video=self.is_video)
        self._in_step.send(burst, self._send_time)
        for stream in self._loose:
            stream.forward_burst(burst, self._send_time)
        if self._loose:
            self._loose = tuple(one for one in self._loose if not one.step_in(self._in_step))

    @property
    def last_packet(self) -> MediaPacket | None:
        """The newest one, None before the first."""
        return self.cache.get(self.reception.highest)

    def recover(self, packet: RtpPacket, now: float) -> None:
        """Take a packet that was lost and has been rebuilt. To the publisher it stays reported as lost."""
        self.receive(packet, now)
        self.reception.rebuilt()

    def _start_waiting(self, media: MediaPacket, send_time: int) -> None:
        waiting, self.waiting = self.waiting, ()
        for stream in waiting:
            self.attach(stream)
            stream.start(self, media, send_time)

    def _index_out_of_order(self, packet: RtpPacket, now: float) -> int | None:
        highest, index = self.reception.highest, self.reception.index_of(packet.sequence_number)
        if highest < 0:
            return index
        jump = index - highest
        if jump > MAX_DROPOUT or jump <= -CACHE_SIZE:
            return self._index_after_restart(packet, now)
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

    def _index_after_restart(self, packet: RtpPacket, now: float) -> int | None:
        # RFC 3550 A.1: two packets in sequence far away are a source that restarted.
        if packet.sequence_number != self._restart_number:
            self._restart_number = (packet.sequence_number + 1) & 0xFFFF
            return None
        self._restart_number = -1
        return self._restart(packet.sequence_number, now)

    def _restart(self, sequence_number: int, now: float) -> int:
        self.forward_collected()
        self.missing.clear()
        self._report = None
        for stream in self.streams:
            stream.restart(now)
        if self.tap is not None:
            self.tap.restart(self)
        return self.reception.restarted(sequence_number, CACHE_SIZE)

    def _read_vp8_frame(self, media: MediaPacket) -> None:
        try:
            descriptor = Vp8Descriptor.parse(media.payload)
        except ValueError:
            return
        if descriptor.is_keyframe_start:
            media.is_keyframe_start = True
            self.width, self.height = descriptor.width, descriptor.height

    def _keyframe_started(self, media: MediaPacket, now: float) -> None:
        # H.264 has several packets that look like a start in one keyframe: the first one counts.
        if media.rtp_timestamp == self._keyframe_timestamp:
            return
        self._keyframe_timestamp = media.rtp_timestamp
        self._keyframe_at = now
        self._keyframe_wanted = False
        self.keyframes += 1
        self.missing.forget_before(media.index)
        for stream in self.streams:
            stream.keyframe_began()

    # -- feedback to the publisher

    def request_keyframe(self, now: float) -> None:
        """Ask the publisher for a keyframe, now or as soon as the throttle allows."""
        if not self.is_video or not self.ssrc or now == self._keyframe_at:
            return
        self._keyframe_wanted = True
        self._request_wanted_keyframe(now)

    def _request_wanted_keyframe(self, now: float) -> None:
        if now - self._keyframe_asked_at >= KEYFRAME_REQUEST_INTERVAL_S:
            self._keyframe_asked_at = now
            self._keyframe_wanted = False
            self.keyframe_requests += 1
            self._feedback.request_keyframe(self.ssrc)

    def _request_missing(self, now: float) -> None:
        wanted = self.missing.due(self.reception.highest, now)
        if wanted:
            self._feedback.request_packets(self.ssrc, wanted)
        if self.missing.is_abandoned:
            self.missing.is_abandoned = False
            self.request_keyframe(now)

    def tick(self, now: float) -> None:
        """Every 20 ms or so: late NACKs and postponed keyframe requests."""
        if self.missing:
            self._request_missing(now)
        if self._keyframe_wanted:
            self._request_wanted_keyframe(now)
        elif self.waiting and now - self._keyframe_asked_at > WAITING_RETRY_S:
            self.request_keyframe(now)
        self.rates.update(now)

    # -- clocks

    def sender_report(self, report: SenderReport, now: float) -> None:
        """The publisher's own report on this SSRC."""
        self._report = report
        self.reception.sender_report(report.ntp_timestamp, now)
        self._clock.observe(ntp_seconds(report.ntp_timestamp), now)
        if self.tap is not None:
            self.tap.sender_report(self, report, now)

    @property
    def has_sender_report(self) -> bool:
        return self._report is not None

    def captured_at(self, rtp_timestamp: int) -> float | None:
        """When `rtp_timestamp` was captured, on our monotonic clock; None without any packet.

        By the publisher's sender reports; before the first one, by arrival.
        """
        rate = self.clock_rate_hz
        report = self._report
        if report is not None:
            since = timestamp_delta(rtp_timestamp, report.rtp_timestamp)
            return self._clock.to_steady(ntp_seconds(report.ntp_timestamp)) + since / rate
        if self.last_arrival == NEVER:
            return None
        return self.last_arrival + timestamp_delta(rtp_timestamp, self._last_timestamp) / rate

    def timestamp_at(self, now: float) -> int:
        """The RTP timestamp that would be captured at `now`: the inverse of `captured_at`."""
        captured = self.captured_at(self._last_timestamp)
        elapsed = now - captured if captured is not None else 0.0
        return (self._last_timestamp + int(elapsed * self.clock_rate_hz)) & 0xFFFFFFFF
