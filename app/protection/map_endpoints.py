"""`/retention` and `/data-map`: how long what is kept, for parents and for the county's impact assessment."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.api_model import ApiModel
from app.caller import ADMINS, Caller
from app.http import Authenticate, refusals
from app.protection.data_map import Language, Retention, data_map


class RetentionBody(ApiModel):
    """Days; what is older is deleted within hours."""

    classroom_tracks_days: int
    """Picture and sound of a classroom."""
    recordings_days: int
    """The rest of a recording, and the films made of it."""
    chat_days: int
    access_log_days: int
    audit_log_days: int


class MapRowBody(ApiModel):
    what: str
    where: str
    """The table, or the folder of the store."""
    about: str
    is_personal: bool
    personal: list[str]
    kept: str
    readers: list[str]


class MapSectionBody(ApiModel):
    title: str
    rows: list[MapRowBody]


def build_router(retention: Retention, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["protection"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get("/retention", operation_id="get_retention", responses=refusals(401))
    async def get_retention(_caller: CallerNow) -> RetentionBody:
        return RetentionBody(
            classroom_tracks_days=retention.classroom_tracks_days,
            recordings_days=retention.recordings_days,
            chat_days=retention.chat_days,
            access_log_days=retention.access_log_days,
            audit_log_days=retention.audit_log_days,
        )

    @router.get("/data-map", operation_id="get_data_map", responses=refusals(401, 403))
    async def get_data_map(caller: CallerNow, language: Language = "zh") -> list[MapSectionBody]:
        caller.require(*ADMINS)
        return [
            MapSectionBody(
                title=section.title,
                rows=[
                    MapRowBody(
                        what=row.what,
                        where=row.where,
                        about=row.about,
                        is_personal=row.is_personal,
                        personal=list(row.personal),
                        kept=row.kept,
                        readers=list(row.readers),
                    )
                    for row in section.rows
                ],
            )
            for section in data_map(language, retention)
        ]

    return router
