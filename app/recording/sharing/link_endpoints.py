"""`/recordings/{id}/links`: share links as their owner sees them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.passwords import Passwords
from app.api_model import ApiModel
from app.caller import Caller
from app.db.consent import PUBLIC, SHARED
from app.db.engine import Database
from app.db.models import ShareLink
from app.errors import Conflict, InvalidInput, NotFound
from app.http import Authenticate, refusals
from app.ids import LessonId, RecordingId, UserId, new_id
from app.moments import utc
from app.recording.noting import note_recording
from app.recording.repository import Recordings, RecordingSummary
from app.recording.sharing.library_endpoints import managed
from app.recording.sharing.links import (
    DAY_MS,
    DEFAULT_DAYS,
    MAX_DAYS,
    MAX_LINKS,
    MAX_PASSPHRASE_CHARS,
    MIN_CLIP_MS,
    MIN_PASSPHRASE_CHARS,
    ClipRange,
    ClipState,
    LinkState,
    RevokedBecause,
    link_state,
    new_token,
    token_sha256,
)
from app.recording.sharing.repository import NamedLink, Sharing

RequestClip = Callable[[AsyncSession, str, LessonId], Awaitable[object]]
"""Have the clip of this link cut, from the caller's transaction on."""
RequestFilm = Callable[[AsyncSession, RecordingId], Awaitable[object]]
"""Have a film for share links made, unless there is one."""


class ClipBody(ApiModel):
    from_ms: Annotated[int, Field(ge=0)]
    to_ms: Annotated[int, Field(ge=0)]


class LinkDraft(ApiModel):
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = DEFAULT_DAYS
    """Until it expires."""
    passphrase: (
        Annotated[
            str,
            StringConstraints(
                strip_whitespace=True,
                min_length=MIN_PASSPHRASE_CHARS,
                max_length=MAX_PASSPHRASE_CHARS,
            ),
        ]
        | None
    ) = None
    clip: ClipBody | None = None
    """Only this part of the lesson; otherwise all of it."""


class LinkBody(ApiModel):
    link_id: str
    state: LinkState
    revoked_because: RevokedBecause | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    has_passphrase: bool
    views: int
    clip: ClipBody | None
    clip_state: ClipState | None


class NewLinkBody(ApiModel):
    link: LinkBody
    path: str
    """The only time that the address can be told: the token in it is not kept."""


class PublicationBody(ApiModel):
    published_by: str
    published_at: datetime


class SharingBody(ApiModel):
    publication: PublicationBody | None
    """None: it is not in the library, and no link to it counts."""
    left_out_of_library: list[str]
    """Classrooms whose consent does not cover it."""
    left_out_of_links: list[str]
    links: list[LinkBody]


class LinkDesk:
    """What the endpoints do, without HTTP."""

    def __init__(
        self,
        database: Database,
        sharing: Sharing,
        passwords: Passwords,
        request_clip: RequestClip,
        request_film: RequestFilm,
        now_ms: Callable[[], int],
    ) -> None:
        self._database = database
        self._sharing = sharing
        self._passwords = passwords
        self._request_clip = request_clip
        self._request_film = request_film
        self._now_ms = now_ms

    async def overview(self, recording: RecordingSummary) -> SharingBody:
        entry = await self._sharing.entry(recording.recording_id)
        links = await self._sharing.links(recording.recording_id)
        return SharingBody(
            publication=entry
            and PublicationBody(
                published_by=entry.published_by, published_at=utc(entry.published_at_ms)
            ),
            left_out_of_library=await self._sharing.left_out(recording.lesson_id, SHARED),
            left_out_of_links=await self._sharing.left_out(recording.lesson_id, PUBLIC),
            links=[_link_body(one, self._now_ms()) for one in links],
        )

    async def make(
        self, recording: RecordingSummary, caller: Caller, draft: LinkDraft
    ) -> NewLinkBody:
        """Conflict `not_published` or `too_many_links`; InvalidInput `clip_range_invalid`."""
        clip = None
        if draft.clip is not None:
            clip = ClipRange(draft.clip.from_ms, draft.clip.to_ms)
            if clip.duration_ms < MIN_CLIP_MS or clip.to_ms > recording.duration_ms:
                raise InvalidInput("a clip lies within the lesson", code="clip_range_invalid")
        token, now_ms = new_token(), self._now_ms()
        secret = draft.passphrase
        link = ShareLink(
            link_id=new_id("lnk"),
            recording_id=recording.recording_id,
            token_sha256=token_sha256(token),
            passphrase_hash=None if secret is None else await self._passwords.hash(secret),
            created_by=caller.user_id,
            created_at_ms=now_ms,
            expires_at_ms=now_ms + draft.days * DAY_MS,
            views=0,
            clip_from_ms=clip and clip.from_ms,
            clip_to_ms=clip and clip.to_ms,
            clip_state=clip and ClipState.CUTTING.value,
        )
        async with self._database.transaction() as session:
            if not await self._sharing.add_link(session, link):
                raise Conflict("publish the recording first", code="not_published")
            if (
                await self._sharing.active_links(session, recording.recording_id, now_ms)
                > MAX_LINKS
            ):
                raise Conflict("revoke a link first", code="too_many_links")
            await note_recording(
                session, recording.recording_id, caller.user_id, "recording.shared", now_ms
            )
            if clip is not None:
                await self._request_clip(session, link.link_id, recording.lesson_id)
            else:
                await self._request_film(session, recording.recording_id)
        return NewLinkBody(
            link=_link_body(NamedLink(link, caller.name), now_ms), path=f"/s/{token}"
        )

    async def revoke(self, recording: RecordingSummary, link_id: str, by: UserId) -> None:
        is_known = await self._sharing.revoke_link(
            recording.recording_id, link_id, by, self._now_ms()
        )
        if not is_known:
            raise NotFound("there is no such link")


def build_router(desk: LinkDesk, recordings: Recordings, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(prefix="/recordings/{recording_id}", tags=["library"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    async def find(caller: CallerNow, recording_id: str) -> RecordingSummary:
        return await managed(recordings, caller, RecordingId(recording_id))

    Managed = Annotated[RecordingSummary, Depends(find)]  # noqa: N806 - an alias of a type

    @router.get("/sharing", operation_id="get_sharing", responses=refusals(401, 403, 404))
    async def get_sharing(recording: Managed) -> SharingBody:
        return await desk.overview(recording)

    @router.post(
        "/links",
        operation_id="create_share_link",
        status_code=201,
        responses=refusals(401, 403, 404, 409),
    )
    async def create_link(recording: Managed, caller: CallerNow, draft: LinkDraft) -> NewLinkBody:
        return await desk.make(recording, caller, draft)

    @router.delete(
        "/links/{link_id}",
        operation_id="revoke_share_link",
        status_code=204,
        responses=refusals(401, 403, 404),
    )
    async def revoke_link(recording: Managed, caller: CallerNow, link_id: str) -> None:
        await desk.revoke(recording, link_id, caller.user_id)

    return router


def _link_body(named: NamedLink, now_ms: int) -> LinkBody:
    link = named.link
    clip = None
    if link.clip_from_ms is not None and link.clip_to_ms is not None:
        clip = ClipBody(from_ms=link.clip_from_ms, to_ms=link.clip_to_ms)
    because = link.revoked_because
    return LinkBody(
        link_id=link.link_id,
        state=link_state(link.expires_at_ms, link.revoked_at_ms, now_ms),
        revoked_because=None if because is None else RevokedBecause(because),
        created_by=named.created_by,
        created_at=utc(link.created_at_ms),
        expires_at=utc(link.expires_at_ms),
        has_passphrase=link.passphrase_hash is not None,
        views=link.views,
        clip=clip,
        clip_state=None if link.clip_state is None else ClipState(link.clip_state),
    )
