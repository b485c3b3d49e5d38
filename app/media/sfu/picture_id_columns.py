"""VP8's running numbers for all receivers at once, as a fan-out writes them (RFC 7741 §4.2)."""

from collections.abc import Iterator, Sequence

from app.media.sfu.packet_cache import MediaPacket
from app.media.wire.fan_out import Deltas, big_endian

_PICTURE_ID_OFFSET = 2
_TID_AND_Y = 0xE0
"""What shares an octet with KEYIDX."""


def picture_id_columns(
    packets: Sequence[MediaPacket], deltas: Sequence[Deltas]
) -> Iterator[tuple[int, int, "memoryview[int]"]]:
    """PictureID, TL0PICIDX and KEYIDX of each packet, with what each receiver adds to the three."""
    known: dict[tuple[int, ...], list[tuple[int, memoryview[int]]]] = {}
    for position, packet in enumerate(packets):
        if packet.picture_id < 0:
            continue
        rest = packet.payload[packet.keyidx_offset] & _TID_AND_Y
        numbers = packet.picture_id, packet.tl0picidx, packet.keyidx, packet.keyidx_offset, rest
        columns = known.get(numbers)
        if columns is None:
            columns = known[numbers] = list(_columns(packet, rest, deltas))
        for offset, column in columns:
            yield position, offset, column


def _columns(
    packet: MediaPacket, rest: int, deltas: Sequence[Deltas]
) -> Iterator[tuple[int, "memoryview[int]"]]:
    picture_ids = [0x8000 | (packet.picture_id + delta) & 0x7FFF for delta, _, _ in deltas]
    yield _PICTURE_ID_OFFSET, big_endian("H", picture_ids)
    if packet.tl0picidx >= 0:
        indexes = bytes([(packet.tl0picidx + delta) & 0xFF for _, delta, _ in deltas])
        yield packet.tl0_offset, memoryview(indexes)
    if packet.keyidx >= 0:
        keyframes = bytes([rest | (packet.keyidx + delta) & 0x1F for _, _, delta in deltas])
        yield packet.keyidx_offset, memoryview(keyframes)
