"""Rows of pupils out of a file that somebody made in a spreadsheet: CSV in the encodings they write, or XLSX."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpyxl.reader.excel import load_workbook

MAX_FILE_BYTES = 1_000_000
MAX_UNPACKED_BYTES = 20_000_000
"""A small XLSX may unpack into something that fills the memory."""
MAX_PUPILS = 200
"""In one classroom."""
MAX_LINES = 2_000
MAX_NUMBER_CHARS, MAX_NAME_CHARS = 40, 120
_XLSX_START = b"PK\x03\x04"
_ENCODINGS = ("utf-8-sig", "gb18030")
"""What spreadsheets in China write: with a mark at the start, or in the national encoding."""
_NUMBER_WORDS = ("学号", "编号", "学籍号", "number", "no.", "no")
_NAME_WORDS = ("姓名", "名字", "name")


class SheetUnreadable(Exception):
    """`code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SheetError:
    line: int
    """From 1, as the spreadsheet counts."""
    code: str
    """`name_missing`, `name_too_long`, `number_too_long`, `number_twice`, `name_twice`, `too_many_pupils`."""


@dataclass(frozen=True, slots=True)
class SheetPupil:
    line: int
    number: str | None
    name: str


@dataclass(frozen=True, slots=True)
class ReadSheet:
    pupils: tuple[SheetPupil, ...]
    errors: tuple[SheetError, ...]


def read_sheet(content: bytes) -> ReadSheet:
    """Every row and what is wrong with it. SheetUnreadable `file_too_large`, `file_unreadable` or `columns_missing`."""
    if len(content) > MAX_FILE_BYTES:
        raise SheetUnreadable("file_too_large")
    lines = _xlsx_lines(content) if content.startswith(_XLSX_START) else _csv_lines(content)
    return _read_rows(lines)


def _csv_lines(content: bytes) -> list[tuple[int, list[str]]]:
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise SheetUnreadable("file_unreadable")
    if "\0" in text:
        raise SheetUnreadable("file_unreadable")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines: list[tuple[int, list[str]]] = []
    try:
        for row in rows:
            lines.append((rows.line_num, row))
            if len(lines) > MAX_LINES:
                raise SheetUnreadable("file_too_large")
    except csv.Error:
        raise SheetUnreadable("file_unreadable") from None
    return lines


def _xlsx_lines(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise SheetUnreadable("file_too_large")
        book = load_workbook(  # type: ignore[no-untyped-call]
            io.BytesIO(content), read_only=True, data_only=True
        )
        lines: list[tuple[int, list[str]]] = []
        for number, row in enumerate(book.worksheets[0].iter_rows(max_col=50, values_only=True), 1):
            if number > MAX_LINES:
                raise SheetUnreadable("file_too_large")
            lines.append((number, [_cell(value) for value in row]))
        return lines
    except SheetUnreadable:
        raise
    except Exception as error:
        raise SheetUnreadable("file_unreadable") from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    # A number typed into a cell: 20260101, not 20260101.0.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _read_rows(lines: list[tuple[int, list[str]]]) -> ReadSheet:
    filled = [
        (line, [cell.strip() for cell in row]) for line, row in lines if any(map(str.strip, row))
    ]
    if not filled:
        raise SheetUnreadable("columns_missing")
    number_column, name_column = _columns(filled[0][1])
    pupils: list[SheetPupil] = []
    errors: list[SheetError] = []
    for line, row in filled[1:]:
        number = (
            row[number_column] if number_column is not None and number_column < len(row) else ""
        )
        name = row[name_column] if name_column < len(row) else ""
        pupil = SheetPupil(line, number or None, name)
        code = _error_of(pupil)
        if code is not None:
            errors.append(SheetError(line, code))
        pupils.append(pupil)
    errors += _twice(pupils)
    errors += [SheetError(pupil.line, "too_many_pupils") for pupil in pupils[MAX_PUPILS:][:1]]
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


def _twice(pupils: Sequence[SheetPupil]) -> Iterator[SheetError]:
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
            yield SheetError(pupil.line, code)
        known.add(key)
