"""What a person is told about how long it takes."""

from app.recording.film.time_left import TimeLeft


def test_it_is_told_once_the_speed_is_known_and_what_was_done_before_does_not_count() -> None:
    left = TimeLeft()
    left.observe(0.5, 100.0)
    assert left.seconds is None
    left.observe(0.52, 102.0)
    assert left.seconds is None
    left.observe(0.6, 110.0)
    assert left.seconds == 40
    left.observe(1.0, 150.0)
    assert left.seconds == 0


def test_something_that_does_not_move_has_no_end_in_sight() -> None:
    left = TimeLeft()
    left.observe(0.0, 0.0)
    left.observe(0.0, 60.0)
    assert left.seconds is None
