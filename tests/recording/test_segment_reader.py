"""Whatever a kill leaves of a segment is read to its last good packet, or refused in one way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.recording.muxer import SegmentMuxer
from app.recording.segment_reader import SegmentReader
from tests.recording.test_track import DELTA, KEYFRAME


class Whole:
    """A sink in memory."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, data: bytes) -> int:
        self.content += bytes(data)
        return len(data)


def _segment(codec: str) -> bytes:
    out = Whole()
    rate_hz = 48_000 if codec == "opus" else 90_000
    muxer = SegmentMuxer(out, codec, rate_hz, (160, 120))
    for index in range(30):
        is_keyframe = codec == "opus" or index % 10 == 0
        data = b"\xfc\xff\xfe" if codec == "opus" else (KEYFRAME if is_keyframe else DELTA)
        muxer.write(data + bytes([index]) * 40, index * rate_hz // 10, is_keyframe=is_keyframe)
    muxer.close()
    return out.content


def _lengths(whole: int) -> Iterator[int]:
    yield from range(0, min(whole, 900))
    yield from range(900, whole, 7)


@pytest.mark.parametrize("codec", ["vp8", "opus"])
def test_a_segment_cut_at_any_byte_gives_its_whole_packets_or_a_value_error(
    tmp_path: Path, codec: str
) -> None:
    # A lesson could not be finished because one segment had been killed in its header.
    content = _segment(codec)
    path = tmp_path / "segment.mkv"
    path.write_bytes(content)
    with SegmentReader(path) as reader:
        packets = [bytes(packet) for packet in reader.packets()]
    assert len(packets) == 30
    refused, most = 0, 0
    for length in _lengths(len(content)):
        path.write_bytes(content[:length])
        try:
            with SegmentReader(path) as reader:
                found = [bytes(packet) for packet in reader.packets()]
        except ValueError:
            refused += 1
            continue
        assert found == packets[: len(found)]
        assert len(found) >= most
        most = len(found)
    print(f"measured: {refused} lengths refused, {len(content)} bytes in all")
    assert 0 < refused < 900
    assert most >= 25
