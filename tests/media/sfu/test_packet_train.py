"""When packet trains are sent and what their round trips mean. No packets, no clock."""

from itertools import pairwise

import pytest

from app.media.sfu.packet_train import (
    ANSWERED_WITHIN_S,
    CHANCE_REST_S,
    FIRST_CHANCES,
    FIRST_OCTETS,
    FIRST_REST_S,
    LEAST_OCTETS,
    MOST_GAIN,
    TRAIN_S,
    Measurement,
    PacketTrains,
)


def answered(trains: PacketTrains, estimate_bps: int, link_bps: int, now: float) -> int:
    """Send the train that is due over a link of that rate; what it measured."""
    octets = trains.due(True, estimate_bps, 0.0, now)
    assert octets
    trains.sent(octets, int(now * 1_000), estimate_bps, now)
    measured = trains.answered(int(now * 1_000), octets * 8 / link_bps, now + 0.5)
    assert measured is not None
    return measured.bitrate_bps


def test_first_train_measures_the_link_as_it_is() -> None:
    assert answered(PacketTrains(), 2_000_000, 300_000, 0.0) == pytest.approx(300_000, rel=0.01)
    assert answered(PacketTrains(), 2_000_000, 1_500_000, 0.0) == pytest.approx(1_500_000, rel=0.01)


def test_no_train_is_sent_while_nothing_better_is_wanted_or_packets_wait() -> None:
    trains = PacketTrains()
    assert trains.due(False, 2_000_000, 0.0, 0.0) == 0
    assert trains.due(True, 2_000_000, None, 0.0) == 0, "no round trip to compare with"
    assert trains.due(True, 2_000_000, 0.2, 0.0) == 0
    assert trains.due(True, 2_000_000, 0.0, 0.0) == FIRST_OCTETS


def test_later_train_is_no_longer_than_the_link_carries_in_a_moment() -> None:
    trains = PacketTrains()
    for number in range(1 + FIRST_CHANCES):
        answered(trains, 2_000_000, 300_000, number * 2 * CHANCE_REST_S)
    later = 10 * FIRST_REST_S
    assert trains.due(True, 300_000, 0.0, later) == int(300_000 * TRAIN_S / 8)
    assert trains.due(True, 20_000, 0.0, later) == LEAST_OCTETS


def test_opened_link_is_climbed_in_few_trains_and_the_second_gain_confirms() -> None:
    trains = PacketTrains()
    answered(trains, 2_000_000, 80_000, 0.0)
    estimate_bps, now, steps = 80_000, 2 * FIRST_REST_S, 0
    while estimate_bps < 1_500_000:
        assert trains.is_confirmed == (steps > 1)
        measured = answered(trains, estimate_bps, 2_000_000, now)
        assert measured <= MOST_GAIN * estimate_bps
        estimate_bps, now, steps = measured, now + 1.5, steps + 1
    assert steps == 3


def test_first_trains_without_a_gain_come_again_soon() -> None:
    trains = PacketTrains()
    answered(trains, 2_000_000, 300_000, 0.0)
    assert trains.due(True, 300_000, 0.0, 0.6) == 0
    assert trains.due(True, 300_000, 0.0, 0.6 + CHANCE_REST_S) >= 300_000 * TRAIN_S / 8


def test_trains_that_gain_nothing_come_more_and_more_seldom() -> None:
    trains = PacketTrains()
    sent_at = []
    for tick in range(5 * 100):
        now = tick / 5
        if trains.due(True, 300_000, 0.0, now):
            answered(trains, 300_000, 300_000, now)
            sent_at.append(now)
    pauses = [round(after - before) for before, after in pairwise(sent_at)]
    assert pauses == sorted(pauses) and len(sent_at) <= 11


def test_answer_counts_once_and_a_lost_one_is_told_once() -> None:
    trains = PacketTrains()
    trains.sent(4_000, 7, 300_000, 0.0)
    assert trains.due(True, 300_000, 0.0, 1.0) == 0, "one at a time"
    assert trains.answered(7, 0.1, 1.0) == Measurement(320_000, is_bound=True)
    assert trains.is_behind(7) and trains.answered(7, 0.1, 1.1) is None
    assert not trains.is_lost(9.0)
    trains.sent(4_000, 8, 300_000, 10.0)
    assert not trains.is_lost(10.0 + ANSWERED_WITHIN_S)
    assert trains.is_lost(10.1 + ANSWERED_WITHIN_S) and not trains.is_lost(20.0)
    assert trains.answered(8, 0.1, 20.0) is None


def test_train_that_hardly_waited_tells_no_bound() -> None:
    trains = PacketTrains()
    trains.sent(4_000, 1, 2_000_000, 0.0)
    found = trains.answered(1, 0.02, 0.5)
    assert found is not None and not found.is_bound
