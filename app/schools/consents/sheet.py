"""Answers out of a file that somebody made in a spreadsheet: each line is a pupil of the roster. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.db.consent import PURPOSES, PupilAnswer, Purpose, covering
from app.ids import PupilId
from app.sheets import LineError, Lines, SheetUnreadable

_NUMBER_WORDS = ("学号", "编号", "学籍号", "number", "no.", "no")
_NAME_WORDS = ("姓名", "名字", "name")
_PURPOSE_WORDS: dict[Purpose, tuple[str, ...]] = {
    "recorded": ("同意录制", "录制", "recorded"),
    "shared": ("全县可看", "县内分享", "whole county", "shared"),
    "public": ("公开链接", "公开", "public links", "public"),
}
_ANSWERS = {
    **dict.fromkeys(("是", "同意", "√", "✓", "yes", "y", "1", "true"), True),
    **dict.fromkeys(("否", "不同意", "×", "✗", "no", "n", "0", "false"), False),
}


@dataclass(frozen=True, slots=True)
class KnownPupil:
    """On the roster of the classroom."""

    pupil_id: PupilId
    number: str | None
    name: str
    agreed: frozenset[Purpose]
    """What stands so far."""


@dataclass(frozen=True, slots=True)
class ReadAnswers:
    answers: tuple[PupilAnswer, ...]
    """Of the cells that have one: an empty cell leaves what stands."""
    errors: tuple[LineError, ...]
    """`pupil_missing`, `pupil_unknown`, `pupil_ambiguous`, `pupil_twice`, `name_differs`, `answer_wrong`,
    `needs_narrower`.
    """


class _LineWrong(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Columns:
    number: int | None
    name: int | None
    purposes: Mapping[Purpose, int]


def read_answers(lines: Lines, known: Sequence[KnownPupil]) -> ReadAnswers:
    """Every answer, and what is wrong. SheetUnreadable `consent_columns_missing`."""
    columns = _columns(lines[0][1])
    answers: list[PupilAnswer] = []
    errors: list[LineError] = []
    line_of: list[tuple[int, PupilId]] = []
    for line, row in lines[1:]:
        try:
            pupil = _pupil(columns, row, known)
            line_of.append((line, pupil.pupil_id))
            answers += _answers(columns, row, pupil)
        except _LineWrong as error:
            errors.append(LineError(line, error.code))
    times = Counter(pupil_id for _, pupil_id in line_of)
    errors += [LineError(line, "pupil_twice") for line, pupil in line_of if times[pupil] > 1]
    return ReadAnswers(tuple(answers), tuple(sorted(errors, key=lambda error: error.line)))


def _columns(header: Sequence[str]) -> _Columns:
    words = [cell.casefold() for cell in header]

    def find(known: Sequence[str]) -> int | None:
        return next((at for at, word in enumerate(words) if word in known), None)

    purposes = {
        purpose: at for purpose, known in _PURPOSE_WORDS.items() if (at := find(known)) is not None
    }
    columns = _Columns(find(_NUMBER_WORDS), find(_NAME_WORDS), purposes)
    if (columns.number is None and columns.name is None) or not purposes:
        raise SheetUnreadable("consent_columns_missing")
    return columns


def _cell(row: Sequence[str], at: int | None) -> str:
    return row[at] if at is not None and at < len(row) else ""


def _pupil(columns: _Columns, row: Sequence[str], known: Sequence[KnownPupil]) -> KnownPupil:
    """By the number, or the name where there is none; a name beside a number has to be that pupil's."""
    number, name = _cell(row, columns.number), _cell(row, columns.name)
    if not number and not name:
        raise _LineWrong("pupil_missing")
    found = [one for one in known if (one.number == number if number else one.name == name)]
    if not found:
        raise _LineWrong("pupil_unknown")
    if len(found) > 1:
        raise _LineWrong("pupil_ambiguous")
    if number and name and found[0].name != name:
        raise _LineWrong("name_differs")
    return found[0]


def _answers(columns: _Columns, row: Sequence[str], pupil: KnownPupil) -> list[PupilAnswer]:
    given: dict[Purpose, bool] = {}
    for purpose, at in columns.purposes.items():
        cell = _cell(row, at).casefold()
        if cell and cell not in _ANSWERS:
            raise _LineWrong("answer_wrong")
        if cell:
            given[purpose] = _ANSWERS[cell]
    for purpose in PURPOSES:
        narrower = covering(purpose)[:-1]
        if given.get(purpose) and not all(given.get(one, one in pupil.agreed) for one in narrower):
            raise _LineWrong("needs_narrower")
    return [PupilAnswer(pupil.pupil_id, purpose, is_yes) for purpose, is_yes in given.items()]
