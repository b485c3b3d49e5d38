"""Frames from an engine to the recorder: whatever the bytes, a sentence and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from app.media.rtp_sink import MAX_FRAME_BYTES, RTP, FrameReader, frame


@given(
    st.lists(st.binary(max_size=300), max_size=8),
    st.lists(st.integers(1, 400), max_size=20),
)
def test_frames_survive_any_chunk_boundaries(payloads: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(frame(RTP, payload) for payload in payloads)
    reader, received = FrameReader(), []
    for cut in (*cuts, len(stream)):
        received += reader.feed(stream[:cut])
        stream = stream[cut:]
    assert received == [(RTP, payload) for payload in payloads]


@given(st.lists(st.binary(max_size=64), max_size=20))
def test_no_bytes_raise_anything_but_value_error(chunks: list[bytes]) -> None:
    reader = FrameReader()
    try:
        for chunk in chunks:
            for kind, payload in reader.feed(chunk):
                assert len(kind) == 1
                assert len(payload) < MAX_FRAME_BYTES
    except ValueError:
        pass
