from hypothesis import given
from hypothesis import strategies as st

from app.recording.watching.watched_seconds import WatchedSeconds, plausible_s

NO_LIMIT = 10**6
stretches = st.lists(
    st.tuples(st.integers(-5_000, 120_000), st.integers(-5_000, 120_000)), max_size=6
)


def watched(*intervals: tuple[int, int], limit: int = NO_LIMIT) -> int:
    seconds = WatchedSeconds(60)
    seconds.add(intervals, limit)
    return seconds.count


def test_the_same_again_and_what_overlaps_counts_once() -> None:
    assert watched((0, 10_000)) == 10
    assert watched((0, 10_000), (0, 10_000), (5_000, 12_000)) == 12


def test_a_stretch_in_pieces_counts_as_one() -> None:
    assert watched((0, 3_333), (3_333, 3_600), (3_600, 10_000)) == 10


def test_nothing_outside_of_the_recording_counts() -> None:
    assert watched((-5_000, 2_000), (58_000, 10**9), (30_000, 20_000)) == 4


def test_a_forged_report_brings_no_more_than_there_was_time_for() -> None:
    assert watched((0, 60_000), limit=7) == 7
    assert plausible_s(0) == 60
    assert plausible_s(30_000) == 120


@given(stretches, stretches, st.integers(0, 80))
def test_adding_is_idempotent_and_bounded(
    first: list[tuple[int, int]], second: list[tuple[int, int]], limit: int
) -> None:
    seconds = WatchedSeconds(60)
    seconds.add(first, NO_LIMIT)
    before = seconds.count
    again = WatchedSeconds(60, bytes(seconds))
    again.add(first, NO_LIMIT)
    assert bytes(again) == bytes(seconds)
    again.add(second, limit)
    assert before <= again.count <= 60
    assert again.count <= max(before, limit)
