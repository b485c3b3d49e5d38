"""Handshakes wait for media, in order and within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.media.wire.handshakes import MAX_WAITING, SLICE_S, HandshakeQueue


class Worker:
    """Stands where a transport would: each datagram takes `cost_s`."""

    def __init__(self, cost_s: float = 0.0) -> None:
        self.now = 100.0
        self.cost_s = cost_s
        self.received: list[bytes] = []
        self.failures = 0

    def receive(self, data: bytes, path: object, now: float) -> None:
        if data == b"bad":
            raise RuntimeError("a bug")
        self.now += self.cost_s
        self.received.append(data)

    def failed(self, now: float) -> None:
        self.failures += 1


def with_queue(worker: Worker, test: Callable[[Callable[[bytes], None]], int]) -> list[int]:
    """Put through `test`; how many datagrams were done after each loop iteration it wants."""

    async def run() -> list[int]:
        queue = HandshakeQueue(lambda: worker.now, worker.failed)
        queue.start(asyncio.get_running_loop())
        iterations = test(lambda data: queue.put(worker, data, None))  # type: ignore[arg-type]
        done = []
        for _ in range(iterations):
            await asyncio.sleep(0)
            done.append(len(worker.received))
        queue.close()
        return done

    return asyncio.run(run())


def test_a_slice_ends_after_its_time_and_media_is_read_before_the_next() -> None:
    worker = Worker(cost_s=SLICE_S * 0.6)

    def put_five(put: Callable[[bytes], None]) -> int:
        for number in range(5):
            put(bytes((number,)))
        return 4

    assert with_queue(worker, put_five) == [2, 4, 5, 5]
    assert worker.received == [bytes((number,)) for number in range(5)]


def test_what_is_too_much_is_dropped_and_comes_again_by_itself() -> None:
    worker = Worker()

    def flood(put: Callable[[bytes], None]) -> int:
        for number in range(MAX_WAITING + 50):
            put(number.to_bytes(2, "big"))
        return 2

    assert with_queue(worker, flood)[-1] == MAX_WAITING


def test_a_failing_handler_does_not_stop_the_others() -> None:
    worker = Worker()

    def put_three(put: Callable[[bytes], None]) -> int:
        for data in (b"one", b"bad", b"two"):
            put(data)
        return 1

    assert with_queue(worker, put_three) == [2]
    assert worker.failures == 1
