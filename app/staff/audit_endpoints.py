"""`/audit`: what admins changed, for the admins of the county or the school that it concerns."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, StringConstraints

from app.api_model import ApiModel
from app.caller import ADMINS, Caller
from app.db.audit import AuditAction
from app.http import Authenticate, admins_only, refusals
from app.moments import to_ms, utc
from app.staff.audit_log import AuditLine, AuditLog, AuditSearch

MAX_SHOWN = 200
DEFAULT_SHOWN = 50
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]


class AuditEntryBody(ApiModel):
    entry_id: str
    at: datetime
    user_id: str
    by: str
    """The name that this person has now."""
    action: AuditAction
    subject_id: str
    subject: str | None
    """What the thing is called now; null if it is gone, or has no name."""
    whom: str | None
    """Whom a change of a lesson's staff was about."""
    details: dict[str, Any]


class AuditPageBody(ApiModel):
    items: list[AuditEntryBody]
    next: str | None
    """Give it as `after` for the next page; null at the end."""


def build_router(log: AuditLog, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["staff"])
    Admin = Annotated[Caller, Depends(admins_only(authenticate))]  # noqa: N806 - an alias of a type

    @router.get("/audit", operation_id="list_audit", responses=refusals(401, 403))
    async def list_audit(
        admin: Admin,
        by: Text = "",
        action: AuditAction | None = None,
        from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
        to: AwareDatetime | None = None,
        limit: Annotated[int, Query(ge=1, le=MAX_SHOWN)] = DEFAULT_SHOWN,
        after: Annotated[str | None, Query(max_length=60)] = None,
    ) -> AuditPageBody:
        search = AuditSearch(
            by=by,
            action=action,
            from_ms=None if from_ is None else to_ms(from_),
            to_ms=None if to is None else to_ms(to),
        )
        page = await log.page(admin.require_scope(*ADMINS), search, limit, after)
        return AuditPageBody(items=[_body(line) for line in page.lines], next=page.next)

    return router


def _body(line: AuditLine) -> AuditEntryBody:
    return AuditEntryBody(
        entry_id=line.entry_id,
        at=utc(line.at_ms),
        user_id=line.user_id,
        by=line.by,
        action=line.action,
        subject_id=line.subject_id,
        subject=line.subject,
        whom=line.whom,
        details=line.details,
    )
