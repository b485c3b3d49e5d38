"""`/wall`: the lessons that run now, for admins. Nobody is seen or heard by it: who goes in is a visible observer."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Response

from app.api_model import ApiModel
from app.caller import ADMINS, Caller
from app.http import NOT_MODIFIED, Authenticate, admins_only, refusals, tagged
from app.lessons.wall.trouble import Trouble, TroubleKind
from app.lessons.wall.wall import Wall, WallLesson, WallPlace, WallView
from app.moments import utc, utc_or_none

MAX_SHOWN = 200


class WallPlaceBody(ApiModel):
    """Somebody who is in or should be: the lead, a helper, a classroom."""

    participant_id: str
    role: Literal["lead", "assistant", "observer", "classroom"]
    name: str
    office: str
    """The classroom's school; of staff the school or the county."""
    presence: Literal["present", "cut", "absent"]
    since: datetime | None
    """When that began; null: it never came."""
    quality: Literal["good", "fair", "poor", "lost"] | None
    is_on_stage: bool
    help_since: datetime | None
    """It calls for help since then."""


class TroubleBody(ApiModel):
    kind: TroubleKind
    since: datetime | None
    participant_id: str | None
    """Null: the whole lesson."""


class WallLessonBody(ApiModel):
    lesson_id: str
    title: str
    subject: str
    starts_at: datetime
    ends_at: datetime
    started_at: datetime | None
    state: Literal["waiting", "live", "ended"]
    recorded: bool
    is_rehearsal: bool
    may_join: bool
    """As an observer or an assistant; also: may clear calls for help. Not in lessons of others."""
    places: list[WallPlaceBody]
    """Who leads first, then helpers who are in, then the classrooms as planned."""
    troubles: list[TroubleBody]
    """The gravest first."""


class WallBody(ApiModel):
    lessons: list[WallLessonBody]
    """Those that need somebody most first."""
    total: int
    in_trouble: int
    """Of all of them, not only of those listed."""


def wall_body(view: WallView) -> WallBody:
    return WallBody(
        lessons=[_lesson(one) for one in view.lessons],
        total=view.total,
        in_trouble=view.in_trouble,
    )


def _lesson(lesson: WallLesson) -> WallLessonBody:
    row = lesson.row
    return WallLessonBody(
        lesson_id=row.lesson_id,
        title=row.title,
        subject=row.subject,
        starts_at=utc(row.starts_at_ms),
        ends_at=utc(row.ends_at_ms),
        started_at=utc_or_none(row.started_at_ms),
        state=lesson.phase.value,
        recorded=row.is_recorded,
        is_rehearsal=row.is_rehearsal,
        may_join=row.is_own,
        places=[_place(one) for one in lesson.places],
        troubles=[_trouble(one) for one in lesson.troubles],
    )


def _place(place: WallPlace) -> WallPlaceBody:
    return WallPlaceBody(
        participant_id=place.participant_id,
        role=place.role.value,
        name=place.name,
        office=place.office,
        presence=place.presence.value,
        since=utc_or_none(place.since_ms),
        quality=place.quality,
        is_on_stage=place.is_on_stage,
        help_since=utc_or_none(place.help_since_ms),
    )


def _trouble(trouble: Trouble) -> TroubleBody:
    return TroubleBody(
        kind=trouble.kind,
        since=utc_or_none(trouble.since_ms),
        participant_id=trouble.participant_id,
    )


def build_router(wall: Wall, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["lessons"])
    AdminNow = Annotated[Caller, Depends(admins_only(authenticate))]  # noqa: N806 - an alias of a type

    @router.get(
        "/wall",
        operation_id="get_wall",
        response_model=WallBody,
        responses={**refusals(401, 403), **NOT_MODIFIED},
        summary="The lessons that run now: who is in, and what is wrong",
    )
    async def get_wall(
        caller: AdminNow,
        limit: Annotated[int, Query(ge=1, le=MAX_SHOWN)] = 60,
        if_none_match: Annotated[str, Header(max_length=80)] = "",
    ) -> Response:
        view = await wall.view(caller.require_scope(*ADMINS), limit)
        return tagged(wall_body(view), if_none_match, wall.now_ms())

    return router
