"""Which layers of a publication its publisher should send: pure, time is an argument."""

from collections.abc import Sequence

OFF_AFTER_S = 5.0
"""A layer goes off once nobody needed it for this long; it comes on at once."""


class WantedLayers:
    """A wish with patience. Everything is wanted at first: so a publication becomes known."""

    __slots__ = ("_needed_at", "changed_at", "layers")

    def __init__(self, count: int, now: float) -> None:
        self.layers = (True,) * count
        """In the order in which `update` is told the needs."""
        self.changed_at = now
        self._needed_at = [now] * count

    def update(self, needed: Sequence[bool], now: float) -> bool:
        """Take in what is needed now; whether `layers` changed."""
        for position, is_needed in enumerate(needed):
            if is_needed:
                self._needed_at[position] = now
        layers = tuple(
            is_needed or (was_wanted and now - needed_at < OFF_AFTER_S)
            for is_needed, was_wanted, needed_at in zip(
                needed, self.layers, self._needed_at, strict=True
            )
        )
        if layers == self.layers:
            return False
        self.layers = layers
        self.changed_at = now
        return True
