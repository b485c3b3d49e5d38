"""The last packets of a layer in plaintext: the source of retransmissions."""

CACHE_SIZE = 1_024
"""Packets kept per layer; a power of two. About 5 s of 1.5 Mbit/s video."""


class MediaPacket:
    """One packet of a layer, parsed once, forwarded many times."""

    __slots__ = (
        "index",
        "is_keyframe_start",
        "is_layer_sync",
        "keyidx",
        "keyidx_offset",
        "marker",
        "payload",
        "picture_id",
        "rtp_timestamp",
        "temporal_id",
        "tl0_offset",
        "tl0picidx",
    )

    def __init__(self, index: int, rtp_timestamp: int, marker: bool, payload: bytes) -> None:
        self.index = index
        """The sequence number, extended so that it never wraps."""
        self.rtp_timestamp = rtp_timestamp
        self.marker = marker
        self.payload = payload
        self.is_keyframe_start = False
        self.picture_id = -1
        """VP8 PictureID if it has 15 bits (it then lies at offset 2), else -1."""
        self.tl0picidx = -1
        self.tl0_offset = 0
        self.temporal_id = 0
        """0 as well where there is none, or where its frames could not be left out."""
        self.is_layer_sync = False
        """It depends on the base layer only (the Y bit)."""
        self.keyidx = -1
        self.keyidx_offset = 0

    def read_vp8(self) -> bool:
        """Take the numbers out of the descriptor (RFC 7741 §4.2); whether a frame starts here."""
        payload = self.payload
        first = payload[0]
        if first & 0x80:
            try:
                self._read_vp8_extension(payload)
            except IndexError:
                self.picture_id = self.tl0picidx = self.keyidx = -1
                self.temporal_id = 0
        return first & 0x17 == 0x10

    def _read_vp8_extension(self, payload: bytes) -> None:
        flags = payload[1]
        position = 2
        if flags & 0x80:
            if payload[2] & 0x80:
                self.picture_id = (payload[2] & 0x7F) << 8 | payload[3]
                position = 4
            else:
                position = 3
        if flags & 0x40:
            self.tl0picidx = payload[position]
            self.tl0_offset = position
            position += 1
        if flags & 0x30:
            last = payload[position]
            if flags & 0x20 and self.picture_id >= 0:
                self.temporal_id = last >> 6
                self.is_layer_sync = last & 0x20 != 0
            if flags & 0x10:
                self.keyidx = last & 0x1F
                self.keyidx_offset = position


class PacketCache:
    """A ring of `CACHE_SIZE` packets by index."""

    __slots__ = ("_ring",)

    def __init__(self) -> None:
        self._ring: list[MediaPacket | None] = [None] * CACHE_SIZE

    def put(self, packet: MediaPacket) -> None:
        self._ring[packet.index & (CACHE_SIZE - 1)] = packet

    def get(self, index: int) -> MediaPacket | None:
        """The packet with this index, if it is still there."""
        packet = self._ring[index & (CACHE_SIZE - 1)]
        return packet if packet is not None and packet.index == index else None
