"""A transport without sockets, with time as an argument."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.media.wire.dtls_srtp import DtlsCertificate, Fingerprint
from app.media.wire.rtcp import PictureLossIndication, ReceiverReport, build_compound
from app.media.wire.rtp import pack_header
from app.media.wire.transport import (
    CONNECT_WITHIN_S,
    DISCONNECTED_AFTER_S,
    MAX_PATHS,
    MAX_SSRCS,
    PeerTransport,
)
from app.media.wire.transport_state import TransportState

from .support import MemoryPath, Pair, Recorder, binding_request


def send(pair: Pair, sequence_number: int, payload: bytes = b"x" * 50, ssrc: int = 7) -> bytes:
    header = pack_header(96, sequence_number, 3000, ssrc, marker=True)
    assert pair.a.send_rtp(header, payload, is_video=True, end_of_frame=True)
    pair.a.flush()
    return pair.a_path.sent[-1]


def test_two_transports_connect_and_exchange_rtp_and_rtcp() -> None:
    pair = Pair().connect()
    send(pair, 1000, b"hello")
    pair.carry()
    assert [(p.sequence_number, p.payload) for p in pair.b_handler.rtp] == [(1000, b"hello")]

    report = [ReceiverReport(9), PictureLossIndication(9, 7)]
    assert pair.b.send_rtcp(build_compound(report))
    pair.b.flush()
    pair.carry()
    assert pair.a_handler.rtcp == report
    assert pair.a.srtp_profile == "SRTP_AEAD_AES_128_GCM"
    assert pair.a_handler.states == [TransportState.CHECKING, TransportState.CONNECTED]
    assert (pair.a.local_parameters.setup, pair.b.local_parameters.setup) == ("passive", "active")


def test_handshake_that_overtakes_the_answer_is_kept_for_it() -> None:
    pair = Pair()
    a = pair.a.local_parameters
    assert a.setup == "actpass"
    pair.b.set_remote(a.ufrag, a.pwd, [a.fingerprint], "passive")
    pair.check()
    assert pair.b_path.sent, "the client starts as soon as ICE allows"
    pair.carry()
    assert pair.a.state is TransportState.CHECKING
    b = pair.b.local_parameters
    pair.a.set_remote(b.ufrag, b.pwd, [b.fingerprint], "active")
    pair.carry()
    assert pair.a.state is pair.b.state is TransportState.CONNECTED


def test_wrong_fingerprint_fails() -> None:
    pair = Pair()
    a, b = pair.a.local_parameters, pair.b.local_parameters
    other = DtlsCertificate.generate().fingerprint
    pair.a.set_remote(b.ufrag, b.pwd, [other], "active")
    pair.b.set_remote(a.ufrag, a.pwd, [a.fingerprint], "passive")
    pair.check()
    pair.carry()
    assert pair.a.state is TransportState.FAILED
    assert pair.a.srtp_profile is None
    assert not pair.a.send_rtp(pack_header(96, 1, 1, 1), is_video=False)


@pytest.mark.parametrize(
    ("fingerprints", "setup"),
    [
        ([], "active"),
        ([Fingerprint("sha-1", "AA:BB")], "active"),
        ([Fingerprint("sha-256", "AA:BB")], "holdconn"),
    ],
)
def test_unusable_remote_description_is_refused(
    fingerprints: list[Fingerprint], setup: str
) -> None:
    transport = PeerTransport(Recorder(), DtlsCertificate.generate())
    with pytest.raises(ValueError, match=r"fingerprint|setup"):
        transport.set_remote("u", "p", fingerprints, setup)


def test_fingerprint_cannot_change_but_may_be_repeated() -> None:
    pair = Pair().connect()
    pair.signal()
    assert pair.a.state is TransportState.CONNECTED
    with pytest.raises(ValueError, match="cannot change"):
        pair.a.set_remote("u", "p", [DtlsCertificate.generate().fingerprint], "active")


def test_wrong_password_never_rebinds() -> None:
    pair = Pair().connect()
    forged = MemoryPath(("203.0.113.66", 6666))
    request = binding_request(pair.a.local_parameters, pwd="not the password at all!")
    pair.a.receive(request, forged, pair.now)
    assert pair.a.path is pair.a_path
    assert len(forged.sent) == 1
    assert forged.sent[0][:2] == b"\x01\x11", "a binding error response"
    send(pair, 1000)
    assert len(forged.sent) == 1


def test_request_without_integrity_never_rebinds() -> None:
    pair = Pair().connect()
    forged = MemoryPath(("203.0.113.66", 6666))
    whole = binding_request(pair.a.local_parameters)
    integrity_at = whole.index(b"\x00\x08\x00\x14")
    stripped = whole[:2] + (integrity_at - 20).to_bytes(2, "big") + whole[4:integrity_at]
    pair.a.receive(stripped, forged, pair.now)
    assert pair.a.path is pair.a_path


def test_use_candidate_from_new_address_rebinds() -> None:
    pair = Pair().connect()
    moved = MemoryPath(("203.0.113.5", 5555))
    pair.a.receive(binding_request(pair.a.local_parameters, nominate=False), moved, pair.now)
    assert pair.a.path is pair.a_path and pair.a_handler.path_changes == 0
    for _ in range(2):
        pair.a.receive(binding_request(pair.a.local_parameters), moved, pair.now)
    assert pair.a.path is moved and pair.a_handler.path_changes == 1
    moved.take()
    header = pack_header(96, 1000, 3000, 7)
    pair.a.send_rtp(header, b"after the move", is_video=True)
    pair.a.flush()
    pair.b.receive(moved.take()[0], pair.b_path, pair.now)
    assert pair.b_handler.rtp[0].payload == b"after the move"


def test_a_check_that_was_overheard_rebinds_nothing_from_elsewhere() -> None:
    pair = Pair().connect()
    request = binding_request(pair.a.local_parameters)
    pair.a.receive(request, pair.a_path, pair.now)
    attacker = MemoryPath(("203.0.113.66", 6666))
    pair.a.receive(request, attacker, pair.now)
    assert pair.a.path is pair.a_path
    assert attacker.sent[0][:2] == b"\x01\x11", "a binding error response"
    pair.a.receive(request, pair.a_path, pair.now)
    assert pair.a_path.take()[-1][:2] == b"\x01\x01", "a retransmission is answered"


def test_media_and_dtls_from_an_address_without_check_are_ignored() -> None:
    pair = Pair().connect()
    packet = send(pair, 1000)
    stranger = MemoryPath(("203.0.113.9", 9))
    pair.b.receive(packet, stranger, pair.now)
    pair.b.receive(b"\x16\xfe\xfd" + bytes(40), stranger, pair.now)
    assert not pair.b_handler.rtp
    assert pair.b.stats.packets_rejected == 2


def test_srtp_replay_attack() -> None:
    pair = Pair().connect()
    packet = send(pair, 1000)
    pair.carry()
    pair.b.receive(packet, pair.b_path, pair.now)
    assert len(pair.b_handler.rtp) == 1
    assert pair.b.stats.packets_rejected == 1


def test_reordering_by_a_thousand_packets_is_accepted() -> None:
    pair = Pair().connect()
    packets = [send(pair, 1000 + i) for i in range(1000)]
    pair.a_path.take()
    for packet in reversed(packets):
        pair.b.receive(packet, pair.b_path, pair.now)
    assert len(pair.b_handler.rtp) == 1000


def test_number_of_ssrcs_a_peer_may_open_is_bounded() -> None:
    pair = Pair().connect()
    for ssrc in range(1, MAX_SSRCS + 51):
        send(pair, 1000, ssrc=ssrc)
    pair.carry()
    assert len(pair.b_handler.rtp) == MAX_SSRCS


def test_number_of_paths_a_peer_may_open_is_bounded() -> None:
    pair = Pair().connect()
    paths = [MemoryPath(("203.0.113.1", 1000 + i)) for i in range(3 * MAX_PATHS)]
    for i, path in enumerate(paths):
        request = binding_request(pair.a.local_parameters, nominate=False)
        pair.a.receive(request, path, pair.now + i / 100)
    alive = [p for p in [pair.a_path, *paths] if pair.a.is_live_on(p, pair.now + 1)]
    assert len(alive) == MAX_PATHS
    assert pair.a.path is pair.a_path


def test_silence_disconnects_and_a_packet_reconnects() -> None:
    pair = Pair().connect()
    pair.a.tick(pair.now + DISCONNECTED_AFTER_S - 0.1)
    assert pair.a.state is TransportState.CONNECTED
    pair.a.tick(pair.now + DISCONNECTED_AFTER_S)
    assert pair.a.state is TransportState.DISCONNECTED
    pair.now += 15
    pair.b.send_rtcp(bytes(ReceiverReport(1)))
    pair.b.flush()
    pair.carry()
    assert pair.a.state is TransportState.CONNECTED


def test_media_alone_does_not_keep_consent() -> None:
    pair = Pair().connect()
    for i in range(40):
        pair.now += 1
        pair.b.send_rtp(pack_header(96, 1000 + i, 0, 5), b"x", is_video=False)
        pair.b.flush()
        pair.carry()
        pair.a.tick(pair.now)
        if pair.a.state is TransportState.FAILED:
            break
    assert pair.a.state is TransportState.FAILED
    assert pair.now == 130.0
    assert pair.a.path is None


def test_checks_keep_consent() -> None:
    pair = Pair().connect()
    for _ in range(20):
        pair.now += 5
        pair.check()
        pair.a.tick(pair.now)
    assert pair.a.state is TransportState.CONNECTED


def test_expired_peer_ignores_checks_until_ice_restart() -> None:
    pair = Pair().connect()
    pair.now += 31
    pair.a.tick(pair.now)
    assert pair.a.state is TransportState.FAILED
    pair.a.receive(binding_request(pair.a.local_parameters), pair.a_path, pair.now)
    assert not pair.a_path.sent
    assert pair.a.state is TransportState.FAILED

    pair.a.restart_ice()
    assert pair.a.state is TransportState.DISCONNECTED
    pair.a.receive(binding_request(pair.a.local_parameters), pair.a_path, pair.now)
    assert pair.a.state is TransportState.CONNECTED
    pair.check()
    send(pair, 1000, b"same keys")
    pair.carry()
    assert pair.b_handler.rtp[0].payload == b"same keys"


def test_ice_restart_accepts_old_credentials_until_the_new_are_nominated() -> None:
    pair = Pair().connect()
    old = pair.a.local_parameters
    pair.a.restart_ice()
    new = pair.a.local_parameters
    assert (new.ufrag, new.pwd) != (old.ufrag, old.pwd)
    assert pair.a.local_ufrags == (new.ufrag, old.ufrag)
    pair.a.receive(binding_request(old), pair.a_path, pair.now)
    assert pair.a_path.take()[0][:2] == b"\x01\x01"
    moved = MemoryPath(("203.0.113.5", 5555))
    pair.a.receive(binding_request(new), moved, pair.now)
    assert pair.a.path is moved
    assert pair.a.local_ufrags == (new.ufrag,)
    pair.a.receive(binding_request(old), pair.a_path, pair.now)
    assert pair.a_path.take()[0][:2] == b"\x01\x11"
    assert pair.a.path is moved
    assert pair.a.state is TransportState.CONNECTED


def test_peer_that_never_connects_fails() -> None:
    pair = Pair()
    pair.signal()
    pair.a.tick(pair.now)
    assert pair.a.next_deadline(pair.now) == pair.now + CONNECT_WITHIN_S
    pair.a.tick(pair.now + CONNECT_WITHIN_S)
    assert pair.a.state is TransportState.FAILED


def test_close_tells_the_remote() -> None:
    pair = Pair().connect()
    pair.a.close()
    pair.a.close()
    pair.carry()
    assert pair.a_handler.states[-1] is TransportState.CLOSED
    assert pair.b.state is TransportState.CLOSED
    assert not pair.b.send_rtcp(bytes(ReceiverReport(1)))


def test_path_lost_falls_back_to_the_one_heard_last() -> None:
    pair = Pair().connect()
    other = MemoryPath(("203.0.113.5", 5555))
    request = binding_request(pair.a.local_parameters, nominate=False)
    pair.a.receive(request, other, pair.now)
    pair.a.path_lost(pair.a_path)
    assert pair.a.path is other and pair.a_handler.path_changes == 1
    pair.a.path_lost(other)
    assert pair.a.path is None and pair.a_handler.path_changes == 1
    assert pair.a.state is TransportState.DISCONNECTED


def test_packets_beyond_one_buffer_are_sent_in_order() -> None:
    pair = Pair().connect()
    for i in range(200):
        header = pack_header(96, 1000 + i, 0, 7)
        assert pair.a.send_rtp(header, bytes(1100), is_video=True)
    pair.a.flush()
    pair.carry()
    assert [p.sequence_number for p in pair.b_handler.rtp] == list(range(1000, 1200))
    assert pair.a.stats.packets_sent == 200


def test_oversized_packet_is_refused() -> None:
    pair = Pair().connect()
    assert not pair.a.send_rtp(pack_header(96, 1, 0, 7), bytes(1400), is_video=True)
    assert not pair.a.send_rtcp(bytes(1404))


stun_like = st.binary(max_size=200).map(
    lambda tail: b"\x00\x01" + len(tail).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + bytes(12) + tail
)
stun_with_username = stun_like.map(
    lambda data: (
        data[:2]
        + (len(data) - 20 + 8).to_bytes(2, "big")
        + data[4:20]
        + b"\x00\x06\x00\x03a:b\x00"
        + data[20:]
    )
)
PAIR = Pair().connect()


@settings(deadline=None)
@given(
    st.binary(max_size=100)
    | st.tuples(st.sampled_from([0x80, 0x90, 0xB0]), st.binary(max_size=1600)).map(
        lambda parts: bytes((parts[0],)) + parts[1]
    )
    | st.binary(max_size=300).map(lambda tail: b"\x16\xfe\xfd" + tail)
    | st.binary(max_size=300).map(lambda tail: b"\x15\xfe\xfd" + tail)
    | stun_like
    | stun_with_username
)
def test_no_bytes_from_a_known_address_raise_or_disturb(data: bytes) -> None:
    PAIR.a.receive(data, PAIR.a_path, PAIR.now)
    PAIR.b.receive(data, PAIR.b_path, PAIR.now)
    PAIR.a_path.take()
    PAIR.b_path.take()
    assert PAIR.a.state is PAIR.b.state is TransportState.CONNECTED
    assert not PAIR.a_handler.rtp
