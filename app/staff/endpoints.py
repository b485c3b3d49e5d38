"""`/staff` for admins, `/invitations` for whoever holds a link."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, StringConstraints

from app.accounts.account_endpoints import SessionBody, session_body
from app.accounts.endpoints import Me, me_of, set_session_cookie
from app.accounts.identity import refuse_cross_origin
from app.accounts.login import MAX_LOGIN_CHARS
from app.accounts.passwords import MAX_PASSWORD_CHARS
from app.accounts.rate_limit import RateLimiter
from app.accounts.sessions import Sessions
from app.accounts.signing_in import SigningIn
from app.api_model import ApiModel
from app.caller import ADMINS, Caller, StaffRole
from app.http import Authenticate, admins_only, client_ip, public_url, refusals, user_agent
from app.ids import SchoolId
from app.moments import utc, utc_or_none
from app.staff.invitations import MAX_TOKEN_CHARS, Invitations
from app.staff.people import MAX_LOGINS, MAX_SHOWN, Draft, Person, Staff

DEFAULT_SHOWN = 50
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Login = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LOGIN_CHARS)
]
Token = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TOKEN_CHARS)]


class StaffDraft(ApiModel):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    logins: Annotated[list[Login], Field(min_length=1, max_length=MAX_LOGINS)]
    roles: Annotated[list[StaffRole], Field(min_length=1, max_length=4)]
    school_id: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None

    def draft(self) -> Draft:
        school_id = None if self.school_id is None else SchoolId(self.school_id)
        return Draft(self.name, tuple(self.logins), frozenset(self.roles), school_id)


class StaffBody(ApiModel):
    user_id: str
    name: str
    logins: list[str]
    roles: list[StaffRole]
    school_id: str | None
    school_name: str | None
    is_active: bool
    has_password: bool
    invited_until: datetime | None
    """Until when the link counts that was made last and is not used yet."""


class StaffPage(ApiModel):
    items: list[StaffBody]
    next: str | None


class InvitationBody(ApiModel):
    url: str
    """To be handed over by whoever made it; shown once."""
    expires_at: datetime


class AddedBody(ApiModel):
    person: StaffBody
    invitation: InvitationBody


class InvitedBody(ApiModel):
    name: str
    login: str


class InvitationToken(ApiModel):
    token: Token


class NewPassword(ApiModel):
    token: Token
    password: Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD_CHARS)]


def body_of(person: Person) -> StaffBody:
    return StaffBody(
        user_id=person.user_id,
        name=person.name,
        logins=list(person.logins),
        roles=list(person.roles),
        school_id=person.school_id,
        school_name=person.school_name,
        is_active=person.is_active,
        has_password=person.has_password,
        invited_until=utc_or_none(person.invited_until_ms),
    )


def build_router(
    staff: Staff,
    invitations: Invitations,
    sessions: Sessions,
    authenticate: Authenticate,
    now_ms: Callable[[], int],
) -> APIRouter:
    """What admins do."""
    router = APIRouter(prefix="/staff", tags=["staff"])

    Admin = Annotated[Caller, Depends(admins_only(authenticate))]  # noqa: N806 - an alias of a type

    async def invite(request: Request, admin: Caller, user_id: str) -> InvitationBody:
        made = await invitations.create(admin, admin.require_scope(*ADMINS), user_id, now_ms())
        url = public_url(request, f"/welcome/{made.token}")
        return InvitationBody(url=url, expires_at=utc(made.expires_at_ms))

    @router.get("", operation_id="list_staff", responses=refusals(401, 403))
    async def list_staff(
        admin: Admin,
        text: Text = "",
        limit: Annotated[int, Query(ge=1, le=MAX_SHOWN)] = DEFAULT_SHOWN,
        after: Annotated[str | None, Query(max_length=800)] = None,
    ) -> StaffPage:
        page = await staff.page(admin.require_scope(*ADMINS), text, now_ms(), limit, after)
        return StaffPage(items=[body_of(one) for one in page.people], next=page.next)

    @router.post(
        "", operation_id="add_staff", status_code=201, responses=refusals(401, 403, 404, 409)
    )
    async def add_staff(admin: Admin, request: Request, draft: StaffDraft) -> AddedBody:
        user_id = await staff.add(admin, draft.draft(), now_ms())
        invitation = await invite(request, admin, user_id)
        person = await staff.get(admin, user_id, now_ms())
        return AddedBody(person=body_of(person), invitation=invitation)

    @router.put("/{user_id}", operation_id="change_staff", responses=refusals(401, 403, 404, 409))
    async def change_staff(admin: Admin, user_id: str, draft: StaffDraft) -> StaffBody:
        await staff.change(admin, user_id, draft.draft(), now_ms())
        return body_of(await staff.get(admin, user_id, now_ms()))

    @router.post(
        "/{user_id}/invitation",
        operation_id="invite_staff",
        status_code=201,
        responses=refusals(401, 403, 404),
        summary="A new link, for somebody who lost theirs or forgot the password",
    )
    async def invite_staff(admin: Admin, request: Request, user_id: str) -> InvitationBody:
        return await invite(request, admin, user_id)

    @router.get(
        "/{user_id}/sessions",
        operation_id="list_staff_sessions",
        responses=refusals(401, 403, 404),
        summary="Where somebody is signed in",
    )
    async def list_staff_sessions(admin: Admin, user_id: str) -> list[SessionBody]:
        person = await staff.get(admin, user_id, now_ms())
        return [session_body(one) for one in await sessions.of(person.user_id, now_ms())]

    @router.delete(
        "/{user_id}/sessions",
        operation_id="sign_out_staff",
        status_code=204,
        responses=refusals(401, 403, 404),
        summary="Sign somebody out everywhere",
    )
    async def sign_out_staff(admin: Admin, user_id: str) -> None:
        await staff.sign_out(admin, user_id, now_ms())

    @router.delete(
        "/{user_id}",
        operation_id="close_staff",
        status_code=204,
        responses=refusals(401, 403, 404, 409),
    )
    async def close_staff(admin: Admin, user_id: str) -> None:
        await staff.close(admin, user_id, now_ms())

    @router.post(
        "/{user_id}/reopening",
        operation_id="reopen_staff",
        status_code=204,
        responses=refusals(401, 403, 404),
    )
    async def reopen_staff(admin: Admin, user_id: str) -> None:
        await staff.reopen(admin, user_id, now_ms())

    return router


def build_invitation_router(
    invitations: Invitations,
    sessions: Sessions,
    signing_in: SigningIn,
    per_address: RateLimiter,
    now_ms: Callable[[], int],
) -> APIRouter:
    """What a person with a link does: look whose it is, choose a password, be signed in."""
    router = APIRouter(prefix="/invitations", tags=["staff"])

    @router.post("/check", operation_id="check_invitation", responses=refusals(404, 410, 429))
    async def check_invitation(request: Request, link: InvitationToken) -> InvitedBody:
        per_address.take(client_ip(request))
        invited = await invitations.find(link.token, now_ms())
        return InvitedBody(name=invited.name, login=invited.login)

    @router.post(
        "/accept", operation_id="accept_invitation", responses=refusals(403, 404, 410, 429)
    )
    async def accept_invitation(request: Request, response: Response, new: NewPassword) -> Me:
        refuse_cross_origin(request)
        per_address.take(client_ip(request))
        user_id = await invitations.accept(new.token, new.password, now_ms())
        caller = await sessions.load(user_id)
        agent = user_agent(request)
        set_session_cookie(request, response, await signing_in.open(user_id, "cookie", agent))
        return me_of(caller)

    return router
