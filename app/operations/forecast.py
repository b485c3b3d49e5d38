"""When the disk is full, and how much is held month by month, if what is planned is taught and recorded. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MAX_DAYS = 800
"""Looked ahead; terms are planned one or two at a time."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rates:
    """Bytes of one minute of a lesson: `lead` for all that the staff sends, `classroom` for each classroom."""

    lead: float
    classroom: float
    film: float
    """Of the films made of it, as an average over all lessons."""


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """The recorded lessons of one day to come, added up."""

    day: date
    minutes: int
    classroom_minutes: int
    """Each lesson's minutes as often as it has classrooms."""


@dataclass(frozen=True, slots=True)
class HeldDay:
    """What is still held of the lessons of one day."""

    day: date
    lasting_bytes: int
    classroom_bytes: int


@dataclass(frozen=True, slots=True)
class KeptFor:
    """Days after the lesson until the rules delete it."""

    classroom_tracks_days: int
    recordings_days: int


@dataclass(frozen=True, slots=True)
class MonthAhead:
    first_day: date
    """Of the month; of the first one, today."""
    minutes: int
    """Of recorded lessons."""
    added_bytes: int
    most_bytes: int
    """Held at most at once."""


@dataclass(frozen=True, slots=True)
class Forecast:
    full_on: date | None
    """The first day that the room does not do for; None: it does, as far as lessons are planned."""
    planned_until: date | None
    """The last recorded lesson; nothing is known of what comes after it."""
    months: tuple[MonthAhead, ...]


def forecast(
    today: date,
    planned: Iterable[PlannedDay],
    held: Iterable[HeldDay],
    rates: Rates,
    kept: KeptFor,
    room_bytes: int | None,
) -> Forecast:
    """`room_bytes`: what may be added to what is held today; None where that is not known (a bucket)."""
    coming = {one.day: one for one in planned if one.day <= today + MAX_DAYS * DAY}
    if not coming:
        is_full = room_bytes is not None and room_bytes <= 0
        return Forecast(today if is_full else None, None, ())
    held = tuple(held)
    held_today = sum(one.lasting_bytes + one.classroom_bytes for one in held)
    months: list[MonthAhead] = []
    full_on: date | None = None
    for day, held_bytes, added in _days(today, coming, held, rates, kept):
        if full_on is None and room_bytes is not None and held_bytes - held_today >= room_bytes:
            full_on = day
        minutes = coming[day].minutes if day in coming else 0
        if months and _is_same_month(months[-1].first_day, day):
            last = months.pop()
            months.append(
                MonthAhead(
                    last.first_day,
                    last.minutes + minutes,
                    last.added_bytes + added,
                    max(last.most_bytes, held_bytes),
                )
            )
        else:
            months.append(MonthAhead(day, minutes, added, held_bytes))
    return Forecast(full_on, max(coming), tuple(months))


def _days(
    today: date,
    coming: dict[date, PlannedDay],
    held: Iterable[HeldDay],
    rates: Rates,
    kept: KeptFor,
) -> Iterator[tuple[date, int, int]]:
    """Each day until the last lesson: what is held in the evening, before the rules delete anything, and what came."""
    goes: defaultdict[date, int] = defaultdict(int)
    total = 0

    def keep(day: date, lasting: int, classrooms: int) -> None:
        nonlocal total
        total += lasting + classrooms
        goes[max(today, day + kept.recordings_days * DAY)] += lasting
        goes[max(today, day + min(kept.classroom_tracks_days, kept.recordings_days) * DAY)] += (
            classrooms
        )

    for one in held:
        keep(one.day, one.lasting_bytes, one.classroom_bytes)
    day = today
    while day <= max(coming):
        before = total
        if lessons := coming.get(day):
            lasting = round(lessons.minutes * (rates.lead + rates.film))
            keep(day, lasting, round(lessons.classroom_minutes * rates.classroom))
        yield day, total, total - before
        total -= goes.pop(day, 0)
        day += DAY


def _is_same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)
