"""`/account`: one's own password, second factor, and where one is signed in."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import StringConstraints

from app.accounts.identity import presented_tokens
from app.accounts.passwords import MAX_PASSWORD_CHARS
from app.accounts.second_factor import SecondFactors
from app.accounts.sessions import KnownSession, SessionKind, Sessions
from app.accounts.signing_in import SigningIn
from app.api_model import ApiModel
from app.caller import ADMINS, Caller
from app.http import Authenticate, client_ip, refusals
from app.moments import utc

Password = Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD_CHARS)]
Code = Annotated[str, StringConstraints(min_length=6, max_length=12)]


class SessionBody(ApiModel):
    session_id: str
    kind: SessionKind
    agent: str
    """What the browser calls itself."""
    created_at: datetime
    expires_at: datetime
    is_current: bool


class AccountBody(ApiModel):
    has_password: bool
    """A guest teacher has none."""
    has_second_factor: bool
    may_have_second_factor: bool
    sessions: list[SessionBody]


class PasswordChange(ApiModel):
    old_password: Password
    new_password: Password


class EnrolmentBody(ApiModel):
    secret: str
    uri: str


class CodeBody(ApiModel):
    code: Code


class PasswordBody(ApiModel):
    password: Password


def session_body(known: KnownSession, *, is_current: bool = False) -> SessionBody:
    return SessionBody(
        session_id=known.session_id,
        kind=known.kind,
        agent=known.agent,
        created_at=utc(known.created_at_ms),
        expires_at=utc(known.expires_at_ms),
        is_current=is_current,
    )


def build_router(
    sessions: Sessions,
    signing_in: SigningIn,
    factors: SecondFactors,
    authenticate: Authenticate,
    now_ms: Callable[[], int],
) -> APIRouter:
    router = APIRouter(prefix="/account", tags=["accounts"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get("", operation_id="get_account", responses=refusals(401))
    async def get_account(caller: CallerNow, request: Request) -> AccountBody:
        current = await sessions.find_id(presented_tokens(request))
        listed = await sessions.of(caller.user_id, now_ms())
        return AccountBody(
            has_password=not caller.is_guest,
            has_second_factor=await factors.is_on(caller.user_id),
            may_have_second_factor=caller.administered is not None,
            sessions=[session_body(one, is_current=one.session_id == current) for one in listed],
        )

    @router.delete(
        "/sessions/{session_id}",
        operation_id="end_session",
        status_code=204,
        responses=refusals(401, 404),
    )
    async def end_session(caller: CallerNow, session_id: str) -> None:
        await sessions.end(caller.user_id, session_id, now_ms())

    @router.put(
        "/password", operation_id="change_password", status_code=204, responses=refusals(401, 429)
    )
    async def change_password(caller: CallerNow, request: Request, change: PasswordChange) -> None:
        """Ends every other session."""
        await signing_in.change_password(
            caller, change.old_password, change.new_password, client_ip(request)
        )
        keep = await sessions.find_id(presented_tokens(request))
        await sessions.end_others(caller.user_id, keep, now_ms())

    @router.post(
        "/second-factor", operation_id="begin_second_factor", responses=refusals(401, 403, 409)
    )
    async def begin_second_factor(caller: CallerNow) -> EnrolmentBody:
        caller.require(*ADMINS)
        enrolment = await factors.begin(caller.user_id, now_ms())
        return EnrolmentBody(secret=enrolment.secret, uri=enrolment.uri)

    @router.post(
        "/second-factor/confirmation",
        operation_id="confirm_second_factor",
        status_code=204,
        responses=refusals(401, 403, 429),
    )
    async def confirm_second_factor(caller: CallerNow, request: Request, body: CodeBody) -> None:
        caller.require(*ADMINS)
        signing_in.count_try(caller.user_id, client_ip(request))
        await factors.confirm(caller, body.code, now_ms())
        signing_in.forget_tries(caller.user_id, client_ip(request))

    @router.post(
        "/second-factor/removal",
        operation_id="remove_second_factor",
        status_code=204,
        responses=refusals(401, 429),
    )
    async def remove_second_factor(caller: CallerNow, request: Request, body: PasswordBody) -> None:
        await signing_in.verify_own(caller.user_id, body.password, client_ip(request))
        await factors.remove(caller, now_ms())

    return router
