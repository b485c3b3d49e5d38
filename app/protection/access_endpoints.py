"""`/access-log`: who looked at what, as pages and as a file, for the admins of those who were looked at."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, StringConstraints

from app.api_model import ApiModel
from app.caller import ADMINS, Caller
from app.db.access_log import AccessAction
from app.http import Authenticate, admins_only, refusals
from app.moments import to_ms, utc
from app.protection.access_log import AccessLine, AccessLog, AccessSearch
from app.spreadsheet import BOM, safe_cell

MAX_SHOWN, DEFAULT_SHOWN = 200, 50
Language = Literal["zh", "en"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
_HEAD: Mapping[Language, tuple[str, ...]] = {
    "zh": ("时间", "姓名", "学校", "做了什么", "课堂", "上课时间", "教室"),
    "en": ("When", "Name", "School", "What", "Lesson", "Lesson began", "Classroom"),
}
_STRANGER: Mapping[Language, str] = {"zh": "分享链接的访客", "en": "visitor of a share link"}
_ACTIONS: Mapping[AccessAction, Mapping[Language, str]] = {
    "lesson.viewed": {"zh": "看课", "en": "watched the lesson live"},
    "classroom.listened": {"zh": "旁听教室", "en": "listened in"},
    "journal.viewed": {"zh": "看课堂记录", "en": "read the lesson's journal"},
    "attendance.viewed": {"zh": "看考勤", "en": "saw the attendance"},
    "attendance.downloaded": {"zh": "下载考勤", "en": "downloaded the attendance"},
    "roll_call.viewed": {"zh": "看点名", "en": "saw the roll call"},
    "roster.viewed": {"zh": "看学生名单", "en": "saw the pupils' names"},
    "pupils.viewed": {"zh": "看学生考勤", "en": "saw pupils' attendance"},
    "pupils.downloaded": {"zh": "下载学生考勤", "en": "downloaded pupils' attendance"},
    "recording.viewed": {"zh": "看回看", "en": "watched the replay"},
    "recording.downloaded": {"zh": "下载录像", "en": "downloaded the recording"},
    "share.viewed": {"zh": "打开分享链接", "en": "opened a share link"},
    "captions.downloaded": {"zh": "下载字幕", "en": "downloaded captions"},
}


class AccessEntryBody(ApiModel):
    access_id: str
    at: datetime
    by: str | None
    """Null: a stranger with a share link."""
    school: str
    """The person's; empty for the county's own people."""
    action: AccessAction
    lesson_id: str
    lesson: str
    lesson_at: datetime | None
    """Null, and the two above empty: about a classroom and no lesson."""
    classroom: str
    """If it was about one."""


class AccessPageBody(ApiModel):
    items: list[AccessEntryBody]
    next: str | None
    """Give it as `after` for the next page; null at the end."""


async def _search(
    by: Text = "",
    action: AccessAction | None = None,
    from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to: AwareDatetime | None = None,
) -> AccessSearch:
    return AccessSearch(
        by=by,
        action=action,
        from_ms=None if from_ is None else to_ms(from_),
        to_ms=None if to is None else to_ms(to),
    )


Search = Annotated[AccessSearch, Depends(_search)]


def build_router(log: AccessLog, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["protection"])
    Admin = Annotated[Caller, Depends(admins_only(authenticate))]  # noqa: N806 - an alias of a type

    @router.get("/access-log", operation_id="list_accesses", responses=refusals(401, 403))
    async def list_accesses(
        admin: Admin,
        search: Search,
        limit: Annotated[int, Query(ge=1, le=MAX_SHOWN)] = DEFAULT_SHOWN,
        after: Annotated[str | None, Query(max_length=60)] = None,
    ) -> AccessPageBody:
        page = await log.page(admin.require_scope(*ADMINS), search, limit, after)
        return AccessPageBody(items=[_body(line) for line in page.lines], next=page.next)

    @router.get(
        "/access-log.csv",
        operation_id="download_accesses",
        response_class=StreamingResponse,
        responses={**refusals(401, 403), 200: {"content": {"text/csv": {}}}},
    )
    async def download_accesses(
        admin: Admin,
        search: Search,
        language: Language = "zh",
        utc_offset_min: Annotated[int, Query(ge=-840, le=840)] = 480,
    ) -> StreamingResponse:
        lines = log.lines(admin.require_scope(*ADMINS), search)
        zone = timezone(timedelta(minutes=utc_offset_min))
        return StreamingResponse(
            _csv(lines, language, zone),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="access-log.csv"'},
        )

    return router


def _body(line: AccessLine) -> AccessEntryBody:
    return AccessEntryBody(
        access_id=line.access_id,
        at=utc(line.at_ms),
        by=line.by,
        school=line.school,
        action=line.action,
        lesson_id=line.lesson_id,
        lesson=line.lesson,
        lesson_at=None if line.lesson_at_ms is None else utc(line.lesson_at_ms),
        classroom=line.classroom,
    )


async def _csv(
    lines: AsyncIterator[AccessLine], language: Language, zone: timezone
) -> AsyncIterator[str]:
    yield BOM + _row(_HEAD[language])

    def moment(ms: int) -> str:
        return utc(ms).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")

    async for line in lines:
        yield _row(
            (
                moment(line.at_ms),
                _STRANGER[language] if line.by is None else line.by,
                line.school,
                _ACTIONS[line.action][language],
                line.lesson,
                "" if line.lesson_at_ms is None else moment(line.lesson_at_ms),
                line.classroom,
            )
        )


def _row(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()
