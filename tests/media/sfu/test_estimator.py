"""What a subscriber's link is taken to carry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media.sfu.estimator import (
    CEILING_BPS,
    CHANCE,
    FLOOR_BPS,
    GROWTH,
    START_BPS,
    RembEstimator,
    SentRates,
)

PICTURE, OTHER_PICTURE, REMB_SENDER = 11, 12, 1
STEP_S = 0.2


def sending(video_bps: int, audio_bps: int = 32_000) -> SentRates:
    return SentRates(audio_bps, {PICTURE: video_bps})


def let_pass(
    estimator: RembEstimator,
    seconds: float,
    sent: SentRates,
    *,
    begin: float = 0.0,
    loss: float | None = 0.0,
    remb_bps: int | None = None,
) -> float:
    """Reports and REMBs each 0.4 s and decisions each 0.2 s; the time afterwards."""
    for step in range(round(seconds / STEP_S)):
        now = begin + step * STEP_S
        if step % 2 == 0:
            if loss is not None:
                estimator.reported(100, round(100 * loss), now - STEP_S, now)
            if remb_bps is not None:
                estimator.remb_received(REMB_SENDER, (PICTURE,), remb_bps, now)
        estimator.update(sent, now)
    return begin + seconds


def test_grows_by_five_percent_a_step_while_it_is_tested_without_loss() -> None:
    estimator = RembEstimator()
    let_pass(estimator, 1.0, sending(2_500_000))
    assert abs(estimator.bitrate_bps / (START_BPS * GROWTH**5) - 1) < 0.001


def test_stays_while_too_little_is_sent_to_test_it() -> None:
    estimator = RembEstimator()
    let_pass(estimator, 10.0, sending(1_000_000))
    assert estimator.bitrate_bps == START_BPS
    let_pass(estimator, 10.0, sending(1_000_000), begin=10.0, loss=0.5)
    assert estimator.bitrate_bps == START_BPS


def test_falls_by_half_the_loss_and_stays_between_two_and_ten_percent() -> None:
    estimator = RembEstimator()
    let_pass(estimator, 4.0, sending(2_000_000), loss=0.05)
    assert estimator.bitrate_bps == START_BPS
    estimator = RembEstimator()
    let_pass(estimator, 0.2, sending(2_000_000), loss=0.4)
    assert estimator.bitrate_bps == int(START_BPS * 0.8)


def test_what_may_be_chance_is_left_out_of_the_least_loss() -> None:
    estimator = RembEstimator()
    assert estimator.least_loss(0.0) == 0
    estimator.reported(100, 0, 0.0, 1.0)
    assert estimator.least_loss(1.0) == 0
    estimator.reported(100, 25, 1.0, 2.0)
    assert estimator.loss(2.0) == 0.125
    assert estimator.least_loss(2.0) == pytest.approx((25 - CHANCE * 5) / 200)


def test_report_on_more_than_the_window_counts_only_where_the_others_tell_too_little() -> None:
    estimator = RembEstimator()
    estimator.reported(250, 75, 5.0, 10.0)
    assert estimator.loss(10.0) == 0.3, "of sound alone it is all that is known"
    estimator.reported(15, 0, 9.5, 10.1)
    assert estimator.loss(10.1) == 75 / 265
    estimator.reported(15, 3, 10.1, 10.6)
    assert estimator.loss(10.6) == 0.1


def test_loss_is_over_when_more_came_through_than_luck_explains() -> None:
    estimator = RembEstimator()
    assert not estimator.is_whole(0.0)
    estimator.reported(100, 30, 0.0, 1.0)
    estimator.reported(10, 0, 1.0, 1.2)
    assert not estimator.is_whole(1.2)
    estimator.reported(10, 0, 1.2, 1.4)
    assert estimator.is_whole(1.4) and estimator.loss(1.4) == 0.25
    estimator.reported(10, 1, 1.4, 1.6)
    assert not estimator.is_whole(1.6)


def test_says_nothing_of_the_rate_while_nobody_reports() -> None:
    estimator = RembEstimator()
    let_pass(estimator, 5.0, sending(2_000_000), loss=None)
    assert estimator.bitrate_bps == START_BPS and estimator.loss(5.0) is None


def test_sound_is_added_to_a_remb_which_counts_pictures_only() -> None:
    estimator = RembEstimator()
    let_pass(estimator, 4.0, sending(300_000), remb_bps=400_000)
    assert estimator.bitrate_bps == 432_000


def test_first_remb_only_repeats_what_arrived_and_waits_for_a_second_opinion() -> None:
    estimator = RembEstimator()
    let_pass(estimator, 1.0, sending(300_000), remb_bps=300_000)
    assert estimator.bitrate_bps == START_BPS
    let_pass(estimator, 2.0, sending(300_000), begin=1.0, remb_bps=320_000)
    assert estimator.bitrate_bps == 352_000
    estimator = RembEstimator()
    let_pass(estimator, 0.2, sending(300_000), remb_bps=200_000)
    assert estimator.bitrate_bps == 232_000


def test_rembs_of_several_senders_add_up_and_a_picture_without_one_counts_as_sent() -> None:
    estimator = RembEstimator()
    sent = SentRates(32_000, {PICTURE: 300_000, OTHER_PICTURE: 100_000})
    now = let_pass(estimator, 4.0, sent, remb_bps=400_000)
    assert estimator.bitrate_bps == 532_000
    for step in range(10):
        at = now + step * STEP_S
        estimator.remb_received(REMB_SENDER, (PICTURE,), 400_000, at)
        estimator.remb_received(2, (OTHER_PICTURE,), 70_000, at)
        estimator.update(sent, at)
    assert estimator.bitrate_bps == 502_000


def test_loss_rule_goes_on_from_a_remb_that_fell_silent() -> None:
    estimator = RembEstimator()
    now = let_pass(estimator, 4.0, sending(60_000), remb_bps=70_000)
    assert estimator.bitrate_bps == 102_000
    now = let_pass(estimator, 6.0, sending(0), begin=now)
    assert estimator.bitrate_bps == 102_000
    let_pass(estimator, 1.0, sending(100_000), begin=now)
    assert estimator.bitrate_bps > 120_000


def test_lowering_is_undone_when_it_did_not_help() -> None:
    estimator = RembEstimator()
    let_pass(estimator, 1.0, sending(1_000_000), loss=0.3)
    estimator.lower_to(700_000, 1.0)
    let_pass(estimator, 1.0, sending(400_000), begin=1.0, loss=0.3)
    assert estimator.bitrate_bps == 700_000
    estimator.undo_lowering()
    let_pass(estimator, 0.2, sending(400_000), begin=2.0, loss=0.3)
    assert estimator.bitrate_bps == START_BPS


def test_first_train_takes_the_place_of_the_guess() -> None:
    estimator = RembEstimator()
    estimator.measured(240_000, is_bound=True)
    let_pass(estimator, 0.2, sending(60_000))
    assert estimator.bitrate_bps == 240_000


def test_train_counts_instead_of_a_lower_remb_until_that_sees_the_link_full() -> None:
    estimator = RembEstimator()
    now = let_pass(estimator, 4.0, sending(80_000), remb_bps=100_000)
    estimator.measured(1_500_000, is_bound=True)
    now = let_pass(estimator, 1.0, sending(80_000), begin=now, remb_bps=70_000)
    assert estimator.bitrate_bps == 1_500_000, "it fell, and still is what is sent"
    now = let_pass(estimator, 1.0, sending(1_000_000), begin=now, remb_bps=70_000)
    assert estimator.bitrate_bps == 1_500_000
    let_pass(estimator, 1.0, sending(1_000_000), begin=now, remb_bps=60_000)
    assert estimator.bitrate_bps == 92_000


def test_packets_that_wait_lower_what_a_train_measured_step_by_step() -> None:
    estimator = RembEstimator()
    now = let_pass(estimator, 4.0, sending(80_000), remb_bps=100_000)
    estimator.measured(1_000_000, is_bound=True)
    estimator.delayed()
    now = let_pass(estimator, 0.2, sending(600_000), begin=now, remb_bps=100_000)
    assert estimator.bitrate_bps == 700_000
    for _ in range(9):
        estimator.delayed()
    let_pass(estimator, 0.2, sending(600_000), begin=now, remb_bps=100_000)
    assert estimator.bitrate_bps == 132_000


@given(
    st.lists(
        st.tuples(
            st.integers(0, 200),
            st.floats(0, 1),
            st.integers(0, 100_000_000),
            st.one_of(st.none(), st.integers(0, 1 << 62)),
        ),
        max_size=60,
    )
)
def test_is_bounded_whatever_a_receiver_says(
    steps: list[tuple[int, float, int, int | None]],
) -> None:
    estimator = RembEstimator()
    for number, (expected, loss, sent_bps, remb_bps) in enumerate(steps):
        now = number * STEP_S
        estimator.reported(expected, int(expected * loss), now - STEP_S, now)
        if remb_bps is not None:
            estimator.remb_received(number, (number,), remb_bps, now)
        estimator.update(sending(sent_bps), now)
        assert FLOOR_BPS <= estimator.bitrate_bps <= CEILING_BPS
