"""Redundant audio data as bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.wire.red import MAX_BLOCKS, build_red, parse_red


@given(
    st.integers(0, 127),
    st.integers(1, 16_383),
    st.binary(max_size=1_023),
    st.binary(max_size=400),
)
def test_what_is_built_is_read_again(
    payload_type: int, offset: int, previous: bytes, primary: bytes
) -> None:
    blocks = parse_red(build_red(payload_type, offset, previous, primary))
    assert blocks == [(payload_type, offset, previous), (payload_type, 0, primary)]


def test_chromiums_first_packet_has_no_redundancy() -> None:
    assert parse_red(b"\x6falone") == [(111, 0, b"alone")]


@pytest.mark.parametrize(
    ("offset", "size"), [(0, 3), (16_384, 3), (960, 1_024)], ids=["now", "too old", "too long"]
)
def test_what_does_not_fit_the_header_is_not_built(offset: int, size: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        build_red(111, offset, bytes(size), b"primary")


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        (b"", "truncated"),
        (b"\xef\x0f\x00", "truncated"),
        (b"\xef\x0f\x00\x03", "truncated"),
        (b"\xef\x0f\x00\x09\x6fshort", "longer"),
        (b"\xef\x0f\x00\x00" * (MAX_BLOCKS + 1) + b"\x6f", "more than"),
    ],
)
def test_malformed_red_is_refused(payload: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_red(payload)


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_but_value_error(data: bytes) -> None:
    try:
        blocks = parse_red(data)
    except ValueError:
        return
    assert data.endswith(blocks[-1].data)
    assert sum(len(block.data) for block in blocks) < len(data)
