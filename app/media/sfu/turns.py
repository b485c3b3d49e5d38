"""Who is served in which tick: enough of them at once to be quick, and not so many that packets are held up."""

from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

LEAST_AT_ONCE = 16
"""The first one in a tick takes as long as several others: what it needs was pushed out of the caches."""


class Turns(Generic[T]):
    """Everybody once in a round of `ticks` ticks, an even share of them in each of the first, or in all."""

    def __init__(self, ticks: int) -> None:
        self._ticks = self._tick = ticks
        self._busy = 0
        """In how many of the ticks somebody has a turn."""
        self._everybody: Sequence[T] = ()

    @property
    def is_over(self) -> bool:
        """Whether this tick begins a new round: call `begin`."""
        return self._tick == self._ticks

    def begin(self, everybody: Sequence[T]) -> None:
        """A new round, in which these have their turns."""
        self._everybody = everybody
        self._busy = min(self._ticks, -(-len(everybody) // LEAST_AT_ONCE))
        self._tick = 0

    def next(self) -> Sequence[T]:
        """Whose turn it is in this tick."""
        tick, self._tick = self._tick, self._tick + 1
        return self._everybody[tick :: self._busy] if tick < self._busy else ()
