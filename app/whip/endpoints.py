"""`/whip/{lesson_id}` and `/whep/{lesson_id}`, and the sessions under them. The ticket is the bearer token."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.exceptions import HTTPException

from app.accounts.tokens import Ticket
from app.errors import AppError, NotAuthenticated
from app.http import client_ip, refusals
from app.ids import LessonId
from app.signaling.endpoint import client_network, plain_ip
from app.whip.cors import ENDPOINT_METHODS, SDP, SESSION_METHODS
from app.whip.desk import WhipDesk
from app.whip.sdpfrag import MEDIA_TYPE, SdpFragment
from app.whip.session import Kind, Opened

Id = Annotated[str, Path(max_length=80)]
WhipSource = Annotated[
    Literal["camera", "screen", "document"],
    Query(description="What the video is; audio is the microphone."),
]
WhepSource = Annotated[
    str,
    Query(
        max_length=80, description="`lead`, `stage` (who was called up, else the lead), or a seat."
    ),
]
_OPEN_REFUSALS = refusals(400, 401, 403, 404, 406, 409, 413, 415, 429, 503)
_CREATED: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "The answer, with every candidate; `Location` is the session, `ETag` its ICE session.",
        "content": {SDP: {"schema": {"type": "string"}}},
    }
}
_PATCH_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "ICE restarted.", "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
    204: {"description": "The candidates were taken."},
    **refusals(400, 401, 403, 404, 412, 413, 415, 428, 429, 503),
}


def build_router(desk: WhipDesk) -> APIRouter:
    """Endpoints outside of `/api/v1`: their addresses are typed into encoders by hand."""
    router = APIRouter(tags=["whip"])

    @router.post(
        "/whip/{lesson_id}",
        status_code=201,
        response_class=Response,
        responses={**_CREATED, **_OPEN_REFUSALS},
        openapi_extra=_body(SDP),
    )
    async def publish(lesson_id: Id, request: Request, source: WhipSource = "camera") -> Response:
        """Open a WHIP session (RFC 9725): send camera, screen or document camera, and sound, into a live lesson."""
        return await _open(desk, "whip", lesson_id, source, request)

    @router.post(
        "/whep/{lesson_id}",
        status_code=201,
        response_class=Response,
        responses={**_CREATED, **_OPEN_REFUSALS},
        openapi_extra=_body(SDP),
    )
    async def view(lesson_id: Id, request: Request, source: WhepSource = "lead") -> Response:
        """Open a WHEP session: receive one publisher of a live lesson."""
        return await _open(desk, "whep", lesson_id, source, request)

    for kind in ("whip", "whep"):
        _add_session_routes(router, desk, kind)
        _add_reserved(router, f"/{kind}/{{lesson_id}}", ENDPOINT_METHODS)
        _add_reserved(router, f"/{kind}/{{lesson_id}}/{{session_id}}", SESSION_METHODS)
    return router


def _add_session_routes(router: APIRouter, desk: WhipDesk, kind: Kind) -> None:
    path = f"/{kind}/{{lesson_id}}/{{session_id}}"

    @router.patch(
        path,
        status_code=204,
        response_class=Response,
        responses=_PATCH_RESPONSES,
        openapi_extra=_body(MEDIA_TYPE),
        operation_id=f"patch_{kind}_session",
    )
    async def patch(lesson_id: Id, session_id: Id, request: Request) -> Response:
        """Trickle candidates (`If-Match`: the ETag) or restart ICE (`If-Match: *`)."""
        ticket, _ = _ticket(desk, lesson_id, request)
        session = desk.find(kind, ticket, session_id)
        text = await _text(request, MEDIA_TYPE)
        try:
            fragment = SdpFragment.parse(text)
        except ValueError as error:
            raise AppError(str(error), code="malformed_fragment", status=400) from error
        network = client_network(request, plain_ip(client_ip(request)))
        answer = await desk.patch(session, fragment, request.headers.get("if-match"), network)
        if answer is None:
            return Response(status_code=204)
        headers = {"ETag": session.entity_tag}
        return Response(str(answer), 200, headers, MEDIA_TYPE)

    @router.delete(
        path,
        status_code=200,
        response_class=Response,
        responses=refusals(401, 403, 404, 429, 503),
        operation_id=f"delete_{kind}_session",
    )
    async def delete(lesson_id: Id, session_id: Id, request: Request) -> Response:
        """End the session."""
        ticket, _ = _ticket(desk, lesson_id, request)
        await desk.close(desk.find(kind, ticket, session_id))
        return Response(status_code=200)


def _add_reserved(router: APIRouter, path: str, allowed: str) -> None:
    """RFC 9725 §4.2: whatever is not defined is refused, so that the pages' own addresses do not answer it."""
    methods = sorted({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"} - set(allowed.split(", ")))

    @router.api_route(path, methods=methods, include_in_schema=False)
    def refuse(lesson_id: str) -> Response:
        raise HTTPException(405, "WHIP and WHEP define no such request", {"Allow": allowed})


async def _open(
    desk: WhipDesk, kind: Kind, lesson_id: str, source: str, request: Request
) -> Response:
    ticket, token = _ticket(desk, lesson_id, request)
    offer = await _text(request, SDP)
    network = client_network(request, plain_ip(client_ip(request)))
    opened = await desk.open(kind, ticket, token, source, offer, network)
    headers = {
        "Location": f"/{kind}/{lesson_id}/{opened.session_id}",
        "ETag": opened.entity_tag,
        "Accept-Patch": MEDIA_TYPE,
    }
    response = Response(opened.answer_sdp, 201, headers, SDP)
    for link in _ice_server_links(opened):
        response.headers.append("Link", link)
    return response


def _ice_server_links(opened: Opened) -> list[str]:
    """RFC 9725 §4.6."""
    return [
        f'<{server["urls"]}>; rel="ice-server"; username="{server["username"]}"; '
        f'credential="{server["credential"]}"; credential-type="password"'
        for server in opened.ice_servers
    ]


def _ticket(desk: WhipDesk, lesson_id: str, request: Request) -> tuple[Ticket, str]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated("a ticket is needed as bearer token", code="ticket_missing")
    token = token.strip()
    return desk.admit(LessonId(lesson_id), token, client_ip(request)), token


async def _text(request: Request, media_type: str) -> str:
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != media_type:
        raise AppError(f"the body must be {media_type}", code="unsupported_media_type", status=415)
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise AppError("the body is not UTF-8", code="malformed_description", status=400) from error


def _body(media_type: str) -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "string"}}}
    return {"requestBody": {"required": True, "content": content}}
