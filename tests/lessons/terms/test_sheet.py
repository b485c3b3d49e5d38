"""Courses by line, and what is wrong with a line."""

from datetime import date

import pytest

from app.ids import ClassroomId, UserId
from app.lessons.terms.sheet import Known, classroom_key, read_courses
from app.sheets import SheetUnreadable, read_lines

HEADER = "课程,学科,主讲教师,教室,星期,周次,开始时间,时长,录制"
GOOD = "合唱,音乐,李老师,红旗小学 一班、石桥 小学二班,一、三,单周,10:00,40,是"
KNOWN = Known(
    date(2027, 3, 1),
    date(2027, 7, 1),
    {"李老师": [UserId("usr_li")], "同名": [UserId("usr_1"), UserId("usr_2")]},
    {
        classroom_key("红旗小学一班"): ClassroomId("cls_1"),
        classroom_key("石桥小学二班"): ClassroomId("cls_2"),
    },
    frozenset({"已有的课"}),
)


def read(*rows: str) -> tuple[list[str], list[tuple[int, str]]]:
    sheet = read_courses(read_lines("\n".join([HEADER, *rows]).encode()), KNOWN)
    return [one.title for one in sheet.courses], [(one.line, one.code) for one in sheet.errors]


def test_a_line_is_a_course() -> None:
    (course,) = read_courses(read_lines(f"{HEADER}\n{GOOD}".encode()), KNOWN).courses
    assert (course.title, course.subject, course.lead_user_id) == ("合唱", "音乐", "usr_li")
    assert course.classroom_ids == ("cls_1", "cls_2")
    assert course.rule.endswith("RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270701T235959;BYDAY=MO,WE")
    assert (course.minutes, course.is_recorded) == (40, True)


@pytest.mark.parametrize("weekdays", ["一三", "周一、周三", "1;3", "Mon Wed", "星期一；三"])
def test_weekdays_are_read_as_people_write_them(weekdays: str) -> None:
    titles, errors = read(GOOD.replace("一、三", weekdays))
    assert (titles, errors) == (["合唱"], [])


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("合唱", "", "title_missing"),
        ("合唱", "课" * 121, "title_wrong"),
        ("音乐", "音" * 61, "subject_wrong"),
        ("李老师", "王老师", "teacher_unknown"),
        ("李老师", "同名", "teacher_ambiguous"),
        ("红旗小学 一班、石桥 小学二班", "", "classrooms_missing"),
        ("红旗小学 一班", "别县小学一班", "classroom_unknown"),
        ("一、三", "八", "weekday_wrong"),
        ("一、三", "", "weekday_wrong"),
        ("单周", "隔周", "weeks_wrong"),
        ("10:00", "25:00", "begins_wrong"),
        ("10:00", "上午", "begins_wrong"),
        (",40,", ",4,", "minutes_wrong"),
        (",40,", ",=cmd,", "minutes_wrong"),
        ("是", "也许", "recorded_wrong"),
        ("合唱", "已有的课", "course_twice"),
    ],
)
def test_what_is_wrong_is_said_by_line(before: str, after: str, code: str) -> None:
    assert read("", GOOD.replace(before, after, 1))[1] == [(3, code)]


def test_two_lines_of_one_title_are_both_wrong() -> None:
    assert read(GOOD, GOOD)[1] == [(2, "course_twice"), (3, "course_twice")]


def test_the_first_line_too_many_is_said() -> None:
    rows = [GOOD.replace("合唱", f"课{number}") for number in range(61)]
    assert read(*rows)[1] == [(62, "too_many_courses")]


def test_a_sheet_without_a_column_is_none() -> None:
    with pytest.raises(SheetUnreadable, match="plan_columns_missing"):
        read_courses(read_lines("课程,主讲教师\n合唱,李老师\n".encode()), KNOWN)
