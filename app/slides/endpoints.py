"""`/lessons/{id}/decks`: upload, list, look at, download, delete."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from app.caller import Caller
from app.http import API, Authenticate, refusals
from app.slides.addresses import PageAddresses
from app.slides.desk import SlideDesk
from app.slides.limits import MAX_FILE_BYTES, MAX_PAGES
from app.slides.render_job import RenditionName
from app.slides.schemas import DeckBody, DeckPath, DecksBody, LessonPath
from app.storage.object_response import object_response
from app.storage.port import Storage

STREAMED_BODIES = {re.compile(rf"{API}/lessons/[^/]+/decks"): MAX_FILE_BYTES}
"""For `BodyLimit`: read as they come, after it is known who sends."""
_FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
RangeHeader = Annotated[str | None, Header(alias="range")]


def build_router(
    desk: SlideDesk, addresses: PageAddresses, storage: Storage, authenticate: Authenticate
) -> APIRouter:
    router = APIRouter(prefix="/lessons/{id}/decks", tags=["slides"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get("", operation_id="list_decks", responses=refusals(401, 403, 404))
    async def list_decks(
        lesson_id: LessonPath,
        request: Request,
        ticket: Annotated[str | None, Header(alias="X-Tongtang-Ticket", max_length=2_000)] = None,
    ) -> DecksBody:
        if ticket is not None:
            return await desk.list_for_ticket(lesson_id, ticket)
        return await desk.list_for(lesson_id, await authenticate(request))

    @router.post(
        "",
        operation_id="upload_deck",
        status_code=201,
        responses=refusals(401, 403, 404, 409, 413, 429, 503),
        openapi_extra=_FILE,
    )
    async def upload_deck(
        lesson_id: LessonPath,
        caller: CallerNow,
        request: Request,
        name: Annotated[str, Query(max_length=400)] = "",
    ) -> DeckBody:
        return await desk.upload(lesson_id, caller, name, request.stream())

    @router.delete(
        "/{deck_id}",
        operation_id="delete_deck",
        status_code=204,
        responses=refusals(401, 403, 404, 409),
    )
    async def delete_deck(lesson_id: LessonPath, deck_id: DeckPath, caller: CallerNow) -> None:
        await desk.delete(lesson_id, deck_id, caller)

    @router.api_route(
        "/{deck_id}/pages/{number}/{rendition}",
        methods=["GET", "HEAD"],
        operation_id="get_deck_page",
        response_class=Response,
        include_in_schema=False,
    )
    async def get_page(
        lesson_id: LessonPath,
        deck_id: DeckPath,
        number: Annotated[int, Path(ge=1, le=MAX_PAGES)],
        rendition: RenditionName,
        request: Request,
        expires: int,
        signature: str,
        range_: RangeHeader = None,
    ) -> Response:
        addresses.require(lesson_id, deck_id, expires, signature)
        served = await desk.page(lesson_id, deck_id, number, rendition)
        return await object_response(storage, served, range_, is_head=request.method == "HEAD")

    @router.api_route(
        "/{deck_id}/file",
        methods=["GET", "HEAD"],
        operation_id="download_deck",
        response_class=Response,
        include_in_schema=False,
    )
    async def download(
        lesson_id: LessonPath,
        deck_id: DeckPath,
        request: Request,
        expires: int,
        signature: str,
        range_: RangeHeader = None,
    ) -> Response:
        addresses.require(lesson_id, deck_id, expires, signature)
        served, name = await desk.file(lesson_id, deck_id)
        is_head = request.method == "HEAD"
        return await object_response(storage, served, range_, is_head=is_head, download_name=name)

    return router
