"""The same added to many numbers at once is what adding it to each would give."""

from __future__ import annotations

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from app.media.wire.lanes import Lanes


@given(
    st.sampled_from([16, 32]),
    st.lists(st.integers(-(2**40), 2**40), max_size=70),
    st.integers(-(2**40), 2**40),
)
def test_each_number_is_its_own(bits: Literal[16, 32], numbers: list[int], added: int) -> None:
    sums = [(number + added) % 2**bits for number in numbers]
    lanes = Lanes(numbers, bits)
    column = lanes.column(added)
    assert [entry.to_bytes(bits // 8, "little") for entry in column] == [
        one.to_bytes(bits // 8, "big") for one in sums
    ]
    wide = bits // 4
    together = lanes.plus(added).to_bytes(lanes.size_bytes, "big")
    assert [
        int.from_bytes(together[i : i + wide], "big") for i in range(0, len(together), wide)
    ] == (sums)
