"""`/recordings/{id}`: captions, thumbnails, and what a viewer has watched."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response

from app.accounts.rate_limit import RateLimiter
from app.caller import Caller
from app.db.access_log import log_access
from app.db.engine import Database
from app.errors import Conflict, NotAllowed, NotFound
from app.http import API, Authenticate, refusals
from app.ids import RecordingId
from app.recording.lifecycle import RecordingState
from app.recording.repository import Recordings, RecordingSummary
from app.recording.viewer import Viewer, viewer_of
from app.recording.watching.repository import Captions, Watching
from app.recording.watching.schemas import (
    CaptionsBody,
    CaptionsDraft,
    ReplayExtras,
    ThumbnailsBody,
    WatchedBody,
    WatchReport,
    captions_body,
    cue_of,
)
from app.recording.watching.webvtt import (
    MAX_FILE_BYTES,
    Cue,
    check_cues,
    parse_webvtt,
    write_webvtt,
)
from app.storage.object_response import object_response
from app.storage.obstore_storage import ObstoreStorage
from app.storage.served_object import ServedObject

URL_VALID_S = 6 * 3_600
LARGER_BODIES = {re.compile(rf"{API}/recordings/[^/]+/captions(\.vtt)?"): MAX_FILE_BYTES}
"""Paths that take a whole file, for `BodyLimit`."""
REPORTS, REPORT_WINDOW_S = 30, 60.0
"""Of one viewer; a player sends four a minute."""
RecordingPath = Annotated[RecordingId, Path(pattern=r"^\w{1,60}$")]


@dataclass(frozen=True, slots=True)
class WatchingDesk:
    """What the endpoints work with."""

    database: Database
    recordings: Recordings
    watching: Watching
    storage: ObstoreStorage
    now_ms: Callable[[], int]

    async def extras(self, summary: RecordingSummary, viewer: Viewer) -> ReplayExtras:
        """What belongs into a replay for this viewer.

        Thumbnails only for who may always see it: their addresses would outlive its publication to others.
        """
        recording_id = summary.recording_id
        return ReplayExtras(
            thumbnails=await self._thumbnails(recording_id) if summary.is_own else None,
            captions=captions_body(await self.watching.captions(recording_id)),
            may_edit_captions=summary.is_managed,
            resume_ms=await self.watching.resume_ms(recording_id, viewer.user_id),
        )

    async def _thumbnails(self, recording_id: RecordingId) -> ThumbnailsBody | None:
        thumbnails = await self.watching.thumbnails(recording_id)
        if thumbnails is None:
            return None
        sheets = [
            await self.storage.playable_url(sheet.key, sheet_path(recording_id, n), URL_VALID_S)
            for n, sheet in enumerate(thumbnails.sheets)
        ]
        return ThumbnailsBody(step_ms=thumbnails.step_ms, count=thumbnails.count, sheets=sheets)

    async def watchable(self, caller: Caller, recording_id: RecordingId) -> RecordingSummary:
        """NotFound if it is none of the caller's business, Conflict while there is nothing to watch."""
        summary = await self.recordings.find(viewer_of(caller), recording_id)
        if summary is None:
            raise NotFound("there is no such recording")
        if summary.state is not RecordingState.AVAILABLE:
            raise Conflict("this recording cannot be watched yet", code="recording_not_available")
        return summary

    async def editable(self, caller: Caller, recording_id: RecordingId) -> RecordingSummary:
        """As `watchable`; NotAllowed for viewers who may not write its captions."""
        summary = await self.watchable(caller, recording_id)
        if not summary.is_managed:
            raise NotAllowed("only the lead teacher and an admin may write captions")
        return summary

    async def replace_captions(
        self, caller: Caller, summary: RecordingSummary, revision: int, cues: tuple[Cue, ...]
    ) -> CaptionsBody:
        captions = Captions(revision + 1, cues)
        await self.watching.save_captions(
            summary.recording_id, captions, caller.user_id, self.now_ms()
        )
        return captions_body(captions)


def build_router(desk: WatchingDesk, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(prefix="/recordings/{recording_id}", tags=["recordings"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type
    reports = RateLimiter(REPORTS, REPORT_WINDOW_S)

    @router.put(
        "/captions", operation_id="save_captions", responses=refusals(401, 403, 404, 409, 413)
    )
    async def save_captions(
        recording_id: RecordingPath, caller: CallerNow, draft: CaptionsDraft
    ) -> CaptionsBody:
        summary = await desk.editable(caller, recording_id)
        cues = check_cues([cue_of(cue) for cue in draft.cues], summary.duration_ms)
        return await desk.replace_captions(caller, summary, draft.revision, cues)

    @router.put(
        "/captions.vtt",
        operation_id="upload_captions",
        responses=refusals(401, 403, 404, 409, 413),
    )
    async def upload_captions(
        recording_id: RecordingPath,
        caller: CallerNow,
        content: Annotated[bytes, Body(media_type="text/vtt")],
        revision: Annotated[int, Query(ge=0, le=2**31 - 2)],
    ) -> CaptionsBody:
        summary = await desk.editable(caller, recording_id)
        cues = parse_webvtt(content, summary.duration_ms)
        return await desk.replace_captions(caller, summary, revision, cues)

    @router.get(
        "/captions.vtt",
        operation_id="download_captions",
        response_class=Response,
        responses={**refusals(401, 404, 409), 200: {"content": {"text/vtt": {}}}},
    )
    async def download_captions(recording_id: RecordingPath, caller: CallerNow) -> Response:
        summary = await desk.watchable(caller, recording_id)
        captions = await desk.watching.captions(recording_id)
        if captions is None or not captions.cues:
            raise NotFound("this recording has no captions")
        async with desk.database.transaction() as session:
            await log_access(
                session,
                caller.user_id,
                "captions.downloaded",
                summary.lesson_id,
                desk.now_ms(),
                recording_id,
            )
        return Response(
            write_webvtt(captions.cues),
            media_type="text/vtt; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="captions-{recording_id}.vtt"'},
        )

    @router.post("/watched", operation_id="report_watched", responses=refusals(401, 404, 409, 429))
    async def report_watched(
        recording_id: RecordingPath, caller: CallerNow, report: WatchReport
    ) -> WatchedBody:
        reports.take(caller.user_id)
        await desk.watchable(caller, recording_id)
        watched_s = await desk.watching.note_watched(
            recording_id,
            caller.user_id,
            report.position_ms,
            [(one.from_ms, one.to_ms) for one in report.watched],
            desk.now_ms(),
        )
        return WatchedBody(watched_s=watched_s)

    @router.api_route(
        "/thumbnails/{number}",
        methods=["GET", "HEAD"],
        operation_id="get_recording_thumbnails",
        response_class=Response,
        include_in_schema=False,
    )
    async def get_thumbnails(
        recording_id: RecordingPath,
        number: Annotated[int, Path(ge=0, le=99)],
        request: Request,
        expires: int,
        signature: str,
        range_: Annotated[str | None, Header(alias="range")] = None,
    ) -> Response:
        if not desk.storage.allows(sheet_path(recording_id, number), expires, signature):
            raise NotAllowed("this link has expired or is not one of ours", code="link_invalid")
        thumbnails = await desk.watching.thumbnails(recording_id)
        if thumbnails is None or number >= len(thumbnails.sheets):
            raise NotFound("there is no such picture")
        sheet = thumbnails.sheets[number]
        served = ServedObject(sheet.key, sheet.size_bytes, sheet.sha256, "image/jpeg")
        return await object_response(desk.storage, served, range_, is_head=request.method == "HEAD")

    return router


def sheet_path(recording_id: RecordingId, number: int) -> str:
    return f"{API}/recordings/{recording_id}/thumbnails/{number}"
