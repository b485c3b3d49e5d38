"""`/lessons/{id}/guest` for admins, `/guests` for whoever holds a guest teacher's link."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import StringConstraints

from app.accounts.endpoints import set_session_cookie
from app.accounts.identity import refuse_cross_origin
from app.accounts.rate_limit import RateLimiter
from app.api_model import ApiModel
from app.caller import Caller
from app.http import Authenticate, client_ip, public_url, refusals, user_agent
from app.lessons.guests import MAX_TOKEN_CHARS, Guests
from app.lessons.repository import LessonStore
from app.lessons.schemas import LessonPath
from app.moments import utc

Token = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TOKEN_CHARS)]


class GuestDraft(ApiModel):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class GuestLinkBody(ApiModel):
    url: str
    """To be handed over by whoever made it; shown once."""
    expires_at: datetime


class GuestToken(ApiModel):
    token: Token


class InvitedGuestBody(ApiModel):
    name: str
    title: str
    subject: str
    starts_at: datetime
    ends_at: datetime


class EnteredBody(ApiModel):
    lesson_id: str


def build_router(
    guests: Guests, store: LessonStore, authenticate: Authenticate, per_address: RateLimiter
) -> APIRouter:
    router = APIRouter(tags=["guests"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.post(
        "/lessons/{id}/guest",
        operation_id="invite_guest",
        status_code=201,
        responses=refusals(401, 403, 404, 409),
        summary="Let somebody from outside lead this lesson, by a link that counts once",
    )
    async def invite_guest(
        lesson_id: LessonPath, draft: GuestDraft, caller: CallerNow, request: Request
    ) -> GuestLinkBody:
        made = await guests.invite(await store.get(lesson_id), draft.name, caller)
        url = public_url(request, f"/g/{made.token}")
        return GuestLinkBody(url=url, expires_at=utc(made.expires_at_ms))

    @router.post("/guests/check", operation_id="check_guest", responses=refusals(404, 410, 429))
    async def check_guest(request: Request, link: GuestToken) -> InvitedGuestBody:
        per_address.take(client_ip(request))
        invited = await guests.find(link.token)
        lesson = invited.lesson
        return InvitedGuestBody(
            name=invited.name,
            title=lesson.title,
            subject=lesson.subject,
            starts_at=utc(lesson.starts_at_ms),
            ends_at=utc(lesson.ends_at_ms),
        )

    @router.post(
        "/guests/enter", operation_id="enter_as_guest", responses=refusals(403, 404, 410, 429)
    )
    async def enter_as_guest(request: Request, response: Response, link: GuestToken) -> EnteredBody:
        refuse_cross_origin(request)
        per_address.take(client_ip(request))
        lesson_id, opened = await guests.enter(link.token, user_agent(request))
        set_session_cookie(request, response, opened)
        return EnteredBody(lesson_id=lesson_id)

    return router
