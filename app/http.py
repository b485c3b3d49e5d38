"""The HTTP edge that every router shares: who calls, how errors look, limits and headers."""

import ipaddress
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import AppError, CommandRejected, NotAllowed
from app.ids import SchoolId, UserId

log = logging.getLogger(__name__)

API = "/api/v1"
MAX_BODY_BYTES = 64 * 1024
TICKET_HEADER = "X-Tongtang-Ticket"
"""For pages that have the ticket of a place instead of a signed-in person: a paired PC, a phone console."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")

StaffRole = Literal["admin", "teacher", "onsite"]


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in person behind a request."""

    user_id: UserId
    county_id: str
    school_id: SchoolId | None
    school_name: str | None
    name: str
    roles: frozenset[StaffRole]

    @property
    def is_admin(self) -> bool:
        return "admin" in self.roles

    @property
    def is_teacher(self) -> bool:
        return "teacher" in self.roles

    def require(self, *roles: StaffRole) -> None:
        """NotAllowed unless the caller has one of these roles."""
        if not self.roles.intersection(roles):
            raise NotAllowed(f"this needs the role {' or '.join(roles)}")


Authenticate = Callable[[Request], Awaitable[Caller]]
"""FastAPI dependency: the caller, or NotAuthenticated."""


def admins_only(authenticate: Authenticate) -> Authenticate:
    """The same dependency, and NotAllowed for whoever is no admin."""

    async def authenticate_admin(request: Request) -> Caller:
        caller = await authenticate(request)
        caller.require("admin")
        return caller

    return authenticate_admin


class ApiModel(BaseModel):
    """Base of request and response bodies."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_serialization_defaults_required=True
    )


class FieldError(ApiModel):
    field: str
    message: str


class ErrorBody(ApiModel):
    """Every refusal. `code` is stable; `errors` only with `invalid_input`; `line` of a file that was sent."""

    code: str
    message: str
    errors: list[FieldError] | None = None
    line: int | None = None


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` for the refusals an operation can give."""
    return {status: {"model": ErrorBody} for status in (*statuses, 422)}


def utc(ms: int) -> datetime:
    """UTC milliseconds as the datetime that bodies carry (ISO 8601 with Z)."""
    return _EPOCH + timedelta(milliseconds=ms)


def utc_or_none(ms: int | None) -> datetime | None:
    return None if ms is None else utc(ms)


def to_ms(moment: datetime) -> int:
    """An aware datetime as UTC milliseconds, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


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
    if _HOST.fullmatch(host):
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


def _error(
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
    **more: list[dict[str, str]] | int | None,
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
    return _error(error.status, error.code, error.message, headers, line=error.line)


async def _on_rejected(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CommandRejected)
    return _error(403 if error.code == "not_allowed" else 409, error.code, error.message)


async def _on_invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "message": one["msg"]}
        for one in error.errors()[:20]
    ]
    message = "; ".join(f"{one['field']}: {one['message']}" for one in errors[:3])
    return _error(422, "invalid_input", message, errors=errors)


async def _on_http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, "bad_request")
    return _error(error.status_code, code, str(error.detail), headers=error.headers)


async def _on_crash(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _error(500, "internal", "the server made a mistake; it has been logged")


def add_error_handlers(app: FastAPI) -> None:
    """Every refusal leaves as `{code, message}`."""
    app.add_exception_handler(AppError, _on_app_error)
    app.add_exception_handler(CommandRejected, _on_rejected)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_crash)


# --- middlewares ----------------------------------------------------------------------------------


class BodyLimit:
    """Answers 413 to a request body over `max_bytes` before any route reads it.

    `larger`: paths that take whole files, and how many bytes they take. `streamed`: the same of paths that read as the
    bytes come and count themselves; here only what they announce is looked at.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int = MAX_BODY_BYTES,
        larger: Mapping[re.Pattern[str], int] | None = None,
        streamed: Mapping[re.Pattern[str], int] | None = None,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._streamed = streamed or {}
        self._larger = {**(larger or {}), **self._streamed}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        max_bytes = self._limit_of(scope["path"])
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced) > max_bytes:
            await self._refuse(max_bytes, scope, receive, send)
            return
        if any(pattern.fullmatch(scope["path"]) for pattern in self._streamed):
            await self._app(scope, receive, send)
            return
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            if len(body) > max_bytes:
                await self._refuse(max_bytes, scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        is_given = False

        async def replay() -> Message:
            nonlocal is_given
            if is_given:
                return await receive()
            is_given = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, replay, send)

    def _limit_of(self, path: str) -> int:
        found = (limit for pattern, limit in self._larger.items() if pattern.fullmatch(path))
        return next(found, self._max_bytes)

    async def _refuse(self, max_bytes: int, scope: Scope, receive: Receive, send: Send) -> None:
        response = _error(
            413, "body_too_large", f"a request body may have {max_bytes} bytes at most"
        )
        await response(scope, receive, send)


class SecurityHeaders:
    """What every answer carries. Nothing may come from another origin: no CDN, no frame, no referrer."""

    def __init__(self, app: ASGIApp, media_sources: Iterable[str] = ()) -> None:
        """`media_sources`: origins besides our own that recordings and their pictures come from (an S3 endpoint)."""
        self._app = app
        self._stored = " ".join(("'self'", "blob:", *media_sources))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        # A policy cannot name an IPv6 address; 'self' covers the sockets of this origin in all but old browsers.
        is_nameable = _HOST.fullmatch(host) and not host.startswith("[")
        sockets = f" ws://{host} wss://{host}" if is_nameable else ""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers(sockets).items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    # Over plain http browsers ignore it, and complain on the console.
                    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                if scope["path"].startswith(API):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _headers(self, sockets: str) -> dict[str, str]:
        return {
            "Content-Security-Policy": "; ".join(
                (
                    "default-src 'self'",
                    "style-src 'self' 'unsafe-inline'",
                    f"img-src data: {self._stored}",
                    f"media-src {self._stored}",
                    f"connect-src 'self'{sockets}",
                    "worker-src 'self' blob:",
                    "object-src 'none'",
                    "base-uri 'none'",
                    "form-action 'self'",
                    "frame-ancestors 'none'",
                )
            ),
            "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), "
            "autoplay=(self), fullscreen=(self), geolocation=(), payment=(), usb=()",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }


class TrustedProxies:
    """Believes X-Forwarded-For, -Proto and -Host of the addresses in `TONGTANG_TRUSTED_PROXIES` only."""

    def __init__(self, app: ASGIApp, addresses: Iterable[str] = ()) -> None:
        self._app = app
        self._addresses = frozenset(plain_address(address) for address in addresses)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        is_ours = client is not None and plain_address(client[0]) in self._addresses
        if scope["type"] in ("http", "websocket") and is_ours:
            scope = self._as_the_proxy_saw_it(scope)
        await self._app(scope, receive, send)

    def _as_the_proxy_saw_it(self, scope: Scope) -> Scope:
        headers = MutableHeaders(scope={**scope, "headers": list(scope["headers"])})
        changed = dict(scope)
        hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",")]
        # The last hop that is no proxy of ours: everything left of it was written by the caller.
        outside = [hop for hop in hops if hop and plain_address(hop) not in self._addresses]
        if outside:
            changed["client"] = (outside[-1], 0)
        scheme = headers.get("x-forwarded-proto", "")
        if scheme in ("http", "https"):
            is_socket = scope["type"] == "websocket"
            changed["scheme"] = scheme.replace("http", "ws") if is_socket else scheme
        host = headers.get("x-forwarded-host", "")
        if _HOST.fullmatch(host):
            headers["host"] = host
        changed["headers"] = headers.raw
        return changed


FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def has_forwarding_header(request: Request) -> bool:
    """A proxy had its hands on this request (any `X-Forwarded-*` counts)."""
    return any(
        name in FORWARDING_HEADERS or name.startswith("x-forwarded-") for name in request.headers
    )
