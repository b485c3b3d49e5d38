"""Sheets as people make them: encodings, separators, headers, what is wrong with a line."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.schools.roster.sheet import MAX_PUPILS, read_sheet
from app.sheets import MAX_FILE_BYTES, MAX_LINES, SheetUnreadable

TEXT = "学号,姓名\r\n1,王小花\r\n2,李强\r\n"


def xlsx(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        ("\r\n" + TEXT + "\r\n, \r\n").encode(),
        "Number,Name\n1,王小花\n2,李强".encode(),
        "姓名,性别,学号\n王小花,女,1\n李强,男,2".encode(),
        xlsx([["学号", "姓名"], [1, "王小花"], [2.0, "李强"]]),
        xlsx([["姓名", None, "学号"], [], ["王小花", "x", "1"], [" 李强 ", None, " 2"]]),
    ],
)
def test_the_same_pupils_come_out_of_every_file(content: bytes) -> None:
    sheet = read_sheet(content)
    assert [(one.number, one.name) for one in sheet.pupils] == [("1", "王小花"), ("2", "李强")]
    assert sheet.errors == ()


def test_numbers_may_be_missing() -> None:
    sheet = read_sheet("姓名\n王小花\n李强".encode())
    assert [(one.number, one.name) for one in sheet.pupils] == [(None, "王小花"), (None, "李强")]


def test_every_wrong_line_is_named_as_the_spreadsheet_counts() -> None:
    text = f"学号,姓名\n1,王小花\n1,李强\n\n3,\n,孙\n,孙\n4,{'长' * 121}\n{'9' * 41},周"
    errors = read_sheet(text.encode()).errors
    assert [(error.line, error.code) for error in errors] == [
        (3, "number_twice"),
        (5, "name_missing"),
        (7, "name_twice"),
        (8, "name_too_long"),
        (9, "number_too_long"),
    ]


def test_a_classroom_has_an_end() -> None:
    rows = "".join(f"{n},学生\n" for n in range(MAX_PUPILS + 5))
    (error,) = read_sheet(f"学号,姓名\n{rows}".encode()).errors
    assert (error.line, error.code) == (MAX_PUPILS + 2, "too_many_pupils")


def bomb() -> bytes:
    """A small file that unpacks into thirty megabytes."""
    file = io.BytesIO(xlsx([["姓名"], ["王小花"]]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/zeros", bytes(30_000_000))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "columns_missing"),
        ("学号,年级\n1,三".encode(), "columns_missing"),
        (b"\xff\xfe\x00\x00\xff", "file_unreadable"),
        (b"PK\x03\x04 this is no archive", "file_unreadable"),
        (bytes(MAX_FILE_BYTES + 1), "file_too_large"),
        ("姓名\n".encode() + b"a\n" * (MAX_LINES + 1), "file_too_large"),
        (bomb(), "file_too_large"),
    ],
)
def test_what_is_no_sheet_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(SheetUnreadable) as refusal:
        read_sheet(content)
    assert refusal.value.code == code


@given(st.binary(max_size=400), st.booleans())
def test_nothing_crashes_the_reader(content: bytes, is_xlsx: bool) -> None:
    try:
        read_sheet(b"PK\x03\x04" + content if is_xlsx else "姓名\n".encode() + content)
    except SheetUnreadable:
        pass
