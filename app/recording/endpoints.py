"""`/recordings`: the list, the replay's manifest, the media of stores that cannot sign URLs themselves."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from app.db.access_log import log_access
from app.db.engine import Database
from app.db.models import RecordingTrack
from app.errors import NotAllowed, NotFound
from app.http import API, ApiModel, Authenticate, Caller, refusals, utc
from app.ids import RecordingId
from app.recording.object_response import ServedObject, object_response
from app.recording.replay_body import RecordingStateName, ReplayBody, replay_body
from app.recording.repository import Recordings, RecordingSummary, Viewer
from app.storage.obstore_storage import ObstoreStorage

MAX_PAGE = 100
URL_VALID_S = 6 * 3_600
"""Longer than the longest lesson takes to watch."""


class RecordingItem(ApiModel):
    recording_id: str
    lesson_id: str
    title: str
    subject: str
    teacher: str
    started_at: datetime
    duration_ms: int
    state: RecordingStateName
    size_bytes: int
    is_demo: bool


class RecordingPage(ApiModel):
    items: list[RecordingItem]
    next: str | None


def viewer_of(caller: Caller) -> Viewer:
    school = caller.school_id if "onsite" in caller.roles else None
    return Viewer(caller.user_id, caller.county_id, caller.is_admin, school)


def build_router(
    database: Database,
    recordings: Recordings,
    storage: ObstoreStorage,
    authenticate: Authenticate,
    now_ms: Callable[[], int],
) -> APIRouter:
    router = APIRouter(prefix="/recordings", tags=["recordings"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    async def address_of(track: RecordingTrack) -> str:
        path = _media_path(track.recording_id, track.track_id)
        return await storage.playable_url(track.object_key, path, URL_VALID_S)

    @router.get("", operation_id="list_recordings", responses=refusals(401))
    async def list_recordings(
        caller: CallerNow,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
        before: Annotated[str | None, Query(max_length=40)] = None,
    ) -> RecordingPage:
        after = RecordingId(before) if before else None
        found = await recordings.page(viewer_of(caller), limit + 1, after)
        has_more = len(found) > limit
        items = [_item(summary) for summary in found[:limit]]
        return RecordingPage(items=items, next=items[-1].recording_id if has_more else None)

    @router.get("/{recording_id}", operation_id="get_recording", responses=refusals(401, 404))
    async def get_recording(caller: CallerNow, recording_id: str) -> ReplayBody:
        summary = await recordings.find(viewer_of(caller), RecordingId(recording_id))
        if summary is None:
            raise NotFound("there is no such recording")
        async with database.transaction() as session:
            await log_access(
                session,
                caller.user_id,
                "recording.viewed",
                summary.lesson_id,
                now_ms(),
                summary.recording_id,
            )
        return await replay_body(recordings, summary, address_of)

    @router.api_route(
        "/{recording_id}/media/{track_id}",
        methods=["GET", "HEAD"],
        operation_id="get_recording_media",
        response_class=Response,
        include_in_schema=False,
    )
    async def get_media(
        recording_id: str,
        track_id: str,
        request: Request,
        expires: int,
        signature: str,
        range_: Annotated[str | None, Header(alias="range")] = None,
    ) -> Response:
        # The URL is the permission: a media element sends no credentials across origins.
        if not storage.allows(_media_path(recording_id, track_id), expires, signature):
            raise NotAllowed("this link has expired or is not one of ours", code="link_invalid")
        track = await recordings.track(RecordingId(recording_id), track_id)
        if track is None:
            raise NotFound("there is no such track")
        return await object_response(
            storage,
            ServedObject(track.object_key, track.size_bytes, track.sha256, track.mime),
            range_,
            is_head=request.method == "HEAD",
        )

    return router


def _media_path(recording_id: str, track_id: str) -> str:
    return f"{API}/recordings/{recording_id}/media/{track_id}"


def _item(summary: RecordingSummary) -> RecordingItem:
    return RecordingItem(
        recording_id=summary.recording_id,
        lesson_id=summary.lesson_id,
        title=summary.title,
        subject=summary.subject,
        teacher=summary.teacher,
        started_at=utc(summary.started_at_ms),
        duration_ms=summary.duration_ms,
        state=summary.state.value,
        size_bytes=summary.size_bytes,
        is_demo=summary.is_demo,
    )
