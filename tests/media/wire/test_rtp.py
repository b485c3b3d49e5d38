"""RTP headers, extensions, sequence arithmetic and RTX."""

from __future__ import annotations

import pytest
from aiortc.rtp import RtpPacket as AiortcPacket
from hypothesis import given
from hypothesis import strategies as st

from app.media.wire.rtp import (
    RtpPacket,
    abs_send_time,
    pack_extensions,
    pack_header,
    padding_payload,
    rewrite_header,
    rtx_payload,
    sequence_delta,
    timestamp_delta,
    unwrap_rtx,
)

u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFFFFFF)


@pytest.mark.parametrize(
    ("newer", "older", "delta"),
    [(1, 0, 1), (0, 65535, 1), (65535, 0, -1), (0x8000, 0, -0x8000), (5, 5, 0), (10, 65530, 16)],
)
def test_sequence_numbers_wrap(newer: int, older: int, delta: int) -> None:
    assert sequence_delta(newer, older) == delta


@given(u32, st.integers(-0x80000000, 0x7FFFFFFF))
def test_timestamp_delta_finds_every_distance(older: int, distance: int) -> None:
    assert timestamp_delta((older + distance) & 0xFFFFFFFF, older) == distance


@given(
    payload_type=st.integers(0, 63) | st.integers(96, 127),
    sequence_number=u16,
    timestamp=u32,
    ssrc=u32,
    marker=st.booleans(),
    extensions=st.lists(
        st.tuples(st.integers(1, 14), st.binary(min_size=1, max_size=16))
        | st.tuples(st.integers(1, 255), st.binary(max_size=40)),
        max_size=6,
    ),
    payload=st.binary(max_size=100),
)
def test_what_is_built_is_read_back_by_us_and_by_aiortc(
    payload_type: int,
    sequence_number: int,
    timestamp: int,
    ssrc: int,
    marker: bool,
    extensions: list[tuple[int, bytes]],
    payload: bytes,
) -> None:
    header = pack_header(
        payload_type,
        sequence_number,
        timestamp,
        ssrc,
        marker=marker,
        extension_block=pack_extensions(extensions),
    )
    packet = RtpPacket.parse(header + payload)
    assert (packet.payload_type, packet.marker) == (payload_type, marker)
    assert (packet.sequence_number, packet.timestamp) == (sequence_number, timestamp)
    assert (packet.ssrc, packet.payload) == (ssrc, payload)
    assert packet.payload_view == payload
    assert packet.payload_size == len(payload)
    assert list(packet.extensions()) == extensions
    other = AiortcPacket.parse(header + payload)
    assert (other.sequence_number, other.ssrc, other.payload) == (sequence_number, ssrc, payload)


def test_csrcs_and_padding_are_not_payload() -> None:
    data = bytes.fromhex("a2 60 0001 00000002 00000003 0000000a 0000000b") + b"media" + b"\0\0\3"
    packet = RtpPacket.parse(data)
    assert packet.payload == b"media"


def test_padding_only_probe_has_no_payload() -> None:
    data = bytearray(pack_header(97, 1, 2, 3)) + padding_payload(255)
    data[0] |= 0x20
    assert RtpPacket.parse(bytes(data)).payload_size == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("80600001000000020000", "shorter"),
        ("40600001" + "00" * 8, "version"),
        ("81600001" + "00" * 8, "longer"),
        ("90600001" + "00" * 8 + "bede", "truncated"),
        ("90600001" + "00" * 8 + "bede0002" + "00" * 4, "longer"),
        ("a0600001" + "00" * 8 + "0000", "zero"),
        ("a0600001" + "00" * 8 + "0009", "longer"),
    ],
)
def test_malformed_packet_is_refused(data: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        RtpPacket.parse(bytes.fromhex(data))


@given(st.binary(max_size=80), st.sampled_from([0x80, 0x90, 0xA0, 0xB1, 0xBF, 0x00]))
def test_no_bytes_raise_anything_but_value_error(data: bytes, first: int) -> None:
    data = bytes((first,)) + data
    try:
        packet = RtpPacket.parse(data)
    except ValueError:
        return
    assert len(packet.payload) == packet.payload_size >= 0
    for extension_id, value in packet.extensions():
        assert 1 <= extension_id <= 255
        assert len(value) <= 255
    try:
        unwrap_rtx(packet, 96, 1)
    except ValueError:
        pass


def test_first_extension_with_the_id_is_found() -> None:
    block = pack_extensions([(1, b"mid"), (4, b"h")])
    packet = RtpPacket.parse(pack_header(96, 1, 2, 3, extension_block=block) + b"x")
    assert packet.extension(4) == b"h"
    assert packet.extension(5) is None


@pytest.mark.parametrize("element", [(0, b"x"), (256, b"x"), (1, bytes(256))])
def test_extension_that_fits_no_form_is_refused(element: tuple[int, bytes]) -> None:
    with pytest.raises(ValueError, match="two-byte"):
        pack_extensions([element])


def test_header_is_rewritten_in_place_and_flags_stay() -> None:
    block = pack_extensions([(1, b"0")])
    buffer = bytearray(b"....") + pack_header(96, 1, 2, 3, extension_block=block) + b"media"
    rewrite_header(buffer, 4, payload_type=100, sequence_number=9, timestamp=8, ssrc=7, marker=True)
    packet = RtpPacket.parse(bytes(buffer[4:]))
    assert (packet.payload_type, packet.marker) == (100, True)
    assert (packet.sequence_number, packet.timestamp, packet.ssrc) == (9, 8, 7)
    assert packet.extension(1) == b"0"
    assert packet.payload == b"media"


def test_retransmission_gives_back_the_original() -> None:
    block = pack_extensions([(3, b"rid")])
    rtx = RtpPacket.parse(
        pack_header(97, 500, 1234, 99, marker=True, extension_block=block)
        + rtx_payload(65535, b"original")
    )
    original = unwrap_rtx(rtx, 96, 42)
    assert (original.payload_type, original.ssrc, original.sequence_number) == (96, 42, 65535)
    assert (original.timestamp, original.marker) == (1234, True)
    assert original.payload == b"original"
    assert original.extension(3) == b"rid"


def test_padded_retransmission_loses_its_padding() -> None:
    data = bytearray(pack_header(97, 500, 1234, 99)) + rtx_payload(7, b"abc") + b"\0\2"
    data[0] |= 0x20
    assert unwrap_rtx(RtpPacket.parse(bytes(data)), 96, 42).payload == b"abc"


def test_probe_in_the_retransmission_stream_is_no_packet() -> None:
    with pytest.raises(ValueError, match="RTX"):
        unwrap_rtx(RtpPacket.parse(pack_header(97, 500, 1234, 99)), 96, 42)


def test_abs_send_time_is_six_eighteen_fixed_point() -> None:
    assert abs_send_time(1.5) == (3 << 17).to_bytes(3, "big")
    assert abs_send_time(64.0) == bytes(3)
