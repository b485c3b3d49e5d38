"""Packets of one stream that one wake-up brought: laid out once, copied for every receiver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from app.media.wire.rtp import HEADER_LENGTH

SEND_TIME_LENGTH = 8
"""Header extension block with abs-send-time as its only element, RFC 8285 §4.2."""
MAX_RUN_PACKETS = 64
"""Segments of one call: kernels before 6.9 take 64, later ones 128."""
MAX_RUN_BYTES = 65_000
_PADDABLE_BYTES = 3

Run = tuple[int, int, int, int, int]
"""Begin and end in bytes, segment size, first packet and the one after the last."""


class BurstPacket(Protocol):
    """What a burst needs of a packet (see `MediaPacket`)."""

    @property
    def index(self) -> int:
        """Extended sequence number."""
        ...

    @property
    def rtp_timestamp(self) -> int:
        """As it came."""
        ...

    @property
    def marker(self) -> bool:
        """Of video: the frame ends here."""
        ...

    @property
    def payload(self) -> bytes:
        """Without padding."""
        ...


PacketT = TypeVar("PacketT", bound=BurstPacket, covariant=True)


class BurstLayout:
    """A burst as bytes, with room for each packet's header and authentication tag.

    Segmentation offload wants packets of one size, of which the last may be shorter. Encoders cut
    a frame evenly, so sizes differ by a byte or two: RTP padding (RFC 3550 §5.1) makes up for it.
    """

    __slots__ = (
        "frame_ends",
        "header_length",
        "longest",
        "messages",
        "packets",
        "runs",
        "size",
        "sizes",
        "template",
        "videos",
    )

    def __init__(
        self, packets: Sequence[BurstPacket], is_video: bool, header_length: int, tag_length: int
    ) -> None:
        first_byte = 0x80 if header_length == HEADER_LENGTH else 0x90
        overhead = header_length + tag_length
        self.header_length = header_length
        self.packets: list[tuple[int, int, int, int, int, int]] = []
        """Offset, size before encryption, first byte, marker bit (0x80), index, timestamp."""
        self.sizes: list[int] = []
        """Encrypted."""
        self.videos = [is_video] * len(packets)
        self.frame_ends = [packet.marker for packet in packets]
        self.runs: list[Run] = []
        parts: list[bytes] = []
        offset = 0
        for packet, size in zip(packets, _padded_sizes(packets, is_video), strict=True):
            padding = size - len(packet.payload)
            parts += (bytes(header_length), packet.payload)
            if padding:
                parts.append(bytes(padding - 1) + bytes((padding,)))
            parts.append(bytes(tag_length))
            first = first_byte | 0x20 if padding else first_byte
            marker = 0x80 if packet.marker else 0
            self.packets.append(
                (
                    offset,
                    header_length + size,
                    first,
                    marker,
                    packet.index,
                    packet.rtp_timestamp,
                )
            )
            self.sizes.append(size + overhead)
            offset += size + overhead
        self.template = b"".join(parts)
        self.size = offset
        self.longest = max(self.sizes, default=tag_length) - tag_length
        """Bytes of the longest packet before encryption."""
        self._lay_runs()
        self.messages = len(self.runs)

    def payload_positions(self, start: int) -> list[int]:
        """Where each payload lies when the layout begins at `start`."""
        start += self.header_length
        return [start + offset for offset, *_ in self.packets]

    def _lay_runs(self) -> None:
        sizes, count = self.sizes, len(self.sizes)
        first = start = 0
        while first < count:
            segment = end = sizes[first]
            stop = first + 1
            while (
                stop < count
                and stop - first < MAX_RUN_PACKETS
                and sizes[stop - 1] == segment >= sizes[stop]
                and end + sizes[stop] <= MAX_RUN_BYTES
            ):
                end += sizes[stop]
                stop += 1
            self.runs.append((start, start + end, segment, first, stop))
            start += end
            first = stop


class Burst(Generic[PacketT]):
    """Packets of one stream, in order of arrival."""

    __slots__ = ("is_video", "layouts", "packets")

    def __init__(self, packets: Sequence[PacketT], *, is_video: bool) -> None:
        self.packets = packets
        self.is_video = is_video
        self.layouts: dict[tuple[int, int], BurstLayout] = {}
        """By header length and tag length, as far as `layout` was asked."""

    def layout(self, header_length: int, tag_length: int) -> BurstLayout:
        """The layout for receivers with headers and tags of this length, made once."""
        key = (header_length, tag_length)
        found = self.layouts.get(key)
        if found is None:
            found = BurstLayout(self.packets, self.is_video, header_length, tag_length)
            self.layouts[key] = found
        return found


def _padded_sizes(packets: Sequence[BurstPacket], is_video: bool) -> list[int]:
    """Payload sizes, those of one frame brought to the largest that is a few bytes ahead."""
    sizes = [len(packet.payload) for packet in packets]
    if not is_video:
        return sizes
    for position in range(len(sizes) - 2, -1, -1):
        following = sizes[position + 1]
        if 0 < following - sizes[position] <= _PADDABLE_BYTES:
            sizes[position] = following
    return sizes
