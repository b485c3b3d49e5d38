"""Who is served in which tick."""

import pytest

from app.media.sfu.turns import LEAST_AT_ONCE, Turns

TICKS = 10


@pytest.mark.parametrize("peers", [0, 1, 16, 17, 60, 160, 161, 201])
def test_everybody_is_served_once_a_round_and_evenly_in_few_ticks(peers: int) -> None:
    turns = Turns[int](TICKS)
    for _ in range(3):
        assert turns.is_over
        turns.begin(range(peers))
        served = [list(turns.next()) for _ in range(TICKS)]
        assert sorted(peer for turn in served for peer in turn) == list(range(peers))
        turns_taken = [len(turn) for turn in served if turn]
        assert not turns_taken or max(turns_taken) - min(turns_taken) <= 1
        assert len(turns_taken) == min(TICKS, -(-peers // LEAST_AT_ONCE))


def test_who_comes_in_the_middle_of_a_round_is_in_the_next_one() -> None:
    turns, everybody = Turns[str](2), ["a"]
    turns.begin(list(everybody))
    assert list(turns.next()) == ["a"]
    everybody.append("b")
    assert (list(turns.next()), turns.is_over) == ([], True)
    turns.begin(list(everybody))
    assert list(turns.next()) + list(turns.next()) == ["a", "b"]
