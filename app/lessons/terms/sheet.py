"""The courses of a group out of a sheet: each line is a course, and what is wrong with it is said by line. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from app.ids import ClassroomId, UserId
from app.lessons.new_lesson import MAX_SEATS
from app.lessons.terms.course import (
    MAX_MINUTES,
    MAX_SUBJECT_CHARS,
    MAX_TITLE_CHARS,
    MIN_MINUTES,
    NewCourse,
)
from app.lessons.terms.recurrence import Weeks, occurrences_fit, weekly_rule
from app.sheets import LineError, Lines, SheetUnreadable

MAX_COURSES = 60
"""In one sheet."""
Column = Literal[
    "title",
    "subject",
    "teacher",
    "classrooms",
    "weekdays",
    "weeks",
    "begins",
    "minutes",
    "recorded",
]
Cells = dict[Column, str]
_WORDS: dict[Column, tuple[str, ...]] = {
    "title": ("课程", "课程名称", "course"),
    "subject": ("学科", "科目", "subject"),
    "teacher": ("主讲教师", "主讲", "教师", "lead teacher", "teacher"),
    "classrooms": ("教室", "班级", "classrooms", "classroom"),
    "weekdays": ("星期", "weekdays", "weekday"),
    "weeks": ("周次", "单双周", "weeks"),
    "begins": ("开始时间", "开始", "starts at", "start"),
    "minutes": ("时长", "分钟", "minutes"),
    "recorded": ("录制", "recorded"),
}
_OPTIONAL: tuple[Column, ...] = ("subject", "weeks", "recorded")
_WEEKDAYS = {
    word: day
    for day, words in enumerate(
        (
            ("一", "1", "mon", "mo"),
            ("二", "2", "tue", "tu"),
            ("三", "3", "wed", "we"),
            ("四", "4", "thu", "th"),
            ("五", "5", "fri", "fr"),
            ("六", "6", "sat", "sa"),
            ("日", "天", "7", "sun", "su"),
        )
    )
    for word in words
}
_WEEKS: dict[str, Weeks] = {
    "": "every", "每周": "every", "every": "every",
    "单周": "odd", "单": "odd", "odd": "odd",
    "双周": "even", "双": "even", "even": "even",
}  # fmt: skip
_RECORDED = {"": False, "否": False, "no": False, "是": True, "yes": True}
_BETWEEN = re.compile(r"[、,，;；/\n]+")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)(?:[:：]00)?")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class LineWrong(Exception):
    """`code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Known:
    """What a line may name."""

    first_day: date
    last_day: date
    teachers: Mapping[str, Sequence[UserId]]
    """By login and by name."""
    classrooms: Mapping[str, ClassroomId]
    """Of the group's schools, by `classroom_key`."""
    titles: frozenset[str]
    """Of courses that the group has this term."""


@dataclass(frozen=True, slots=True)
class SheetCourse(NewCourse):
    line: int


@dataclass(frozen=True, slots=True)
class CourseSheet:
    courses: tuple[SheetCourse, ...]
    errors: tuple[LineError, ...]


def classroom_key(name: str) -> str:
    """School and classroom as somebody writes them: spaces do not count."""
    return re.sub(r"\s+", "", name).casefold()


def read_courses(lines: Lines, known: Known) -> CourseSheet:
    """Every course, and what is wrong. SheetUnreadable `plan_columns_missing`."""
    columns = _columns(lines[0][1])
    courses: list[SheetCourse] = []
    errors = [LineError(line, "too_many_courses") for line, _ in lines[MAX_COURSES + 1 :][:1]]
    for line, row in lines[1 : MAX_COURSES + 1]:
        cells: Cells = dict.fromkeys(_WORDS, "")
        cells |= {name: row[at] for name, at in columns.items() if at < len(row)}
        try:
            courses.append(_course(line, cells, known))
        except LineWrong as error:
            errors.append(LineError(line, error.code))
    twice = Counter(one.title for one in courses)
    errors += [
        LineError(one.line, "course_twice")
        for one in courses
        if twice[one.title] > 1 or one.title in known.titles
    ]
    return CourseSheet(tuple(courses), tuple(sorted(errors, key=lambda error: error.line)))


def _columns(header: Sequence[str]) -> dict[Column, int]:
    words = [cell.casefold() for cell in header]
    columns = {
        name: next((at for at, word in enumerate(words) if word in known), None)
        for name, known in _WORDS.items()
    }
    found = {name: at for name, at in columns.items() if at is not None}
    if any(name not in found and name not in _OPTIONAL for name in _WORDS):
        raise SheetUnreadable("plan_columns_missing")
    return found


def _course(line: int, cells: Cells, known: Known) -> SheetCourse:
    title, subject = cells["title"], cells["subject"]
    _require(bool(title), "title_missing")
    _require(len(title) <= MAX_TITLE_CHARS and not _CONTROLS.search(title), "title_wrong")
    _require(len(subject) <= MAX_SUBJECT_CHARS and not _CONTROLS.search(subject), "subject_wrong")
    teachers = known.teachers.get(cells["teacher"], ())
    _require(len(teachers) > 0, "teacher_unknown")
    _require(len(teachers) == 1, "teacher_ambiguous")
    weeks = _WEEKS.get(cells["weeks"].casefold())
    is_recorded = _RECORDED.get(cells["recorded"].casefold())
    if weeks is None:
        raise LineWrong("weeks_wrong")
    if is_recorded is None:
        raise LineWrong("recorded_wrong")
    rule = weekly_rule(
        known.first_day,
        known.last_day,
        _weekdays(cells["weekdays"]),
        weeks,
        _clock(cells["begins"]),
    )
    if rule is None:
        raise LineWrong("no_lesson")
    _require(occurrences_fit(rule), "too_many_lessons")
    return SheetCourse(
        title,
        subject,
        teachers[0],
        _classrooms(cells["classrooms"], known),
        rule,
        _minutes(cells["minutes"]),
        is_recorded,
        line,
    )


def _require(holds: bool, code: str) -> None:
    if not holds:
        raise LineWrong(code)


def _classrooms(text: str, known: Known) -> tuple[ClassroomId, ...]:
    names = [classroom_key(one) for one in _BETWEEN.split(text) if one.strip()]
    found = [known.classrooms[name] for name in names if name in known.classrooms]
    _require(bool(names), "classrooms_missing")
    _require(len(found) == len(names), "classroom_unknown")
    unique = tuple(dict.fromkeys(found))
    _require(len(unique) <= MAX_SEATS, "too_many_classrooms")
    return unique


def _weekdays(text: str) -> list[int]:
    """`一、三`, `周一三`, `星期二`, `1,3`, `Mon, Wed`."""
    plain = re.sub(r"星期|周|礼拜", "", text.casefold())
    words = [word for part in _BETWEEN.split(plain) for word in part.split()]
    if len(words) == 1 and words[0] not in _WEEKDAYS:
        words = list(words[0])
    _require(bool(words) and all(word in _WEEKDAYS for word in words), "weekday_wrong")
    return sorted({_WEEKDAYS[word] for word in words})


def _clock(text: str) -> time:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise LineWrong("begins_wrong")
    return time(int(match[1]), int(match[2]))


def _minutes(text: str) -> int:
    digits = text.removesuffix("分钟").strip()
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= 3
    _require(is_number and MIN_MINUTES <= int(digits) <= MAX_MINUTES, "minutes_wrong")
    return int(digits)
