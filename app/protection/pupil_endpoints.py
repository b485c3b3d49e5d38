"""`/pupils/{pupil_id}`: everything about one pupil as a file, and its erasure. For admins."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from app.api_model import ApiModel
from app.caller import Caller
from app.http import Authenticate, refusals
from app.ids import PupilId
from app.protection.pupils import PupilDesk

PupilPath = Annotated[PupilId, Path(pattern=r"^\w{1,60}$")]


class ErasedBody(ApiModel):
    unpublished: int
    """Recordings that were taken down because they show the pupil."""
    texts: int
    """Messages, captions, titles and file names in which the name was masked."""


def build_router(desk: PupilDesk, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(prefix="/pupils/{pupil_id}", tags=["protection"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get(
        "/export",
        operation_id="export_pupil",
        response_class=Response,
        responses={**refusals(401, 403, 404), 200: {"content": {"application/json": {}}}},
        summary="Everything that is kept about a pupil",
    )
    async def export(caller: CallerNow, pupil_id: PupilPath) -> Response:
        document = await desk.export(caller, pupil_id)
        return Response(
            json.dumps(document, ensure_ascii=False, indent=2),
            media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{pupil_id}.json"'},
        )

    @router.delete(
        "",
        operation_id="erase_pupil",
        responses=refusals(401, 403, 404),
        summary="Erase a pupil's name and answers, for good",
    )
    async def erase(caller: CallerNow, pupil_id: PupilPath) -> ErasedBody:
        erased = await desk.erase(caller, pupil_id)
        return ErasedBody(unpublished=erased.unpublished, texts=erased.texts)

    return router
