"""Who sends this request: bearer token or session cookie, the latter protected against cross-site requests."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import Request

from app.accounts.sessions import Sessions
from app.caller import Caller
from app.errors import NotAllowed, NotAuthenticated
from app.http import request_host

COOKIE = "tongtang_session"
SECURE_COOKIE = "__Host-tongtang_session"
"""On https. Another name, because a plain http page may not overwrite a Secure cookie of the same name."""
CSRF_HEADER = "x-requested-with"
CSRF_VALUE = "tongtang"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def system_now_ms() -> int:
    return time.time_ns() // 1_000_000


def refuse_cross_origin(request: Request) -> None:
    """NotAllowed `csrf` if a browser says that another site made it send this."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request_host(request).lower():
        raise NotAllowed("this request comes from another site", code="csrf")
    if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise NotAllowed("this request comes from another site", code="csrf")


def refuse_forged(request: Request) -> None:
    """A cookie alone changes nothing: a page of another site cannot set our header."""
    if request.method in _SAFE_METHODS:
        return
    refuse_cross_origin(request)
    if request.headers.get(CSRF_HEADER) != CSRF_VALUE:
        raise NotAllowed(f"send the header X-Requested-With: {CSRF_VALUE}", code="csrf")


def session_cookies(request: Request) -> list[str]:
    """The session tokens that this browser sent, the one of https first."""
    names = (SECURE_COOKIE, COOKIE)
    return [request.cookies[name] for name in names if request.cookies.get(name)]


def presented_tokens(request: Request) -> list[str]:
    """Every session token of this request, whether it counts or not."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return [token.strip()] if scheme.lower() == "bearer" else session_cookies(request)


class Authenticator:
    """The dependency that routers get: `await authenticator(request) -> Caller`."""

    def __init__(self, sessions: Sessions, now_ms: Callable[[], int] = system_now_ms) -> None:
        self._sessions = sessions
        self._now_ms = now_ms

    async def __call__(self, request: Request) -> Caller:
        caller = await self.find(request)
        if caller is None:
            raise NotAuthenticated("sign in first")
        return caller

    async def find(self, request: Request) -> Caller | None:
        """The caller, or None for a stranger. A bearer token wins over a cookie and needs no CSRF header."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer":
                return None
            return await self._sessions.find_caller(token.strip(), "bearer", self._now_ms())
        cookies = session_cookies(request)
        if cookies:
            refuse_forged(request)
        for cookie in cookies:
            caller = await self._sessions.find_caller(cookie, "cookie", self._now_ms())
            if caller is not None:
                return caller
        return None
