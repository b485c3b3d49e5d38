"""What the recorder gets of a publication: its top live layer, as one RTP stream.

A switch of layers happens at a keyframe; sequence numbers and timestamps go on, and the SSRC is
that of the publication's format throughout. So the recorder sees one track whose picture changes
its size, as that of any browser does, and writes one file.
"""

import struct
from collections.abc import Callable
from typing import Protocol

from app.media.sfu.layer import Layer
from app.media.sfu.layer_choice import TOP_LAYER
from app.media.sfu.packet_cache import MediaPacket
from app.media.sfu.timeline import aligned_timestamp
from app.media.sfu.track_format import TrackFormat
from app.media.wire.rtcp import SenderReport
from app.media.wire.rtp import RtpPacket, pack_header

_NUMBERS = struct.Struct("!HII")


class Sink(Protocol):
    """Where packets for the recorder go (see `SinkConnection`)."""

    def rtp(self, packet: RtpPacket, is_keyframe_start: bool, now: float) -> None: ...

    def sender_report(self, report: SenderReport, now: float) -> None: ...


class SinkFeed:
    """Follows the top live layer of one publication; implements `LayerTap`."""

    def __init__(
        self, track: TrackFormat, layer_for: Callable[[int, float], Layer], sink: Sink
    ) -> None:
        self._track = track
        self._layer_for = layer_for
        self._sink = sink
        self._layer: Layer | None = None
        self._target: Layer | None = None
        self._is_rewritten = False
        self._first_index = 0
        self._last: MediaPacket | None = None
        self._sequence_offset = 0
        self._timestamp_offset = 0

    def settle(self, now: float) -> None:
        """The layers that are live changed: follow the top one from its next keyframe on."""
        target = self._layer_for(TOP_LAYER.spatial, now)
        if target is self._target:
            return
        self._target = target
        if self._layer is not None and target is not self._layer:
            target.request_keyframe(now)

    def request_keyframe(self, now: float) -> None:
        """Ask for a keyframe of what is recorded (to be recorded, while it waits for one)."""
        layer = self._target or self._layer
        if layer is not None:
            layer.request_keyframe(now)

    # -- LayerTap

    def packet(self, layer: Layer, packet: RtpPacket, media: MediaPacket, now: float) -> None:
        """Hand on what belongs to the stream."""
        if layer is not self._layer:
            if layer is not self._target or not self._may_begin(media):
                return
            self._begin(layer, media)
        elif media.index < self._first_index:
            return
        if self._last is None or media.index > self._last.index:
            self._last = media
        if not self._is_rewritten:
            self._sink.rtp(packet, media.is_keyframe_start, now)
            return
        data = bytearray(packet.data)
        _NUMBERS.pack_into(data, 2, *self._numbers(media), self._track.ssrc)
        self._sink.rtp(RtpPacket.parse(bytes(data)), media.is_keyframe_start, now)
        if media.index == self._first_index:
            self._catch_up(layer, media, now)

    def sender_report(self, layer: Layer, report: SenderReport, now: float) -> None:
        """Hand on the report of the layer that is followed, in the numbers of the stream."""
        if layer is self._layer or (self._layer is None and layer is self._target):
            timestamp = (report.rtp_timestamp + self._timestamp_offset) & 0xFFFFFFFF
            self._sink.sender_report(
                report._replace(ssrc=self._track.ssrc, rtp_timestamp=timestamp), now
            )

    def restart(self, layer: Layer) -> None:
        """The layer began its numbers anew."""
        if layer is self._layer and len(self._track.rids) > 1:
            self._layer = None

    # -- switching

    def _may_begin(self, media: MediaPacket) -> bool:
        # The very first packets are taken as they come: the recorder itself waits for a keyframe.
        return self._last is None or media.is_keyframe_start

    def _begin(self, layer: Layer, media: MediaPacket) -> None:
        last, former = self._last, self._layer or layer
        self._layer = layer
        self._first_index = media.index
        if last is None:
            self._is_rewritten = layer.ssrc != self._track.ssrc
            self._first_index = 0
            return
        rate = self._track.clock_rate_hz
        number, previous = last.index + self._sequence_offset, last.rtp_timestamp
        wanted = previous + self._timestamp_offset + rate // 50
        was_at, is_at = former.captured_at(previous), layer.captured_at(media.rtp_timestamp)
        if was_at is not None and is_at is not None and former is not layer:
            wanted = previous + self._timestamp_offset + int((is_at - was_at) * rate)
        wanted = aligned_timestamp(wanted, previous + self._timestamp_offset, rate)
        self._is_rewritten = True
        self._sequence_offset = number + 1 - media.index
        self._timestamp_offset = wanted - media.rtp_timestamp
        self._last = None

    def _numbers(self, media: MediaPacket) -> tuple[int, int]:
        return (
            (media.index + self._sequence_offset) & 0xFFFF,
            (media.rtp_timestamp + self._timestamp_offset) & 0xFFFFFFFF,
        )

    def _catch_up(self, layer: Layer, media: MediaPacket, now: float) -> None:
        """The first packet of the keyframe came late: what followed it is in the cache."""
        for index in range(media.index + 1, layer.reception.highest + 1):
            later = layer.cache.get(index)
            if later is None:
                continue
            self._last = later
            number, timestamp = self._numbers(later)
            header = pack_header(
                self._track.payload_type, number, timestamp, self._track.ssrc, marker=later.marker
            )
            self._sink.rtp(RtpPacket.parse(header + later.payload), later.is_keyframe_start, now)
