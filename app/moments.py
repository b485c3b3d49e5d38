"""Moments in time: inside a number of UTC milliseconds since 1970, at the edges an aware `datetime`."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc(ms: int) -> datetime:
    """UTC milliseconds as the datetime that bodies carry (ISO 8601 with Z)."""
    return _EPOCH + timedelta(milliseconds=ms)


def utc_or_none(ms: int | None) -> datetime | None:
    return None if ms is None else utc(ms)


def to_ms(moment: datetime) -> int:
    """An aware datetime as UTC milliseconds, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
