"""The bad link that other tests send their peers through is as bad as it says, and the same each time."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from tests.support.link import Conditions, Direction, Link
from tests.support.waiting import until

STEP_S = 0.01


def arrivals(conditions: Conditions, count: int, *, size: int = 972, seed: int = 1) -> list[float]:
    """When each of `count` datagrams, one each 10 ms, comes out; those that do not come are left out."""
    direction = Direction(seed, conditions)
    passed = [direction.pass_on(size, number * STEP_S) for number in range(count)]
    return [at for at in passed if at is not None]


def test_same_seed_loses_and_delays_the_same_datagrams() -> None:
    conditions = Conditions(loss=0.1, burst=3, delay_s=0.05, jitter_s=0.02, reorder=0.05)
    assert arrivals(conditions, 500, seed=7) == arrivals(conditions, 500, seed=7)
    assert arrivals(conditions, 500, seed=7) != arrivals(conditions, 500, seed=8)


@pytest.mark.parametrize("burst", [1.0, 4.0])
def test_loses_its_share_of_datagrams(burst: float) -> None:
    kept = len(arrivals(Conditions(loss=0.1, burst=burst), 20_000))
    assert kept / 20_000 == pytest.approx(0.9, abs=0.015)


def test_bursts_are_as_long_as_they_should_be() -> None:
    direction = Direction(1, Conditions(loss=0.1, burst=5))
    lost = [direction.pass_on(100, 0.0) is None for _ in range(50_000)]
    bursts = sum(not before and now for before, now in pairwise(lost))
    assert sum(lost) / bursts == pytest.approx(5, rel=0.1)


def test_jitter_keeps_the_order_and_reordering_does_not() -> None:
    jittered = arrivals(Conditions(delay_s=0.05, jitter_s=0.1), 500)
    assert jittered == sorted(jittered)
    assert 0.05 <= jittered[0] <= 0.15
    reordered = arrivals(Conditions(reorder=0.2), 500)
    assert reordered != sorted(reordered)


def test_bottleneck_carries_its_rate_and_drops_what_its_queue_cannot_hold() -> None:
    # 1,000 bytes on the wire each 10 ms are 800 kbit/s; the bottleneck takes half of it.
    conditions = Conditions(rate_bps=400_000, queue_bytes=5_000)
    out = arrivals(conditions, 1_000)
    assert len(out) == pytest.approx(500, abs=6)
    delays = [later - earlier for earlier, later in pairwise(out)]
    assert max(delays) == pytest.approx(0.02, abs=1e-6)


def test_queue_is_bounded_in_time_as_well() -> None:
    direction = Direction(1, Conditions(rate_bps=80_000, queue_bytes=1 << 20, queue_s=0.5))
    out = [direction.pass_on(972, 0.0) for _ in range(50)]
    assert sum(at is not None for at in out) == 6
    assert direction.counters.dropped == 44


class EchoServer:
    """Sends every datagram back and remembers from where it came."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(("127.0.0.1", 0))

    def read(self) -> None:
        data, sender = self.socket.recvfrom(2_048)
        self.seen.append(sender)
        self.socket.sendto(data, sender)


@contextlib.asynccontextmanager
async def echo() -> AsyncIterator[EchoServer]:
    server = EchoServer()
    loop = asyncio.get_running_loop()
    loop.add_reader(server.socket, server.read)
    try:
        yield server
    finally:
        loop.remove_reader(server.socket)
        server.socket.close()


@contextlib.asynccontextmanager
async def client(link: Link) -> AsyncIterator[tuple[socket.socket, list[bytes]]]:
    received: list[bytes] = []
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setblocking(False)
    one.connect(link.address)
    loop = asyncio.get_running_loop()
    loop.add_reader(one, lambda: received.append(one.recv(2_048)))
    try:
        yield one, received
    finally:
        loop.remove_reader(one)
        one.close()


async def test_datagrams_go_there_and_back_with_the_delay_of_both_directions() -> None:
    half = Conditions(delay_s=0.05)
    async with (
        echo() as server,
        Link(server.socket.getsockname(), down=half, up=half) as link,
        client(link) as (one, received),
    ):
        one.send(b"there and back")
        took_s = await until(lambda: bool(received))
    assert received == [b"there and back"]
    assert took_s >= 0.1
    assert link.up.counters.delivered == link.down.counters.delivered == 1


async def test_server_sees_each_peer_at_an_address_of_its_own_and_a_new_one_on_demand() -> None:
    async with (
        echo() as server,
        Link(server.socket.getsockname()) as link,
        client(link) as (one, received),
        client(link) as (other, _),
    ):
        one.send(b"1")
        other.send(b"2")
        await until(lambda: len(server.seen) == 2)
        link.take_new_address()
        one.send(b"3")
        await until(lambda: b"3" in received)
    assert len(set(server.seen)) == 3


async def test_conditions_change_by_a_script() -> None:
    dead = Conditions(loss=1.0)
    async with (
        echo() as server,
        Link(server.socket.getsockname(), up=dead) as link,
        client(link) as (one, received),
    ):
        one.send(b"lost")
        await until(lambda: link.up.counters.lost == 1)
        link.play([(0.05, Conditions(), Conditions())])
        await until(lambda: link.up.conditions.loss == 0)
        one.send(b"comes")
        await until(lambda: bool(received))
    assert received == [b"comes"]


async def test_candidates_in_a_description_lead_to_the_link() -> None:
    sdp = (
        "v=0\r\n"
        "a=candidate:1 1 udp 2130706431 127.0.0.1 7100 typ host\r\n"
        "a=candidate:17 1 tcp 1526726655 127.0.0.1 7100 typ host tcptype passive\r\n"
        "a=end-of-candidates\r\n"
    )
    async with Link() as link:
        rewritten = link.rewrite(sdp)
    host, port = link.address
    assert link.server == ("127.0.0.1", 7100)
    assert rewritten == (
        f"v=0\r\na=candidate:1 1 udp 2130706431 {host} {port} typ host\r\na=end-of-candidates\r\n"
    )
