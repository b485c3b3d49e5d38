"""`/ledger`: planned against delivered time with the causes, for admins: rows, totals, files, corrections."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from app.accounts.rate_limit import RateLimiter
from app.attendance.csv_file import Language
from app.attendance.endpoints import CHINA_OFFSET_MIN, LessonPath
from app.attendance.ledger.bodies import (
    ClassroomPupilsBody,
    CorrectionDraft,
    LedgerBody,
    LedgerCorrectionBody,
    LedgerRowBody,
    StepsBody,
    TotalsBody,
    correction_body,
    ledger_body,
    pupils_body,
    row_body,
    steps_body,
    totals_body,
)
from app.attendance.ledger.columns import PupilColumns, RowColumns, TotalColumns
from app.attendance.ledger.corrections import LedgerDesk, Moved
from app.attendance.ledger.files import XLSX_TYPE, FileKind, LedgerFiles
from app.attendance.ledger.filter import LedgerFilter
from app.attendance.ledger.groups import GroupedBy
from app.attendance.ledger.pupils import ClassroomPupils, PupilTotal, load_pupil_totals
from app.attendance.ledger.rows import count_rows, every_page, load_page
from app.attendance.ledger.steps import StepName, load_steps
from app.attendance.ledger.totals import every_total, load_totals
from app.attendance.roll_call.endpoints import SeatPath
from app.caller import ADMINS, Caller
from app.db.access_log import AccessAction, log_access
from app.db.engine import Database
from app.errors import InvalidInput
from app.http import Authenticate, admins_only, refusals
from app.moments import to_ms

MAX_FILE_ROWS = 200_000
FILES, FILES_WINDOW_S = 20, 300.0
"""Of one person."""
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


def wanted_of_classroom(
    from_: Annotated[datetime, Query(alias="from")],
    to: datetime,
    teacher_id: _Id = None,
    subject: Annotated[str | None, Query(max_length=120)] = None,
) -> LedgerFilter:
    """The same where the path names the classroom."""
    return wanted(from_, to, None, None, teacher_id, subject)


Wanted = Annotated[LedgerFilter, Depends(wanted)]
WantedOfClassroom = Annotated[LedgerFilter, Depends(wanted_of_classroom)]
ClassroomPath = Annotated[str, Path(pattern=r"^\w{1,40}$")]


def _a_file(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` of a download."""
    return {**refusals(*statuses), 200: {"content": {"text/csv": {}, XLSX_TYPE: {}}}}


class LedgerReports:
    """The ledger's files for those who may have them."""

    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._now_ms = now_ms
        self._files = LedgerFiles()
        self._taken = RateLimiter(FILES, FILES_WINDOW_S)

    async def of_lessons(
        self, kind: FileKind, caller: Caller, wanted: LedgerFilter, columns: RowColumns
    ) -> Response:
        """InvalidInput `file_too_large`, RateLimited."""
        scope, now_ms = caller.require_scope(*ADMINS), self._now_ms()
        self._taken.take(caller.user_id)
        async with self._database.reading() as session:
            count = await count_rows(session, scope, wanted, now_ms)
        if count > MAX_FILE_ROWS:
            raise InvalidInput(
                f"a file has {MAX_FILE_ROWS} rows at most, these are {count}", code="file_too_large"
            )
        pages = every_page(self._database, scope, wanted, now_ms)
        return await self._files.answer(kind, columns, pages)

    async def of_totals(
        self,
        kind: FileKind,
        caller: Caller,
        wanted: LedgerFilter,
        by: GroupedBy,
        columns: TotalColumns,
    ) -> Response:
        """RateLimited."""
        scope = caller.require_scope(*ADMINS)
        self._taken.take(caller.user_id)
        pages = every_total(self._database, scope, wanted, by, self._now_ms())
        return await self._files.answer(kind, columns, pages)

    async def pupils(
        self,
        caller: Caller,
        classroom_id: str,
        wanted: LedgerFilter,
        action: AccessAction = "pupils.viewed",
    ) -> ClassroomPupils:
        """By name, which is logged. NotFound, NotAllowed."""
        scope = caller.require_scope("admin", "school_admin", "onsite")
        async with self._database.reading() as session:
            found = await load_pupil_totals(session, scope, classroom_id, wanted)
        async with self._database.transaction() as session:
            await log_access(session, caller.user_id, action, None, self._now_ms(), classroom_id)
        return found

    async def of_pupils(
        self,
        kind: FileKind,
        caller: Caller,
        classroom_id: str,
        wanted: LedgerFilter,
        columns: PupilColumns,
    ) -> Response:
        """NotFound, NotAllowed, RateLimited."""
        found = await self.pupils(caller, classroom_id, wanted, "pupils.downloaded")
        self._taken.take(caller.user_id)
        return await self._files.answer(kind, columns, _one_page(found.pupils))


async def _one_page(items: Sequence[PupilTotal]) -> AsyncIterator[Sequence[PupilTotal]]:
    yield items


def build_router(
    database: Database, authenticate: Authenticate, now_ms: Callable[[], int]
) -> APIRouter:
    router = APIRouter(tags=["ledger"])
    desk, reports = LedgerDesk(database, now_ms), LedgerReports(database, now_ms)
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
        limit: _Limit = 50,
        after: _After = None,
    ) -> TotalsBody:
        scope = caller.require_scope(*ADMINS)
        async with database.reading() as session:
            return totals_body(
                await load_totals(session, scope, wanted, by, now_ms(), limit, after)
            )

    @router.get("/ledger/steps", operation_id="get_ledger_steps", responses=refusals(401, 403))
    async def get_ledger_steps(
        caller: AdminNow,
        wanted: Wanted,
        step: StepName,
        utc_offset_min: _Offset = CHINA_OFFSET_MIN,
    ) -> StepsBody:
        """Over time, for charts: 100 steps at most."""
        scope = caller.require_scope(*ADMINS)
        async with database.reading() as session:
            return steps_body(
                await load_steps(session, scope, wanted, step, utc_offset_min, now_ms())
            )

    @router.get(
        "/ledger.{kind}",
        operation_id="download_ledger",
        response_class=Response,
        responses=_a_file(401, 403, 429),
    )
    async def download_ledger(
        kind: FileKind,
        caller: AdminNow,
        wanted: Wanted,
        by: GroupedBy | None = None,
        language: Language = "zh",
        utc_offset_min: _Offset = CHINA_OFFSET_MIN,
    ) -> Response:
        """Every lesson and classroom, or added up `by` something."""
        if by is None:
            columns = RowColumns(language, utc_offset_min)
            return await reports.of_lessons(kind, caller, wanted, columns)
        return await reports.of_totals(kind, caller, wanted, by, TotalColumns(language))

    @router.get(
        "/classrooms/{classroom_id}/pupil-attendance",
        operation_id="get_pupil_attendance",
        responses=refusals(401, 403, 404),
        summary="By name, for who may know the classroom's pupils by name",
    )
    async def get_pupil_attendance(
        caller: CallerNow, classroom_id: ClassroomPath, wanted: WantedOfClassroom
    ) -> ClassroomPupilsBody:
        return pupils_body(await reports.pupils(caller, classroom_id, wanted))

    @router.get(
        "/classrooms/{classroom_id}/pupil-attendance.{kind}",
        operation_id="download_pupil_sheet",
        response_class=Response,
        responses=_a_file(401, 403, 404, 429),
    )
    async def download_pupil_sheet(
        kind: FileKind,
        caller: CallerNow,
        classroom_id: ClassroomPath,
        wanted: WantedOfClassroom,
        language: Language = "zh",
    ) -> Response:
        columns = PupilColumns(language)
        return await reports.of_pupils(kind, caller, classroom_id, wanted, columns)

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
