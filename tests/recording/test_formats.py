"""Order and frames: what the packet thread does, without sockets or disk."""

import random
import struct

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.wire.rtp import RtpPacket
from app.recording.depacketizer import Frame, depacketizer
from app.recording.h264_sps import sps_dimensions
from app.recording.reorder import ReorderBuffer
from tests.support.rtp_publisher import SyntheticTrack, film_video, packetize

SECOND = 1_000_000_000


def rtp(
    number: int, payload: bytes = b"\x10\x01", *, timestamp: int = 0, marker: bool = False
) -> RtpPacket:
    second = 96 | (0x80 if marker else 0)
    header = struct.pack("!BBHII", 0x80, second, number % 2**16, timestamp, 7)
    return RtpPacket.parse(header + payload)


@given(st.integers(0, 65_535), st.lists(st.integers(0, 40), min_size=1, max_size=200), st.randoms())
def test_any_order_and_any_duplicates_come_out_once_and_in_order(
    first: int, displacements: list[int], rng: random.Random
) -> None:
    buffer = ReorderBuffer(SECOND)
    order = sorted(range(1, len(displacements) + 1), key=lambda i: i + displacements[i - 1])
    seen = []
    # The first packet to arrive is where the stream begins.
    for step, offset in enumerate([0, *order]):
        buffer.push(rtp(first + offset), step)
        if rng.random() < 0.2:
            buffer.push(rtp(first + offset), step)
        seen += [(p.packet.sequence_number, p.missing) for p in buffer.pop(step)]
    assert seen == [((first + i) % 2**16, 0) for i in range(len(displacements) + 1)]


def test_a_hole_is_given_up_after_its_time_and_counted() -> None:
    buffer = ReorderBuffer(SECOND)
    for number in (65_534, 65_535, 2, 3):
        buffer.push(rtp(number), number * 1_000 if number > 9 else 5 * SECOND)
    assert [p.packet.sequence_number for p in buffer.pop(5 * SECOND)] == [65_534, 65_535]
    assert list(buffer.pop(6 * SECOND - 1)) == []
    assert [(p.packet.sequence_number, p.missing) for p in buffer.pop(6 * SECOND)] == [
        (2, 2),
        (3, 0),
    ]
    buffer.push(rtp(0), 6 * SECOND)
    assert list(buffer.pop(6 * SECOND)) == [] and buffer.late_packets == 1


def test_a_sender_that_starts_over_is_followed() -> None:
    buffer = ReorderBuffer(SECOND)
    buffer.push(rtp(100), 0)
    buffer.push(rtp(40_000), 1)
    assert [(p.packet.sequence_number, p.missing) for p in buffer.pop(1)] == [(40_000, -1)]


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_frames_survive_being_packetized(codec: str) -> None:
    frames = film_video(codec, 2.0, (1.0,), (640, 360))
    track = SyntheticTrack("les_1", "x/camera", codec, frames)
    assembler = depacketizer(codec)
    out: list[Frame] = []
    for _, packet in track.packets():
        out += assembler.push(RtpPacket.parse(packet), is_after_hole=False)
    assert len(out) == len(frames)
    assert [f.is_keyframe for f in out] == [f.is_keyframe for f in frames]
    assert (out[0].width, out[0].height) == (640, 360)
    decoder = av.CodecContext.create(codec, "r")
    decoded = [p for f in out for p in decoder.decode(av.Packet(f.data))] + decoder.decode(None)
    assert len(decoded) == len(frames)
    assert (decoded[-1].width, decoded[-1].height) == (640, 360)


def test_a_frame_with_a_hole_in_it_never_comes_out() -> None:
    big = next(f for f in film_video("vp8", 1.0, (), (640, 360)) if len(f.data) > 3_000)
    payloads = packetize("vp8", big.data)
    assembler = depacketizer("vp8")
    assert assembler.push(rtp(0, payloads[0]), is_after_hole=False) == []
    for i, payload in enumerate(payloads[2:], 2):
        is_last = i == len(payloads) - 1
        assert assembler.push(rtp(i, payload, marker=is_last), is_after_hole=i == 2) == []


def test_red_is_stripped_to_its_newest_block() -> None:
    assembler = depacketizer("opus", red_payload_type=96)
    redundant, primary = b"old" * 5, b"\xfcnew"
    header = (
        bytes((0x80 | 111,)) + ((960 << 10) | len(redundant)).to_bytes(3, "big") + bytes((111,))
    )
    (frame,) = assembler.push(rtp(0, header + redundant + primary), is_after_hole=False)
    assert frame.data == primary


@given(
    st.sampled_from(["vp8", "h264", "opus"]),
    st.lists(st.binary(max_size=60), max_size=20),
    st.randoms(),
)
def test_whatever_a_sender_writes_is_refused_calmly(
    codec: str, payloads: list[bytes], rng: random.Random
) -> None:
    assembler = depacketizer(codec, red_payload_type=96)
    for number, payload in enumerate(payloads):
        packet = rtp(number, payload, timestamp=rng.randrange(3), marker=rng.random() < 0.5)
        try:
            assembler.push(packet, is_after_hole=rng.random() < 0.1)
        except ValueError:
            pass


@pytest.mark.parametrize("size", [(160, 120), (640, 360), (1280, 720), (1920, 1080), (854, 480)])
def test_picture_size_is_read_from_the_sps(size: tuple[int, int]) -> None:
    data = film_video("h264", 0.1, (), size)[0].data
    sps = next(
        u for u in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if u and u[0] & 31 == 7
    )
    assert sps_dimensions(sps) == size
