"""`/recordings` as a library: search, publish, unpublish; the media of what is published."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import AwareDatetime

from app.api_model import ApiModel
from app.caller import Caller
from app.errors import Conflict, NotAllowed, NotFound
from app.http import API, Authenticate, refusals
from app.ids import RecordingId, SchoolId
from app.moments import to_ms, utc
from app.recording.lifecycle import RecordingState
from app.recording.replay_body import RecordingStateName
from app.recording.repository import Recordings, RecordingSummary
from app.recording.sharing.addresses import SignedAddresses
from app.recording.sharing.library import Library, Search
from app.recording.sharing.repository import Sharing
from app.recording.sharing.serving import published_response
from app.recording.slides import PagePictures, shown_picture
from app.recording.viewer import viewer_of
from app.storage.port import Storage
from app.storage.served_object import ServedObject

MAX_PAGE = 100
SearchText = Annotated[str, Query(max_length=120)]


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
    is_published: bool
    may_delete: bool


class RecordingPage(ApiModel):
    items: list[RecordingItem]
    next: str | None


class SchoolChoice(ApiModel):
    school_id: str
    name: str


class ChoicesBody(ApiModel):
    """What a search can be narrowed down to."""

    subjects: list[str]
    schools: list[SchoolChoice]


def library_media(recording_id: RecordingId) -> str:
    """Where the tracks of a published recording are, for the county's staff."""
    return f"{API}/library/{recording_id}/media"


async def managed(
    recordings: Recordings, caller: Caller, recording_id: RecordingId
) -> RecordingSummary:
    """A recording that the caller may publish and share. NotFound, NotAllowed."""
    summary = await recordings.find(viewer_of(caller), recording_id)
    if summary is None:
        raise NotFound("there is no such recording")
    if not summary.is_managed:
        raise NotAllowed("only the lead teacher or an admin may do this")
    return summary


def build_router(
    library: Library,
    recordings: Recordings,
    sharing: Sharing,
    pictures: PagePictures,
    addresses: SignedAddresses,
    storage: Storage,
    authenticate: Authenticate,
    now_ms: Callable[[], int],
) -> APIRouter:
    router = APIRouter(tags=["library"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get("/recordings", operation_id="list_recordings", responses=refusals(401))
    async def list_recordings(
        caller: CallerNow,
        text: SearchText = "",
        subject: SearchText = "",
        school_id: Annotated[str | None, Query(max_length=40)] = None,
        from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
        to: AwareDatetime | None = None,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
        before: Annotated[str | None, Query(max_length=60)] = None,
    ) -> RecordingPage:
        viewer = viewer_of(caller)
        search = Search(
            text=text.strip(),
            subject=subject,
            school_id=None if school_id is None else SchoolId(school_id),
            from_ms=None if from_ is None else to_ms(from_),
            to_ms=None if to is None else to_ms(to),
        )
        page = await library.page(viewer, search, limit, before)
        return RecordingPage(items=[_item(one) for one in page.items], next=page.next)

    @router.get(
        "/recordings/choices", operation_id="list_recording_choices", responses=refusals(401)
    )
    async def list_choices(caller: CallerNow) -> ChoicesBody:
        choices = await library.choices(viewer_of(caller))
        return ChoicesBody(
            subjects=choices.subjects,
            schools=[SchoolChoice(school_id=i, name=name) for i, name in choices.schools],
        )

    @router.put(
        "/recordings/{recording_id}/publication",
        operation_id="publish_recording",
        status_code=204,
        responses=refusals(401, 403, 404, 409),
    )
    async def publish(caller: CallerNow, recording_id: str) -> None:
        summary = await managed(recordings, caller, RecordingId(recording_id))
        if summary.state is not RecordingState.AVAILABLE:
            raise Conflict("this recording cannot be watched yet", code="recording_not_available")
        await sharing.publish(summary.recording_id, caller.user_id, now_ms())

    @router.delete(
        "/recordings/{recording_id}/publication",
        operation_id="unpublish_recording",
        status_code=204,
        responses=refusals(401, 403, 404),
    )
    async def unpublish(caller: CallerNow, recording_id: str) -> None:
        summary = await managed(recordings, caller, RecordingId(recording_id))
        await sharing.unpublish(summary.recording_id, caller.user_id, now_ms())

    @router.api_route(
        "/library/{recording_id}/media/{track_id}",
        methods=["GET", "HEAD"],
        operation_id="get_published_media",
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
        folder = library_media(RecordingId(recording_id))
        addresses.require(f"{folder}/{track_id}", expires, signature)

        async def found() -> ServedObject | None:
            track = await sharing.published_track(RecordingId(recording_id), track_id)
            if track is not None:
                return track
            published = await sharing.published_manifest(RecordingId(recording_id))
            return published and await shown_picture(pictures, *published, track_id)

        return await published_response(storage, found, range_, request)

    return router


def may_delete(summary: RecordingSummary) -> bool:
    """Its admins, once nothing is being written to it any more."""
    is_over = summary.state in (RecordingState.AVAILABLE, RecordingState.FAILED)
    return is_over and summary.is_administered


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
        is_published=summary.is_published,
        may_delete=may_delete(summary),
    )
