"""A camera with simulcast and temporal layers, made by hand, and a reading of what comes out."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.ids import PublicationId
from app.media.port import Source
from app.media.sfu.layer import Layer, PublisherFeedback
from app.media.sfu.publication import Publication
from app.media.sfu.sender_clock import SenderClock
from app.media.sfu.track_format import TrackFormat
from app.media.wire.codecs import Vp8Descriptor
from app.media.wire.rtcp import SenderReport
from app.media.wire.rtp import RtpPacket, pack_header

RIDS = ("l", "m", "h")
PATTERN = (0, 2, 1, 2)
"""Temporal ids of L1T3."""
SYNC = (False, True, True, False)
"""Depends on the base layer only; the last one needs the frame of temporal layer 1 before it."""
_TAG = struct.Struct("!BIBB")
"""What the test knows a packet by: layer, frame, packet of the frame, temporal id."""


@dataclass(frozen=True)
class Tag:
    """What was packed into a payload behind the VP8 descriptor and frame header."""

    layer: int
    frame: int
    packet: int
    temporal_id: int

    @staticmethod
    def of(payload: bytes) -> "Tag":
        return Tag(*_TAG.unpack(payload[-_TAG.size :]))


@dataclass
class LayeredEncoder:
    """One encoding: its own SSRC and its own numbers."""

    layer: int
    ssrc: int
    sequence_number: int
    timestamp_offset: int
    picture_id: int
    tl0picidx: int
    keyidx: int = 0
    temporal_layers: int = 3
    packets_per_frame: int = 2
    frame: int = 0
    phase: int = 0
    is_keyframe_due: bool = True

    def next_frame(self, captured_s: float) -> list[RtpPacket]:
        """The packets of the frame captured now."""
        is_key, self.is_keyframe_due = self.is_keyframe_due, False
        if is_key:
            self.phase = 0
            self.keyidx += 1
        position = self.phase % len(PATTERN)
        temporal_id = PATTERN[position] if self.temporal_layers == 3 else 0
        is_sync = temporal_id > 0 and SYNC[position]
        if temporal_id == 0:
            self.tl0picidx = (self.tl0picidx + 1) & 0xFF
        timestamp = (int(captured_s * 90_000) + self.timestamp_offset) & 0xFFFFFFFF
        packets = []
        for number in range(self.packets_per_frame):
            descriptor = bytes(
                (
                    0x90 if number == 0 else 0x80,
                    0xF0,
                    0x80 | (self.picture_id >> 8 & 0x7F),
                    self.picture_id & 0xFF,
                    self.tl0picidx,
                    temporal_id << 6 | is_sync << 5 | (self.keyidx & 0x1F),
                )
            )
            size = struct.pack("<HH", 160 << self.layer, 90 << self.layer)
            start = bytes((0x10 if is_key else 0x11, 0, 0)) + b"\x9d\x01\x2a" + size
            body = start if number == 0 else b"more of the frame"
            tag = _TAG.pack(self.layer, self.frame, number, temporal_id)
            header = pack_header(
                96,
                self.sequence_number,
                timestamp,
                self.ssrc,
                marker=number == self.packets_per_frame - 1,
            )
            packets.append(RtpPacket.parse(header + descriptor + body + tag))
            self.sequence_number = (self.sequence_number + 1) & 0xFFFF
        self.picture_id = (self.picture_id + 1) & 0x7FFF
        self.frame += 1
        self.phase += 1
        return packets

    def report(self, captured_s: float) -> SenderReport:
        timestamp = (int(captured_s * 90_000) + self.timestamp_offset) & 0xFFFFFFFF
        return SenderReport(self.ssrc, int((captured_s + 3e9) * 2**32), timestamp, 1, 1)


@dataclass
class LayeredCamera:
    """Three encoders into a publication; keyframes come when they are asked for."""

    encoders: list[LayeredEncoder] = field(
        default_factory=lambda: [
            LayeredEncoder(0, 10, 65_500, 4_294_000_000, 32_760, 250),
            LayeredEncoder(1, 11, 100, 17, 5, 3),
            LayeredEncoder(2, 12, 40_000, 2_000_000_000, 20_000, 128),
        ]
    )
    keyframes_asked: list[int] = field(default_factory=list)
    packets_asked: list[tuple[int, list[int]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        feedback = PublisherFeedback(
            self._keyframe, lambda ssrc, wanted: self.packets_asked.append((ssrc, wanted))
        )
        self.publication = Publication(
            PublicationId("p/camera"),
            Source.CAMERA,
            TrackFormat("vp8", 96, 90_000, 10, RIDS),
            SenderClock(),
            feedback,
        )
        self.bound: dict[int, Layer] = {}

    def _keyframe(self, ssrc: int) -> None:
        self.keyframes_asked.append(ssrc)
        self.encoders[ssrc - 10].is_keyframe_due = True

    def receive(self, packet: RtpPacket, now: float) -> None:
        """Hand a packet to its layer, as a publishing peer does."""
        layer = self.bound.get(packet.ssrc)
        if layer is None:
            layer = next(x for x in self.publication.layers if x.position == packet.ssrc - 10)
            layer.bind(packet.ssrc, packet.sequence_number, now)
            self.bound[packet.ssrc] = layer
        layer.receive(packet, now)

    def step(self, now: float, layers: tuple[int, ...] = (0, 1, 2)) -> None:
        """One frame of each of these layers, then a tick."""
        for index in layers:
            for packet in self.encoders[index].next_frame(now):
                self.receive(packet, now)
        self.publication.tick(now)


def in_order(packets: list[RtpPacket]) -> list[tuple[int, RtpPacket]]:
    """(extended sequence number, packet) of what was sent, sorted by number."""
    extended: list[tuple[int, RtpPacket]] = []
    newest = packets[0].sequence_number + 0x10000
    for packet in packets:
        number = newest + ((packet.sequence_number - newest + 0x8000) & 0xFFFF) - 0x8000
        newest = max(newest, number)
        extended.append((number, packet))
    return sorted(extended, key=lambda entry: entry[0])


@dataclass(frozen=True)
class SentFrame:
    """A frame on its way out."""

    tag: Tag
    timestamp: int
    picture_id: int
    tl0picidx: int
    keyidx: int
    is_keyframe: bool


def frames_of(packets: list[RtpPacket]) -> Iterator[SentFrame]:
    """The frames of which the first packet was sent, in the order of their numbers."""
    for _, packet in in_order(packets):
        if packet.payload_size == 0:
            continue
        descriptor = Vp8Descriptor.parse(packet.payload)
        if descriptor.is_frame_start:
            assert descriptor.picture_id is not None and descriptor.picture_id_bits == 15
            assert descriptor.tl0picidx is not None and descriptor.keyidx is not None
            yield SentFrame(
                Tag.of(packet.payload),
                packet.timestamp,
                descriptor.picture_id,
                descriptor.tl0picidx,
                descriptor.keyidx,
                descriptor.is_keyframe_start,
            )
