"""What stands in the ledger's files. Amounts are whole seconds, so that a file adds up as exactly as the ledger."""

from collections.abc import Mapping, Sequence
from datetime import timedelta, timezone
from typing import Protocol, TypeVar

from app.attendance.csv_file import Language
from app.attendance.ledger.causes import CAUSES, Cause
from app.attendance.ledger.pupils import PupilTotal
from app.attendance.ledger.rows import LedgerRow, Outcome
from app.attendance.ledger.totals import Total
from app.moments import utc

Cell = str | int | None
_Item = TypeVar("_Item", contravariant=True)


class Columns(Protocol[_Item]):
    """How an item becomes a line of a file."""

    def header(self) -> list[str]: ...
    def cells(self, item: _Item) -> list[Cell]: ...


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
_TOTAL_BEFORE: tuple[dict[Language, str], ...] = (
    {"zh": "编号", "en": "Id"},
    {"zh": "名称", "en": "Name"},
    {"zh": "学校", "en": "School"},
    {"zh": "课堂数", "en": "Lessons"},
    *_BEFORE[-3:],
)
_TOTAL_AFTER: tuple[dict[Language, str], ...] = (
    {"zh": "迟到次数", "en": "Times late"},
    {"zh": "早退次数", "en": "Times left early"},
    {"zh": "有正当理由次数", "en": "Times excused"},
)
_PUPIL: tuple[dict[Language, str], ...] = (
    {"zh": "学生编号", "en": "Pupil id"},
    {"zh": "学号", "en": "Pupil number"},
    {"zh": "姓名", "en": "Name"},
    {"zh": "点名次数", "en": "Times called"},
    {"zh": "缺勤次数", "en": "Times absent"},
    {"zh": "请假次数", "en": "Times excused"},
    {"zh": "迟到次数", "en": "Times late"},
    {"zh": "早退次数", "en": "Times left early"},
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


class RowColumns:
    """Of a lesson and classroom; times at one offset from UTC."""

    def __init__(self, language: Language, utc_offset_min: int) -> None:
        self._language = language
        self._zone = timezone(timedelta(minutes=utc_offset_min))

    def header(self) -> list[str]:
        return _header(self._language, _BEFORE, _AFTER)

    def cells(self, row: LedgerRow) -> list[Cell]:
        return [
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

    def _moment(self, ms: int | None) -> str:
        return "" if ms is None else utc(ms).astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def _yes(self, holds: bool) -> str:
        return _YES[self._language] if holds else ""


class TotalColumns:
    """Of a classroom, school, teacher or subject."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def header(self) -> list[str]:
        return _header(self._language, _TOTAL_BEFORE, _TOTAL_AFTER)

    def cells(self, total: Total) -> list[Cell]:
        return [
            total.id,
            total.name,
            total.school,
            total.lessons,
            total.planned_s,
            total.delivered_s,
            total.extra_s,
            *(total.missed_s[cause] for cause in CAUSES),
            total.late,
            total.left_early,
            total.excused,
        ]


class PupilColumns:
    """Of a pupil; in lessons."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def header(self) -> list[str]:
        return [names[self._language] for names in _PUPIL]

    def cells(self, pupil: PupilTotal) -> list[Cell]:
        return [
            pupil.pupil_id,
            pupil.number,
            pupil.name,
            pupil.called,
            pupil.absent,
            pupil.excused,
            pupil.late,
            pupil.left_early,
        ]


def _header(
    language: Language,
    before: Sequence[Mapping[Language, str]],
    after: Sequence[Mapping[Language, str]],
) -> list[str]:
    causes = [_CAUSES[cause][language] + _UNITS[language] for cause in CAUSES]
    return [*(one[language] for one in before), *causes, *(one[language] for one in after)]
