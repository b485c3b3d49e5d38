"""Rows of pupils out of a file that somebody made in a spreadsheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.sheets import LineError, Lines, SheetUnreadable, read_lines

MAX_PUPILS = 200
"""In one classroom."""
MAX_NUMBER_CHARS, MAX_NAME_CHARS = 40, 120
_NUMBER_WORDS = ("学号", "编号", "学籍号", "number", "no.", "no")
_NAME_WORDS = ("姓名", "名字", "name")


@dataclass(frozen=True, slots=True)
class SheetPupil:
    line: int
    number: str | None
    name: str


@dataclass(frozen=True, slots=True)
class ReadSheet:
    pupils: tuple[SheetPupil, ...]
    errors: tuple[LineError, ...]
    """`name_missing`, `name_too_long`, `number_too_long`, `number_twice`, `name_twice`, `too_many_pupils`."""


def read_sheet(content: bytes) -> ReadSheet:
    """Every row and what is wrong with it. SheetUnreadable `file_too_large`, `file_unreadable` or `columns_missing`."""
    return _read_rows(read_lines(content))


def _read_rows(lines: Lines) -> ReadSheet:
    number_column, name_column = _columns(lines[0][1])
    pupils: list[SheetPupil] = []
    errors: list[LineError] = []
    for line, row in lines[1:]:
        number = (
            row[number_column] if number_column is not None and number_column < len(row) else ""
        )
        name = row[name_column] if name_column < len(row) else ""
        pupil = SheetPupil(line, number or None, name)
        code = _error_of(pupil)
        if code is not None:
            errors.append(LineError(line, code))
        pupils.append(pupil)
    errors += _twice(pupils)
    errors += [LineError(pupil.line, "too_many_pupils") for pupil in pupils[MAX_PUPILS:][:1]]
    return ReadSheet(tuple(pupils), tuple(sorted(errors, key=lambda error: error.line)))


def _columns(header: Sequence[str]) -> tuple[int | None, int]:
    """Where number and name stand; the number may be missing, the name may not."""
    words = [cell.casefold() for cell in header]
    number = next((i for i, word in enumerate(words) if word in _NUMBER_WORDS), None)
    name = next((i for i, word in enumerate(words) if word in _NAME_WORDS), None)
    if name is None:
        raise SheetUnreadable("columns_missing")
    return number, name


def _error_of(pupil: SheetPupil) -> str | None:
    if not pupil.name:
        return "name_missing"
    if len(pupil.name) > MAX_NAME_CHARS:
        return "name_too_long"
    if pupil.number is not None and len(pupil.number) > MAX_NUMBER_CHARS:
        return "number_too_long"
    return None


def _twice(pupils: Sequence[SheetPupil]) -> Iterator[LineError]:
    """One number for two pupils; one name for two of whom neither has a number."""
    numbers: set[str] = set()
    names: set[str] = set()
    for pupil in pupils:
        known, key, code = (
            (numbers, pupil.number, "number_twice")
            if pupil.number is not None
            else (names, pupil.name, "name_twice")
        )
        if key and key in known:
            yield LineError(pupil.line, code)
        known.add(key)
