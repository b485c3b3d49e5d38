"""The sheet as CSV for a spreadsheet: UTF-8 with BOM, and no cell that a spreadsheet would run as a formula."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import timedelta, timezone
from typing import Literal

from app.attendance.report import Sheet, SheetRow
from app.attendance.roll_call.in_report import PupilRow
from app.moments import utc
from app.spreadsheet import BOM, safe_cell

Language = Literal["zh", "en"]
Line = Mapping[str, str]
"""Text by column; a column that is not in it stays empty."""
_COLUMNS: dict[str, dict[Language, str]] = {
    "lesson": {"zh": "课堂", "en": "Lesson"},
    "role": {"zh": "身份", "en": "Role"},
    "name": {"zh": "名称", "en": "Name"},
    "school": {"zh": "学校", "en": "School"},
    "first_joined": {"zh": "首次进入", "en": "First joined"},
    "last_left": {"zh": "最后离开", "en": "Last left"},
    "present_min": {"zh": "在堂分钟", "en": "Minutes present"},
    "late": {"zh": "迟到", "en": "Late"},
    "left_early": {"zh": "早退", "en": "Left early"},
    "cuts": {"zh": "断线次数", "en": "Cuts"},
    "cut_s": {"zh": "断线秒数", "en": "Seconds cut"},
    "classroom": {"zh": "教室", "en": "Classroom"},
    "number": {"zh": "学号", "en": "Pupil number"},
    "mark": {"zh": "点名", "en": "Roll call"},
    "head_count": {"zh": "学生人数", "en": "Pupils present"},
    "watched_min": {"zh": "看回看分钟", "en": "Minutes of the replay watched"},
}
_KINDS: dict[str, dict[Language, str]] = {
    "lead": {"zh": "主讲教师", "en": "Lead teacher"},
    "classroom": {"zh": "教室", "en": "Classroom"},
    "assistant": {"zh": "助教", "en": "Assistant"},
    "observer": {"zh": "观课", "en": "Observer"},
    "roll_call": {"zh": "点名", "en": "Roll call"},
    "pupil": {"zh": "学生", "en": "Pupil"},
    "watcher": {"zh": "看回看", "en": "Watched the replay"},
}
_YES: dict[Language, str] = {"zh": "是", "en": "yes"}
_CAME: dict[Language, str] = {"zh": "到", "en": "present"}
_ABSENT: dict[Language, str] = {"zh": "缺", "en": "absent"}
_EXCUSED: dict[Language, str] = {"zh": "请假", "en": "excused"}
_NOT_CALLED: dict[Language, str] = {"zh": "未点到", "en": "not called"}


def sheet_csv(sheet: Sheet, language: Language, utc_offset_min: int) -> str:
    """One line per participant, per classroom that was called, per pupil whom the viewer may know, per watcher.

    Times in the given offset from UTC.
    """
    out = io.StringIO()
    out.write(BOM)
    writer = csv.DictWriter(out, [*_COLUMNS], restval="", lineterminator="\r\n")
    writer.writerow({column: names[language] for column, names in _COLUMNS.items()})
    for line in _lines(sheet, language, timezone(timedelta(minutes=utc_offset_min))):
        cells = {"lesson": sheet.lesson.title, **line}
        writer.writerow({column: safe_cell(cell) for column, cell in cells.items()})
    return out.getvalue()


def _lines(sheet: Sheet, language: Language, zone: timezone) -> Iterator[Line]:
    for row in sheet.rows:
        yield _participant(row, language, zone)
    for roll in sheet.rolls:
        if roll.head_count is not None:
            yield {
                "role": _KINDS["roll_call"][language],
                "name": roll.classroom,
                "school": roll.school,
                "head_count": str(roll.head_count),
            }
    for pupil in sheet.pupils:
        yield _pupil(pupil, language)
    for watcher in sheet.watchers:
        yield {
            "role": _KINDS["watcher"][language],
            "name": watcher.name,
            "school": watcher.school,
            "watched_min": f"{watcher.watched_s / 60:.1f}",
        }


def _participant(row: SheetRow, language: Language, zone: timezone) -> Line:
    def moment(ms: int | None) -> str:
        return "" if ms is None else utc(ms).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")

    yes = _YES[language]
    return {
        "role": _KINDS[row.role][language],
        "name": row.name,
        "school": row.school,
        "first_joined": moment(row.first_joined_ms),
        "last_left": moment(row.last_left_ms),
        "present_min": f"{row.present_ms / 60_000:.1f}",
        "late": yes if row.is_late else "",
        "left_early": yes if row.left_early else "",
        "cuts": str(row.cuts),
        "cut_s": str(round(row.cut_ms / 1000)),
    }


def _pupil(row: PupilRow, language: Language) -> Line:
    yes = _YES[language]
    match row.mark:
        case None:
            word = _NOT_CALLED[language]
        case "absent":
            word = _ABSENT[language]
        case "excused":
            word = _EXCUSED[language]
        case _:
            word = _CAME[language]
    return {
        "role": _KINDS["pupil"][language],
        "name": row.name,
        "school": row.school,
        "classroom": row.classroom,
        "number": row.number,
        "mark": word,
        "late": yes if row.mark in ("late", "late_and_left_early") else "",
        "left_early": yes if row.mark in ("left_early", "late_and_left_early") else "",
    }
