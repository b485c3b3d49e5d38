"""Redundant audio data: several Opus packets in one payload, RFC 2198.

In SDP `audio/red` (`red/48000/2` with `a=fmtp:<pt> 111/111`). No decoding.
"""

from typing import NamedTuple

MAX_BLOCKS = 8
"""More redundancy than this in one packet is nobody's; such a packet is refused."""
MAX_TIMESTAMP_OFFSET = (1 << 14) - 1
"""341 ms at 48 kHz."""
MAX_BLOCK_BYTES = (1 << 10) - 1


class RedBlock(NamedTuple):
    """One packet inside a RED payload."""

    payload_type: int
    timestamp_offset: int
    """How much older than the RTP timestamp, in ticks; 0 for the primary."""
    data: bytes


def parse_red(payload: bytes) -> list[RedBlock]:
    """The blocks of a RED payload, the oldest first, the primary last (RFC 2198 §3).

    Raises ValueError if the headers run past the payload or announce too many blocks.
    """
    headers: list[tuple[int, int, int]] = []
    position = 0
    while True:
        if position >= len(payload):
            raise ValueError("RED header is truncated")
        first = payload[position]
        if not first & 0x80:
            break
        if position + 4 > len(payload):
            raise ValueError("RED header is truncated")
        if len(headers) >= MAX_BLOCKS:
            raise ValueError(f"RED payload has more than {MAX_BLOCKS} redundant blocks")
        word = int.from_bytes(payload[position + 1 : position + 4], "big")
        headers.append((first & 0x7F, word >> 10, word & MAX_BLOCK_BYTES))
        position += 4
    position += 1
    blocks = []
    for payload_type, timestamp_offset, size in headers:
        blocks.append(RedBlock(payload_type, timestamp_offset, payload[position : position + size]))
        position += size
    if position > len(payload):
        raise ValueError("RED blocks are longer than the payload")
    blocks.append(RedBlock(first, 0, payload[position:]))
    return blocks


def build_red(payload_type: int, timestamp_offset: int, previous: bytes, primary: bytes) -> bytes:
    """A RED payload of `primary` and the packet before it, both of `payload_type`.

    Raises ValueError if `previous` is too old or too long for its header.
    """
    if not 0 < timestamp_offset <= MAX_TIMESTAMP_OFFSET or len(previous) > MAX_BLOCK_BYTES:
        raise ValueError("the previous packet does not fit a RED block")
    word = timestamp_offset << 10 | len(previous)
    header = bytes((0x80 | payload_type,)) + word.to_bytes(3, "big") + bytes((payload_type,))
    return header + previous + primary
