"""Many batches in one system call, and the ways around it."""

from __future__ import annotations

import ctypes
import errno
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.media.wire import sendmmsg, udp
from app.media.wire.addresses import LocalAddress
from app.media.wire.batch import PacketBatch
from app.media.wire.burst import Burst
from app.media.wire.sendmmsg import CAPACITY, MessageVector, packed_address, sendmmsg_works
from app.media.wire.udp import UdpPath, UdpSocket
from tests.media.wire.test_udp import LOOPBACK, Nobody, Viewer, batch_of, packet

LOOPBACK_IPV6 = LocalAddress("::1", is_loopback=True, is_ipv6=True)


@pytest.fixture
def sender() -> Iterator[UdpSocket]:
    sender = UdpSocket(LOOPBACK, 0, Nobody(), time.monotonic)
    yield sender
    sender.close()


@pytest.fixture
def viewers() -> Iterator[list[Viewer]]:
    viewers = [Viewer() for _ in range(3)]
    yield viewers
    for viewer in viewers:
        viewer.socket.close()


@dataclass(frozen=True)
class Payload:
    """A packet of a burst."""

    index: int
    rtp_timestamp: int
    marker: bool
    payload: bytes


class Scripted(MessageVector):
    """A vector whose `send` obeys a script: how many messages to let through, 0 for an error."""

    script: list[int]
    error: int

    def send(self, descriptor: int, first: int) -> int:
        if not self.script:
            return super().send(descriptor, first)
        allowed = self.script.pop(0)
        if allowed == 0:
            ctypes.set_errno(self.error)
            return 0
        count, self.count = self.count, first + allowed
        sent = super().send(descriptor, first)
        self.count = count
        return sent


def scripted(sender: UdpSocket, script: list[int], error: int = errno.EAGAIN) -> None:
    vector = Scripted(is_ipv6=False)
    vector.script, vector.error = script, error
    assert sender.outbox is not None
    sender.outbox.vector = vector


class Drops:
    """Stands where a transport would: hears how much of a batch was dropped."""

    def __init__(self) -> None:
        self.dropped: int | None = None

    def batch_sent(self, batch: PacketBatch, dropped: int) -> None:
        assert self.dropped is None
        self.dropped = dropped

    def burst_dropped(self, dropped: int) -> None:
        assert self.dropped is None
        self.dropped = dropped


def send(sender: UdpSocket, batches: list[tuple[UdpPath, PacketBatch]]) -> list[int | None]:
    """Send all in one flush; how much of each was dropped."""
    assert sender.outbox is not None
    drops = [Drops() for _ in batches]
    for drop, (path, batch) in zip(drops, batches, strict=True):
        sender.outbox.add_batch(drop, path, batch)
    sender.outbox.flush()
    return [drop.dropped for drop in drops]


def test_self_test_chose_the_fast_way() -> None:
    assert sendmmsg_works()
    assert udp.SENDMMSG


def test_batches_of_many_paths_arrive_whole(sender: UdpSocket, viewers: list[Viewer]) -> None:
    sizes = [[1000] * 7 + [400], [80], [500, 600, 600, 20]]
    batches = [
        (UdpPath(sender, viewer.address), batch_of(some))
        for viewer, some in zip(viewers, sizes, strict=True)
    ]
    assert send(sender, batches) == [0, 0, 0]
    for viewer, some in zip(viewers, sizes, strict=True):
        assert viewer.receive(len(some)) == [packet(i, size) for i, size in enumerate(some)]
        assert viewer.is_empty()


def test_ipv6_remotes_are_reached() -> None:
    sender = UdpSocket(LOOPBACK_IPV6, 0, Nobody(), time.monotonic)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as viewer:
        viewer.bind(("::1", 0))
        viewer.settimeout(3)
        batch = batch_of([300, 300, 100])
        assert send(sender, [(UdpPath(sender, viewer.getsockname()), batch)]) == [0]
        assert [len(viewer.recv(2_000)) for _ in range(3)] == [300, 300, 100]
    sender.close()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from([50, 400, 999, 1200]), min_size=1, max_size=50))
def test_every_mix_of_sizes_arrives_in_order(sizes: list[int]) -> None:
    sender, viewer = UdpSocket(LOOPBACK, 0, Nobody(), time.monotonic), Viewer()
    try:
        assert send(sender, [(UdpPath(sender, viewer.address), batch_of(sizes))]) == [0]
        assert viewer.receive(len(sizes)) == [packet(i, size) for i, size in enumerate(sizes)]
    finally:
        sender.close()
        viewer.socket.close()


def test_more_messages_than_one_call_takes_are_sent_in_several(
    sender: UdpSocket, viewers: list[Viewer]
) -> None:
    growing = [20 + number for number in range(CAPACITY // 2 - 10)]
    paths = [UdpPath(sender, viewer.address) for viewer in viewers]
    assert send(sender, [(path, batch_of(growing)) for path in paths]) == [0, 0, 0]
    for viewer in viewers:
        assert [len(data) for data in viewer.receive(len(growing))] == growing
    long = [20 + number % 40 for number in range(CAPACITY * 2)]
    batch = batch_of(long)
    assert len(batch.runs) > CAPACITY
    assert send(sender, [(paths[0], batch)]) == [0]
    assert [len(data) for data in viewers[0].receive(len(long))] == long


def test_call_that_stops_in_the_middle_goes_on_behind(
    sender: UdpSocket, viewers: list[Viewer]
) -> None:
    scripted(sender, [1, 1])
    batches = [(UdpPath(sender, viewer.address), batch_of([100, 200])) for viewer in viewers]
    assert send(sender, batches) == [0, 0, 0]
    for viewer in viewers:
        assert [len(data) for data in viewer.receive(2)] == [100, 200]
        assert viewer.is_empty()


def test_frame_whose_head_was_dropped_is_dropped_to_its_end(
    sender: UdpSocket, viewers: list[Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(sender, [0])
    answers = [False]
    real = sender.send
    monkeypatch.setattr(
        sender, "send", lambda data, remote: answers.pop() if answers else real(data, remote)
    )
    batch = PacketBatch()
    for number, size in enumerate((100, 200, 300)):
        batch.append(packet(number, size), is_video=True, end_of_frame=number == 2)
    batch.append(packet(3, 400), is_video=True)
    path = UdpPath(sender, viewers[0].address)
    assert send(sender, [(path, batch)]) == [3]
    assert viewers[0].receive(1) == [packet(3, 400)]


def test_system_that_refuses_the_call_is_not_asked_again(
    sender: UdpSocket, viewers: list[Viewer]
) -> None:
    scripted(sender, [0, 0, 0, 0], errno.ENOSYS)
    for _ in range(2):
        batches = [(UdpPath(sender, viewer.address), batch_of([100] * 3)) for viewer in viewers]
        assert send(sender, batches) == [0, 0, 0]
    assert sender.outbox is not None
    assert isinstance(sender.outbox.vector, Scripted)
    assert sender.outbox.vector.script == [0, 0, 0], "it was asked once"
    for viewer in viewers:
        assert [len(data) for data in viewer.receive(6)] == [100] * 6


def test_without_sendmmsg_each_path_sends_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "SENDMMSG", False)
    sender = UdpSocket(LOOPBACK, 0, Nobody(), time.monotonic)
    assert sender.outbox is None
    sender.close()


def placed(sender: UdpSocket, path: UdpPath, sizes: list[int]) -> Drops:
    """A burst of payloads that count up from their position, in the outbox."""
    assert sender.outbox is not None
    burst = Burst(
        [
            Payload(number, number, number == len(sizes) - 1, bytes((number,)) * size)
            for number, size in enumerate(sizes)
        ],
        is_video=True,
    )
    drops, layout = Drops(), burst.layout(12, 0)
    start = sender.outbox.place(layout)
    sender.outbox.commit(drops, path, layout, start)
    return drops


def test_bursts_of_many_paths_arrive_whole_also_when_the_outbox_is_full(
    sender: UdpSocket, viewers: list[Viewer]
) -> None:
    paths = [UdpPath(sender, viewer.address) for viewer in viewers]
    sizes = [1000, 1000, 999, 500, 1100]
    drops = [placed(sender, path, sizes) for _ in range(20) for path in paths]
    assert sender.outbox is not None
    sender.outbox.flush()
    assert sender.outbox.is_empty
    assert [drop.dropped for drop in drops] == [None] * 60
    for viewer in viewers:
        received = viewer.receive(100)
        assert [data[12:13][0] for data in received] == [0, 1, 2, 3, 4] * 20
        assert [len(data) for data in received[:5]] == [1012, 1012, 1011, 512, 1112]


def test_burst_that_meets_a_full_socket_loses_its_frame_and_others_nothing(
    sender: UdpSocket, viewers: list[Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(sender, [1, 0])
    answers = [False]
    real = sender.send
    monkeypatch.setattr(
        sender, "send", lambda data, remote: answers.pop() if answers else real(data, remote)
    )
    paths = [UdpPath(sender, viewer.address) for viewer in viewers]
    drops = [placed(sender, path, [100, 200, 300]) for path in paths]
    assert sender.outbox is not None
    sender.outbox.flush()
    assert [drop.dropped for drop in drops] == [2, None, None]
    assert [len(data) for data in viewers[0].receive(1)] == [112]
    assert viewers[0].is_empty()
    for viewer in viewers[1:]:
        assert [len(data) for data in viewer.receive(3)] == [112, 212, 312]
    assert paths[0].is_plain, "the frame is over"


def test_burst_to_a_closed_path_is_dropped(sender: UdpSocket, viewers: list[Viewer]) -> None:
    path = UdpPath(sender, viewers[0].address)
    path.close()
    assert placed(sender, path, [100, 100]).dropped == 2


def test_self_test_fails_where_the_library_has_no_such_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise AttributeError("undefined symbol: sendmmsg")

    monkeypatch.setattr(sendmmsg, "MessageVector", missing)
    assert not sendmmsg_works()


def test_addresses_are_packed_as_the_kernel_packs_them() -> None:
    assert packed_address(("127.0.0.1", 0x1234))[2:8] == b"\x12\x34\x7f\x00\x00\x01"
    packed = packed_address(("fe80::1", 0x1234, 0, 7))
    assert packed[2:4] == b"\x12\x34"
    assert packed[8:24] == socket.inet_pton(socket.AF_INET6, "fe80::1")
    assert int.from_bytes(packed[24:28], "little" if packed[0] else "big") == 7
