"""Where sound and base layers go out twice: over links that lose them, never where that would drown the first."""

import pytest

from app.media.sfu.link_ceiling import CALM_S, LATELY_S, MEMORY_S, LinkCeiling
from tests.media.sfu.closed_loop import ClosedLoop, Moment, Tiles, lead
from tests.support.link import Conditions

SOUND_PER_S = 50
LITTLE: Tiles = {"lead": (30, ((30_000,),))}
"""A picture in which hardly anything moves: a receiver's estimate follows what it is sent."""


def missing(moments: list[Moment]) -> float:
    """Share of sound that was not there, 0..1."""
    seconds = moments[-1].at - moments[0].at
    return sum(m.audio_missing for m in moments) / (SOUND_PER_S * seconds)


def twice(moments: list[Moment]) -> float:
    """Share of decisions that had sound sent twice, 0..1."""
    return sum(m.is_audio_twice for m in moments) / len(moments)


def base_twice(moments: list[Moment]) -> float:
    """Share of decisions that had the base layers of all pictures sent twice, 0..1."""
    return sum(m.is_base_twice for m in moments) / len(moments)


def waits_s(moments: list[Moment]) -> float:
    """How long sound stood in front of the link, at most."""
    return max(m.audio_delay_s for m in moments)


def told(moments: list[Moment]) -> None:
    print(
        f"estimate down to {min(m.estimate_bps for m in moments)} bit/s;"
        f" base layers twice {base_twice(moments):.0%}, sound twice {twice(moments):.0%} of the time,"
        f" {missing(moments):.1%} of it missing, waits {waits_s(moments):.2f} s at most"
    )


# -- what a link was seen to carry


def test_nothing_speaks_against_a_link_that_was_never_full() -> None:
    ceiling = LinkCeiling()
    ceiling.arrived(20_000, 0.0)
    assert ceiling.allows(10_000_000, 0.0)


def test_packets_that_wait_tell_what_a_link_carries_until_more_passes() -> None:
    ceiling = LinkCeiling()
    for second in range(5):
        ceiling.arrived(60_000, float(second))
    ceiling.answered(3.0, has_waited=True)
    assert ceiling.allows(100_000, 3.0), "one answer may have met a busy machine"
    ceiling.answered(4.0, has_waited=True)
    assert ceiling.is_waiting(4.1) and not ceiling.is_waiting(4.0 + CALM_S)
    assert ceiling.allows(50_000, 4.0) and not ceiling.allows(60_000, 4.0)
    ceiling.arrived(200_000, 5.0)
    assert not ceiling.allows(100_000, 5.0), "it may only have grown the queue"
    for second in (9, 10, 11, 12, 13):
        ceiling.arrived(200_000, float(second))
    assert ceiling.allows(150_000, 9.0 + LATELY_S) and not ceiling.allows(250_000, 13.0)
    ceiling.passed(400_000)
    assert ceiling.allows(250_000, 13.0)


def test_what_was_seen_is_tried_again_in_a_minute() -> None:
    ceiling = LinkCeiling()
    ceiling.arrived(60_000, 0.0)
    for _ in range(2):
        ceiling.answered(0.0, has_waited=True)
    assert not ceiling.allows(100_000, MEMORY_S) and ceiling.allows(100_000, MEMORY_S + 1)


def test_loss_that_stays_when_less_is_sent_is_not_a_full_links() -> None:
    ceiling = LinkCeiling()
    ceiling.arrived(60_000, 0.0)
    ceiling.lowered(0.0)
    assert not ceiling.allows(100_000, 1.0)
    ceiling.lowered_in_vain()
    assert ceiling.allows(100_000, 1.0)
    for second in (1.0, 2.0):
        ceiling.answered(second, has_waited=True)
    ceiling.lowered_in_vain()
    assert not ceiling.allows(100_000, 3.0), "packets that waited are no chance"


def test_silence_counts_only_of_a_receiver_that_answers() -> None:
    ceiling = LinkCeiling()
    assert not ceiling.is_silent(100.0, 2.0)
    ceiling.answered(100.0, has_waited=False)
    assert not ceiling.is_silent(102.0, 2.0) and ceiling.is_silent(102.1, 2.0)


# -- over a whole link


@pytest.mark.parametrize("tiles", [{}, LITTLE], ids=["sound alone", "a still picture"])
@pytest.mark.parametrize("loss", [0.05, 0.2])
def test_link_that_loses_by_chance_gets_sound_twice_however_little_is_sent(
    loss: float, tiles: Tiles
) -> None:
    loop = ClosedLoop(tiles, Conditions(loss=loss))
    loop.run(10)
    moments = loop.run(60)
    told(moments)
    assert twice(moments) > 0.9 and missing(moments) < 1.5 * loss**2 + 0.01


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("rate_bps", [100_000, 150_000, 300_000])
def test_narrow_link_that_loses_by_chance_has_room_for_it_and_sound_does_not_wait(
    rate_bps: float, seed: int
) -> None:
    loop = ClosedLoop(lead(), Conditions(rate_bps=rate_bps, queue_s=0.5, loss=0.1), seed=seed)
    loop.run(25)
    moments = loop.run(60)
    told(moments)
    assert missing(moments) < 0.03 and waits_s(moments) < 0.3


@pytest.mark.parametrize("rate_bps", [80_000, 150_000, 300_000])
def test_link_that_loses_only_when_it_is_full_gets_sound_once(rate_bps: float) -> None:
    loop = ClosedLoop(lead(), Conditions(rate_bps=rate_bps, queue_s=0.5))
    loop.run(25)
    moments = loop.run(60)
    told(moments)
    assert twice(moments) < 0.05 and missing(moments) < 0.01


@pytest.mark.parametrize("seed", range(4))
def test_wide_link_that_loses_by_chance_gets_the_base_layer_twice_and_keeps_the_top_one(
    seed: int,
) -> None:
    loop = ClosedLoop(lead(), Conditions(rate_bps=4_000_000, queue_s=0.5), seed=seed)
    whole = loop.run(20)
    loop.run(10, Conditions(rate_bps=4_000_000, queue_s=0.5, loss=0.05))
    moments = loop.run(60)
    told(moments)
    assert base_twice(whole) == 0 and base_twice(moments) > 0.9
    assert {m.chosen["lead"] for m in moments} == {(2, 3)} and waits_s(moments) < 0.1


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("rate_bps", [300_000, 600_000, 1_300_000])
def test_link_without_room_for_it_gets_the_base_layer_once(rate_bps: float, seed: int) -> None:
    loop = ClosedLoop(lead(), Conditions(rate_bps=rate_bps, queue_s=0.5, loss=0.05), seed=seed)
    loop.run(25)
    moments = loop.run(60)
    told(moments)
    assert base_twice(moments) < 0.1 and waits_s(moments) < 0.3
