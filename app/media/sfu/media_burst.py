"""Consecutive packets of a layer that one wake-up brought, as all who carry it on get them."""

from collections.abc import Sequence

from app.media.sfu.packet_cache import MediaPacket
from app.media.wire.burst import SEND_TIME_LENGTH, Burst
from app.media.wire.rtp import HEADER_LENGTH
from app.media.wire.transport import MAX_PLAINTEXT_BYTES

MAX_PACKETS = 40
"""A burst of the longest packets still fits one batch."""
_MAX_PAYLOAD_BYTES = MAX_PLAINTEXT_BYTES - HEADER_LENGTH - SEND_TIME_LENGTH


class MediaBurst(Burst[MediaPacket]):
    """What is the same for every receiver, found out once."""

    __slots__ = ("first_index", "has_picture_ids", "is_whole", "last", "octets", "temporal_id")

    def __init__(self, packets: Sequence[MediaPacket], *, is_video: bool) -> None:
        super().__init__(packets, is_video=is_video)
        first, last = packets[0], packets[-1]
        self.first_index = first.index
        self.last = last
        self.is_whole = all(
            packet.index == index and len(packet.payload) <= _MAX_PAYLOAD_BYTES
            for index, packet in enumerate(packets, first.index)
        )
        """In order, without a hole, and nothing too long: it may be sent as it is."""
        self.temporal_id = max(packet.temporal_id for packet in packets)
        """The highest one."""
        self.has_picture_ids = any(packet.picture_id >= 0 for packet in packets)
        self.octets = sum(len(packet.payload) for packet in packets)
