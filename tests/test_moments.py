"""Moments: milliseconds inside, aware datetimes at the edges."""

from datetime import UTC, datetime, timedelta, timezone

from app.moments import to_ms, utc, utc_or_none


def test_every_millisecond_comes_back_as_it_was() -> None:
    for ms in (0, 1, 999, 1_790_000_000_123, 253_402_300_799_999):
        assert to_ms(utc(ms)) == ms
    assert utc_or_none(None) is None and utc_or_none(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_moment_of_another_zone_is_the_same_and_rounded_down() -> None:
    beijing = timezone(timedelta(hours=8))
    moment = datetime(2027, 1, 18, 16, 0, 0, 1_999, tzinfo=beijing)
    assert utc(to_ms(moment)) == datetime(2027, 1, 18, 8, 0, 0, 1_000, tzinfo=UTC)
