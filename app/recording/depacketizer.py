"""From RTP payloads in order to whole frames: VP8 (RFC 7741), H.264 (RFC 6184), Opus (RFC 7587).

Nothing is decoded. A depacketizer is told of each hole and says for each frame whether a decoder
can start there; whether to write it is the track's business.
"""

from dataclasses import dataclass
from typing import Protocol

from app.media.wire.codecs import Vp8Descriptor
from app.media.wire.red import parse_red
from app.media.wire.rtp import RtpPacket
from app.recording.h264_sps import sps_dimensions

MAX_FRAME_BYTES = 4 * 1024 * 1024
_START_CODE = b"\x00\x00\x00\x01"
_NAL_IDR, _NAL_SPS, _NAL_PPS = 5, 7, 8
_STAP_A, _FU_A = 24, 28


@dataclass(frozen=True, slots=True)
class Frame:
    """One encoded frame (video: one picture; audio: one packet)."""

    data: bytes
    rtp_timestamp: int
    is_keyframe: bool
    width: int = 0
    """Pixels; 0 unless this is a video keyframe."""
    height: int = 0
    parameter_set: bytes = b""
    """H.264: the SPS in force at this keyframe. A change starts a new epoch."""


class Depacketizer(Protocol):
    def push(self, packet: RtpPacket, *, is_after_hole: bool) -> list[Frame]:
        """Frames completed by this packet; ValueError if its payload cannot be read."""
        ...


class OpusDepacketizer:
    """Each packet is a frame. RED (RFC 2198) is stripped to its primary block."""

    def __init__(self, red_payload_type: int | None = None) -> None:
        self._red_payload_type = red_payload_type

    def push(self, packet: RtpPacket, *, is_after_hole: bool) -> list[Frame]:
        payload = packet.payload
        if packet.payload_type == self._red_payload_type and payload:
            payload = parse_red(payload)[-1].data
        if not payload:
            return []
        return [Frame(payload, packet.timestamp, True)]


class Vp8Depacketizer:
    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._timestamp = 0
        self._is_keyframe = False
        self._width = self._height = 0

    def push(self, packet: RtpPacket, *, is_after_hole: bool) -> list[Frame]:
        frames: list[Frame] = []
        if is_after_hole:
            self._drop()
        elif self._parts and packet.timestamp != self._timestamp:
            # In order and without a hole: the sender just does not set the marker.
            frames.append(self._take())
        if not packet.payload_size:
            return frames
        descriptor = Vp8Descriptor.parse(packet.payload_view)
        if descriptor.is_frame_start and not self._parts:
            self._timestamp = packet.timestamp
            self._is_keyframe = descriptor.is_keyframe_start
            self._width, self._height = descriptor.width, descriptor.height
            if self._is_keyframe and not self._width:
                raise ValueError("VP8 keyframe without its start code")
        elif not self._parts:
            return frames
        self._parts.append(bytes(packet.payload_view[descriptor.size :]))
        self._size += packet.payload_size
        if self._size > MAX_FRAME_BYTES:
            self._drop()
            raise ValueError(f"VP8 frame of more than {MAX_FRAME_BYTES} bytes")
        if packet.marker:
            frames.append(self._take())
        return frames

    def _take(self) -> Frame:
        data = b"".join(self._parts)
        frame = Frame(data, self._timestamp, self._is_keyframe, self._width, self._height)
        self._drop()
        return frame

    def _drop(self) -> None:
        self._parts, self._size = [], 0
        self._width = self._height = 0


class H264Depacketizer:
    """Access units as Annex B. Single NAL units, STAP-A and FU-A; other aggregates are refused."""

    def __init__(self) -> None:
        self._units: list[bytes] = []
        self._fragment: bytearray | None = None
        self._size = 0
        self._timestamp = 0
        self._is_started = False
        self._sps = self._pps = b""

    def push(self, packet: RtpPacket, *, is_after_hole: bool) -> list[Frame]:
        frames: list[Frame] = []
        if is_after_hole:
            self._drop()
        elif self._is_started and packet.timestamp != self._timestamp:
            frames += self._take()
        if not packet.payload_size:
            return frames
        self._timestamp, self._is_started = packet.timestamp, True
        self._size += packet.payload_size
        if self._size > MAX_FRAME_BYTES:
            self._drop()
            raise ValueError(f"H.264 access unit of more than {MAX_FRAME_BYTES} bytes")
        self._add(packet.payload)
        if packet.marker:
            frames += self._take()
        return frames

    def _add(self, payload: bytes) -> None:
        kind = payload[0] & 0x1F
        if 1 <= kind <= 23:
            self._units.append(payload)
        elif kind == _STAP_A:
            self._add_aggregate(payload)
        elif kind == _FU_A:
            self._add_fragment(payload)
        else:
            raise ValueError(f"H.264 payload structure {kind} is not supported")

    def _add_aggregate(self, payload: bytes) -> None:
        position = 1
        while position + 2 < len(payload):
            length = payload[position] << 8 | payload[position + 1]
            position += 2
            if not 0 < length <= len(payload) - position:
                raise ValueError("H.264 STAP-A unit is longer than its packet")
            self._units.append(payload[position : position + length])
            position += length

    def _add_fragment(self, payload: bytes) -> None:
        if len(payload) < 3:
            raise ValueError("H.264 FU-A is truncated")
        indicator, header = payload[0], payload[1]
        if header & 0x80:
            self._fragment = bytearray([(indicator & 0xE0) | (header & 0x1F)])
        if self._fragment is None:
            return
        self._fragment += payload[2:]
        if header & 0x40:
            self._units.append(bytes(self._fragment))
            self._fragment = None

    def _take(self) -> list[Frame]:
        units, timestamp = self._units, self._timestamp
        self._drop()
        types = [unit[0] & 0x1F for unit in units]
        for kind, unit in zip(types, units, strict=True):
            if kind == _NAL_SPS:
                self._sps = unit
            elif kind == _NAL_PPS:
                self._pps = unit
        if not any(1 <= kind <= _NAL_IDR for kind in types):
            # Parameter sets alone: they belong to the next picture.
            return []
        is_keyframe = _NAL_IDR in types and bool(self._sps) and bool(self._pps)
        if is_keyframe:
            # Each keyframe carries its parameter sets, so that a file can start at it.
            rest = [u for k, u in zip(types, units, strict=True) if k not in (_NAL_SPS, _NAL_PPS)]
            units = [self._sps, self._pps, *rest]
        data = b"".join(_START_CODE + unit for unit in units)
        if not is_keyframe:
            return [Frame(data, timestamp, False)]
        width, height = sps_dimensions(self._sps)
        return [Frame(data, timestamp, True, width, height, self._sps)]

    def _drop(self) -> None:
        self._units, self._fragment, self._size, self._is_started = [], None, 0, False


def depacketizer(codec: str, red_payload_type: int | None = None) -> Depacketizer:
    """The depacketizer for `vp8`, `h264` or `opus`; ValueError for anything else."""
    match codec:
        case "vp8":
            return Vp8Depacketizer()
        case "h264":
            return H264Depacketizer()
        case "opus":
            return OpusDepacketizer(red_payload_type)
    raise ValueError(f"cannot record codec {codec!r}")
