"""Ports nobody uses, so that runs never clash."""

import os
import random
import socket
from collections.abc import Iterator

_FIRST, _LAST = 20_000, 31_999
"""Below the ports that the kernel gives to whoever connects: none of those takes one between the look and the use."""
_LANES = 4
_random = random.SystemRandom()
"""Not the generator that property tests seed: it would give the same port again."""


def _candidates() -> Iterator[int]:
    """Those of this lane; none comes again before all others."""
    lane = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _LANES
    span = (_LAST + 1 - _FIRST) // _LANES
    first = _FIRST + lane * span
    while True:
        yield from _random.sample(range(first, first + span), span)


_next = _candidates()


def free_port(*, udp: bool = False) -> int:
    """A port that was free a moment ago, for TCP and with `udp` for UDP as well; each lane of a run has its own."""
    while True:
        port = next(_next)
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
                tcp.bind(("127.0.0.1", port))
            if udp:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
                    datagram.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port
