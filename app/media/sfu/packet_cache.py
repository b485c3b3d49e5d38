"""The last packets of a publication in plaintext: the source of retransmissions."""

CACHE_SIZE = 1_024
"""Packets kept per publication; a power of two. About 5 s of 1.5 Mbit/s video."""


class MediaPacket:
    """One packet of a publication, parsed once, forwarded many times."""

    __slots__ = (
        "index",
        "is_keyframe_start",
        "marker",
        "payload",
        "picture_id",
        "rtp_timestamp",
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
