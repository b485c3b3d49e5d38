"""`/classroom-health`: what is known of each classroom's PC, camera, microphone and link, and what needs care."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.api_model import ApiModel
from app.caller import Caller
from app.db.engine import Database
from app.http import Authenticate, refusals
from app.moments import utc, utc_or_none
from app.schools.endpoints import LinkTestBody, link_test_body
from app.schools.health.devices import DeviceState
from app.schools.health.rows import (
    Care,
    ClassroomHealth,
    HealthSearch,
    Order,
    count_cares,
    load_page,
)
from app.schools.pcs import CARETAKERS


class PcHealthBody(ApiModel):
    """The classroom's PC that was seen last."""

    last_seen_at: datetime
    camera: DeviceState | None
    """Null: it never told."""
    microphone: DeviceState | None


class ClassroomHealthBody(ApiModel):
    classroom_id: str
    name: str
    school_name: str
    cares: list[Care]
    """What needs care, the most urgent first."""
    pc: PcHealthBody | None
    link_test: LinkTestBody | None
    last_lesson_at: datetime | None
    """When it was last in a lesson, by whatever computer."""


class CaresBody(ApiModel):
    """How many classrooms need it."""

    no_pc: int
    unseen: int
    microphone: int
    link_none: int
    camera: int
    link_poor: int
    untested: int


class ClassroomHealthPage(ApiModel):
    items: list[ClassroomHealthBody]
    next: str | None
    """Give it as `after` for what follows."""
    total: int | None
    """Classrooms that fit the text; with the first page only."""
    cares: CaresBody | None
    """Of these; with the first page only."""


def _body(one: ClassroomHealth) -> ClassroomHealthBody:
    return ClassroomHealthBody(
        classroom_id=one.classroom_id,
        name=one.name,
        school_name=one.school,
        cares=list(one.cares),
        pc=one.pc
        and PcHealthBody(
            last_seen_at=utc(one.pc.last_seen_at_ms),
            camera=one.pc.camera,
            microphone=one.pc.microphone,
        ),
        link_test=one.link_test and link_test_body(one.link_test),
        last_lesson_at=utc_or_none(one.last_lesson_at_ms),
    )


def build_router(
    database: Database, authenticate: Authenticate, now_ms: Callable[[], int]
) -> APIRouter:
    router = APIRouter(tags=["classroom PC"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get(
        "/classroom-health",
        operation_id="list_classroom_health",
        responses=refusals(401, 403),
    )
    async def list_classroom_health(
        caller: CallerNow,
        text: Annotated[str, Query(max_length=100)] = "",
        care: Care | None = None,
        order: Order = "care",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        after: Annotated[str | None, Query(pattern=r"^\w{1,40}$")] = None,
    ) -> ClassroomHealthPage:
        """Of the admin's county or school, or of the on-site teacher's school."""
        scope = caller.require_scope(*CARETAKERS)
        search = HealthSearch(text.strip(), care)
        async with database.reading() as session:
            page = await load_page(session, scope, search, order, now_ms(), limit, after)
            counted = None
            if after is None:
                counted = await count_cares(session, scope, search.text, now_ms())
        return ClassroomHealthPage(
            items=[_body(one) for one in page.classrooms],
            next=page.next,
            total=counted and counted[0],
            cares=counted and CaresBody(**{str(one): count for one, count in counted[1].items()}),
        )

    return router
