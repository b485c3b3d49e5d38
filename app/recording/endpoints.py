"""`/recordings`: the list, the replay's manifest, the media of stores that cannot sign URLs themselves."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from app.db.access_log import log_access
from app.db.engine import Database
from app.db.models import RecordingTrack
from app.errors import NotAllowed, NotFound
from app.http import API, ApiModel, Authenticate, Caller, refusals, utc
from app.ids import LessonId, ParticipantId, RecordingId
from app.media.port import Kind, Source
from app.recording.manifest import ChapterKind
from app.recording.object_response import ServedObject, object_response
from app.recording.repository import ParticipantName, Recordings, RecordingSummary, Viewer
from app.storage.obstore_storage import ObstoreStorage

MAX_PAGE = 100
URL_VALID_S = 6 * 3_600
"""Longer than the longest lesson takes to watch."""
State = Literal["recording", "finalizing", "available", "failed"]


class RecordingItem(ApiModel):
    recording_id: str
    lesson_id: str
    title: str
    subject: str
    teacher: str
    started_at: datetime
    duration_ms: int
    state: State
    size_bytes: int
    is_demo: bool


class RecordingPage(ApiModel):
    items: list[RecordingItem]
    next: str | None


class TrackBody(ApiModel):
    track_id: str
    participant_id: str
    name: str
    school: str
    role: str
    source: Source
    kind: Kind
    codec: str
    starts_ms: int
    duration_ms: int
    width: int
    height: int
    url: str
    mime: str


class StageBody(ApiModel):
    at_ms: int
    on_stage: list[str]


class ChapterBody(ApiModel):
    at_ms: int
    kind: ChapterKind
    participant_id: str | None
    name: str | None


class GapBody(ApiModel):
    from_ms: int
    to_ms: int
    reason: str


class ReplayBody(ApiModel):
    recording_id: str
    lesson_id: str
    title: str
    subject: str
    teacher: str
    started_at: datetime
    duration_ms: int
    state: State
    failure: str | None
    tracks: list[TrackBody]
    stage: list[StageBody]
    chapters: list[ChapterBody]
    gaps: list[GapBody]


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
        return await _replay(recordings, storage, summary)

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


async def _replay(
    recordings: Recordings, storage: ObstoreStorage, summary: RecordingSummary
) -> ReplayBody:
    manifest, tracks = await recordings.details(summary.recording_id)
    chapters = _list(manifest, "chapters")
    shown = {track.participant_id for track in tracks}
    shown |= {c["participant_id"] for c in chapters if c["participant_id"]}
    names = await recordings.names(
        LessonId(summary.lesson_id), [ParticipantId(p) for p in sorted(shown)]
    )
    return ReplayBody(
        recording_id=summary.recording_id,
        lesson_id=summary.lesson_id,
        title=summary.title,
        subject=summary.subject,
        teacher=summary.teacher,
        started_at=utc(summary.started_at_ms),
        duration_ms=summary.duration_ms,
        state=summary.state.value,
        failure=summary.failure,
        tracks=[await _track(storage, summary.recording_id, t, names) for t in tracks],
        stage=[StageBody(**change) for change in _list(manifest, "stage")],
        chapters=[_chapter(chapter, names) for chapter in chapters],
        gaps=[GapBody(**gap) for gap in _list(manifest, "gaps")],
    )


def _list(manifest: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return list(manifest.get(name, ()))


def _chapter(
    chapter: dict[str, Any], names: Mapping[ParticipantId, ParticipantName]
) -> ChapterBody:
    who = chapter["participant_id"]
    return ChapterBody(**chapter, name=names[who].name if who else None)


async def _track(
    storage: ObstoreStorage,
    recording_id: RecordingId,
    track: RecordingTrack,
    names: Mapping[ParticipantId, ParticipantName],
) -> TrackBody:
    source = Source(track.source)
    who = ParticipantId(track.participant_id)
    path = _media_path(recording_id, track.track_id)
    prefix = who.partition("_")[0]
    return TrackBody(
        track_id=track.track_id,
        participant_id=who,
        name=names[who].name,
        school=names[who].school,
        role=prefix if prefix in ("lead", "assistant", "observer") else "classroom",
        source=source,
        kind=source.kind,
        codec=track.codec,
        starts_ms=track.starts_ms,
        duration_ms=track.duration_ms,
        width=track.width,
        height=track.height,
        url=await storage.playable_url(track.object_key, path, URL_VALID_S),
        mime=track.mime,
    )
