"""`/retention`: how long what is kept, for the papers that parents sign."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.http import ApiModel, Authenticate, Caller, refusals
from app.settings import Settings


class RetentionBody(ApiModel):
    """Days; what is older is deleted within hours."""

    classroom_tracks_days: int
    """Picture and sound of a classroom."""
    recordings_days: int
    """The rest of a recording, and the films made of it."""
    chat_days: int


def build_router(settings: Settings, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["protection"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get("/retention", operation_id="get_retention", responses=refusals(401))
    async def get_retention(_caller: CallerNow) -> RetentionBody:
        return RetentionBody(
            classroom_tracks_days=settings.classroom_tracks_kept_days,
            recordings_days=settings.recordings_kept_days,
            chat_days=settings.chat_kept_days,
        )

    return router
