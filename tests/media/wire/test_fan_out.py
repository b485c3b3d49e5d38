"""A burst to many receivers at once: each gets what it would get alone, and one in trouble troubles nobody."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.media.wire import fan_out, sendmmsg
from app.media.wire.batch import PacketBatch
from app.media.wire.burst import Burst
from app.media.wire.fan_out import Deltas, FanOuts, Recipient, big_endian
from app.media.wire.rtp import RtpPacket
from app.media.wire.srtp import (
    AEAD_AES_128_GCM,
    AES128_CM_SHA1_80,
    HeaderRewrite,
    SrtpProfile,
    SrtpTransport,
)
from app.media.wire.udp import UdpPath, UdpSocket
from tests.media.wire.test_burst import burst_of
from tests.media.wire.test_sendmmsg import scripted
from tests.media.wire.test_udp import LOOPBACK, Nobody, Viewer

SEND_TIME_WORD = 3 << 28 | 2 << 24
SEND_TIME = 0xABCDEF


class Receiver:
    """A subscriber with a socket and keys of its own; stands where its transport would on this side."""

    def __init__(
        self,
        number: int,
        sender: UdpSocket,
        *,
        profile: SrtpProfile = AEAD_AES_128_GCM,
        send_time_word: int = SEND_TIME_WORD,
        deltas: Deltas = (0,),
    ) -> None:
        material = profile.key_length + profile.salt_length
        keys = bytes([number]) * material, bytes([number, 255]) * (material // 2)
        self.viewer = Viewer()
        self.viewer.socket.settimeout(0.2)
        self.send_time_word = send_time_word
        self.path = UdpPath(sender, self.viewer.address)
        self.header = HeaderRewrite(96, 1_000 + number, 60_000 + number, 2**32 - 5 * number)
        self.recipient = Recipient(
            self, SrtpTransport(profile, *keys), self.path, self.header, deltas, self._left
        )
        self.has_left = False
        self.dropped = 0
        self.packets = self.octets = 0
        self._reader = SrtpTransport(profile, *reversed(keys))

    def recipient_left(self, recipient: Recipient) -> None:
        self.count()

    def _left(self) -> None:
        self.has_left = True

    def burst_dropped(self, dropped: int) -> None:
        self.dropped += dropped

    def batch_sent(self, batch: PacketBatch, dropped: int) -> None:
        raise AssertionError("no batches here")

    def count(self) -> None:
        packets, octets = self.recipient.take_counts()
        self.packets += packets
        self.octets += octets

    def read(self) -> list[RtpPacket]:
        """All that has arrived."""
        packets = []
        self.viewer.socket.setblocking(False)
        while True:
            try:
                data = self.viewer.socket.recv(4_096)
            except BlockingIOError:
                return packets
            packets.append(RtpPacket.parse(self._reader.unprotect(data)))

    def expected(self, burst: Burst[Any]) -> list[tuple[object, ...]]:
        header = self.header
        return [
            (
                (packet.index + header.sequence_offset) & 0xFFFF,
                (packet.rtp_timestamp + header.timestamp_offset) & 0xFFFFFFFF,
                header.ssrc,
                header.payload_type,
                packet.marker,
                SEND_TIME.to_bytes(3, "big") if self.send_time_word else None,
                packet.payload,
            )
            for packet in burst.packets
        ]

    def got(self) -> list[tuple[object, ...]]:
        return [
            (
                p.sequence_number,
                p.timestamp,
                p.ssrc,
                p.payload_type,
                p.marker,
                p.extension(3),
                p.payload,
            )
            for p in self.read()
        ]


@pytest.fixture
def sender() -> Iterator[UdpSocket]:
    sender = UdpSocket(LOOPBACK, 0, Nobody(), time.monotonic)
    yield sender
    sender.close()


def first_and_last_octets(
    packets: Sequence[Any], deltas: Sequence[Deltas]
) -> Iterator[tuple[int, int, memoryview[int]]]:
    """A format with a number in its first octet, and one in its last two."""
    for position, packet in enumerate(packets):
        firsts = bytes([(packet.payload[0] + delta) & 0xFF for (delta,) in deltas])
        yield position, 0, memoryview(firsts)
        lasts = big_endian("H", [0x4000 + delta for (delta,) in deltas])
        yield position, len(packet.payload) - 2, lasts


def joined(sender: UdpSocket, receivers: Sequence[Receiver]) -> FanOuts:
    fan_outs = FanOuts(first_and_last_octets)
    assert sender.outbox is not None
    for receiver in receivers:
        fan_outs.add(receiver.recipient, sender.outbox, receiver.send_time_word)
    return fan_outs


@settings(max_examples=25, deadline=None)
@given(
    sizes=st.lists(st.sampled_from([1, 80, 900, 901, 903, 1100]), min_size=1, max_size=12),
    room_bytes=st.sampled_from([131_072, 30_000, 17_000]),
)
def test_each_receiver_reads_its_own_stream(sizes: list[int], room_bytes: int) -> None:
    sender = UdpSocket(LOOPBACK, 0, Nobody(), time.monotonic)
    receivers = [Receiver(number, sender) for number in range(1, 6)]
    receivers += [
        Receiver(6, sender, send_time_word=0),
        Receiver(7, sender, profile=AES128_CM_SHA1_80),
        Receiver(8, sender, profile=AES128_CM_SHA1_80, send_time_word=0),
    ]
    fan_outs, burst = joined(sender, receivers), burst_of(sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fan_out, "OUTBOX_BYTES", room_bytes)
        fan_outs.send(burst, SEND_TIME)
    for receiver in receivers:
        assert receiver.got() == receiver.expected(burst)
        receiver.count()
        assert receiver.packets == len(sizes)
        assert receiver.octets > sum(sizes)
        receiver.viewer.socket.close()
    sender.close()


def test_more_receivers_than_one_call_takes_are_sent_to_in_several(
    sender: UdpSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "CAPACITY", 4)
    receivers = [Receiver(number, sender) for number in range(1, 11)]
    fan_outs = joined(sender, receivers)
    for first in (100, 103):
        burst = burst_of([500, 500, 90], first_index=first)
        fan_outs.send(burst, SEND_TIME)
        assert all(one.got() == one.expected(burst) for one in receivers)


def test_who_leaves_gets_nothing_more_and_keeps_its_counts(sender: UdpSocket) -> None:
    one, other = receivers = [Receiver(number, sender) for number in (1, 2)]
    fan_outs = joined(sender, receivers)
    fan_outs.send(burst_of([100, 100], first_index=1), SEND_TIME)
    one.recipient.leave()
    one.recipient.leave()
    fan_outs.send(burst_of([100], first_index=3), SEND_TIME)
    assert (len(one.read()), len(other.read())) == (2, 3)
    other.count()
    assert (one.packets, other.packets) == (2, 3)
    assert one.has_left and not other.has_left


def test_numbers_in_payloads_are_each_receivers_own(sender: UdpSocket) -> None:
    receivers = [Receiver(number, sender, deltas=(number,)) for number in (0, 1, 200)]
    burst = burst_of([300, 301, 40])
    joined(sender, receivers).send(burst, SEND_TIME)
    for receiver in receivers:
        (delta,) = receiver.recipient.deltas
        assert [packet.payload for packet in receiver.read()] == [
            bytes(((one.payload[0] + delta) & 0xFF,))
            + one.payload[1:-2]
            + (0x4000 + delta).to_bytes(2, "big")
            for one in burst.packets
        ]


def test_full_socket_costs_each_receiver_its_own_frame_only(
    sender: UdpSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    receivers = [Receiver(number, sender) for number in (1, 2, 3)]
    fan_outs = joined(sender, receivers)
    # The call takes one message of three; then nothing fits for the second receiver.
    scripted(sender, [1, 0])
    full = receivers[1].path.address
    monkeypatch.setattr(
        UdpSocket,
        "send_segments",
        lambda self, data, size, to: _segments(self, data, size, to, full),
    )
    monkeypatch.setattr(UdpSocket, "send", lambda self, data, to: _single(self, data, to, full))
    first = burst_of([700, 700, 700], first_index=1)
    fan_outs.send(first, SEND_TIME)
    assert [one.dropped for one in receivers] == [0, 3, 0]
    assert [len(one.got()) for one in receivers] == [3, 0, 3]
    monkeypatch.undo()
    second = burst_of([700], first_index=4)
    fan_outs.send(second, SEND_TIME)
    assert [one.has_left for one in receivers] == [False, False, False], (
        "its frame was dropped to the end, so it is as good as the others again"
    )
    assert all(one.got() == one.expected(second) for one in receivers)


def _segments(self: UdpSocket, data: memoryview, size: int, to: Any, full: Any) -> None:
    if to == full:
        raise OSError(errno.EAGAIN, "full")
    for start in range(0, len(data), size):
        self._socket.sendto(data[start : start + size], to)


def _single(self: UdpSocket, data: memoryview, to: Any, full: Any) -> bool:
    return to != full and bool(self._socket.sendto(data, to))


def test_receiver_whose_route_is_not_plain_any_more_leaves_and_the_others_go_on(
    sender: UdpSocket,
) -> None:
    one, other = receivers = [Receiver(number, sender) for number in (1, 2)]
    fan_outs = joined(sender, receivers)
    one.path.close()
    burst = burst_of([400, 400])
    fan_outs.send(burst, SEND_TIME)
    assert one.has_left and not other.has_left
    assert (one.read(), other.got()) == ([], other.expected(burst))


def test_what_cannot_be_encrypted_is_not_sent_and_its_receiver_leaves(sender: UdpSocket) -> None:
    one, other = receivers = [Receiver(number, sender) for number in (1, 2)]
    fan_outs = joined(sender, receivers)
    fan_outs.send(burst_of([300, 300], first_index=1), SEND_TIME)
    newcomer = Receiver(3, sender)
    assert sender.outbox is not None
    fan_outs.add(newcomer.recipient, sender.outbox, SEND_TIME_WORD)
    for receiver in (*receivers, newcomer):
        receiver.read()
    # The same numbers again: libsrtp refuses to use a nonce twice.
    again = burst_of([300, 300], first_index=1)
    fan_outs.send(again, SEND_TIME)
    assert [one.has_left, other.has_left, newcomer.has_left] == [True, True, False]
    assert (one.read(), other.read()) == ([], [])
    assert (one.dropped, other.dropped, newcomer.dropped) == (2, 2, 0)
    assert newcomer.got() == newcomer.expected(again)


def test_without_the_system_call_each_path_sends_for_itself(sender: UdpSocket) -> None:
    receivers = [Receiver(number, sender) for number in (1, 2)]
    fan_outs = joined(sender, receivers)
    scripted(sender, [0], errno.ENOSYS)
    burst = burst_of([200, 200, 200], first_index=1)
    fan_outs.send(burst, SEND_TIME)
    assert all(one.got() == one.expected(burst) for one in receivers)
    fan_outs.send(burst_of([200], first_index=4), SEND_TIME)
    assert all(one.has_left for one in receivers), "they are sent to by themselves from now on"


def test_names_are_as_long_as_the_vector_wants_them() -> None:
    for address in (("192.0.2.1", 7000), ("2001:db8::1", 7000, 0, 3)):
        assert len(sendmmsg.packed_address(address)) == 32
