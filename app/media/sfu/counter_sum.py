"""Sums of growing counters over objects that come and go."""

from collections.abc import Iterable


class CounterSum:
    """Totals of the integer attributes `names` over every object ever observed; they only grow.

    An object that is gone is read once more at the next observation, so what it counted after the last one is kept.
    """

    def __init__(self, *names: str) -> None:
        self._names = names
        self._totals = [0] * len(names)
        self._seen: dict[int, tuple[object, list[int]]] = {}

    def observe(self, objects: Iterable[object]) -> tuple[int, ...]:
        """The totals in the order of `names`, with everything that `objects` have counted by now."""
        before, self._seen = self._seen, {}
        for one in objects:
            _, old = before.pop(id(one), (None, None))
            self._seen[id(one)] = (one, self._add(one, old))
        for gone, old in before.values():
            self._add(gone, old)
        return tuple(self._totals)

    def _add(self, one: object, old: list[int] | None) -> list[int]:
        new = [getattr(one, name) for name in self._names]
        for index, value in enumerate(new):
            self._totals[index] += value - (old[index] if old is not None else 0)
        return new
