"""The sheet as CSV for a spreadsheet: UTF-8 with BOM, and no cell that a spreadsheet would run as a formula."""

import csv
import io
from datetime import timedelta, timezone
from typing import Literal

from app.attendance.report import Sheet, SheetRow
from app.http import utc

Language = Literal["zh", "en"]
_BOM = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_HEADERS: dict[Language, tuple[str, ...]] = {
    "zh": (
        "课堂", "身份", "名称", "学校", "首次进入", "最后离开", "在堂分钟", "迟到", "早退", "断线次数", "断线秒数",
        "看回看分钟",
    ),
    "en": (
        "Lesson", "Role", "Name", "School", "First joined", "Last left", "Minutes present", "Late", "Left early",
        "Cuts", "Seconds cut", "Minutes of the replay watched",
    ),
}  # fmt: skip
_ROLES: dict[Language, dict[str, str]] = {
    "zh": {"lead": "主讲教师", "classroom": "教室", "assistant": "助教", "observer": "观课"},
    "en": {
        "lead": "Lead teacher",
        "classroom": "Classroom",
        "assistant": "Assistant",
        "observer": "Observer",
    },
}
_WATCHED: dict[Language, str] = {"zh": "看回看", "en": "Watched the replay"}
_YES: dict[Language, str] = {"zh": "是", "en": "yes"}


def sheet_csv(sheet: Sheet, language: Language, utc_offset_min: int) -> str:
    """One line per participant, then one for everybody who watched the replay; times in the given offset from UTC."""
    zone = timezone(timedelta(minutes=utc_offset_min))
    out = io.StringIO()
    out.write(_BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEADERS[language])
    for row in sheet.rows:
        writer.writerow(safe_cell(cell) for cell in _cells(sheet.lesson.title, row, language, zone))
    for watcher in sheet.watchers:
        cells = [sheet.lesson.title, _WATCHED[language], watcher.name, watcher.school]
        cells += [""] * (len(_HEADERS[language]) - len(cells) - 1)
        writer.writerow(safe_cell(cell) for cell in [*cells, f"{watcher.watched_s / 60:.1f}"])
    return out.getvalue()


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would take it for a formula."""
    return "'" + text if text.lstrip(" ").startswith(_FORMULA_STARTS) else text


def _cells(title: str, row: SheetRow, language: Language, zone: timezone) -> tuple[str, ...]:
    def moment(ms: int | None) -> str:
        return "" if ms is None else utc(ms).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")

    yes = _YES[language]
    return (
        title,
        _ROLES[language][row.role],
        row.name,
        row.school,
        moment(row.first_joined_ms),
        moment(row.last_left_ms),
        f"{row.present_ms / 60_000:.1f}",
        yes if row.is_late else "",
        yes if row.left_early else "",
        str(row.cuts),
        str(round(row.cut_ms / 1000)),
        "",
    )
