"""The audio of one slot: a `SlotStream` that says everything twice to a receiver who loses much."""

from app.media.sfu.packet_cache import MediaPacket
from app.media.sfu.red import with_previous
from app.media.sfu.sent_segments import Segment
from app.media.sfu.slot_stream import SlotStream


class AudioStream(SlotStream):
    """Sends plain Opus or, while `is_redundant`, RED with one block (RFC 2198) to one who takes it.

    Each sequence number is still sent once only, in the one form or the other.
    """

    __slots__ = ()

    def _send(self, packet: MediaPacket, segment: Segment, send_time: int, marker: bool) -> None:
        red_payload_type = self.formats.red_payload_type
        if not self.is_redundant or red_payload_type is None:
            super()._send(packet, segment, send_time, marker)
            return
        plain_payload_type = self._payload_type
        payload = with_previous(packet, segment.layer.cache, plain_payload_type)
        if payload is None:
            super()._send(packet, segment, send_time, marker)
            return
        doubled = MediaPacket(packet.index, packet.rtp_timestamp, packet.marker, payload)
        self._payload_type = red_payload_type
        super()._send(doubled, segment, send_time, marker)
        self._payload_type = plain_payload_type
        self.redundant_sent += 1
