"""What every request and every answer passes: limits, headers, trusted proxies."""

import re
from collections.abc import Iterable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http import API, HOST, error_response, plain_address

MAX_BODY_BYTES = 64 * 1024


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
        response = error_response(
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
        is_nameable = HOST.fullmatch(host) and not host.startswith("[")
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
        if HOST.fullmatch(host):
            headers["host"] = host
        changed["headers"] = headers.raw
        return changed
