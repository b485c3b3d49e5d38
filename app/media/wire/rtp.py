"""RTP packets: parse without copying, write headers in place, retransmission format.

RFC 3550 §5.1 (header), RFC 8285 (header extensions), RFC 4588 (RTX).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

HEADER_LENGTH = 12

_HEADER = struct.Struct("!BBHII")
_EXTENSION_HEADER = struct.Struct("!HH")
_SEQUENCE_NUMBER = struct.Struct("!H")


def sequence_delta(newer: int, older: int) -> int:
    """Signed distance from `older` to `newer` modulo 2**16, in -32768..32767.

    Serial number arithmetic, RFC 1982 §3.2, on RTP sequence numbers (RFC 3550 §5.1).
    """
    return ((newer - older + 0x8000) & 0xFFFF) - 0x8000


def timestamp_delta(newer: int, older: int) -> int:
    """Signed distance from `older` to `newer` modulo 2**32, in clock ticks of the codec."""
    return ((newer - older + 0x80000000) & 0xFFFFFFFF) - 0x80000000


class RtpPacket:
    """One received RTP packet: its plaintext and where its parts lie.

    `data[payload_start:payload_end]` is the payload, padding excluded. The header extensions are
    only walked when asked for.
    """

    __slots__ = (
        "data",
        "extension_end",
        "extension_profile",
        "extension_start",
        "marker",
        "payload_end",
        "payload_start",
        "payload_type",
        "sequence_number",
        "ssrc",
        "timestamp",
    )

    data: bytes
    payload_type: int
    marker: bool
    sequence_number: int
    timestamp: int
    ssrc: int
    payload_start: int
    payload_end: int
    extension_profile: int
    extension_start: int
    extension_end: int

    @classmethod
    def parse(cls, data: bytes) -> RtpPacket:
        """Read the header of `data`; the bytes are kept, not copied.

        Raises ValueError if the version is not 2 or a length runs past the end.
        """
        size = len(data)
        if size < HEADER_LENGTH:
            raise ValueError("RTP packet is shorter than its header")
        first, second, sequence_number, timestamp, ssrc = _HEADER.unpack_from(data)
        if first & 0xC0 != 0x80:
            raise ValueError("RTP version is not 2")
        packet = cls.__new__(cls)
        packet.data = data
        packet.payload_type = second & 0x7F
        packet.marker = second > 0x7F
        packet.sequence_number = sequence_number
        packet.timestamp = timestamp
        packet.ssrc = ssrc
        position = HEADER_LENGTH + 4 * (first & 0x0F)
        packet.extension_profile = 0
        packet.extension_start = packet.extension_end = position
        if first & 0x10:
            if size < position + 4:
                raise ValueError("RTP header extension is truncated")
            packet.extension_profile, words = _EXTENSION_HEADER.unpack_from(data, position)
            packet.extension_start = position + 4
            position += 4 + 4 * words
            packet.extension_end = position
        end = size
        if first & 0x20:
            padding = data[-1]
            if padding == 0:
                raise ValueError("RTP padding length is zero")
            end -= padding
        if position > end:
            raise ValueError("RTP header or padding is longer than the packet")
        packet.payload_start = position
        packet.payload_end = end
        return packet

    @property
    def payload(self) -> bytes:
        """A copy of the payload without padding."""
        return self.data[self.payload_start : self.payload_end]

    @property
    def payload_view(self) -> memoryview:
        """The payload without padding, not copied."""
        return memoryview(self.data)[self.payload_start : self.payload_end]

    @property
    def payload_size(self) -> int:
        """Bytes of payload, padding excluded; 0 for a padding-only probe."""
        return self.payload_end - self.payload_start

    def extensions(self) -> Iterator[tuple[int, bytes]]:
        """(id, value) of each header extension, RFC 8285 one-byte and two-byte form.

        A truncated element ends the walk silently: the rest of the packet is still usable.
        """
        if self.extension_profile:
            block = self.data[self.extension_start : self.extension_end]
            yield from unpack_extensions(self.extension_profile, block)

    def extension(self, extension_id: int) -> bytes | None:
        """The value of the first header extension with this id, or None."""
        for found_id, value in self.extensions():
            if found_id == extension_id:
                return value
        return None


def unpack_extensions(profile: int, block: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk a header extension block (without its 4 byte header), RFC 8285 §4.2 and §4.3."""
    if profile == 0xBEDE:
        return _unpack_one_byte(block)
    if profile & 0xFFF0 == 0x1000:
        return _unpack_two_byte(block)
    return iter(())


def _unpack_one_byte(block: bytes) -> Iterator[tuple[int, bytes]]:
    position, end = 0, len(block)
    while position < end:
        first = block[position]
        position += 1
        if first == 0:
            continue
        extension_id, length = first >> 4, (first & 0x0F) + 1
        if extension_id == 15 or position + length > end:
            return
        # Id 0 with a length is reserved: RFC 8285 §4.2 says ignore the element, not the rest.
        if extension_id:
            yield extension_id, block[position : position + length]
        position += length


def _unpack_two_byte(block: bytes) -> Iterator[tuple[int, bytes]]:
    position, end = 0, len(block)
    while position < end:
        extension_id = block[position]
        position += 1
        if extension_id == 0:
            continue
        if position >= end:
            return
        length = block[position]
        position += 1
        if position + length > end:
            return
        yield extension_id, block[position : position + length]
        position += length


def pack_extensions(extensions: Iterable[tuple[int, bytes]]) -> bytes:
    """The whole extension block with its 4 byte header, or b"" if there is nothing to send.

    One-byte form where it fits, else two-byte (RFC 8285). Raises ValueError on an id outside
    1..255 or a value longer than 255 bytes.
    """
    elements = list(extensions)
    if not elements:
        return b""
    for extension_id, value in elements:
        if not 1 <= extension_id <= 255 or len(value) > 255:
            raise ValueError("RTP header extension does not fit the two-byte form")
    if all(extension_id <= 14 and 1 <= len(value) <= 16 for extension_id, value in elements):
        profile = 0xBEDE
        body = b"".join(bytes((i << 4 | len(v) - 1,)) + v for i, v in elements)
    else:
        profile = 0x1000
        body = b"".join(bytes((i, len(v))) + v for i, v in elements)
    body += bytes(-len(body) % 4)
    return _EXTENSION_HEADER.pack(profile, len(body) // 4) + body


def pack_header(
    payload_type: int,
    sequence_number: int,
    timestamp: int,
    ssrc: int,
    *,
    marker: bool = False,
    extension_block: bytes = b"",
) -> bytes:
    """An RTP header, ready to be followed by the payload; `extension_block` from `pack_extensions`.

    All numbers must already be reduced to their field: 7, 16, 32 and 32 bits.
    """
    return (
        _HEADER.pack(
            0x90 if extension_block else 0x80,
            payload_type | 0x80 if marker else payload_type,
            sequence_number,
            timestamp,
            ssrc,
        )
        + extension_block
    )


def rewrite_header(
    buffer: bytearray | memoryview,
    offset: int,
    *,
    payload_type: int,
    sequence_number: int,
    timestamp: int,
    ssrc: int,
    marker: bool,
) -> None:
    """Overwrite the fixed header at `offset`; version, padding, extension and CSRC count stay."""
    _HEADER.pack_into(
        buffer,
        offset,
        buffer[offset],
        payload_type | 0x80 if marker else payload_type,
        sequence_number,
        timestamp,
        ssrc,
    )


def abs_send_time(now: float) -> bytes:
    """The 3 byte abs-send-time value for `now` seconds of any steady clock: 6.18 fixed point."""
    return (int(now * 262144) & 0xFFFFFF).to_bytes(3, "big")


def rtx_payload(original_sequence_number: int, payload: bytes | memoryview) -> bytes:
    """The payload of a retransmission packet: original sequence number first, RFC 4588 §4."""
    return _SEQUENCE_NUMBER.pack(original_sequence_number) + payload


def unwrap_rtx(packet: RtpPacket, payload_type: int, ssrc: int) -> RtpPacket:
    """The original packet inside a retransmission, RFC 4588 §4.

    `payload_type` and `ssrc` are those of the original stream. Header extensions are kept,
    padding is not. Raises ValueError if there is no original inside (a padding probe).
    """
    start = packet.payload_start
    if packet.payload_end - start < 2:
        raise ValueError("RTX payload is shorter than the original sequence number")
    (sequence_number,) = _SEQUENCE_NUMBER.unpack_from(packet.data, start)
    first = packet.data[0] & ~0x20
    header = _HEADER.pack(
        first,
        payload_type | 0x80 if packet.marker else payload_type,
        sequence_number,
        packet.timestamp,
        ssrc,
    )
    return RtpPacket.parse(
        header + packet.data[HEADER_LENGTH:start] + packet.data[start + 2 : packet.payload_end]
    )


def padding_payload(size_bytes: int) -> bytes:
    """Padding of 1..255 bytes whose last byte counts it; the header needs the padding bit."""
    if not 1 <= size_bytes <= 255:
        raise ValueError("RTP padding is 1 to 255 bytes")
    return bytes(size_bytes - 1) + bytes((size_bytes,))
