"""Who is served in which tick: what everybody needs is spread out, so that no tick holds packets up for long."""

from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """Everybody once in a round of `ticks` ticks, an even share of them in each."""

    def __init__(self, ticks: int) -> None:
        self._ticks = self._tick = ticks
        self._everybody: Sequence[T] = ()

    @property
    def is_over(self) -> bool:
        """Whether this tick begins a new round: call `begin`."""
        return self._tick == self._ticks

    def begin(self, everybody: Sequence[T]) -> None:
        """A new round, in which these have their turns."""
        self._everybody = everybody
        self._tick = 0

    def next(self) -> Sequence[T]:
        """Whose turn it is in this tick."""
        turn = self._everybody[self._tick :: self._ticks]
        self._tick += 1
        return turn
