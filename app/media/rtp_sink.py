"""Frames on the Unix stream from an engine to the recorder, one connection per publication.

Each frame: 4-byte big-endian length of what follows, 1-byte type, payload.

=====  =========  =================================================================================
type   direction  payload
=====  =========  =================================================================================
``H``  -> rec.    hello, JSON: lesson_id, publication_id, kind, codec, payload_type, clock_rate_hz,
                  ssrc; sent first and again whenever one of them changes (a new track epoch)
``R``  -> rec.    8-byte arrival CLOCK_MONOTONIC ns, then the RTP packet (plaintext, RTX undone)
``S``  -> rec.    8-byte arrival ns, 4-byte ssrc, 8-byte NTP timestamp, 4-byte RTP timestamp (an SR)
``G``  -> rec.    8-byte ns, 4-byte count: packets dropped here because the recorder was too slow
``B``  -> rec.    bye: the publication ended
``K``  -> engine  a keyframe is wanted
=====  =========  =================================================================================

Integers are big endian. A frame is at most 65,535 bytes; a longer one ends the connection.
"""

import struct
from collections.abc import Iterator

MAX_FRAME_BYTES = 65_535
HELLO, RTP, SENDER_REPORT, GAP, BYE, KEYFRAME_WANTED = b"H", b"R", b"S", b"G", b"B", b"K"

_LENGTH = struct.Struct("!I")
RTP_PREFIX = struct.Struct("!Q")
SENDER_REPORT_BODY = struct.Struct("!QIQI")
GAP_BODY = struct.Struct("!QI")


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """One frame, ready to write."""
    return _LENGTH.pack(1 + len(payload)) + kind + payload


class FrameReader:
    """Splits a byte stream into frames; raises ValueError on an impossible length."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield `(type, payload)` of every frame that is complete."""
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if not 1 <= length <= MAX_FRAME_BYTES:
                raise ValueError(f"sink frame of {length} bytes, expected 1..{MAX_FRAME_BYTES}")
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            yield body[:1], body[1:]
