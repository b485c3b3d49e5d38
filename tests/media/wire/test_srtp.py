"""Encryption in place and through the public call give the same bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.wire.batch import CAPACITY_BYTES, BatchPool, PacketBatch
from app.media.wire.rtcp import Nack, ReceiverReport, build_compound
from app.media.wire.rtp import pack_extensions, pack_header
from app.media.wire.srtp import (
    IN_PLACE,
    PROFILES,
    TRAILER_BYTES,
    InPlaceProtection,
    PublicProtection,
    SrtpProfile,
    SrtpTransport,
    in_place_works,
    outbound_session,
    split_keys,
)

KEYS = {p: (bytes(range(p.key_length + p.salt_length)), bytes(50)) for p in PROFILES}
EXTENSIONS = pack_extensions([(1, b"0"), (3, b"\1\2\3")])


def transports(profile: SrtpProfile) -> tuple[SrtpTransport, SrtpTransport]:
    one, other = KEYS[profile][0], bytes(reversed(KEYS[profile][0]))
    return SrtpTransport(profile, one, other), SrtpTransport(profile, other, one)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
@given(payload=st.binary(max_size=1300), start=st.integers(0, 9), extended=st.booleans())
def test_in_place_and_public_protection_are_byte_identical(
    profile: SrtpProfile, payload: bytes, start: int, extended: bool
) -> None:
    key = KEYS[profile][0]
    header = pack_header(96, 1000, 1, 2, extension_block=EXTENSIONS if extended else b"")
    rtp = header + payload
    rtcp = build_compound([ReceiverReport(1), Nack(1, 2, (3, 4))])
    results = []
    for kind in (InPlaceProtection, PublicProtection):
        protection = kind(outbound_session(profile, key))
        protected = []
        for plain, protect in ((rtp, protection.protect), (rtcp, protection.protect_rtcp)):
            batch = PacketBatch()
            batch.buffer[start : start + len(plain)] = plain
            size = protect(batch, start, len(plain))
            assert len(plain) < size <= len(plain) + TRAILER_BYTES
            protected.append(bytes(batch.view[: start + size + 8]))
        results.append(protected)
    assert results[0] == results[1]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
def test_what_one_side_protects_the_other_reads(profile: SrtpProfile) -> None:
    a, b = transports(profile)
    batch = PacketBatch()
    plain = []
    for number in range(20):
        packet = pack_header(96, 1000 + number, number, 7) + bytes((number,)) * (100 + number)
        plain.append(packet)
        batch.buffer[batch.end : batch.end + len(packet)] = packet
        batch.commit(a.protect(batch, batch.end, len(packet)), True, False)
    for index, (start, size) in enumerate(zip(batch.starts, batch.sizes, strict=True)):
        wire = bytes(batch.view[start : start + size])
        assert plain[index] not in wire
        assert b.unprotect(wire) == plain[index]
        with pytest.raises(ValueError, match="replay"):
            b.unprotect(wire)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
@given(position=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused(profile: SrtpProfile, position: int, bit: int) -> None:
    a, b = transports(profile)
    batch = PacketBatch()
    packet = pack_header(96, 1000, 0, 7) + bytes(60)
    batch.buffer[: len(packet)] = packet
    size = a.protect(batch, 0, len(packet))
    wire = bytearray(batch.view[:size])
    wire[position % size] ^= 1 << bit
    with pytest.raises(ValueError, match="SRTP"):
        b.unprotect(bytes(wire))


@given(st.binary(max_size=1600))
def test_no_bytes_raise_anything_but_value_error(data: bytes) -> None:
    for profile in PROFILES:
        _, b = transports(profile)
        for unprotect in (b.unprotect, b.unprotect_rtcp):
            with pytest.raises(ValueError, match="SRT"):
                unprotect(b"\x80\xc8" + data)


def test_self_test_chose_the_fast_way() -> None:
    assert in_place_works()
    assert IN_PLACE


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
def test_keys_are_split_as_the_rfc_lays_them_out(profile: SrtpProfile) -> None:
    key, salt = profile.key_length, profile.salt_length
    material = b"c" * key + b"s" * key + b"C" * salt + b"S" * salt
    assert len(material) == profile.keying_length
    client, server = b"c" * key + b"C" * salt, b"s" * key + b"S" * salt
    assert split_keys(profile, material, is_server=True) == (server, client)
    assert split_keys(profile, material, is_server=False) == (client, server)


def test_batch_knows_when_it_is_full_and_is_reused_empty() -> None:
    pool = BatchPool(keep=1)
    batch = pool.take()
    while batch.has_room(1200):
        batch.append(bytes(1200))
    assert batch.end <= CAPACITY_BYTES < batch.end + 1200
    pool.give(batch)
    assert pool.take() is batch
    assert batch.end == 0
    assert batch.sizes == []
