"""Payload inspection, on packets of real encoders and on hand-made ones."""

from __future__ import annotations

import fractions

import pytest
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder, VpxPayloadDescriptor
from av import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from app.media.wire.codecs import (
    Vp8Descriptor,
    h264_is_keyframe_start,
    opus_is_dtx,
)


def video_frames(count: int) -> list[VideoFrame]:
    frames = []
    for index in range(count):
        frame = VideoFrame(width=320, height=180, format="yuv420p")
        for plane in frame.planes:
            plane.update(bytes((index * 16 + i) % 251 for i in range(plane.buffer_size)))
        frame.pts = index * 3000
        frame.time_base = fractions.Fraction(1, 90000)
        frames.append(frame)
    return frames


def test_real_vp8_stream_starts_with_its_only_keyframe() -> None:
    encoder = Vp8Encoder()
    starts = []
    for frame in video_frames(4):
        payloads, _ = encoder.encode(frame)
        assert len(payloads) > 1
        descriptors = [Vp8Descriptor.parse(p) for p in payloads]
        assert [d.is_frame_start for d in descriptors] == [True] + [False] * (len(payloads) - 1)
        assert all(d.picture_id_bits == 15 for d in descriptors)
        assert len({d.picture_id for d in descriptors}) == 1
        starts.append([d.is_keyframe_start for d in descriptors])
        for payload, descriptor in zip(payloads, descriptors, strict=True):
            theirs, rest = VpxPayloadDescriptor.parse(payload)
            assert theirs.picture_id == descriptor.picture_id
            assert rest == payload[descriptor.size :]
        if descriptors[0].is_keyframe_start:
            assert (descriptors[0].width, descriptors[0].height) == (320, 180)
    assert [any(s) for s in starts] == [True, False, False, False]


def test_golden_vp8_with_all_fields() -> None:
    # X S, I L T K, picture id 0x1234 (15 bit), tl0picidx 0x56, tid 2 Y keyidx 3, interframe.
    payload = bytes.fromhex("90 f0 9234 56 a3 01 aabb")
    descriptor = Vp8Descriptor.parse(payload)
    assert descriptor.size == 6
    assert (descriptor.picture_id, descriptor.picture_id_bits) == (0x1234, 15)
    assert descriptor.tl0picidx == 0x56
    assert (descriptor.temporal_id, descriptor.is_layer_sync, descriptor.keyidx) == (2, True, 3)
    assert descriptor.is_frame_start
    assert not descriptor.is_keyframe_start
    assert descriptor.rewritten(0x1234, 0x56, 3) == payload[:6]
    assert descriptor.rewritten(0x8001, 0x157, 35) == bytes.fromhex("90 f0 8001 57 a3")


def test_golden_vp8_keyframe_with_seven_bit_picture_id() -> None:
    payload = bytes.fromhex("90 80 11 10 02 00 9d012a 8002 6801 ffff")
    descriptor = Vp8Descriptor.parse(payload)
    assert (descriptor.picture_id, descriptor.picture_id_bits) == (0x11, 7)
    assert descriptor.is_keyframe_start
    assert (descriptor.width, descriptor.height) == (640, 360)
    # Rewritten ids always take 15 bits: the forwarder's own numbering runs past 127.
    assert descriptor.rewritten(0x11, 1, 1) == bytes.fromhex("90 80 8011")


def test_vp8_without_extension_stays_without() -> None:
    descriptor = Vp8Descriptor.parse(bytes.fromhex("10 00 0000 9d012a 4001 b400"))
    assert descriptor.size == 1
    assert descriptor.is_keyframe_start
    assert descriptor.picture_id is None
    assert descriptor.rewritten(None, None, None) == b"\x10"


def test_later_partition_is_not_a_frame_start() -> None:
    descriptor = Vp8Descriptor.parse(bytes.fromhex("12 00"))
    assert descriptor.partition_start
    assert not descriptor.is_frame_start
    assert not descriptor.is_keyframe_start
    assert descriptor.rewritten(None, None, None) == b"\x12"


@pytest.mark.parametrize("data", ["", "10", "80", "9080", "908080", "9040", "9020", "90f0923456a3"])
def test_truncated_vp8_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match="VP8"):
        Vp8Descriptor.parse(bytes.fromhex(data))


@given(st.binary(max_size=40))
def test_no_vp8_bytes_raise_anything_but_value_error(data: bytes) -> None:
    try:
        descriptor = Vp8Descriptor.parse(data)
    except ValueError:
        return
    again = Vp8Descriptor.parse(
        descriptor.rewritten(descriptor.picture_id, descriptor.tl0picidx, descriptor.keyidx)
        + data[descriptor.size :]
    )
    for name in ("picture_id", "tl0picidx", "temporal_id", "keyidx", "is_keyframe_start"):
        assert getattr(again, name) == getattr(descriptor, name)


def test_real_h264_stream_starts_with_its_only_keyframe() -> None:
    encoder = H264Encoder()
    keyframes = []
    for frame in video_frames(4):
        payloads, _ = encoder.encode(frame)
        keyframes.append(any(h264_is_keyframe_start(p) for p in payloads))
        if keyframes[-1]:
            assert h264_is_keyframe_start(payloads[0])
    assert keyframes == [True, False, False, False]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("65b8", True),  # IDR slice
        ("6742c01f", True),  # SPS
        ("68ce3c80", False),  # PPS alone
        ("41e0", False),  # non-IDR slice
        ("0910", False),  # access unit delimiter
        ("78 0004 6742c01f 0002 68ce 0002 65b8", True),  # STAP-A: SPS, PPS, IDR
        ("78 0002 0910 0002 65b8", True),  # STAP-A: AUD, IDR
        ("78 0002 0910 0002 41e0", False),
        ("78 ffff 41", False),
        ("78 0001", False),
        ("7c85b8", True),  # FU-A, first fragment of an IDR
        ("7c05b8", False),  # FU-A, middle
        ("7c81e0", False),  # FU-A, first fragment of a non-IDR
        ("7c", False),
        ("", False),
        ("79", False),  # STAP-B: not negotiated
    ],
)
def test_h264_keyframe_start(data: str, expected: bool) -> None:
    assert h264_is_keyframe_start(bytes.fromhex(data)) is expected


@given(st.binary(max_size=60))
def test_no_h264_bytes_raise(data: bytes) -> None:
    assert h264_is_keyframe_start(data) in (True, False)


def test_opus_silence() -> None:
    assert opus_is_dtx(b"\x78")
    assert not opus_is_dtx(bytes(3))
