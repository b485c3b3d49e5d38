"""What a receiver's reports say that it lost on its own link, from one report to the next."""

from app.media.wire.rtcp import ReportBlock

_MOST_EXPECTED = 100_000


class ReportedLoss:
    """Of one stream."""

    __slots__ = ("_highest", "_holes", "_lost", "_old_number")

    def __init__(self) -> None:
        self._highest: int | None = None
        self._old_number: int | None = None
        """The last that was sent over a path that is left, until a report reaches past it."""
        self._lost = 0
        self._holes = 0

    def restart(self) -> None:
        """The next report still counts what was lost before."""
        self._highest = None

    def path_changed(self, number: int | None) -> None:
        """Nothing counts until a report reaches past `number`, the last sent over the old path."""
        self._highest, self._old_number = None, number

    def since_last(self, block: ReportBlock, holes: int) -> tuple[int, int]:
        """Packets (expected, lost) on the receiver's link since its last report.

        `holes`: so many numbers were never sent, because the publisher's own link tore them.
        """
        highest, lost = block.highest_sequence_number, block.packets_lost
        before, self._highest = self._highest, highest
        lost_now, holes_now = lost - self._lost, holes - self._holes
        self._lost, self._holes = lost, holes
        if self._old_number is not None:
            if (highest - self._old_number - 1) & 0xFFFF < 0x8000:
                self._old_number = None
            # What it reaches past that with tells the loss of the old path as well.
            return 0, 0
        if before is None:
            return 0, 0
        reached = min((highest - before) & 0xFFFFFFFF, _MOST_EXPECTED)
        expected = max(0, reached - max(0, holes_now))
        return expected, max(0, min(lost_now - holes_now, expected))
