"""Lines of cells out of a file that somebody made in a spreadsheet: CSV in the encodings they write, or XLSX."""

import csv
import importlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import InvalidInput
from app.spreadsheet import plain_cell

MAX_FILE_BYTES = 1_000_000
MAX_UNPACKED_BYTES = 20_000_000
"""A small XLSX may unpack into something that fills the memory."""
MAX_LINES = 2_000
MAX_COLUMNS = 50
_XLSX_START = b"PK\x03\x04"
_ENCODINGS = ("utf-8-sig", "gb18030")
"""What spreadsheets in China write: with a mark at the start, or in the national encoding."""
Lines = list[tuple[int, list[str]]]
"""Each line's number, from 1 as the spreadsheet counts, and its cells."""


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a line of a sheet. With any nothing of it is taken over."""

    line: int
    """From 1, as the spreadsheet counts."""
    code: str


def refuse_wrong(errors: Sequence[LineError]) -> None:
    """InvalidInput with the code and the number of the first wrong line, if there is one."""
    for error in errors[:1]:
        raise InvalidInput("a line of the sheet is wrong", code=error.code, line=error.line)


class SheetUnreadable(InvalidInput):
    """No sheet, or not one of what is asked for. `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(f"this file cannot be read: {code}", code=code)


def read_lines(content: bytes) -> Lines:
    """Every line that has something in it, cells without space around them and as they were before `safe_cell`.

    SheetUnreadable `file_too_large`, `file_unreadable`, or `columns_missing` for an empty file.
    """
    if len(content) > MAX_FILE_BYTES:
        raise SheetUnreadable("file_too_large")
    lines = _xlsx_lines(content) if content.startswith(_XLSX_START) else _csv_lines(content)
    filled = [
        (line, [plain_cell(cell.strip()) for cell in row])
        for line, row in lines
        if any(map(str.strip, row))
    ]
    if not filled:
        raise SheetUnreadable("columns_missing")
    return filled


def _csv_lines(content: bytes) -> Lines:
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
    lines: Lines = []
    try:
        for row in rows:
            lines.append((rows.line_num, row))
            if len(lines) > MAX_LINES:
                raise SheetUnreadable("file_too_large")
    except csv.Error:
        raise SheetUnreadable("file_unreadable") from None
    return lines


def _xlsx_lines(content: bytes) -> Lines:
    # Imported for the first such file: an app needs a tenth less to start.
    reader = importlib.import_module("openpyxl.reader.excel")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise SheetUnreadable("file_too_large")
        book = reader.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        lines: Lines = []
        for number, row in enumerate(
            book.worksheets[0].iter_rows(max_col=MAX_COLUMNS, values_only=True), 1
        ):
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
