"""One track into one Matroska file that is readable at any instant.

Measured: with `live=1, cluster_time_limit=1000, flush_packets=1` a killed writer loses the cluster
it was filling, at most 1 s; the muxer's defaults lose 3 to 5 s.
"""

import struct
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from typing import Protocol

import av
from av.audio.stream import AudioStream
from av.stream import Stream

_OPTIONS = {"live": "1", "cluster_time_limit": "1000", "flush_packets": "1"}
OPUS_HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48_000, 0, 0)
"""RFC 7845 §5.1: two channels, no pre-skip, 48 kHz. No WebRTC sender has a pre-skip, so no encoder writes this."""
_BUFFER_BYTES = 1 << 20
"""A cluster goes out in one write, so that a kill tears at most one."""


class ByteSink(Protocol):
    """What the muxer writes to; it never seeks."""

    def write(self, data: bytes) -> int: ...


class SegmentMuxer:
    """Writes frames of one codec (`vp8`, `h264` as Annex B, `opus`) with their RTP-clock timestamps.

    The first frame of an H.264 segment must be a keyframe with its parameter sets. Errors of the
    sink come out of `write` and `close` as `OSError`.
    """

    def __init__(
        self, out: ByteSink, codec: str, clock_rate_hz: int, size: tuple[int, int]
    ) -> None:
        self._container = av.open(
            out, "w", format="matroska", container_options=_OPTIONS, buffer_size=_BUFFER_BYTES
        )
        self._time_base = Fraction(1, clock_rate_hz)
        self._stream: Stream
        if codec == "opus":
            self._stream = self._container.add_stream_from_template(opus_template(), opaque=True)
            self._stream.time_base = self._time_base
        else:
            width, height = size
            self._stream = self._container.add_mux_stream(
                codec, width=width, height=height, time_base=self._time_base
            )

    def write(self, data: bytes, timestamp: int, *, is_keyframe: bool) -> None:
        packet = av.Packet(data)
        packet.pts = packet.dts = timestamp
        packet.time_base = self._time_base
        packet.stream = self._stream
        packet.is_keyframe = is_keyframe
        self._container.mux_one(packet)

    def close(self) -> None:
        """Flush the last cluster. Does not close the sink."""
        self._container.close()


@lru_cache(maxsize=1)
def _opus_template_container() -> av.container.InputContainer:
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)
    silence = b"\xfc\xff\xfe"
    pages = _ogg_page(2, 0, 0, OPUS_HEAD) + _ogg_page(0, 0, 1, tags) + _ogg_page(4, 960, 2, silence)
    return av.open(BytesIO(pages), "r", format="ogg")


def opus_template() -> AudioStream:
    """A stream with the codec parameters of WebRTC's Opus, to make output streams from."""
    return _opus_template_container().streams.audio[0]


def _ogg_page(flags: int, granule: int, number: int, payload: bytes) -> bytes:
    """One page with one short packet, RFC 3533 §6."""
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 1, number, 0, 1)
    page = header + bytes((len(payload),)) + payload
    return page[:22] + struct.pack("<I", _ogg_crc(page)) + page[26:]


def _ogg_crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc
