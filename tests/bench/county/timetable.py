"""A term: courses of groups of schools, their lessons, and what became of each."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import Literal

from app.db.models import (
    Course as CourseTable,
)
from app.db.models import (
    CourseClassroom,
    Holiday,
    LessonStaff,
    Seat,
    Term,
)
from app.db.models import Lesson as LessonTable
from app.ids import ParticipantId
from tests.bench.county import names
from tests.bench.county.places import COUNTY_ID, DAY_MS, Classroom, Person, Places, moment_of
from tests.bench.county.rows import Rows, id_of
from tests.bench.county.size import PERIODS

LESSON_S = 2_400
FIRST_PERIOD_S, PERIOD_S = 8 * 3_600, 50 * 60
TERM_ID = id_of("trm", 0)
Outcome = Literal["held", "cancelled", "not_held", "ahead"]


class Fate(IntEnum):
    """What became of one classroom in a lesson that was held."""

    WHOLE = 0
    LATE = 1
    LEFT_EARLY = 2
    CUT = 3
    POWER = 4
    AWAY = 5


_FATES = (Fate.WHOLE, Fate.LATE, Fate.LEFT_EARLY, Fate.CUT, Fate.POWER, Fate.AWAY)
_FATE_WEIGHTS = (86, 4, 2, 5, 1, 2)
_OUTCOMES: tuple[Outcome, ...] = ("held", "cancelled", "not_held")
_OUTCOME_WEIGHTS = (97, 2, 1)
_TEACHER_LATE = 0.05


@dataclass(frozen=True, slots=True)
class Course:
    number: int
    group: int
    title: str
    subject: str
    lead: Person
    assistant: Person
    classrooms: tuple[Classroom, ...]
    weekday: int
    """0 is Monday."""
    period: int
    is_recorded: bool

    @property
    def id(self) -> str:
        return id_of("crs", self.number)


@dataclass(frozen=True, slots=True)
class Lesson:
    number: int
    course: Course
    starts_at_ms: int
    outcome: Outcome
    teacher_late_s: int
    fates: bytes
    """`Fate` of each seat; empty unless it was held."""

    @property
    def id(self) -> str:
        return id_of("les", self.number)

    @property
    def ends_at_ms(self) -> int:
        return self.starts_at_ms + LESSON_S * 1000

    @property
    def started_at_ms(self) -> int:
        return self.starts_at_ms + self.teacher_late_s * 1000

    @property
    def is_held(self) -> bool:
        return self.outcome == "held"

    @property
    def lead_place(self) -> ParticipantId:
        return ParticipantId(f"lead_{self.course.lead.id}")

    @property
    def assistant_place(self) -> ParticipantId:
        return ParticipantId(f"assistant_{self.course.assistant.id}")

    def seat_number(self, position: int) -> int:
        """Of this county."""
        return self.number * len(self.course.classrooms) + position

    def seat_id(self, position: int) -> str:
        return id_of("sea", self.seat_number(position))


@dataclass(frozen=True, slots=True)
class Timetable:
    courses: tuple[Course, ...]
    lessons: tuple[Lesson, ...]
    first_day: date
    last_day: date

    @property
    def held(self) -> Iterator[Lesson]:
        return (one for one in self.lessons if one.is_held)


def make_timetable(places: Places, day: date) -> Timetable:
    """The weeks up to and around `day`: what is planned before it is over."""
    monday = day - timedelta(days=day.weekday())
    first_day = monday - timedelta(weeks=places.size.weeks_past)
    weeks = places.size.weeks_past + places.size.weeks_ahead
    chance = random.Random(places.seed)
    courses = tuple(_courses(places))
    lessons: list[Lesson] = []
    for week in range(weeks):
        for course in courses:
            on = first_day + timedelta(weeks=week, days=course.weekday)
            lessons.append(_lesson(len(lessons), course, on, on >= day, chance))
    last_day = first_day + timedelta(weeks=weeks, days=-1)
    return Timetable(courses, tuple(lessons), first_day, last_day)


def _courses(places: Places) -> Iterator[Course]:
    size = places.size
    leads_of = {
        one.group: places.staff("teacher", one) for one in places.schools if one.kind == "city"
    }
    for number in range(size.groups * size.courses):
        group, position = divmod(number, size.courses)
        leads, rooms = leads_of[group], places.of_group(group)
        title, subject = names.course(position)
        yield Course(
            number,
            group,
            title,
            subject,
            # Ten periods and ten leads: each of them has one course a day.
            leads[position % len(leads)],
            leads[(position + 1) % len(leads)],
            tuple(rooms[(position * size.seats + seat) % len(rooms)] for seat in range(size.seats)),
            weekday=position // PERIODS,
            period=position % PERIODS,
            is_recorded=position % size.recorded == 0,
        )


def _lesson(number: int, course: Course, on: date, is_ahead: bool, chance: random.Random) -> Lesson:
    begins_s = FIRST_PERIOD_S + course.period * PERIOD_S
    starts_at_ms = moment_of(on) + begins_s * 1000
    if is_ahead:
        return Lesson(number, course, starts_at_ms, "ahead", 0, b"")
    outcome = chance.choices(_OUTCOMES, _OUTCOME_WEIGHTS)[0]
    if outcome != "held":
        return Lesson(number, course, starts_at_ms, outcome, 0, b"")
    late_s = chance.randrange(300, 900) if chance.random() < _TEACHER_LATE else 0
    fates = bytes(chance.choices(_FATES, _FATE_WEIGHTS, k=len(course.classrooms)))
    return Lesson(number, course, starts_at_ms, outcome, late_s, fates)


def timetable_rows(places: Places, timetable: Timetable, now_ms: int) -> Iterator[Rows]:
    admin_id, began_ms = places.admin.id, now_ms - 200 * DAY_MS
    first_day, last_day = timetable.first_day, timetable.last_day
    yield Rows(
        Term,
        ("term_id", "county_id", "name", "first_day", "last_day", "time_zone"),
        [
            (
                TERM_ID, COUNTY_ID, f"{first_day.year}年第一学期", first_day.isoformat(), last_day.isoformat(),
                "Asia/Shanghai",
            )
        ],
    )  # fmt: skip
    yield Rows(
        Holiday,
        ("holiday_id", "term_id", "school_id", "day", "name"),
        (
            (
                id_of("hol", number), TERM_ID, None if number == 0 else school.id,
                (last_day - timedelta(days=number % 10)).isoformat(), "运动会",
            )
            for number, school in enumerate(places.schools[:100])
        ),
    )  # fmt: skip
    yield Rows(
        CourseTable,
        (
            "course_id", "term_id", "group_id", "title", "subject", "lead_user_id", "rule", "duration_min",
            "is_recorded", "created_by", "created_at_ms",
        ),
        (
            (
                one.id, TERM_ID, id_of("grp", one.group), one.title, one.subject, one.lead.id,
                _rule(one, first_day, last_day), LESSON_S // 60, one.is_recorded, admin_id, began_ms,
            )
            for one in timetable.courses
        ),
    )  # fmt: skip
    yield Rows(
        CourseClassroom,
        ("course_id", "classroom_id", "position"),
        (
            (one.id, room.id, position)
            for one in timetable.courses
            for position, room in enumerate(one.classrooms)
        ),
    )
    yield from _lesson_rows(timetable, admin_id, began_ms)


def _rule(course: Course, first_day: date, last_day: date) -> str:
    begins_s = FIRST_PERIOD_S + course.period * PERIOD_S
    on = first_day + timedelta(days=course.weekday)
    clock = f"{begins_s // 3_600:02d}{begins_s // 60 % 60:02d}00"
    weekday = ("MO", "TU", "WE", "TH", "FR")[course.weekday]
    return (
        f"DTSTART:{on:%Y%m%d}T{clock}\n"
        f"RRULE:FREQ=WEEKLY;UNTIL={last_day:%Y%m%d}T235959;BYDAY={weekday}"
    )


def _lesson_rows(timetable: Timetable, admin_id: str, began_ms: int) -> Iterator[Rows]:
    lessons = timetable.lessons
    yield Rows(
        LessonTable,
        (
            "lesson_id", "county_id", "title", "subject", "starts_at_ms", "ends_at_ms", "lead_user_id", "created_by",
            "created_at_ms", "is_recorded", "state", "started_at_ms", "ended_at_ms", "end_reason", "course_id",
            "occurs_at_ms", "cancelled_at_ms", "cancelled_reason",
        ),
        (
            (
                one.id, COUNTY_ID, one.course.title, one.course.subject, one.starts_at_ms, one.ends_at_ms,
                one.course.lead.id, admin_id, began_ms, one.course.is_recorded,
                "ended" if one.is_held else "waiting",
                one.started_at_ms if one.is_held else None,
                one.ends_at_ms if one.is_held else None,
                "ended_by_lead" if one.is_held else None,
                one.course.id, one.starts_at_ms,
                one.starts_at_ms - DAY_MS if one.outcome == "cancelled" else None,
                "school" if one.outcome == "cancelled" else None,
            )
            for one in lessons
        ),
    )  # fmt: skip
    yield Rows(
        Seat,
        ("seat_id", "lesson_id", "classroom_id", "position"),
        (
            (one.seat_id(position), one.id, room.id, position)
            for one in lessons
            for position, room in enumerate(one.course.classrooms)
        ),
    )
    yield Rows(
        LessonStaff,
        ("lesson_id", "user_id", "role"),
        ((one.id, one.course.assistant.id, "assistant") for one in lessons),
    )
