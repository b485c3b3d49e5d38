"""Bursts: one layout, copied for every receiver, equal to what packet by packet would give."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.wire.batch import PacketBatch
from app.media.wire.burst import MAX_RUN_BYTES, MAX_RUN_PACKETS, SEND_TIME_LENGTH, Burst
from app.media.wire.rtp import HEADER_LENGTH, RtpPacket, abs_send_time
from app.media.wire.srtp import (
    PROFILES,
    HeaderRewrite,
    InPlaceProtection,
    Protection,
    PublicProtection,
    SrtpProfile,
    outbound_session,
)
from tests.media.wire.test_srtp import transports


@dataclass(frozen=True)
class Packet:
    index: int
    rtp_timestamp: int
    marker: bool
    payload: bytes


def burst_of(sizes: list[int], *, is_video: bool = True, first_index: int = 65_534) -> Burst:
    content = random.Random(1)
    packets = [
        Packet(first_index + i, 2**32 - 2 + i, i == len(sizes) - 1, content.randbytes(size))
        for i, size in enumerate(sizes)
    ]
    return Burst(packets, is_video=is_video)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
@pytest.mark.parametrize("kind", [InPlaceProtection, PublicProtection])
@pytest.mark.parametrize("with_send_time", [False, True])
def test_receiver_reads_what_was_put_in(
    profile: SrtpProfile, kind: type[InPlaceProtection], with_send_time: bool
) -> None:
    key = bytes(range(profile.key_length + profile.salt_length))
    _, reader = transports(profile)
    burst = burst_of([900, 901, 903, 300])
    word = 3 << 28 | 2 << 24 | int.from_bytes(abs_send_time(1.5), "big") if with_send_time else 0
    header = HeaderRewrite(97, 77, 10, 5)
    length = HEADER_LENGTH + (SEND_TIME_LENGTH if with_send_time else 0)
    layout = burst.layout(length, profile.tag_length)
    batch = PacketBatch()
    batch.append(bytes(13))
    batch.buffer[13 : 13 + layout.size] = layout.template
    protection: Protection = kind(outbound_session(profile, key))
    protection.protect_burst(batch, 13, layout, header, word)
    batch.commit_burst(layout)
    for position, (start, size) in enumerate(zip(batch.starts[1:], batch.sizes[1:], strict=True)):
        packet = RtpPacket.parse(reader.unprotect(bytes(batch.view[start : start + size])))
        original = burst.packets[position]
        assert packet.payload == original.payload, "padding is no payload"
        assert (packet.payload_type, packet.ssrc) == (97, 77)
        assert packet.marker == original.marker
        assert packet.sequence_number == (original.index + 10) & 0xFFFF
        assert packet.timestamp == (original.rtp_timestamp + 5) & 0xFFFFFFFF
        assert packet.extension(3) == (abs_send_time(1.5) if with_send_time else None)
    assert batch.runs == [
        (0, 13, 13, 0, 1),
        (13, 13 + layout.size, layout.sizes[0], 1, 5),
    ], "three packets are padded to one size, so that one call carries all four"


def test_layout_is_made_once_for_receivers_alike() -> None:
    burst = burst_of([100, 100])
    assert burst.layout(12, 16) is burst.layout(12, 16)
    assert burst.layout(12, 16) is not burst.layout(20, 16)


@given(st.lists(st.integers(1, 1_200), min_size=1, max_size=150), st.booleans())
def test_runs_are_what_one_call_can_carry(sizes: list[int], is_video: bool) -> None:
    layout = burst_of(sizes, is_video=is_video).layout(12, 16)
    assert len(layout.template) == layout.size == sum(layout.sizes)
    assert layout.longest == max(layout.sizes) - 16
    expected_start = expected_first = 0
    for start, end, segment, first, stop in layout.runs:
        assert (start, first) == (expected_start, expected_first)
        run = layout.sizes[first:stop]
        assert sum(run) == end - start
        assert all(size == segment for size in run[:-1])
        assert run[-1] <= segment
        assert len(run) <= MAX_RUN_PACKETS
        assert len(run) == 1 or end - start <= MAX_RUN_BYTES
        expected_start, expected_first = end, stop
    assert expected_first == len(sizes)
    if not is_video:
        assert layout.sizes == [size + 28 for size in sizes]


@given(st.lists(st.sampled_from([50, 400, 999, 1000, 1200]), min_size=1, max_size=50))
def test_packets_appended_one_by_one_make_the_same_runs(sizes: list[int]) -> None:
    layout = burst_of(sizes, is_video=False).layout(12, 16)
    batch = PacketBatch()
    for size in layout.sizes:
        batch.append(bytes(size))
    assert batch.runs == layout.runs
