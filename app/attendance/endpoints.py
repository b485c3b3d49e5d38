"""`/lessons/{id}/attendance`, as JSON and as CSV."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from app.api_model import ApiModel
from app.attendance.csv_file import Language, sheet_csv
from app.attendance.report import ReportLesson, Sheet, SheetRow, WatchedReplay, build_sheet
from app.attendance.repository import load_attendance, staff_names
from app.attendance.roll_call.in_report import pupil_rows, roll_rows
from app.attendance.roll_call.repository import load_pupils, load_rolls
from app.attendance.spans import EndedBy
from app.caller import Caller
from app.db.access_log import AccessAction, log_access
from app.db.engine import Database
from app.http import Authenticate, refusals
from app.ids import LessonId
from app.moments import utc, utc_or_none

LessonPath = Annotated[LessonId, Path(alias="id", pattern=r"^\w{1,60}$")]
LessonForReport = Callable[[LessonId, Caller], Awaitable[ReportLesson]]
"""The lesson as this caller may see it; NotFound if not at all."""
WatchedOf = Callable[[LessonId], Awaitable[WatchedReplay | None]]
"""The lesson's replay and who watched it; None if there is no replay."""
CHINA_OFFSET_MIN = 480


class SpanBody(ApiModel):
    from_: Annotated[datetime, Field(alias="from")]
    to: datetime | None
    ended_by: EndedBy | None


class AttendanceRowBody(ApiModel):
    participant_id: str
    role: Literal["lead", "assistant", "observer", "classroom"]
    name: str
    school: str
    first_joined_at: datetime
    last_left_at: datetime | None
    present_s: int
    """Seconds in the lesson, from its start on; cuts shorter than the grace period included."""
    is_late: bool
    left_early: bool
    cuts: int
    cut_s: int
    is_present_now: bool
    spans: list[SpanBody]


class WatcherBody(ApiModel):
    user_id: str
    name: str
    school: str
    watched_s: int
    """Different seconds of the replay; never more than it has."""
    last_at: datetime


class WatchedReplayBody(ApiModel):
    length_s: int
    watchers: list[WatcherBody]


class RollCallRowBody(ApiModel):
    """The roll call of one classroom, in numbers."""

    seat_id: str
    classroom: str
    school: str
    head_count: int | None
    """Null: nobody counted."""
    on_roster: int
    absent: int
    """Without leave."""
    excused: int
    late: int
    left_early: int
    may_see_names: bool
    """Whether this caller may read and correct the roll itself."""


class AttendanceBody(ApiModel):
    lesson_id: str
    title: str
    started_at: datetime | None
    ended_at: datetime | None
    planned_start: datetime
    planned_end: datetime
    rows: list[AttendanceRowBody]
    roll_calls: list[RollCallRowBody]
    """One for each classroom that the caller may see."""
    replay: WatchedReplayBody | None
    """None: there is no replay."""


def attendance_body(sheet: Sheet) -> AttendanceBody:
    return AttendanceBody(
        lesson_id=sheet.lesson.lesson_id,
        title=sheet.lesson.title,
        started_at=utc_or_none(sheet.started_ms),
        ended_at=utc_or_none(sheet.ended_ms),
        planned_start=utc(sheet.lesson.planned_start_ms),
        planned_end=utc(sheet.lesson.planned_end_ms),
        rows=[_row_body(row) for row in sheet.rows],
        roll_calls=[RollCallRowBody(**asdict(row)) for row in sheet.rolls],
        replay=_replay_body(sheet),
    )


def _replay_body(sheet: Sheet) -> WatchedReplayBody | None:
    if sheet.replay_length_s is None:
        return None
    return WatchedReplayBody(
        length_s=sheet.replay_length_s,
        watchers=[
            WatcherBody(
                user_id=one.user_id,
                name=one.name,
                school=one.school,
                watched_s=one.watched_s,
                last_at=utc(one.last_at_ms),
            )
            for one in sheet.watchers
        ],
    )


def _row_body(row: SheetRow) -> AttendanceRowBody:
    return AttendanceRowBody(
        participant_id=row.participant_id,
        role=row.role.value,
        name=row.name,
        school=row.school,
        first_joined_at=utc(row.first_joined_ms),
        last_left_at=utc_or_none(row.last_left_ms),
        present_s=round(row.present_ms / 1000),
        is_late=row.is_late,
        left_early=row.left_early,
        cuts=row.cuts,
        cut_s=round(row.cut_ms / 1000),
        is_present_now=row.is_present_now,
        spans=[
            SpanBody.model_validate(
                {
                    "from": utc(span.from_ms),
                    "to": utc_or_none(span.to_ms),
                    "ended_by": span.ended_by,
                }
            )
            for span in row.spans
        ],
    )


def build_router(
    database: Database,
    lesson_for_report: LessonForReport,
    watched_of: WatchedOf,
    authenticate: Authenticate,
    now_ms: Callable[[], int],
) -> APIRouter:
    router = APIRouter(tags=["attendance"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    async def read_sheet(lesson_id: LessonId, caller: Caller, action: AccessAction) -> Sheet:
        lesson = await lesson_for_report(lesson_id, caller)
        async with database.transaction() as session:
            await log_access(session, caller.user_id, action, lesson_id, now_ms())
        async with database.reading() as session:
            attendance = await load_attendance(session, lesson_id)
            users = {p.user_id for p in attendance.presences.values() if p.user_id is not None}
            staff = await staff_names(session, users)
            rolls = await load_rolls(session, lesson_id)
            is_named = action == "attendance.downloaded"
            named = lesson.seats_with_names if is_named else ()
            pupils = await load_pupils(session, named)
        sheet = build_sheet(lesson, attendance, staff, await watched_of(lesson_id), now_ms())
        return replace(
            sheet,
            rolls=tuple(roll_rows(lesson, rolls)),
            pupils=tuple(pupil_rows(lesson, rolls, pupils)),
        )

    @router.get(
        "/lessons/{id}/attendance", operation_id="get_attendance", responses=refusals(401, 404)
    )
    async def get_attendance(lesson_id: LessonPath, caller: CallerNow) -> AttendanceBody:
        return attendance_body(await read_sheet(lesson_id, caller, "attendance.viewed"))

    @router.get(
        "/lessons/{id}/attendance.csv",
        operation_id="download_attendance",
        response_class=Response,
        responses={**refusals(401, 404), 200: {"content": {"text/csv": {}}}},
    )
    async def download_attendance(
        lesson_id: LessonPath,
        caller: CallerNow,
        language: Language = "zh",
        utc_offset_min: Annotated[int, Query(ge=-840, le=840)] = CHINA_OFFSET_MIN,
    ) -> Response:
        sheet = await read_sheet(lesson_id, caller, "attendance.downloaded")
        return Response(
            sheet_csv(sheet, language, utc_offset_min),
            media_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="attendance-{lesson_id}.csv"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    return router
