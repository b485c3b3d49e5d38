"""`/classrooms/{classroom_id}/roster`: who is on it, and a sheet that replaces it."""

import asyncio
import re
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from app.api_model import ApiModel
from app.caller import Caller
from app.http import API, SHEET_BODY, Authenticate, LineErrorBody, line_errors, refusals
from app.schools.roster.desk import RosterDesk
from app.schools.roster.plan import RosterPlan
from app.schools.roster.sheet import ReadSheet, read_sheet
from app.sheets import MAX_FILE_BYTES, refuse_wrong

LARGER_BODIES = {re.compile(rf"{API}/classrooms/\w+/roster(/check)?"): MAX_FILE_BYTES}
ClassroomPath = Annotated[str, Path(pattern=r"^\w{1,60}$")]


class RosterPupil(ApiModel):
    pupil_id: str
    number: str | None
    name: str


class RosterBody(ApiModel):
    classroom_name: str
    school_name: str
    pupils: list[RosterPupil]


class NameChange(ApiModel):
    before: str
    after: str


class RosterCheck(ApiModel):
    """What the sheet would change; with errors nothing can be taken over."""

    errors: list[LineErrorBody]
    added: list[str]
    joined: list[str]
    renamed: list[NameChange]
    left: list[str]
    unchanged: int


def _body_of(change: RosterPlan, sheet: ReadSheet) -> RosterCheck:
    return RosterCheck(
        errors=line_errors(sheet.errors),
        added=[row.name for row in change.added],
        joined=[pupil.name for pupil in change.joined],
        renamed=[NameChange(before=one.pupil.name, after=one.name) for one in change.renamed],
        left=[pupil.name for pupil in change.left],
        unchanged=change.unchanged,
    )


async def _sheet(request: Request) -> ReadSheet:
    return await asyncio.to_thread(read_sheet, await request.body())


def build_router(desk: RosterDesk, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(prefix="/classrooms/{classroom_id}/roster", tags=["schools"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type
    refused = refusals(401, 403, 404)

    @router.get("", operation_id="get_roster", responses=refused)
    async def get_roster(caller: CallerNow, classroom_id: ClassroomPath) -> RosterBody:
        roster = await desk.roster(caller, classroom_id)
        return RosterBody(
            classroom_name=roster.classroom.name,
            school_name=roster.school.name,
            pupils=[
                RosterPupil(pupil_id=one.pupil_id, number=one.number, name=one.name)
                for one in roster.pupils
            ],
        )

    @router.post(
        "/check",
        operation_id="check_roster",
        responses=refusals(401, 403, 404, 413),
        openapi_extra=SHEET_BODY,
        summary="What a sheet would change",
    )
    async def check_roster(
        caller: CallerNow, classroom_id: ClassroomPath, request: Request
    ) -> RosterCheck:
        sheet = await _sheet(request)
        return _body_of(await desk.check(caller, classroom_id, sheet), sheet)

    @router.put(
        "",
        operation_id="replace_roster",
        responses=refusals(401, 403, 404, 413),
        openapi_extra=SHEET_BODY,
        summary="Take a sheet over, all of it or nothing",
    )
    async def replace_roster(
        caller: CallerNow, classroom_id: ClassroomPath, request: Request
    ) -> RosterCheck:
        sheet = await _sheet(request)
        refuse_wrong(sheet.errors)
        return _body_of(await desk.take_over(caller, classroom_id, sheet), sheet)

    return router
