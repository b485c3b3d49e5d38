"""`/shares`: share links for whoever has one, without sign-in."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import StringConstraints

from app.api_model import ApiModel
from app.http import API, client_ip, refusals
from app.recording.replay_body import ReplayBody
from app.recording.sharing.addresses import SignedAddresses
from app.recording.sharing.links import MAX_PASSPHRASE_CHARS
from app.recording.sharing.repository import FoundLink
from app.recording.sharing.serving import published_response
from app.recording.sharing.visiting import ShareDoor, link_media
from app.storage.port import Storage
from app.storage.served_object import ServedObject

SAME_VISIT_S = 600
"""A page that is loaded again within this is still the same visit."""
Token = Annotated[str, StringConstraints(pattern=r"^[\w-]{16,64}$")]


class ShareKey(ApiModel):
    """In the body, not in the address: addresses end up in logs."""

    token: Token
    passphrase: Annotated[str, StringConstraints(max_length=MAX_PASSPHRASE_CHARS)] | None = None


class ShareToken(ApiModel):
    token: Token


class SharedFilmBody(ApiModel):
    """One file with all of it, to watch and to keep."""

    size_bytes: int
    playlist_url: str
    poster_url: str
    download_url: str


FilmOf = Callable[[FoundLink], Awaitable[SharedFilmBody | None]]
"""What there is to keep of what a link leads to."""


class ShareBody(ApiModel):
    needs_passphrase: bool
    """Ask for it and open the link again; nothing else is told before."""
    replay: ReplayBody | None
    """None with a passphrase to give, or while the clip is being made: try again in a moment."""
    film: SharedFilmBody | None
    """None for a clip, and until the film is made."""


def build_router(
    door: ShareDoor, addresses: SignedAddresses, storage: Storage, film_of: FilmOf
) -> APIRouter:
    router = APIRouter(prefix="/shares", tags=["shares"])

    @router.post("/open", operation_id="open_share", responses=refusals(403, 404, 410, 429))
    async def open_share(key: ShareKey, request: Request, response: Response) -> ShareBody:
        address = client_ip(request)
        link = await door.find(key.token, address)
        if link.row.passphrase_hash is not None:
            if key.passphrase is None:
                return ShareBody(needs_passphrase=True, replay=None, film=None)
            await door.unlock(link, key.passphrase.strip(), address)
        visit = f"tongtang_visit_{link.row.link_id}"
        replay = await door.visit(link, is_new=visit not in request.cookies)
        if replay is not None:
            response.set_cookie(
                visit,
                "1",
                max_age=SAME_VISIT_S,
                path=f"{API}/shares",
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https",
            )
        film = None if replay is None else await film_of(link)
        return ShareBody(needs_passphrase=False, replay=replay, film=film)

    @router.post(
        "/check",
        operation_id="check_share",
        status_code=204,
        responses=refusals(404, 410, 429),
        summary="Whether the link still counts, for a page that plays it",
    )
    async def check_share(key: ShareToken, request: Request) -> None:
        await door.find(key.token, client_ip(request))

    @router.api_route(
        "/{link_id}/media/{track_id}",
        methods=["GET", "HEAD"],
        operation_id="get_shared_media",
        response_class=Response,
        include_in_schema=False,
    )
    async def get_media(
        link_id: str,
        track_id: str,
        request: Request,
        expires: int,
        signature: str,
        range_: Annotated[str | None, Header(alias="range")] = None,
    ) -> Response:
        addresses.require(f"{link_media(link_id)}/{track_id}", expires, signature)

        async def find() -> ServedObject | None:
            return await door.media(link_id, track_id)

        return await published_response(storage, find, range_, request)

    return router
