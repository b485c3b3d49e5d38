"""Rules of RFC 5545 in local time, minus days off."""

from datetime import date, time

import pytest

from app.ids import ClassroomId, LessonId, SchoolId
from app.lessons.terms.recurrence import (
    MAX_OCCURRENCES,
    Weekly,
    Weeks,
    occurrences,
    occurrences_fit,
    weekly_of,
    weekly_rule,
    zone_of,
)
from app.lessons.terms.schedule import (
    DaysOff,
    PlannedCourse,
    StandingLesson,
    WantedLesson,
    reconcile,
    renumber,
)
from app.moments import utc

SHANGHAI = zone_of("Asia/Shanghai")
# A Wednesday, and a Sunday.
FIRST, LAST = date(2027, 3, 3), date(2027, 3, 28)
CITY, TOWN, VILLAGE = SchoolId("city"), SchoolId("town"), SchoolId("village")
IN_TOWN, IN_VILLAGE = ClassroomId("cls_town"), ClassroomId("cls_village")


def rule_of(weeks: Weeks, *weekdays: int, begins: time = time(10, 0)) -> str:
    rule = weekly_rule(FIRST, LAST, weekdays, weeks, begins)
    assert rule is not None
    return rule


def local_days(rule: str) -> list[str]:
    return [
        utc(ms).astimezone(SHANGHAI).strftime("%m-%d %H:%M") for ms in occurrences(rule, SHANGHAI)
    ]


def test_a_rule_begins_with_its_first_lesson_and_stays_within_the_term() -> None:
    rule = rule_of("every", 0, 2)
    assert rule == "DTSTART:20270303T100000\nRRULE:FREQ=WEEKLY;UNTIL=20270328T235959;BYDAY=MO,WE"
    days = ["03-03", "03-08", "03-10", "03-15", "03-17", "03-22", "03-24"]
    assert local_days(rule) == [f"{day} 10:00" for day in days]


def test_odd_and_even_weeks_are_counted_from_the_monday_of_the_first_day() -> None:
    assert local_days(rule_of("odd", 0)) == ["03-15 10:00"]
    assert local_days(rule_of("even", 0)) == ["03-08 10:00", "03-22 10:00"]
    assert local_days(rule_of("odd", 4)) == ["03-05 10:00", "03-19 10:00"]


@pytest.mark.parametrize("weeks", ["every", "odd", "even"])
def test_a_rule_is_read_back_as_it_was_made(weeks: Weeks) -> None:
    rule = rule_of(weeks, 0, 4, begins=time(8, 5))
    assert weekly_of(rule, FIRST) == Weekly((0, 4), weeks, time(8, 5))


def test_a_lesson_late_on_the_last_day_belongs_to_the_term() -> None:
    assert local_days(rule_of("every", 6, begins=time(23, 30)))[-1] == "03-28 23:30"


def test_a_term_without_such_a_day_has_no_rule() -> None:
    assert weekly_rule(FIRST, FIRST, [0], "every", time(10, 0)) is None


def test_the_clock_on_the_wall_counts_where_summer_time_begins() -> None:
    rule = rule_of("every", 6)
    begins = [utc(ms).hour for ms in occurrences(rule, zone_of("Europe/Berlin"))]
    assert begins == [9, 9, 9, 8]


def test_a_rule_without_end_is_bounded() -> None:
    assert not occurrences_fit("DTSTART:20270303T100000\nRRULE:FREQ=MINUTELY")
    assert (
        len(occurrences("DTSTART:20270303T100000\nRRULE:FREQ=DAILY", SHANGHAI)) == MAX_OCCURRENCES
    )


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValueError):
        zone_of("Nowhere/Here")


COURSE = PlannedCourse(rule_of("every", 2), CITY, {IN_TOWN: TOWN, IN_VILLAGE: VILLAGE})
TIMES = occurrences(COURSE.rule, SHANGHAI)
BOTH = (IN_TOWN, IN_VILLAGE)


def off(school: SchoolId | None, *days: date) -> DaysOff:
    return DaysOff({school: set(days)})


def standing(at_ms: int, starts_at_ms: int | None = None, **change: object) -> StandingLesson:
    values: dict[str, object] = {"classrooms": BOTH, "is_settled": False, "is_off": False}
    return StandingLesson(
        LessonId(f"les_{at_ms}"),
        at_ms,
        at_ms if starts_at_ms is None else starts_at_ms,
        CITY,
        **(values | change),  # type: ignore[arg-type]
    )


def test_a_village_with_a_day_off_misses_the_lesson_that_the_others_have() -> None:
    change = reconcile(COURSE, (), off(VILLAGE, date(2027, 3, 10)), SHANGHAI, 0)
    assert [one.classrooms for one in change.added] == [BOTH, (IN_TOWN,), BOTH, BOTH]


@pytest.mark.parametrize("school", [CITY, None])
def test_a_day_off_of_the_leads_school_or_of_all_has_no_lesson(school: SchoolId | None) -> None:
    change = reconcile(COURSE, (), off(school, date(2027, 3, 10)), SHANGHAI, 0)
    assert [one.occurs_at_ms for one in change.added] == [TIMES[0], *TIMES[2:]]


def test_what_is_past_is_left_alone() -> None:
    change = reconcile(COURSE, (), off(None), SHANGHAI, TIMES[1])
    assert change.added == (WantedLesson(TIMES[2], BOTH), WantedLesson(TIMES[3], BOTH))


def test_a_new_day_off_cancels_and_its_end_restores() -> None:
    there = [standing(one) for one in TIMES]
    change = reconcile(COURSE, there, off(None, date(2027, 3, 10)), SHANGHAI, 0)
    assert (change.cancelled, change.restored, change.added) == ((f"les_{TIMES[1]}",), (), ())
    there[1] = standing(TIMES[1], is_off=True)
    assert reconcile(COURSE, there, off(None), SHANGHAI, 0).restored == (f"les_{TIMES[1]}",)


def test_a_lesson_that_was_moved_off_a_day_off_stays_and_one_moved_onto_it_goes() -> None:
    away, onto = standing(TIMES[1], TIMES[1] + 86_400_000), standing(TIMES[2], TIMES[1])
    there = [standing(TIMES[0]), away, onto, standing(TIMES[3])]
    change = reconcile(COURSE, there, off(None, date(2027, 3, 10)), SHANGHAI, 0)
    assert change.cancelled == (onto.lesson_id,)


def test_what_was_cancelled_by_hand_or_has_begun_is_not_touched() -> None:
    there = [standing(one, is_settled=True) for one in TIMES]
    change = reconcile(COURSE, there, off(None, date(2027, 3, 10)), SHANGHAI, 0)
    assert (change.cancelled, change.restored, change.added) == ((), (), ())


WEEK_MS, DAY_MS = 7 * 86_400_000, 86_400_000


def becomes(rule: str, there: list[StandingLesson], now_ms: int = 0) -> dict[str, int]:
    return dict(renumber(rule, there, SHANGHAI, now_ms))


def test_a_course_on_another_day_keeps_one_lesson_a_week() -> None:
    there = [standing(one) for one in TIMES]
    assert becomes(rule_of("every", 3), there) == {f"les_{one}": one + DAY_MS for one in TIMES}, (
        "Wednesdays become Thursdays"
    )
    assert becomes(rule_of("every", 2), there) == {}
    assert becomes(rule_of("odd", 3), there) == {
        f"les_{one}": one + DAY_MS for one in TIMES[::2]
    }, "an even week has none, and its lesson is dropped"


def test_a_week_that_had_its_lesson_gets_no_second_one() -> None:
    held, coming = standing(TIMES[0], is_settled=True), standing(TIMES[1])
    on_thursdays, now_ms = rule_of("every", 3), TIMES[0] + 3_600_000
    moved = becomes(on_thursdays, [held, coming], now_ms)
    assert moved == {held.lesson_id: TIMES[0] + DAY_MS, coming.lesson_id: TIMES[1] + DAY_MS}
    on_mondays = becomes(rule_of("every", 0), [held, coming], now_ms)
    assert on_mondays == {coming.lesson_id: TIMES[1] - 2 * DAY_MS}, "what is over stays as it is"


def test_what_the_rule_has_no_more_is_dropped_and_comes_back_with_it() -> None:
    course = PlannedCourse(rule_of("odd", 2), CITY, COURSE.school_of)
    there = [standing(one) for one in TIMES]
    change = reconcile(course, there, off(None), SHANGHAI, 0)
    assert change.dropped == (f"les_{TIMES[1]}", f"les_{TIMES[3]}")
    assert (change.added, change.cancelled, change.restored) == ((), (), ())
    dropped = [standing(one, is_off=one in TIMES[1::2]) for one in TIMES]
    assert reconcile(course, dropped, off(None), SHANGHAI, 0).restored == ()
    assert reconcile(COURSE, dropped, off(None), SHANGHAI, 0).restored == change.dropped
