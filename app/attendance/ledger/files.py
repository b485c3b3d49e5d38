"""Lines as CSV and XLSX, written as they come: neither holds more than some of them in memory.

Every text is guarded by `spreadsheet.safe_cell`.
"""

import asyncio
import csv
import importlib
import io
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Literal, TypeVar

from fastapi import Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from app.attendance.ledger.columns import Cell, Columns
from app.spreadsheet import BOM, safe_cell

FileKind = Literal["csv", "xlsx"]
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX_AT_ONCE = 1
_Item = TypeVar("_Item")
Lines = list[list[Cell]]


class LedgerFiles:
    """Makes answers of items that come page by page."""

    def __init__(self) -> None:
        self._xlsx_slots = asyncio.Semaphore(XLSX_AT_ONCE)

    async def answer(
        self, kind: FileKind, columns: Columns[_Item], pages: AsyncIterator[Iterable[_Item]]
    ) -> Response:
        """An XLSX wants its table of contents written last, so it goes through a file."""
        headers = {
            "Content-Disposition": f'attachment; filename="ledger.{kind}"',
            "X-Content-Type-Options": "nosniff",
        }
        lines = _lines(columns, pages)
        if kind == "csv":
            return StreamingResponse(
                _csv_chunks(lines), media_type="text/csv; charset=utf-8", headers=headers
            )
        folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="tongtang-ledger-")
        path = Path(folder.name) / "ledger.xlsx"
        try:
            async with self._xlsx_slots:
                await _write_xlsx(path, lines)
        except BaseException:
            folder.cleanup()
            raise
        cleanup = BackgroundTask(folder.cleanup)
        return FileResponse(path, media_type=XLSX_TYPE, headers=headers, background=cleanup)


async def _lines(
    columns: Columns[_Item], pages: AsyncIterator[Iterable[_Item]]
) -> AsyncIterator[Lines]:
    yield [[*columns.header()]]
    async for items in pages:
        yield [[_guarded(cell) for cell in columns.cells(item)] for item in items]


def _guarded(cell: Cell) -> Cell:
    return safe_cell(cell) if isinstance(cell, str) else cell


async def _csv_chunks(pages: AsyncIterator[Lines]) -> AsyncIterator[bytes]:
    """UTF-8 with BOM."""
    before = BOM
    async for lines in pages:
        out = io.StringIO()
        out.write(before)
        csv.writer(out, lineterminator="\r\n").writerows(lines)
        yield out.getvalue().encode()
        before = ""


async def _write_xlsx(path: Path, pages: AsyncIterator[Lines]) -> None:
    """Lines go to a file at once; the work is done beside the event loop."""
    # Imported for the first such file, as `app.sheets` does.
    writer = await asyncio.to_thread(importlib.import_module, "openpyxl.workbook.workbook")
    book = writer.Workbook(write_only=True)
    sheet = book.create_sheet("ledger")
    sheet.freeze_panes = "A2"

    def append(lines: Lines) -> None:
        for line in lines:
            sheet.append(line)

    async for lines in pages:
        await asyncio.to_thread(append, lines)
    await asyncio.to_thread(book.save, path)
