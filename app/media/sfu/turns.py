"""Who is served in which tick: what is due for many is spread out, so that no tick holds packets up for long."""

FEWEST = 8


class Turns:
    """What every peer needs once in `ticks` ticks. `begin` each tick, then ask `is_next` for those who are due.

    A tick serves an even share of all; who is due and gets no turn asks again.
    """

    def __init__(self, ticks: int) -> None:
        self._ticks = ticks
        self._left = 0

    def begin(self, peers: int) -> None:
        """A new tick, with so many peers."""
        self._left = max(FEWEST, -(-peers // self._ticks))

    def is_next(self, due: float, now: float) -> bool:
        """Whether it is the turn of one who is due at `due`."""
        if now < due or not self._left:
            return False
        self._left -= 1
        return True
