"""`/ledger`: planned against delivered time with the causes, for admins: rows, totals, files, corrections."""

import asyncio
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from app.accounts.rate_limit import RateLimiter
from app.attendance.csv_file import Language
from app.attendance.endpoints import CHINA_OFFSET_MIN, LessonPath
from app.attendance.ledger.bodies import (
    ClassroomPupilsBody,
    CorrectionDraft,
    LedgerBody,
    LedgerCorrectionBody,
    LedgerRowBody,
    TotalsBody,
    correction_body,
    ledger_body,
    pupils_body,
    row_body,
    totals_body,
)
from app.attendance.ledger.corrections import LedgerDesk, Moved
from app.attendance.ledger.files import LedgerFile, csv_chunks, write_xlsx
from app.attendance.ledger.filter import LedgerFilter
from app.attendance.ledger.pupils import load_pupil_totals
from app.attendance.ledger.rows import count_rows, every_page, load_page
from app.attendance.ledger.totals import GroupedBy, load_totals
from app.attendance.roll_call.endpoints import SeatPath
from app.db.engine import Database
from app.errors import InvalidInput
from app.http import ADMINS, Authenticate, Caller, admins_only, refusals, to_ms

MAX_FILE_ROWS = 200_000
FILES, FILES_WINDOW_S = 20, 300.0
"""Of one person."""
XLSX_AT_ONCE = 1
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_Id = Annotated[str | None, Query(pattern=r"^\w{1,40}$")]
_Limit = Annotated[int, Query(ge=1, le=200)]
_After = Annotated[str | None, Query(max_length=800)]
_Offset = Annotated[int, Query(ge=-840, le=840)]


def wanted(
    from_: Annotated[datetime, Query(alias="from")],
    to: datetime,
    school_id: _Id = None,
    classroom_id: _Id = None,
    teacher_id: _Id = None,
    subject: Annotated[str | None, Query(max_length=120)] = None,
) -> LedgerFilter:
    """InvalidInput `range_invalid`."""
    if from_.tzinfo is None or to.tzinfo is None:
        raise InvalidInput("`from` and `to` need an offset from UTC", code="range_invalid")
    return LedgerFilter(to_ms(from_), to_ms(to), school_id, classroom_id, teacher_id, subject)


Wanted = Annotated[LedgerFilter, Depends(wanted)]


class LedgerFiles:
    """Hands the ledger out as files, some at a time."""

    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._now_ms = now_ms
        self._taken = RateLimiter(FILES, FILES_WINDOW_S)
        self._xlsx_slots = asyncio.Semaphore(XLSX_AT_ONCE)

    async def csv(self, caller: Caller, wanted: LedgerFilter, file: LedgerFile) -> Response:
        """InvalidInput `file_too_large`, RateLimited."""
        await self._check(caller, wanted)
        pages = every_page(self._database, caller.require_scope(*ADMINS), wanted, self._now_ms())
        return StreamingResponse(
            csv_chunks(file, pages), media_type="text/csv; charset=utf-8", headers=_headers("csv")
        )

    async def xlsx(self, caller: Caller, wanted: LedgerFilter, file: LedgerFile) -> Response:
        """As `csv`. The format wants its table of contents written last, so it goes through a file."""
        await self._check(caller, wanted)
        pages = every_page(self._database, caller.require_scope(*ADMINS), wanted, self._now_ms())
        folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="tongtang-ledger-")
        path = FilePath(folder.name) / "ledger.xlsx"
        try:
            async with self._xlsx_slots:
                await write_xlsx(path, file, pages)
        except BaseException:
            folder.cleanup()
            raise
        return FileResponse(
            path,
            media_type=XLSX,
            headers=_headers("xlsx"),
            background=BackgroundTask(folder.cleanup),
        )

    async def _check(self, caller: Caller, wanted: LedgerFilter) -> None:
        self._taken.take(caller.user_id)
        async with self._database.reading() as session:
            count = await count_rows(session, caller.require_scope(*ADMINS), wanted, self._now_ms())
        if count > MAX_FILE_ROWS:
            raise InvalidInput(
                f"a file has {MAX_FILE_ROWS} rows at most, these are {count}", code="file_too_large"
            )


def _headers(suffix: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="ledger.{suffix}"',
        "X-Content-Type-Options": "nosniff",
    }


def build_router(
    database: Database, authenticate: Authenticate, now_ms: Callable[[], int]
) -> APIRouter:
    router = APIRouter(tags=["ledger"])
    desk, files = LedgerDesk(database, now_ms), LedgerFiles(database, now_ms)
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type
    AdminNow = Annotated[Caller, Depends(admins_only(authenticate))]  # noqa: N806

    @router.get("/ledger", operation_id="get_ledger", responses=refusals(401, 403))
    async def get_ledger(
        caller: AdminNow, wanted: Wanted, limit: _Limit = 50, after: _After = None
    ) -> LedgerBody:
        scope = caller.require_scope(*ADMINS)
        async with database.reading() as session:
            return ledger_body(await load_page(session, scope, wanted, now_ms(), limit, after))

    @router.get("/ledger/totals", operation_id="get_ledger_totals", responses=refusals(401, 403))
    async def get_ledger_totals(
        caller: AdminNow,
        wanted: Wanted,
        by: GroupedBy,
        limit: _Limit = 100,
        after: _After = None,
    ) -> TotalsBody:
        scope = caller.require_scope(*ADMINS)
        async with database.reading() as session:
            return totals_body(
                await load_totals(session, scope, wanted, by, now_ms(), limit, after)
            )

    @router.get(
        "/ledger.csv",
        operation_id="download_ledger_csv",
        response_class=Response,
        responses={**refusals(401, 403, 429), 200: {"content": {"text/csv": {}}}},
    )
    async def download_ledger_csv(
        caller: AdminNow,
        wanted: Wanted,
        language: Language = "zh",
        utc_offset_min: _Offset = CHINA_OFFSET_MIN,
    ) -> Response:
        return await files.csv(caller, wanted, LedgerFile(language, utc_offset_min))

    @router.get(
        "/ledger.xlsx",
        operation_id="download_ledger_xlsx",
        response_class=Response,
        responses={**refusals(401, 403, 429), 200: {"content": {XLSX: {}}}},
    )
    async def download_ledger_xlsx(
        caller: AdminNow,
        wanted: Wanted,
        language: Language = "zh",
        utc_offset_min: _Offset = CHINA_OFFSET_MIN,
    ) -> Response:
        return await files.xlsx(caller, wanted, LedgerFile(language, utc_offset_min))

    @router.get(
        "/classrooms/{classroom_id}/pupil-attendance",
        operation_id="get_pupil_attendance",
        responses=refusals(401, 403, 404),
        summary="By name, for who may know the classroom's pupils by name",
    )
    async def get_pupil_attendance(
        caller: CallerNow,
        classroom_id: Annotated[str, Path(pattern=r"^\w{1,40}$")],
        from_: Annotated[datetime, Query(alias="from")],
        to: datetime,
        teacher_id: _Id = None,
        subject: Annotated[str | None, Query(max_length=120)] = None,
    ) -> ClassroomPupilsBody:
        scope = caller.require_scope("admin", "school_admin", "onsite")
        only = wanted(from_, to, None, None, teacher_id, subject)
        async with database.reading() as session:
            return pupils_body(await load_pupil_totals(session, scope, classroom_id, only))

    @router.post(
        "/lessons/{id}/seats/{seat_id}/ledger-corrections",
        operation_id="correct_ledger",
        responses=refusals(401, 403, 404, 409),
    )
    async def correct_ledger(
        lesson_id: LessonPath, seat_id: SeatPath, caller: AdminNow, draft: CorrectionDraft
    ) -> LedgerRowBody:
        moved = None if draft.moved is None else Moved(draft.moved.from_cause, draft.moved.to_cause)
        row = await desk.correct(
            lesson_id,
            seat_id,
            caller,
            is_excused=draft.is_excused,
            moved=moved,
            reason=draft.reason,
        )
        return row_body(row)

    @router.get(
        "/lessons/{id}/seats/{seat_id}/ledger-corrections",
        operation_id="list_ledger_corrections",
        responses=refusals(401, 403, 404),
    )
    async def list_ledger_corrections(
        lesson_id: LessonPath, seat_id: SeatPath, caller: AdminNow
    ) -> list[LedgerCorrectionBody]:
        made = await desk.corrections(lesson_id, seat_id, caller)
        return [correction_body(one) for one in made]

    return router
