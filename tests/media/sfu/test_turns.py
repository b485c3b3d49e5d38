"""Who is served in which tick."""

import pytest

from app.media.sfu.turns import Turns

TICKS = 10


@pytest.mark.parametrize("peers", [0, 1, 9, 10, 11, 200, 201])
def test_everybody_is_served_once_a_round_and_evenly(peers: int) -> None:
    turns = Turns[int](TICKS)
    for _ in range(3):
        assert turns.is_over
        turns.begin(range(peers))
        served = [list(turns.next()) for _ in range(TICKS)]
        assert sorted(peer for turn in served for peer in turn) == list(range(peers))
        assert max(map(len, served)) - min(map(len, served)) <= 1


def test_who_comes_in_the_middle_of_a_round_is_in_the_next_one() -> None:
    turns, everybody = Turns[str](2), ["a"]
    turns.begin(list(everybody))
    assert list(turns.next()) == ["a"]
    everybody.append("b")
    assert (list(turns.next()), turns.is_over) == ([], True)
    turns.begin(list(everybody))
    assert list(turns.next()) + list(turns.next()) == ["a", "b"]
