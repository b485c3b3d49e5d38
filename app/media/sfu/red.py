"""Redundant audio (RFC 2198) on both sides of the forwarder: undone, and used, on the way in; made on the way out.

Inside the engine and for the recorder there is only Opus.
"""

from app.media.sfu.packet_cache import MediaPacket, PacketCache
from app.media.wire.red import MAX_BLOCK_BYTES, MAX_TIMESTAMP_OFFSET, build_red, parse_red
from app.media.wire.rtp import RtpPacket, pack_header, sequence_delta, timestamp_delta

LOSS_ON = 0.03
LOSS_OFF = 0.01
MAX_GAP = 50
"""Over a longer hole of packets nothing is rebuilt: the source may have begun anew."""
LASTS_S = 1.0
"""Loss that comes with a step too far is mostly over by then."""
CALM_S = 10.0
"""Redundancy ends when the loss stayed low for this long."""


def unwrap_red(
    packet: RtpPacket, payload_type: int, last: MediaPacket | None
) -> tuple[RtpPacket, list[RtpPacket]]:
    """The primary of a RED packet, and the packets lost before it that it carries, oldest first.

    `payload_type` is that of Opus, `last` the newest packet had so far. Header extensions are left
    out. Raises ValueError if the payload is malformed or carries something else.
    """
    *redundant, primary = parse_red(packet.payload)
    if primary.payload_type != payload_type or not primary.data:
        raise ValueError("RED primary is not Opus")
    recovered: list[RtpPacket] = []
    if last is not None and redundant:
        missing = sequence_delta(packet.sequence_number, last.index & 0xFFFF) - 1
        newest = last.rtp_timestamp
        reach = min(missing, len(redundant)) if missing <= MAX_GAP else 0
        for distance in range(reach, 0, -1):
            block = redundant[-distance]
            timestamp = (packet.timestamp - block.timestamp_offset) & 0xFFFFFFFF
            is_new = timestamp_delta(timestamp, newest) > 0 and block.timestamp_offset
            if block.payload_type != payload_type or not block.data or not is_new:
                continue
            newest = timestamp
            recovered.append(_opus(packet, payload_type, -distance, timestamp, False, block.data))
    marker = packet.marker
    return _opus(packet, payload_type, 0, packet.timestamp, marker, primary.data), recovered


def _opus(
    packet: RtpPacket, payload_type: int, step: int, timestamp: int, marker: bool, data: bytes
) -> RtpPacket:
    number = (packet.sequence_number + step) & 0xFFFF
    header = pack_header(payload_type, number, timestamp, packet.ssrc, marker=marker)
    return RtpPacket.parse(header + data)


def with_previous(packet: MediaPacket, cache: PacketCache, payload_type: int) -> bytes | None:
    """The RED payload of `packet` and the one before it; None if that is not there or does not fit."""
    previous = cache.get(packet.index - 1)
    if previous is None or len(previous.payload) > MAX_BLOCK_BYTES:
        return None
    offset = timestamp_delta(packet.rtp_timestamp, previous.rtp_timestamp)
    if not 0 < offset <= MAX_TIMESTAMP_OFFSET:
        return None
    return build_red(payload_type, offset, previous.payload, packet.payload)


class RedundancyRule:
    """Whether a receiver gets its sound twice: after 1 s over 3 % loss, until it was under 1 % for 10 s."""

    __slots__ = ("_high_at", "_high_since", "is_on")

    def __init__(self) -> None:
        self.is_on = False
        self._high_at = 0.0
        self._high_since: float | None = None

    def update(self, loss: float | None, has_room: bool, now: float) -> bool:
        """Decide by the share of packets lost (None: not known); without room it is never on.

        Call some times a second. True if `is_on` changed.
        """
        before = self.is_on
        if loss is not None:
            if loss > (LOSS_OFF if before else LOSS_ON):
                self._high_at = now
                self._high_since = now if self._high_since is None else self._high_since
            else:
                self._high_since = None
        if before:
            self.is_on = has_room and now - self._high_at < CALM_S
        else:
            since = self._high_since
            self.is_on = has_room and since is not None and now - since >= LASTS_S
        return self.is_on is not before
