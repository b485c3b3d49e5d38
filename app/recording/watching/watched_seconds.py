"""Which seconds of a recording somebody has watched: one bit each. Pure."""

from collections.abc import Iterable

BURST_S = 60
"""Unique seconds that the first report may bring."""
TOP_SPEED = 2
"""The fastest that a player plays."""


class WatchedSeconds:
    """A set of seconds 0..length-1; adding the same again changes nothing."""

    def __init__(self, length_s: int, stored: bytes = b"") -> None:
        self._length_s = length_s
        self._bits = int.from_bytes(stored, "little") & ((1 << length_s) - 1)

    @property
    def count(self) -> int:
        return self._bits.bit_count()

    def __bytes__(self) -> bytes:
        return self._bits.to_bytes((self._length_s + 7) // 8, "little")

    def add(self, intervals: Iterable[tuple[int, int]], limit: int) -> None:
        """Add the seconds whose middle lies in one of the `(from_ms, to_ms)`, up to `limit` seconds in all.

        By the middle, so that a stretch that was reported in two pieces counts as if it were one.
        """
        for from_ms, to_ms in intervals:
            first = max(0, (from_ms + 499) // 1000)
            last = min(self._length_s, (to_ms + 499) // 1000)
            if first < last:
                added = ((1 << last) - (1 << first)) & ~self._bits
                self._bits |= _lowest(added, limit - self.count)


def plausible_s(since_first_report_ms: int) -> int:
    """How many different seconds a viewer can have watched by now; a forged report gets no more."""
    return BURST_S + TOP_SPEED * max(0, since_first_report_ms) // 1000


def _lowest(bits: int, count: int) -> int:
    """The `count` lowest of the bits that are set."""
    if count <= 0:
        return 0
    low, high = 0, bits.bit_length()
    while low < high:
        middle = (low + high) // 2
        if (bits & ((1 << middle) - 1)).bit_count() < min(count, bits.bit_count()):
            low = middle + 1
        else:
            high = middle
    return bits & ((1 << low) - 1)
