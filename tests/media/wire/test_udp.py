"""UDP paths over real loopback sockets: segmentation offload, its fallback, full sockets."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.media.wire import udp
from app.media.wire.addresses import LocalAddress, local_addresses
from app.media.wire.batch import PacketBatch
from app.media.wire.path import Path
from app.media.wire.udp import SocketAddress, UdpPath, UdpSocket

LOOPBACK = LocalAddress("127.0.0.1", is_loopback=True, is_ipv6=False)


class Nobody:
    def datagram_received(
        self, source: UdpSocket, data: bytes, remote: SocketAddress, now: float
    ) -> None:
        raise AssertionError("nothing reads here")

    def wake_up_ended(self) -> None:
        raise AssertionError("nothing reads here")


class Viewer:
    """A remote that reads what arrives."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(3)
        self.address: tuple[str, int] = self.socket.getsockname()

    def receive(self, count: int) -> list[bytes]:
        return [self.socket.recv(4096) for _ in range(count)]

    def is_empty(self) -> bool:
        self.socket.setblocking(False)
        try:
            self.socket.recv(4096)
        except BlockingIOError:
            return True
        return False


@pytest.fixture
def sender() -> Iterator[UdpSocket]:
    sender = UdpSocket(LOOPBACK, 0, Nobody(), time.monotonic)
    yield sender
    sender.close()


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    viewer = Viewer()
    yield viewer
    viewer.socket.close()


def packet(number: int, size: int, ssrc: int = 1) -> bytes:
    return bytes(4) + number.to_bytes(4, "big") + ssrc.to_bytes(4, "big") + bytes(size - 12)


def batch_of(sizes: list[int], *, is_video: bool = True) -> PacketBatch:
    batch = PacketBatch()
    for number, size in enumerate(sizes):
        batch.append(packet(number, size), is_video=is_video)
    return batch


class Full:
    """Counts send calls and lets them fail with an errno while `failing` says so."""

    def __init__(self, real: UdpSocket) -> None:
        self.real = real
        self.address = real.address
        self.segment_error: int | None = None
        self.outbox = None
        self.failing_sends = 0
        self.single = 0
        self.segmented = 0

    def send(self, data: bytes | memoryview, remote: SocketAddress) -> bool:
        self.single += 1
        if self.failing_sends > 0:
            self.failing_sends -= 1
            return False
        return self.real.send(data, remote)

    def send_segments(self, data: memoryview, size: int, remote: SocketAddress) -> None:
        self.segmented += 1
        if self.segment_error is not None:
            raise OSError(self.segment_error, "as the test wants it")
        self.real.send_segments(data, size, remote)


def path_over(full: Full, viewer: Viewer) -> UdpPath:
    return UdpPath(full, viewer.address)  # type: ignore[arg-type]


def test_path_has_the_shape_transports_expect(sender: UdpSocket, viewer: Viewer) -> None:
    path = UdpPath(sender, viewer.address)
    assert isinstance(path, Path)
    assert (path.is_tcp, path.local_ip, path.remote) == (False, "127.0.0.1", viewer.address)


def test_burst_of_equal_packets_is_one_call(sender: UdpSocket, viewer: Viewer) -> None:
    counting = Full(sender)
    sizes = [1000] * 7 + [400]
    assert path_over(counting, viewer).send_batch(batch_of(sizes)) == 0
    assert [len(d) for d in viewer.receive(8)] == sizes
    assert (counting.segmented, counting.single) == (1, 0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([50, 400, 999, 1000, 1200]), min_size=1, max_size=50))
def test_every_mix_of_sizes_arrives_in_order(sizes: list[int]) -> None:
    sender, viewer = UdpSocket(LOOPBACK, 0, Nobody(), time.monotonic), Viewer()
    try:
        batch = batch_of(sizes)
        assert UdpPath(sender, viewer.address).send_batch(batch) == 0
        received = viewer.receive(len(sizes))
        assert received == [packet(i, size) for i, size in enumerate(sizes)]
        assert viewer.is_empty()
    finally:
        sender.close()
        viewer.socket.close()


def test_runs_stay_within_segment_and_size_limits(sender: UdpSocket, viewer: Viewer) -> None:
    counting = Full(sender)
    path = path_over(counting, viewer)
    assert path.send_batch(batch_of([100] * 130)) == 0
    assert len(viewer.receive(130)) == 130
    assert path.send_batch(batch_of([1190] * 55)) == 0
    assert len(viewer.receive(55)) == 55
    assert (counting.segmented, counting.single) == (3 + 1, 1)


@pytest.mark.parametrize("error", [errno.EIO, errno.EINVAL, errno.EOPNOTSUPP, errno.EMSGSIZE])
def test_without_offload_packets_go_one_by_one_and_it_is_remembered(
    sender: UdpSocket, viewer: Viewer, error: int
) -> None:
    refusing = Full(sender)
    refusing.segment_error = error
    path = path_over(refusing, viewer)
    assert path.send_batch(batch_of([500] * 5)) == 0
    assert path.send_batch(batch_of([500] * 5)) == 0
    assert len(viewer.receive(10)) == 10
    assert (refusing.segmented, refusing.single) == (1, 10)


def test_full_socket_does_not_end_offload(sender: UdpSocket, viewer: Viewer) -> None:
    full = Full(sender)
    full.segment_error = errno.EAGAIN
    path = path_over(full, viewer)
    path.send_batch(batch_of([500] * 5))
    full.segment_error = None
    path.send_batch(batch_of([500] * 5))
    assert full.segmented == 2


def test_full_socket_drops_video_to_the_end_of_the_frame(sender: UdpSocket, viewer: Viewer) -> None:
    full = Full(sender)
    full.segment_error = errno.EAGAIN
    full.failing_sends = 1
    path = path_over(full, viewer)
    batch = PacketBatch()
    for number in range(3):
        batch.append(packet(number, 100), is_video=True, end_of_frame=number == 2)
    batch.append(packet(3, 100), is_video=True)
    assert path.send_batch(batch) == 3
    assert viewer.receive(1) == [packet(3, 100)], "the next frame flows again"


def test_dropped_frame_goes_on_into_the_next_flush(sender: UdpSocket, viewer: Viewer) -> None:
    full = Full(sender)
    full.failing_sends = 1
    path = path_over(full, viewer)
    assert path.send_batch(batch_of([100])) == 1
    batch = PacketBatch()
    batch.append(packet(1, 100), is_video=True)
    batch.append(packet(2, 100, ssrc=2), is_video=True)
    batch.append(packet(3, 100), is_video=False)
    batch.append(packet(4, 100), is_video=True, end_of_frame=True)
    batch.append(packet(5, 100), is_video=True)
    assert path.send_batch(batch) == 2
    expected = [packet(2, 100, ssrc=2), packet(3, 100), packet(5, 100)]
    assert viewer.receive(3) == expected


def test_audio_gets_one_more_try(sender: UdpSocket, viewer: Viewer) -> None:
    full = Full(sender)
    full.failing_sends = 1
    assert path_over(full, viewer).send_batch(batch_of([80], is_video=False)) == 0
    assert viewer.receive(1) == [packet(0, 80)]
    full.failing_sends = 2
    assert path_over(full, viewer).send_batch(batch_of([80], is_video=False)) == 1


def test_closed_path_drops(sender: UdpSocket, viewer: Viewer) -> None:
    path = UdpPath(sender, viewer.address)
    path.close()
    assert not path.send(b"x")
    assert path.send_batch(batch_of([100])) == 1


def test_receive_buffer_is_large(sender: UdpSocket) -> None:
    wanted = udp.RECEIVE_BUFFER_BYTES
    with open("/proc/sys/net/core/rmem_max") as limit:  # noqa: PTH123
        allowed = int(limit.read())
    # Linux reports twice what was asked, for its own bookkeeping.
    assert sender.receive_buffer_bytes >= 2 * min(wanted, allowed)


def test_local_addresses_have_loopback_flagged_and_no_link_local() -> None:
    addresses = local_addresses()
    assert LOOPBACK in addresses
    assert not any(a.ip.startswith("fe80") for a in addresses)
    assert [a.is_loopback for a in addresses] == sorted(a.is_loopback for a in addresses)
