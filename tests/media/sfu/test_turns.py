"""Who is served in which tick."""

from app.media.sfu.turns import FEWEST, Turns

TICK_S, INTERVAL_S, PEERS = 0.02, 0.2, 200


def test_two_hundred_who_are_due_at_once_are_spread_over_the_interval_and_all_served() -> None:
    turns, due, served = Turns(10), [0.0] * PEERS, [0] * PEERS
    most = 0
    for tick in range(1, 51):
        now = tick * TICK_S
        turns.begin(PEERS)
        chosen = [peer for peer in range(PEERS) if turns.is_next(due[peer], now)]
        for peer in chosen:
            due[peer] = now + INTERVAL_S
            served[peer] += 1
        most = max(most, len(chosen))
    assert most == PEERS // 10
    assert min(served) >= 4, "each five times a second, but for the start"


def test_a_few_are_served_as_soon_as_they_are_due() -> None:
    turns = Turns(10)
    turns.begin(FEWEST + 1)
    assert all(turns.is_next(0.0, 0.02) for _ in range(FEWEST))
    assert not turns.is_next(0.0, 0.02), "the ninth in the next tick"
    turns.begin(FEWEST + 1)
    assert turns.is_next(0.0, 0.04)
    assert not turns.is_next(0.1, 0.04), "not due yet"
