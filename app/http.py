"""The HTTP edge that every router shares: who calls, from where, how errors look."""

import asyncio
import hashlib
import ipaddress
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.api_model import ApiModel
from app.caller import ADMINS, Caller
from app.errors import AppError, CommandRejected, NotAllowed
from app.sheets import LineError, Lines, read_lines

log = logging.getLogger(__name__)

API = "/api/v1"
TICKET_HEADER = "X-Tongtang-Ticket"
"""For pages that have the ticket of a place instead of a signed-in person: a paired PC, a phone console."""
NOW_HEADER = "X-Tongtang-Now"
"""The server's clock, ms since 1970 UTC: a PC's own may be years off."""
HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")

Authenticate = Callable[[Request], Awaitable[Caller]]
"""FastAPI dependency: the caller, or NotAuthenticated."""


def admins_only(authenticate: Authenticate) -> Authenticate:
    """The same dependency, and NotAllowed for whoever is no admin of the county or a school."""

    async def authenticate_admin(request: Request) -> Caller:
        caller = await authenticate(request)
        caller.require_scope(*ADMINS)
        return caller

    return authenticate_admin


def staff_only(authenticate: Authenticate) -> Authenticate:
    """The same dependency, and NotAllowed for a guest teacher."""

    async def authenticate_staff(request: Request) -> Caller:
        caller = await authenticate(request)
        if caller.is_guest:
            raise NotAllowed("a guest teacher has one lesson, and nothing else here")
        return caller

    return authenticate_staff


class FieldError(ApiModel):
    field: str
    message: str


class LineErrorBody(ApiModel):
    """What is wrong with a line of a sheet, from 1 as the spreadsheet counts."""

    line: int
    code: str


class ClashBody(ApiModel):
    """The lesson that is in the way, and whose time both want."""

    kind: Literal["teacher", "classroom"]
    name: str
    """Of the teacher, or of school and classroom."""
    title: str
    starts_at: datetime
    ends_at: datetime


class ErrorBody(ApiModel):
    """Every refusal. `code` is stable; `errors` only with `invalid_input`; `line` of a file that was sent.

    `clash` with `teacher_busy` and `classroom_busy`.
    """

    code: str
    message: str
    errors: list[FieldError] | None = None
    line: int | None = None
    clash: ClashBody | None = None


SHEET_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""OpenAPI of an operation whose body is a file of a spreadsheet program."""


async def sheet_lines(request: Request) -> Lines:
    """The body read as a sheet, beside the event loop. SheetUnreadable as `read_lines` has it."""
    return await asyncio.to_thread(read_lines, await request.body())


def line_errors(errors: Sequence[LineError]) -> list[LineErrorBody]:
    return [LineErrorBody(line=one.line, code=one.code) for one in errors]


_SCHEMAS = "#/components/schemas/"


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` for the refusals an operation can give, for a document that `describe_refusals` completes.

    FastAPI would build a validator of its own for each, a third of what the application takes to start.
    """
    body = {"application/json": {"schema": {"$ref": f"{_SCHEMAS}ErrorBody"}}}
    return {status: {"content": body} for status in (*statuses, 422)}


def describe_refusals(document: dict[str, Any]) -> None:
    """Put the body of every refusal into an OpenAPI document."""
    schema = ErrorBody.model_json_schema(ref_template=f"{_SCHEMAS}{{model}}", mode="serialization")
    for field in schema["properties"].values():
        # Of an answer: every field is there.
        field.pop("default", None)
    document["components"]["schemas"] |= {**schema.pop("$defs"), "ErrorBody": schema}


NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The one of `If-None-Match` still holds."}
}
"""OpenAPI `responses` of an operation that answers with `tagged`."""


def tagged(body: ApiModel, if_none_match: str, now_ms: int) -> Response:
    """The body with its ETag and the server's clock; without the body if it is the one that `if_none_match` names."""
    text = body.model_dump_json()
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, NOW_HEADER: str(now_ms)}
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    return Response(text, headers=headers, media_type="application/json")


def plain_address(text: str) -> str:
    """An address without the IPv6 clothes that a dual-stack socket gives to IPv4 (`::ffff:192.0.2.1`)."""
    try:
        mapped = ipaddress.IPv6Address(text.partition("%")[0]).ipv4_mapped
    except ValueError:
        return text
    return text if mapped is None else str(mapped)


def client_ip(request: Request) -> str:
    """The caller's address; behind a trusted proxy the one that the proxy saw."""
    return plain_address(request.client.host) if request.client else ""


FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def has_forwarding_header(request: Request) -> bool:
    """A proxy had its hands on this request (any `X-Forwarded-*` counts)."""
    return any(
        name in FORWARDING_HEADERS or name.startswith("x-forwarded-") for name in request.headers
    )


def is_from_this_machine(request: Request) -> bool:
    """The peer is loopback and no proxy had its hands on the request."""
    try:
        is_loopback = ipaddress.ip_address(client_ip(request)).is_loopback
    except ValueError:
        return False
    return is_loopback and not has_forwarding_header(request)


def user_agent(request: Request) -> str:
    """What the browser calls itself; empty if it does not say."""
    return request.headers.get("user-agent", "")


def request_host(request: Request) -> str:
    """`Host` as the browser sent it, or the listener's own address when it is not a host at all."""
    host = request.headers.get("host", "")
    if HOST.fullmatch(host):
        return host
    return request.url.hostname or "localhost"


def host_name(host: str) -> str:
    """A `Host` without its port; an IPv6 address keeps its brackets."""
    name, _, port = host.rpartition(":")
    return name if name and port.isdecimal() else host


def public_url(request: Request, path: str) -> str:
    """An absolute URL on the host that this request came to."""
    return f"{request.url.scheme}://{request_host(request)}{path}"


def signal_url(request: Request) -> str:
    """Where the WebSocket of this very host is."""
    scheme = "wss" if request.url.scheme in ("https", "wss") else "ws"
    return f"{scheme}://{request_host(request)}{API}/signal"


# --- errors ---------------------------------------------------------------------------------------

_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


def error_response(
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
    **more: list[dict[str, str]] | Mapping[str, object] | int | None,
) -> JSONResponse:
    """`more`: what `ErrorBody` has besides, where there is any."""
    body: dict[str, Any] = {"code": code, "message": message}
    body |= {name: value for name, value in more.items() if value is not None}
    headers = {"Cache-Control": "no-store", **(headers or {})}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, status, headers)


async def _on_app_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)
    wait_s = error.retry_after_s
    headers = None if wait_s is None else {"Retry-After": str(wait_s)}
    return error_response(
        error.status, error.code, error.message, headers, line=error.line, clash=error.clash
    )


async def _on_rejected(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CommandRejected)
    return error_response(403 if error.code == "not_allowed" else 409, error.code, error.message)


async def _on_invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "message": one["msg"]}
        for one in error.errors()[:20]
    ]
    message = "; ".join(f"{one['field']}: {one['message']}" for one in errors[:3])
    return error_response(422, "invalid_input", message, errors=errors)


async def _on_http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, "bad_request")
    return error_response(error.status_code, code, str(error.detail), headers=error.headers)


async def _on_crash(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return error_response(500, "internal", "the server made a mistake; it has been logged")


def add_error_handlers(app: FastAPI) -> None:
    """Every refusal leaves as `{code, message}`."""
    app.add_exception_handler(AppError, _on_app_error)
    app.add_exception_handler(CommandRejected, _on_rejected)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_crash)
