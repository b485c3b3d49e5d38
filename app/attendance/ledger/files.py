"""The ledger as CSV and XLSX, written row by row: neither holds more than some rows in memory.

Texts are guarded by `spreadsheet.safe_cell`; amounts are whole seconds: a file adds up as exactly as the ledger.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta, timezone
from pathlib import Path

from openpyxl.workbook.workbook import Workbook

from app.attendance.csv_file import Language
from app.attendance.ledger.causes import CAUSES, Cause
from app.attendance.ledger.rows import LedgerRow, Outcome
from app.http import utc
from app.spreadsheet import safe_cell

Cell = str | int | None
_BOM = "\ufeff"
_CAUSES: dict[Cause, dict[Language, str]] = {
    "cancelled": {"zh": "取消", "en": "Cancelled"},
    "not_held": {"zh": "未开课", "en": "Not held"},
    "server": {"zh": "服务器", "en": "Server"},
    "teacher_late": {"zh": "教师迟到", "en": "Teacher late"},
    "teacher_away": {"zh": "教师离开", "en": "Teacher away"},
    "ended_early": {"zh": "提前下课", "en": "Ended early"},
    "classroom_away": {"zh": "教室未在场", "en": "Classroom away"},
    "link": {"zh": "学校网络", "en": "School link"},
    "power": {"zh": "停电", "en": "Power"},
}
_UNITS: dict[Language, str] = {"zh": "（秒）", "en": " (s)"}
_BEFORE: tuple[dict[Language, str], ...] = (
    {"zh": "课堂编号", "en": "Lesson id"},
    {"zh": "座位编号", "en": "Seat id"},
    {"zh": "课题", "en": "Lesson"},
    {"zh": "学科", "en": "Subject"},
    {"zh": "计划开始", "en": "Planned start"},
    {"zh": "计划结束", "en": "Planned end"},
    {"zh": "主讲教师", "en": "Lead teacher"},
    {"zh": "学校", "en": "School"},
    {"zh": "教室", "en": "Classroom"},
    {"zh": "结果", "en": "Outcome"},
    {"zh": "计划（秒）", "en": "Planned (s)"},
    {"zh": "实授（秒）", "en": "Delivered (s)"},
    {"zh": "计划外实授（秒）", "en": "Delivered beyond the plan (s)"},
)
_AFTER: tuple[dict[Language, str], ...] = (
    {"zh": "首次进入", "en": "First joined"},
    {"zh": "最后离开", "en": "Last left"},
    {"zh": "迟到", "en": "Late"},
    {"zh": "早退", "en": "Left early"},
    {"zh": "有正当理由", "en": "Excused"},
    {"zh": "断线次数", "en": "Cuts"},
    {"zh": "断线（秒）", "en": "Cut (s)"},
    {"zh": "实到人数", "en": "Pupils present"},
    {"zh": "缺勤人数", "en": "Pupils absent"},
    {"zh": "请假人数", "en": "Pupils excused"},
    {"zh": "迟到人数", "en": "Pupils late"},
    {"zh": "早退人数", "en": "Pupils left early"},
    {"zh": "更正次数", "en": "Corrections"},
)
_OUTCOMES: dict[Outcome, dict[Language, str]] = {
    "held": {"zh": "已上课", "en": "held"},
    "cancelled": {"zh": "已取消", "en": "cancelled"},
    "not_held": {"zh": "未开课", "en": "not held"},
}
_YES: dict[Language, str] = {"zh": "是", "en": "yes"}


class LedgerFile:
    """How rows become cells: in one language, with times at one offset from UTC."""

    def __init__(self, language: Language, utc_offset_min: int) -> None:
        self._language = language
        self._zone = timezone(timedelta(minutes=utc_offset_min))

    def header(self) -> list[Cell]:
        language = self._language
        causes = [_CAUSES[cause][language] + _UNITS[language] for cause in CAUSES]
        before, after = ([names[language] for names in part] for part in (_BEFORE, _AFTER))
        return [*before, *causes, *after]

    def cells(self, row: LedgerRow) -> list[Cell]:
        cells: list[Cell] = [
            row.lesson_id,
            row.seat_id,
            row.title,
            row.subject,
            self._moment(row.starts_at_ms),
            self._moment(row.ends_at_ms),
            row.teacher,
            row.school,
            row.classroom,
            _OUTCOMES[row.outcome][self._language],
            row.planned_s,
            row.delivered_s,
            row.extra_s,
            *(row.missed_s[cause] for cause in CAUSES),
            self._moment(row.first_joined_ms),
            self._moment(row.last_left_ms),
            self._yes(row.is_late),
            self._yes(row.left_early),
            self._yes(row.is_excused),
            row.cuts,
            row.cut_s,
            row.pupils.head_count,
            row.pupils.absent,
            row.pupils.excused,
            row.pupils.late,
            row.pupils.left_early,
            row.corrections,
        ]
        return [safe_cell(cell) if isinstance(cell, str) else cell for cell in cells]

    def _moment(self, ms: int | None) -> str:
        return "" if ms is None else utc(ms).astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def _yes(self, holds: bool) -> str:
        return _YES[self._language] if holds else ""


async def csv_chunks(
    file: LedgerFile, pages: AsyncIterator[Iterable[LedgerRow]]
) -> AsyncIterator[bytes]:
    """UTF-8 with BOM, one chunk per page of rows."""
    yield _csv_lines([file.header()], _BOM)
    async for rows in pages:
        yield _csv_lines([file.cells(row) for row in rows])


def _csv_lines(lines: Iterable[list[Cell]], before: str = "") -> bytes:
    out = io.StringIO()
    out.write(before)
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode()


async def write_xlsx(
    path: Path, file: LedgerFile, pages: AsyncIterator[Iterable[LedgerRow]]
) -> None:
    """Rows go to a file at once; the work is done beside the event loop."""
    book = Workbook(write_only=True)  # type: ignore[no-untyped-call]
    sheet = book.create_sheet("ledger")  # type: ignore[no-untyped-call]
    sheet.freeze_panes = "A2"

    def append(lines: list[list[Cell]]) -> None:
        for line in lines:
            sheet.append(line)

    append([file.header()])
    async for rows in pages:
        await asyncio.to_thread(append, [file.cells(row) for row in rows])
    await asyncio.to_thread(book.save, path)
