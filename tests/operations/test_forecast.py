"""When the disk is full, and what is held month by month."""

from datetime import date, timedelta

from app.operations.forecast import (
    HeldDay,
    KeptFor,
    MonthAhead,
    PlannedDay,
    Rates,
    forecast,
)

TODAY = date(2026, 11, 30)
RATES = Rates(lead=10, classroom=2, film=1)
KEPT = KeptFor(classroom_tracks_days=30, recordings_days=180)
HOUR = 60


def lessons(days: int, *, classrooms: int = 3) -> list[PlannedDay]:
    """One of an hour on each of the coming days: 660 bytes that last, and 120 for each classroom."""
    return [
        PlannedDay(TODAY + timedelta(days=n), HOUR, HOUR * classrooms) for n in range(1, days + 1)
    ]


def test_the_disk_is_full_on_the_day_whose_lessons_no_longer_fit() -> None:
    a_day = 660 + 3 * 120
    ahead = forecast(TODAY, lessons(20), (), RATES, KEPT, room_bytes=10 * a_day)
    assert ahead.full_on == TODAY + timedelta(days=10)
    assert forecast(TODAY, lessons(20), (), RATES, KEPT, 20 * a_day + 1).full_on is None
    assert ahead.planned_until == TODAY + timedelta(days=20)


def test_what_the_rules_delete_makes_room_again() -> None:
    """After a month classrooms' tracks go as fast as they come."""
    plan = lessons(100)
    most = 100 * 660 + 31 * 360
    assert forecast(TODAY, plan, (), RATES, KEPT, most + 1).full_on is None
    assert forecast(TODAY, plan, (), RATES, KEPT, most).full_on == TODAY + timedelta(days=100)


def test_what_is_held_today_goes_in_its_time_and_counts_as_room_then() -> None:
    old = HeldDay(TODAY - timedelta(days=175), lasting_bytes=6_600, classroom_bytes=0)
    overdue = HeldDay(TODAY - timedelta(days=200), lasting_bytes=1_000, classroom_bytes=0)
    plan = lessons(10, classrooms=0)
    assert forecast(TODAY, plan, [], RATES, KEPT, 4_000).full_on == TODAY + timedelta(days=7)
    assert forecast(TODAY, plan, [old, overdue], RATES, KEPT, 4_000).full_on is None
    first, second = forecast(TODAY, plan, [old, overdue], RATES, KEPT, None).months
    assert first == MonthAhead(TODAY, 0, 0, 7_600)
    assert second == MonthAhead(date(2026, 12, 1), 600, 6_600, 6_600 + 5 * 660)


def test_a_full_disk_is_full_today_and_an_empty_plan_fills_nothing() -> None:
    assert forecast(TODAY, [], (), RATES, KEPT, 0).full_on == TODAY
    nothing = forecast(TODAY, [], (), RATES, KEPT, 1)
    assert (nothing.full_on, nothing.planned_until, nothing.months) == (None, None, ())


def test_a_bucket_has_no_end_and_its_servers_disk_holds_a_days_lessons() -> None:
    plan = [*lessons(5), PlannedDay(TODAY + timedelta(days=6), 20 * HOUR, 0)]
    assert forecast(TODAY, plan, (), RATES, KEPT, None).full_on is None
    until_stored = KeptFor(0, 0)
    assert forecast(TODAY, plan, (), RATES, until_stored, 20 * 660).full_on == max(
        one.day for one in plan
    )
    assert forecast(TODAY, plan, (), RATES, until_stored, 20 * 660 + 1).full_on is None
