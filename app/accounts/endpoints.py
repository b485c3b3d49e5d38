"""`/auth`: sign in, sign out, who am I."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import StringConstraints

from app.accounts.identity import (
    COOKIE,
    SECURE_COOKIE,
    Authenticator,
    refuse_cross_origin,
    refuse_forged,
    session_cookies,
    system_now_ms,
)
from app.accounts.login import MAX_LOGIN_CHARS
from app.accounts.passwords import MAX_PASSWORD_CHARS
from app.accounts.sessions import OpenedSession, Sessions
from app.accounts.signing_in import SigningIn
from app.api_model import ApiModel
from app.caller import Caller, StaffRole
from app.http import client_ip, refusals, user_agent
from app.moments import utc


class Credentials(ApiModel):
    login: Annotated[str, StringConstraints(min_length=1, max_length=MAX_LOGIN_CHARS)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD_CHARS)]
    code: Annotated[str, StringConstraints(max_length=12)] | None = None
    """Of the authenticator app, after `second_factor_needed`."""


class AccessToken(ApiModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the standard's word, RFC 6750
    expires_at: datetime


class SchoolName(ApiModel):
    school_id: str
    name: str


class Me(ApiModel):
    user_id: str
    name: str
    roles: list[StaffRole]
    school: SchoolName | None


def me_of(caller: Caller) -> Me:
    school = None
    if caller.school_id is not None:
        school = SchoolName(school_id=caller.school_id, name=caller.school_name or "")
    return Me(user_id=caller.user_id, name=caller.name, roles=sorted(caller.roles), school=school)


def set_session_cookie(request: Request, response: Response, opened: OpenedSession) -> None:
    """HttpOnly, Lax; Secure under its own name on https."""
    is_https = request.url.scheme == "https"
    response.set_cookie(
        SECURE_COOKIE if is_https else COOKIE,
        opened.token,
        max_age=max(0, (opened.expires_at_ms - system_now_ms()) // 1000),
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_https,
    )


def build_router(
    sessions: Sessions, signing_in: SigningIn, authenticate: Authenticator
) -> APIRouter:
    router = APIRouter(prefix="/auth", tags=["accounts"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.post(
        "/token", operation_id="create_token", responses=refusals(401, 429), summary="Sign in (API)"
    )
    async def create_token(credentials: Credentials, request: Request) -> AccessToken:
        _, opened = await signing_in.sign_in(
            credentials.login,
            credentials.password,
            client_ip(request),
            "bearer",
            credentials.code,
            user_agent(request),
        )
        return AccessToken(access_token=opened.token, expires_at=utc(opened.expires_at_ms))

    @router.post(
        "/session",
        operation_id="sign_in",
        responses=refusals(401, 403, 429),
        summary="Sign in (browser)",
    )
    async def sign_in(credentials: Credentials, request: Request, response: Response) -> Me:
        refuse_cross_origin(request)
        user_id, opened = await signing_in.sign_in(
            credentials.login,
            credentials.password,
            client_ip(request),
            "cookie",
            credentials.code,
            user_agent(request),
        )
        caller = await sessions.load(user_id)
        set_session_cookie(request, response, opened)
        return me_of(caller)

    @router.delete("/session", operation_id="sign_out", status_code=204, responses=refusals(403))
    async def sign_out(request: Request, response: Response) -> None:
        refuse_forged(request)
        for token in session_cookies(request):
            await sessions.revoke(token, system_now_ms())
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        if request.url.scheme == "https":
            response.delete_cookie(
                SECURE_COOKIE, path="/", httponly=True, samesite="lax", secure=True
            )

    @router.delete("/token", operation_id="revoke_token", status_code=204, responses=refusals(401))
    async def revoke_token(_caller: CallerNow, request: Request) -> None:
        token = request.headers.get("authorization", "").partition(" ")[2].strip()
        if token:
            await sessions.revoke(token, system_now_ms())

    @router.get("/me", operation_id="get_me", responses=refusals(401))
    async def get_me(caller: CallerNow) -> Me:
        return me_of(caller)

    return router
