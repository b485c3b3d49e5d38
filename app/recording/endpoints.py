"""`/recordings/{id}`: what a replay shows, the media of stores that cannot sign URLs themselves."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from app.caller import Caller
from app.db.access_log import log_access
from app.db.consent import SHARED
from app.db.engine import Database
from app.errors import NotAllowed, NotFound
from app.http import API, Authenticate, refusals
from app.ids import RecordingId
from app.recording.address import AddressOf
from app.recording.cast import EVERYBODY
from app.recording.replay_body import ExtrasOf, ReplayBody, replay_body
from app.recording.repository import Recordings
from app.recording.sharing.addresses import SignedAddresses
from app.recording.sharing.library_endpoints import library_media
from app.recording.sharing.repository import Sharing
from app.recording.slides import PagePictures, shown_picture
from app.recording.viewer import viewer_of
from app.storage.object_response import object_response
from app.storage.obstore_storage import ObstoreStorage
from app.storage.served_object import ServedObject

URL_VALID_S = 6 * 3_600
"""Longer than the longest lesson takes to watch."""


def build_router(
    database: Database,
    recordings: Recordings,
    pictures: PagePictures,
    sharing: Sharing,
    addresses: SignedAddresses,
    storage: ObstoreStorage,
    extras_of: ExtrasOf,
    authenticate: Authenticate,
    now_ms: Callable[[], int],
) -> APIRouter:
    router = APIRouter(prefix="/recordings", tags=["recordings"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    def own_addresses(recording_id: RecordingId) -> AddressOf:
        async def address_of(track_id: str, object_key: str) -> str:
            path = _media_path(recording_id, track_id)
            return await storage.playable_url(object_key, path, URL_VALID_S)

        return address_of

    async def media(recording_id: RecordingId, media_id: str) -> ServedObject | None:
        """A track, or the picture of a slide."""
        track = await recordings.track(recording_id, media_id)
        if track is not None:
            return ServedObject(track.object_key, track.size_bytes, track.sha256, track.mime)
        found = await recordings.manifest(recording_id)
        return None if found is None else await shown_picture(pictures, *found, media_id)

    @router.get("/{recording_id}", operation_id="get_recording", responses=refusals(401, 404))
    async def get_recording(caller: CallerNow, recording_id: str) -> ReplayBody:
        viewer = viewer_of(caller)
        summary = await recordings.find(viewer, RecordingId(recording_id))
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
        if summary.is_own:
            address_of, cast = own_addresses(summary.recording_id), EVERYBODY
        else:
            address_of = addresses.of(library_media(summary.recording_id), summary.duration_ms)
            cast = await sharing.cast(summary.lesson_id, SHARED)
        return await replay_body(
            recordings,
            pictures,
            summary,
            address_of,
            cast,
            extras=await extras_of(summary, viewer),
            may_share=summary.is_managed,
        )

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
        served = await media(RecordingId(recording_id), track_id)
        if served is None:
            raise NotFound("there is no such track")
        return await object_response(storage, served, range_, is_head=request.method == "HEAD")

    return router


def _media_path(recording_id: str, track_id: str) -> str:
    return f"{API}/recordings/{recording_id}/media/{track_id}"
