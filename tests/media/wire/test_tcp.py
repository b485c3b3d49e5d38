"""RFC 4571 framing and the bounded backlog of ICE-TCP connections."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.wire.addresses import LocalAddress
from app.media.wire.batch import PacketBatch
from app.media.wire.path import Path
from app.media.wire.tcp import (
    BACKLOG_BYTES,
    FIRST_STUN_WITHIN_S,
    MAX_FRAME_BYTES,
    VIDEO_BACKLOG_BYTES,
    FrameDecoder,
    TcpConnections,
    TcpListener,
    TcpPath,
    frame,
)
from tests.support.waiting import until

LOOPBACK = LocalAddress("127.0.0.1", is_loopback=True, is_ipv6=False)


@given(
    st.lists(st.binary(min_size=1, max_size=300), max_size=10),
    st.lists(st.integers(1, 400), max_size=30),
)
def test_frames_survive_any_chunk_boundaries(frames: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(frame, frames))
    decoder = FrameDecoder()
    received = []
    for cut in cuts:
        received += decoder.feed(stream[:cut])
        stream = stream[cut:]
    received += decoder.feed(stream)
    assert received == frames


@given(st.lists(st.binary(max_size=64), max_size=20))
def test_no_bytes_raise_anything_but_value_error_nor_are_kept_for_long(chunks: list[bytes]) -> None:
    decoder = FrameDecoder()
    try:
        for chunk in chunks:
            assert all(0 < len(one) <= MAX_FRAME_BYTES for one in decoder.feed(chunk))
    except ValueError:
        pass
    assert len(decoder._buffer) <= 2 + MAX_FRAME_BYTES + 64


def test_frames_survive_single_bytes() -> None:
    decoder = FrameDecoder()
    stream = frame(b"abc") + frame(b"") + frame(bytes(MAX_FRAME_BYTES))
    received = [f for byte in stream for f in decoder.feed(bytes((byte,)))]
    assert received == [b"abc", bytes(MAX_FRAME_BYTES)]


def test_overlong_frame_is_refused_before_it_is_collected() -> None:
    with pytest.raises(ValueError, match="too long"):
        FrameDecoder().feed((MAX_FRAME_BYTES + 1).to_bytes(2, "big"))


class Frames:
    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.paths: list[TcpPath] = []
        self.closed: list[TcpPath] = []
        self.refused = 0

    def frame_received(self, path: TcpPath, data: bytes, now: float) -> None:
        if path not in self.paths:
            self.paths.append(path)
        self.frames.append(data)

    def connection_closed(self, path: TcpPath) -> None:
        self.closed.append(path)

    def connection_refused(self) -> None:
        self.refused += 1

    def wake_up_ended(self) -> None:
        pass


async def connect(receiver: Frames) -> tuple[TcpListener, socket.socket, TcpPath]:
    listener = TcpListener(LOOPBACK, 0, receiver, time.monotonic, TcpConnections())
    loop = asyncio.get_running_loop()
    listener.start(loop)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
    client.setblocking(False)
    await loop.sock_connect(client, listener._socket.getsockname())
    await loop.sock_sendall(client, frame(b"first"))
    await until(lambda: bool(receiver.paths))
    return listener, client, receiver.paths[0]


def video_batch(count: int, size: int, *, last_ends_frame: bool) -> PacketBatch:
    batch = PacketBatch()
    for number in range(count):
        ends = last_ends_frame and number == count - 1
        batch.append(bytes(8) + b"ssrc" + bytes(size - 12), is_video=True, end_of_frame=ends)
    return batch


async def test_frames_go_both_ways_and_closing_is_told() -> None:
    receiver = Frames()
    listener, client, path = await connect(receiver)
    assert isinstance(path, Path)
    assert (path.is_tcp, path.local_ip) == (True, "127.0.0.1")
    assert receiver.frames == [b"first"]
    assert path.send(b"answer")
    batch = video_batch(2, 100, last_ends_frame=True)
    assert path.send_batch(batch) == 0
    loop = asyncio.get_running_loop()
    decoder, received = FrameDecoder(), []
    while len(received) < 3:
        received += decoder.feed(await loop.sock_recv(client, 65536))
    assert received[0] == b"answer"
    assert [len(f) for f in received[1:]] == [100, 100]
    client.close()
    await until(lambda: receiver.closed == [path])
    assert not path.send(b"x")
    assert path.send_batch(batch) == 2
    listener.close()


async def test_slow_remote_loses_whole_video_frames_but_no_audio() -> None:
    receiver = Frames()
    listener, client, path = await connect(receiver)
    dropped = 0
    for _ in range(200):
        dropped += path.send_batch(video_batch(30, 1100, last_ends_frame=True))
        if dropped:
            break
    assert dropped, "the backlog is bounded"
    assert len(path._backlog) <= VIDEO_BACKLOG_BYTES + 2
    sound = PacketBatch()
    sound.append(bytes(80), is_video=False)
    assert path.send_batch(sound) == 0
    assert path.send(bytes(60))

    loop = asyncio.get_running_loop()
    decoder, received = FrameDecoder(), []
    while bytes(60) not in received:
        received += decoder.feed(await loop.sock_recv(client, 1 << 20))
    assert bytes(80) in received
    client.close()
    listener.close()
    path.close()


async def test_dead_remote_cannot_grow_the_backlog() -> None:
    receiver = Frames()
    listener, client, path = await connect(receiver)
    refused = 0
    for _ in range(20_000):
        refused += not path.send(bytes(1000))
    assert refused
    assert len(path._backlog) <= BACKLOG_BYTES + 2
    path.close()
    client.close()
    listener.close()


async def test_overlong_frame_closes_the_connection() -> None:
    receiver = Frames()
    listener, client, path = await connect(receiver)
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, b"\xff\xff" + bytes(100))
    await until(lambda: receiver.closed == [path])
    client.close()
    listener.close()


class FakePath:
    """Stands for a connection in the book-keeping of `TcpConnections`."""

    def __init__(self, ip: str, opened_at: float, book: TcpConnections) -> None:
        self.remote = (ip, 1)
        self.opened_at = opened_at
        self._book = book

    def close(self) -> None:
        self._book.discard(self)  # type: ignore[arg-type]


def test_connections_are_bounded_per_address_and_in_all() -> None:
    book = TcpConnections(limit=5, limit_per_address=2)
    paths = []
    for ip in ("10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.3"):
        assert book.may_add(ip)
        paths.append(FakePath(ip, 0.0, book))
        book.add(paths[-1])  # type: ignore[arg-type]
    assert not book.may_add("10.0.0.1")
    assert book.may_add("10.0.0.2")
    book.add(FakePath("10.0.0.2", 0.0, book))  # type: ignore[arg-type]
    assert not book.may_add("10.0.0.9")
    paths[0].close()
    paths[0].close()
    assert book.may_add("10.0.0.1")
    assert len(book) == 4


def test_connection_that_proves_nothing_in_time_is_closed() -> None:
    book = TcpConnections()
    silent, proven = FakePath("10.0.0.1", 0.0, book), FakePath("10.0.0.1", 0.0, book)
    for path in (silent, proven):
        book.add(path)  # type: ignore[arg-type]
    book.prove(proven)  # type: ignore[arg-type]
    book.close_idle(FIRST_STUN_WITHIN_S)
    assert len(book) == 2
    book.close_idle(FIRST_STUN_WITHIN_S + 0.1)
    assert len(book) == 1
    book.close_all()
    assert len(book) == 0
