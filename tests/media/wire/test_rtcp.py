"""RTCP: what we write others read, what others write we read, what nobody writes is refused."""

from __future__ import annotations

import pytest
from aiortc import rtp as aiortc_rtp
from hypothesis import given
from hypothesis import strategies as st

from app.media.wire.rtcp import (
    FullIntraRequest,
    Goodbye,
    Nack,
    PictureLossIndication,
    ReceiverReport,
    Remb,
    ReportBlock,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    build_compound,
    is_rtcp,
    parse_compound,
)

BLOCK = ReportBlock(0x01020304, 25, -3, 0x00012345, 77, 0xAABBCCDD, 65536)
PACKETS: list[RtcpPacket] = [
    SenderReport(1, 0xE000000080000000, 90000, 10, 12345, (BLOCK,)),
    ReceiverReport(2, (BLOCK, BLOCK)),
    ReceiverReport(2),
    SourceDescription(((1, "tongtang"), (2, ""), (3, "abc"), (4, "abcd"))),
    Goodbye((1, 2)),
    Nack(1, 2, (65534, 65535, 0, 14, 16, 100)),
    PictureLossIndication(1, 2),
    FullIntraRequest(1, ((2, 7), (3, 255))),
    Remb(1, 1_500_000, (4, 5)),
]


@pytest.mark.parametrize("packet", PACKETS, ids=lambda p: type(p).__name__)
def test_packet_survives_the_wire(packet: RtcpPacket) -> None:
    assert parse_compound(bytes(packet)) == [packet]


def test_compound_keeps_the_order() -> None:
    assert parse_compound(build_compound(PACKETS)) == PACKETS


def test_aiortc_reads_what_we_write() -> None:
    # aiortc loses its place after a chunk with three or four bytes of padding: one chunk only.
    one_chunk = [*PACKETS[:3], SourceDescription(((1, "tongtang"),)), *PACKETS[4:]]
    theirs = aiortc_rtp.RtcpPacket.parse(build_compound(one_chunk))
    assert len(theirs) == len(PACKETS)
    sender, receiver = theirs[0], theirs[1]
    assert isinstance(sender, aiortc_rtp.RtcpSrPacket)
    assert sender.sender_info.ntp_timestamp == 0xE000000080000000
    assert isinstance(receiver, aiortc_rtp.RtcpRrPacket)
    assert receiver.reports[0].packets_lost == -3
    nack = theirs[5]
    assert isinstance(nack, aiortc_rtp.RtcpRtpfbPacket)
    assert [number & 0xFFFF for number in nack.lost] == [65534, 65535, 0, 14, 16, 100]
    remb = theirs[8]
    assert isinstance(remb, aiortc_rtp.RtcpPsfbPacket)
    assert aiortc_rtp.unpack_remb_fci(remb.fci) == (1_500_000, [4, 5])


def test_we_read_what_aiortc_writes() -> None:
    sdes = aiortc_rtp.RtcpSdesPacket(
        chunks=[aiortc_rtp.RtcpSourceInfo(ssrc=9, items=[(1, b"{uuid}"), (2, b"name")])]
    )
    nack = aiortc_rtp.RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=2, lost=[5, 6, 9, 40])
    remb = aiortc_rtp.RtcpPsfbPacket(
        fmt=15, ssrc=1, media_ssrc=0, fci=aiortc_rtp.pack_remb_fci(4160000, [2529072847])
    )
    assert parse_compound(bytes(sdes) + bytes(nack) + bytes(remb)) == [
        SourceDescription(((9, "{uuid}"),)),
        Nack(1, 2, (5, 6, 9, 40)),
        Remb(1, 4160000, (2529072847,)),
    ]


def test_golden_chromium_remb() -> None:
    # From the draft's layout: 1,234,567 bit/s needs 21 bits, so the lowest 3 are lost.
    data = bytes.fromhex("8fce0005 00000001 00000000 52454d42 010e5ad0 12345678")
    assert parse_compound(data) == [Remb(1, 1_234_560, (0x12345678,))]
    assert bytes(Remb(1, 1_234_567, (0x12345678,))) == data


def test_unknown_packets_are_skipped() -> None:
    extended_report = bytes.fromhex("80cf0002 00000001 04000000")
    transport_wide = bytes.fromhex("8fcd0005 00000001 00000002 00000003 00000004 00000005")
    afb = bytes.fromhex("8fce0003 00000001 00000002 414243ff")
    pli = PictureLossIndication(1, 2)
    assert parse_compound(extended_report + transport_wide + afb + bytes(pli)) == [pli]


def test_padding_of_the_last_packet_is_removed() -> None:
    assert parse_compound(bytes.fromhex("a0c90002 00000007 00000004")) == [ReceiverReport(7)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("80c9", "header"),
        ("40c90001 00000001", "version"),
        ("80c90002 00000001", "truncated"),
        ("81c90001 00000001", "truncated"),
        ("80c80001 00000001", "truncated"),
        ("82cb0001 00000001", "truncated"),
        ("81ca0001 00000001", "no end"),
        ("81ca0002 00000001 01ff6162", "truncated"),
        ("81ce0001 00000001", "truncated"),
        ("84ce0003 00000001 00000000 00000002", "whole number"),
        ("8fce0004 00000001 00000000 52454d42 05000000", "truncated"),
        ("a0c90001 00000009", "padding"),
    ],
)
def test_malformed_compound_is_refused(data: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_compound(bytes.fromhex(data))


@given(
    st.integers(0x80, 0xBF),
    st.sampled_from([200, 201, 202, 203, 204, 205, 206, 207]),
    st.binary(max_size=120),
    st.booleans(),
)
def test_no_bytes_raise_anything_but_value_error(
    first: int, packet_type: int, body: bytes, exact: bool
) -> None:
    if exact:
        body = body[: len(body) // 4 * 4]
    data = bytes((first, packet_type)) + (len(body) // 4).to_bytes(2, "big") + body
    try:
        packets = parse_compound(data)
    except ValueError:
        return
    assert len(packets) <= 1


@given(st.sets(st.integers(0, 400), min_size=1, max_size=60), st.integers(0, 65535))
def test_any_set_of_lost_packets_fits_a_nack(offsets: set[int], first: int) -> None:
    lost = tuple((first + offset) & 0xFFFF for offset in sorted(offsets))
    assert parse_compound(bytes(Nack(1, 2, lost))) == [Nack(1, 2, lost)]


@given(st.integers(0, 2**63))
def test_remb_keeps_eighteen_bits(bitrate_bps: int) -> None:
    (remb,) = parse_compound(bytes(Remb(1, bitrate_bps, ())))
    assert isinstance(remb, Remb)
    assert 0 <= bitrate_bps - remb.bitrate_bps <= bitrate_bps >> 17


def test_more_blocks_than_the_count_field_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="31"):
        bytes(ReceiverReport(1, (BLOCK,) * 32))


def test_rtcp_is_told_from_rtp_by_its_second_byte() -> None:
    assert is_rtcp(bytes(ReceiverReport(1)))
    assert not is_rtcp(bytes((0x80, 0x80 | 111)))
    assert not is_rtcp(b"\x80")
