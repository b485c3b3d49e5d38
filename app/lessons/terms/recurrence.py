"""When the lessons of a course take place: a rule of RFC 5545 §3.3.10 in local time, expanded by dateutil. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Literal

from dateutil.rrule import FR, MO, SA, SU, TH, TU, WE, WEEKLY, rrule, rrulestr
from dateutil.tz import gettz

from app.moments import to_ms, utc

MAX_OCCURRENCES = 200
"""Of one course in one term."""
Weeks = Literal["every", "odd", "even"]
"""Of the term; its first week, from Monday on, is odd."""
_WEEKDAYS = (MO, TU, WE, TH, FR, SA, SU)
_BYDAY = re.compile(r"BYDAY=([A-Z,]+)")


@dataclass(frozen=True, slots=True)
class Weekly:
    """When in a week a course takes place, local time."""

    weekdays: tuple[int, ...]
    """0 is Monday."""
    weeks: Weeks
    begins: time


def zone_of(name: str) -> tzinfo:
    """The time zone of this name in the IANA database. ValueError if there is none."""
    zone = gettz(name)
    if zone is None or not name:
        raise ValueError(f"there is no time zone {name}")
    return zone


def weekly_rule(
    first_day: date, last_day: date, weekdays: Sequence[int], weeks: Weeks, begins: time
) -> str | None:
    """DTSTART and RRULE of a course, local times. None if no day of the term fits.

    `weekdays`: 0 is Monday.
    """
    monday = monday_of(first_day)
    rule = rrule(
        WEEKLY,
        dtstart=datetime.combine(monday + timedelta(weeks=weeks == "even"), begins),
        interval=1 if weeks == "every" else 2,
        byweekday=[_WEEKDAYS[day] for day in weekdays],
        wkst=MO,
        until=datetime.combine(last_day, time.max).replace(microsecond=0),
    )
    first = rule.after(datetime.combine(first_day, time.min), inc=True)
    # DTSTART is the first of them, as §3.8.5.3 wants it.
    return None if first is None else str(rule.replace(dtstart=first))


def weekly_of(rule: str, first_day: date) -> Weekly:
    """What `weekly_rule` made this rule of, in a term that begins on this day."""
    match = _BYDAY.search(rule)
    assert match is not None, "every rule names its weekdays"
    names = [str(day) for day in _WEEKDAYS]
    weekdays = tuple(sorted(names.index(name) for name in match[1].split(",")))
    first: datetime = next(iter(rrulestr(rule)))
    weeks: Weeks = "every"
    if "INTERVAL=2" in rule:
        weeks = "even" if (monday_of(first.date()) - monday_of(first_day)).days % 14 else "odd"
    return Weekly(weekdays, weeks, first.time())


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def occurrences_fit(rule: str) -> bool:
    """Whether there are at most `MAX_OCCURRENCES`."""
    return len(list(islice(rrulestr(rule), MAX_OCCURRENCES + 1))) <= MAX_OCCURRENCES


def occurrences(rule: str, zone: tzinfo) -> list[int]:
    """The beginnings, UTC ms, in order; the first `MAX_OCCURRENCES`."""
    local = islice(rrulestr(rule), MAX_OCCURRENCES)
    return [to_ms(one.replace(tzinfo=zone).astimezone(UTC)) for one in local]


def day_of(ms: int, zone: tzinfo) -> date:
    """The local day of a moment."""
    return utc(ms).astimezone(zone).date()
