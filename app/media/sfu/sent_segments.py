"""How the packets of a stream were numbered on their way out, back to what they were.

A segment is a stretch of packets of one layer that was renumbered by constant offsets. A switch of
layers begins one, and so does each run of packets that was left out: those that follow move up,
and the receiver sees no hole.
"""

from bisect import bisect_right
from collections.abc import Sequence

from app.media.sfu.layer import Layer
from app.media.sfu.packet_cache import MediaPacket

MAX_SEGMENTS = 512
_LATE_SEGMENTS = 64
"""A packet that came late belongs to one of the last ones, or is too late."""
_OPEN = 1 << 62


class Segment:
    """Offsets from a layer's numbers to those sent; the VP8 ones are modulo 2**15, 2**8, 2**5."""

    __slots__ = (
        "first_index",
        "has_new_ids",
        "keyidx_delta",
        "last_index",
        "layer",
        "picture_id_delta",
        "sequence_offset",
        "timestamp_offset",
        "tl0_delta",
    )

    def __init__(
        self, layer: Layer, first_index: int, sequence_offset: int, timestamp_offset: int
    ) -> None:
        self.layer = layer
        self.first_index = first_index
        self.last_index = _OPEN
        self.sequence_offset = sequence_offset
        """From the layer's packet index to the outgoing sequence number, extended."""
        self.timestamp_offset = timestamp_offset
        self.picture_id_delta = self.tl0_delta = self.keyidx_delta = 0
        self.has_new_ids = False

    def with_ids(self, picture_id_delta: int, tl0_delta: int, keyidx_delta: int) -> "Segment":
        """Itself, with these deltas."""
        self.picture_id_delta = picture_id_delta
        self.tl0_delta = tl0_delta
        self.keyidx_delta = keyidx_delta
        self.has_new_ids = bool(picture_id_delta or tl0_delta or keyidx_delta)
        return self

    @property
    def id_deltas(self) -> tuple[int, int, int]:
        """What is added to PictureID, TL0PICIDX and KEYIDX."""
        return self.picture_id_delta, self.tl0_delta, self.keyidx_delta

    def payload(self, packet: MediaPacket) -> bytes | bytearray:
        """The payload of `packet` with the numbers of this segment."""
        if packet.picture_id < 0 or not self.has_new_ids:
            return packet.payload
        payload = bytearray(packet.payload)
        self._write_ids(packet, payload, 0)
        return payload

    def patch(
        self, packets: Sequence[MediaPacket], buffer: bytearray, positions: list[int]
    ) -> None:
        """Write the numbers of this segment into payloads that lie at `positions` in `buffer`."""
        for packet, position in zip(packets, positions, strict=True):
            if packet.picture_id >= 0:
                self._write_ids(packet, buffer, position)

    def _write_ids(self, packet: MediaPacket, buffer: bytearray, position: int) -> None:
        picture_id = (packet.picture_id + self.picture_id_delta) & 0x7FFF
        buffer[position + 2] = 0x80 | picture_id >> 8
        buffer[position + 3] = picture_id & 0xFF
        if packet.tl0picidx >= 0:
            tl0picidx = (packet.tl0picidx + self.tl0_delta) & 0xFF
            buffer[position + packet.tl0_offset] = tl0picidx
        if packet.keyidx >= 0:
            position += packet.keyidx_offset
            keyidx = (packet.keyidx + self.keyidx_delta) & 0x1F
            buffer[position] = buffer[position] & 0xE0 | keyidx


class SentSegments:
    """The last segments of one stream, in the order of the numbers sent."""

    __slots__ = ("_segments", "_starts", "_thinned", "current")

    def __init__(self) -> None:
        self.current: Segment | None = None
        self._segments: list[Segment] = []
        self._starts: list[int] = []
        self._thinned: list[int] = []
        """RTP timestamps of the last frames of which packets were left out."""

    def clear(self) -> None:
        """Nothing that was sent may be asked for any more."""
        self._segments.clear()
        self._starts.clear()
        self._thinned.clear()
        self.current = None

    def begin(self, segment: Segment, highest_index: int) -> None:
        """`segment` follows the current one, whose last packet was `highest_index`."""
        if self.current is not None:
            self.current.last_index = highest_index
        self._append(segment)

    def leave_out(self, packet: MediaPacket, holes: int, picture_ids: int) -> None:
        """`packet` is not sent, nor are the `holes` before it that belong to its frame.

        With the frame's first packet `picture_ids` is 1: its PictureID is given to the next one.
        """
        current = self.current
        assert current is not None
        if picture_ids:
            self._thinned.append(packet.rtp_timestamp)
            if len(self._thinned) > _LATE_SEGMENTS:
                del self._thinned[0]
        following = packet.index + 1
        segment = Segment(
            current.layer,
            following,
            current.sequence_offset - 1 - holes,
            current.timestamp_offset,
        ).with_ids(current.picture_id_delta - picture_ids, current.tl0_delta, current.keyidx_delta)
        last_index = packet.index - 1 - holes
        if last_index < current.first_index:
            # Nothing was sent in it.
            self._segments.pop()
            self._starts.pop()
        else:
            current.last_index = last_index
        self._append(segment)

    def _append(self, segment: Segment) -> None:
        if len(self._segments) >= MAX_SEGMENTS:
            del self._segments[: MAX_SEGMENTS // 2]
            del self._starts[: MAX_SEGMENTS // 2]
        self._segments.append(segment)
        self._starts.append(segment.first_index + segment.sequence_offset)
        self.current = segment

    def place_of(self, layer: Layer, packet: MediaPacket) -> Segment | None:
        """The segment that kept a number free for a packet that came late; None: there is none."""
        index = packet.index
        for segment in self._segments[: -_LATE_SEGMENTS - 1 : -1]:
            if segment.layer is layer and segment.first_index <= index <= segment.last_index:
                return segment
        return None

    def is_thinned(self, packet: MediaPacket) -> bool:
        """Whether other packets of the frame of `packet` were left out."""
        return packet.rtp_timestamp in self._thinned

    def sent(self, sequence_number: int) -> tuple[Segment, MediaPacket] | None:
        """What was sent under an extended sequence number, if it is still in a cache."""
        found = bisect_right(self._starts, sequence_number) - 1
        if found < 0:
            return None
        segment = self._segments[found]
        index = sequence_number - segment.sequence_offset
        if index > segment.last_index:
            return None
        packet = segment.layer.cache.get(index)
        return None if packet is None or self.is_thinned(packet) else (segment, packet)
