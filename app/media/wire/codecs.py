"""What a forwarder must see inside payloads: VP8, H.264 and Opus. No decoding."""

from __future__ import annotations

import struct

_H264_SINGLE_NAL_MAX = 23
_H264_STAP_A = 24
_H264_FU_A = 28
_H264_IDR = 5
_H264_SPS = 7


class Vp8Descriptor:
    """The payload descriptor of one VP8 packet, RFC 7741 §4.2 and §4.3."""

    __slots__ = (
        "height",
        "is_frame_start",
        "is_keyframe_start",
        "is_layer_sync",
        "is_non_reference",
        "keyidx",
        "partition_index",
        "partition_start",
        "picture_id",
        "picture_id_bits",
        "size",
        "temporal_id",
        "tl0picidx",
        "width",
    )

    size: int
    """Bytes of the descriptor; the VP8 payload follows."""
    is_frame_start: bool
    """First packet of a frame: S bit and partition 0."""
    is_keyframe_start: bool
    is_non_reference: bool
    is_layer_sync: bool
    partition_start: bool
    partition_index: int
    picture_id: int | None
    picture_id_bits: int
    """0, 7 or 15."""
    tl0picidx: int | None
    temporal_id: int | None
    keyidx: int | None
    width: int
    """Pixels, 0 except at the start of a keyframe."""
    height: int

    @classmethod
    def parse(cls, payload: bytes | memoryview) -> Vp8Descriptor:
        """Read the descriptor at the start of `payload`; ValueError if it is cut short."""
        try:
            return cls._parse(payload)
        except IndexError:
            raise ValueError("VP8 payload descriptor is truncated") from None

    @classmethod
    def _parse(cls, payload: bytes | memoryview) -> Vp8Descriptor:
        self = cls.__new__(cls)
        first = payload[0]
        self.is_non_reference = bool(first & 0x20)
        self.partition_start = bool(first & 0x10)
        self.partition_index = first & 0x07
        self.is_frame_start = first & 0x17 == 0x10
        self.picture_id = self.tl0picidx = self.temporal_id = self.keyidx = None
        self.picture_id_bits = 0
        self.is_layer_sync = False
        self.width = self.height = 0
        position = 1
        if first & 0x80:
            flags = payload[1]
            position = 2
            if flags & 0x80:
                picture_id = payload[position]
                position += 1
                self.picture_id_bits = 7
                if picture_id & 0x80:
                    picture_id = (picture_id & 0x7F) << 8 | payload[position]
                    position += 1
                    self.picture_id_bits = 15
                self.picture_id = picture_id
            if flags & 0x40:
                self.tl0picidx = payload[position]
                position += 1
            if flags & 0x30:
                last = payload[position]
                position += 1
                if flags & 0x20:
                    self.temporal_id = last >> 6
                    self.is_layer_sync = bool(last & 0x20)
                if flags & 0x10:
                    self.keyidx = last & 0x1F
        if position >= len(payload):
            raise IndexError
        self.size = position
        self.is_keyframe_start = self.is_frame_start and not payload[position] & 0x01
        if self.is_keyframe_start:
            self.width, self.height = _vp8_dimensions(payload, position)
        return self

    def rewritten(self, picture_id: int | None, tl0picidx: int | None, keyidx: int | None) -> bytes:
        """This descriptor with other numbers, to be followed by `payload[size:]`.

        The picture id is always written with 15 bits, reduced modulo 2**15; a field given as None
        or that this descriptor lacks is left out (as is the temporal id with its TID absent).
        """
        flags = 0
        body = bytearray()
        if picture_id is not None:
            flags |= 0x80
            body += (0x8000 | picture_id & 0x7FFF).to_bytes(2, "big")
        if tl0picidx is not None and self.tl0picidx is not None:
            flags |= 0x40
            body.append(tl0picidx & 0xFF)
        last = 0
        if self.temporal_id is not None:
            flags |= 0x20
            last |= self.temporal_id << 6 | self.is_layer_sync << 5
        if keyidx is not None and self.keyidx is not None:
            flags |= 0x10
            last |= keyidx & 0x1F
        if flags & 0x30:
            body.append(last)
        first = self.is_non_reference << 5 | self.partition_start << 4 | self.partition_index
        if not flags:
            return bytes((first,))
        return bytes((first | 0x80, flags)) + bytes(body)


def _vp8_dimensions(payload: bytes | memoryview, position: int) -> tuple[int, int]:
    # RFC 6386 §9.1: 3 byte frame tag, start code 9d 01 2a, then 14 bits of width and of height.
    if len(payload) < position + 10 or bytes(payload[position + 3 : position + 6]) != b"\x9d\x01*":
        return 0, 0
    width, height = struct.unpack_from("<HH", payload, position + 6)
    return width & 0x3FFF, height & 0x3FFF


def h264_is_keyframe_start(payload: bytes | memoryview) -> bool:
    """Whether a decoder can start here: an SPS or the beginning of an IDR, RFC 6184 §5.

    Looks at single NAL units, STAP-A and the first fragment of FU-A. An encoder that sends SPS,
    PPS and IDR in separate packets makes this true more than once per keyframe.
    """
    if not payload:
        return False
    nal_type = payload[0] & 0x1F
    if 1 <= nal_type <= _H264_SINGLE_NAL_MAX:
        return nal_type in (_H264_IDR, _H264_SPS)
    if nal_type == _H264_FU_A:
        return (
            len(payload) > 1
            and bool(payload[1] & 0x80)
            and payload[1] & 0x1F in (_H264_IDR, _H264_SPS)
        )
    if nal_type == _H264_STAP_A:
        position = 1
        while position + 2 < len(payload):
            length = payload[position] << 8 | payload[position + 1]
            if payload[position + 2] & 0x1F in (_H264_IDR, _H264_SPS):
                return True
            position += 2 + length
    return False


def opus_is_dtx(payload: bytes | memoryview) -> bool:
    """Whether this is silence: an Opus packet of at most 2 bytes has no audio, RFC 7587 §3.1.3."""
    return len(payload) <= 2
