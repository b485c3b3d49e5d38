"""Consecutive packets of a layer that one wake-up brought, as all who carry it on get them."""

from collections.abc import Sequence

from app.media.sfu.packet_cache import MediaPacket
from app.media.wire.burst import SEND_TIME_LENGTH, Burst
from app.media.wire.rtp import HEADER_LENGTH
from app.media.wire.srtp_sender import MAX_PLAINTEXT_BYTES

MAX_PACKETS = 40
"""A burst of the longest packets still fits one batch."""
_MAX_PAYLOAD_BYTES = MAX_PLAINTEXT_BYTES - HEADER_LENGTH - SEND_TIME_LENGTH


class MediaBurst(Burst[MediaPacket]):
    """What is the same for every receiver, found out once."""

    __slots__ = ("first_index", "has_picture_ids", "is_whole", "last", "octets", "temporal_id")

    def __init__(self, packets: Sequence[MediaPacket], *, is_video: bool) -> None:
        super().__init__(packets, is_video=is_video)
        self.first_index = index = packets[0].index
        self.last = packets[-1]
        self.is_whole = True
        """In order, without a hole, and nothing too long: it may be sent as it is."""
        self.temporal_id = 0
        """The highest one."""
        self.has_picture_ids = False
        self.octets = 0
        # One pass: this is done for every burst, and a burst of sound is one packet.
        for packet in packets:
            size = len(packet.payload)
            self.octets += size
            if packet.index != index or size > _MAX_PAYLOAD_BYTES:
                self.is_whole = False
            if packet.temporal_id > self.temporal_id:
                self.temporal_id = packet.temporal_id
            if packet.picture_id >= 0:
                self.has_picture_ids = True
            index += 1
