"""`/consents` and `/classrooms/{classroom_id}/consents`: what pupils agreed to, entered by school or county."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field, StringConstraints

from app.api_model import ApiModel
from app.caller import Caller
from app.db.consent import PURPOSES, PupilAnswer, Purpose
from app.http import (
    API,
    SHEET_BODY,
    Authenticate,
    LineErrorBody,
    line_errors,
    refusals,
    sheet_lines,
)
from app.ids import ClassroomId, PupilId
from app.moments import utc
from app.schools.consents.desk import ConsentDesk, ConsentSheet, Effect, SheetEffect
from app.schools.consents.overview import Answer, Overview
from app.schools.roster.sheet import MAX_PUPILS
from app.sheets import MAX_FILE_BYTES

PAGE = 100
LARGER_BODIES = {re.compile(rf"{API}/classrooms/\w+/consents/sheet(/check)?"): MAX_FILE_BYTES}
ClassroomPath = Annotated[ClassroomId, Path(pattern=r"^\w{1,60}$")]
PupilText = Annotated[str, StringConstraints(pattern=r"^\w{1,60}$")]


class AnswerBody(ApiModel):
    purpose: Purpose
    is_granted: bool
    entered_by: str
    entered_at: datetime


class AgreedBody(ApiModel):
    purpose: Purpose
    pupils: int
    """Who said yes; a wider purpose counts only with every narrower one."""


class ClassroomConsents(ApiModel):
    classroom_id: str
    name: str
    school_name: str
    is_simulated: bool
    pupils: int
    """On the roster. 0: the classroom's own answers count."""
    agreed: list[AgreedBody]
    allowed: list[Purpose]
    """What the classroom allows as a whole now: the strictest of its pupils."""
    answers: list[AnswerBody]
    """The classroom's own; a purpose without an answer is a no."""


class ConsentPage(ApiModel):
    items: list[ClassroomConsents]
    next: str | None
    """`after` of the page after this one."""


class PupilConsents(ApiModel):
    pupil_id: str
    number: str | None
    name: str
    answers: list[AnswerBody]


class ConsentSheetBody(ApiModel):
    classroom_id: str
    classroom_name: str
    school_name: str
    has_roster: bool
    """Whether pupils were ever entered by name. If not, the classroom's own answers count."""
    pupils: list[PupilConsents]
    answers: list[AnswerBody]
    allowed: list[Purpose]


class PupilAnswerDraft(ApiModel):
    pupil_id: PupilText
    purpose: Purpose
    is_granted: bool


class AnswersDraft(ApiModel):
    answers: Annotated[
        list[PupilAnswerDraft], Field(min_length=1, max_length=MAX_PUPILS * len(PURPOSES))
    ]


class AnswerDraft(ApiModel):
    is_granted: bool


class AnswerEffect(ApiModel):
    changed: int
    unpublished: int
    """Recordings that were taken down because they show whom they may not show any more."""


class PurposeChange(ApiModel):
    """The names of those whose answer is another than before."""

    purpose: Purpose
    agreed: list[str]
    refused: list[str]


class ConsentSheetCheck(ApiModel):
    """What a file of answers comes to; with errors nothing can be taken over."""

    errors: list[LineErrorBody]
    changes: list[PurposeChange]
    unpublished: int
    """Recordings that are taken down because they show whom they may not show any more."""


def build_router(desk: ConsentDesk, authenticate: Authenticate) -> APIRouter:
    router = APIRouter(tags=["schools"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get("/consents", operation_id="list_consents", responses=refusals(401, 403))
    async def list_consents(
        caller: CallerNow,
        text: Annotated[str, Query(max_length=100)] = "",
        after: Annotated[str | None, Query(pattern=r"^\w{1,60}$")] = None,
    ) -> ConsentPage:
        found = await desk.overviews(caller, text.strip(), after, PAGE + 1)
        items = [_overview_body(one) for one in found[:PAGE]]
        return ConsentPage(items=items, next=items[-1].classroom_id if len(found) > PAGE else None)

    @router.get(
        "/classrooms/{classroom_id}/consents",
        operation_id="get_consent_sheet",
        responses=refusals(401, 403, 404),
    )
    async def get_sheet(caller: CallerNow, classroom_id: ClassroomPath) -> ConsentSheetBody:
        return _sheet_body(await desk.sheet(caller, classroom_id))

    @router.put(
        "/classrooms/{classroom_id}/consents",
        operation_id="enter_pupil_consents",
        responses=refusals(401, 403, 404),
        summary="Enter answers of pupils, all of them or none",
    )
    async def enter_all(
        caller: CallerNow, classroom_id: ClassroomPath, draft: AnswersDraft
    ) -> AnswerEffect:
        answers = [
            PupilAnswer(PupilId(one.pupil_id), one.purpose, one.is_granted) for one in draft.answers
        ]
        return _effect_body(await desk.enter(caller, classroom_id, answers))

    @router.post(
        "/classrooms/{classroom_id}/consents/sheet/check",
        operation_id="check_consent_sheet",
        responses=refusals(401, 403, 404, 413),
        openapi_extra=SHEET_BODY,
        summary="What a sheet of answers would change",
    )
    async def check_sheet(
        caller: CallerNow, classroom_id: ClassroomPath, request: Request
    ) -> ConsentSheetCheck:
        return _check_body(await desk.check_sheet(caller, classroom_id, await sheet_lines(request)))

    @router.post(
        "/classrooms/{classroom_id}/consents/sheet",
        operation_id="enter_consent_sheet",
        responses=refusals(401, 403, 404, 413),
        openapi_extra=SHEET_BODY,
        summary="Take a sheet of answers over, all of it or nothing",
    )
    async def enter_sheet(
        caller: CallerNow, classroom_id: ClassroomPath, request: Request
    ) -> ConsentSheetCheck:
        return _check_body(await desk.enter_sheet(caller, classroom_id, await sheet_lines(request)))

    @router.put(
        "/classrooms/{classroom_id}/consents/{purpose}",
        operation_id="enter_consent",
        responses=refusals(401, 403, 404, 409),
        summary="Answer for a classroom whose pupils are not known by name",
    )
    async def enter(
        caller: CallerNow, classroom_id: ClassroomPath, purpose: Purpose, answer: AnswerDraft
    ) -> AnswerEffect:
        is_granted = answer.is_granted
        taken_down = await desk.enter_for_classroom(caller, classroom_id, purpose, is_granted)
        return AnswerEffect(changed=1, unpublished=taken_down)

    return router


def _answer_body(answer: Answer) -> AnswerBody:
    return AnswerBody(
        purpose=answer.purpose,
        is_granted=answer.is_granted,
        entered_by=answer.entered_by,
        entered_at=utc(answer.entered_at_ms),
    )


def _overview_body(one: Overview) -> ClassroomConsents:
    return ClassroomConsents(
        classroom_id=one.classroom.classroom_id,
        name=one.classroom.name,
        school_name=one.school_name,
        is_simulated=one.classroom.is_simulated,
        pupils=one.tally.pupils,
        agreed=[AgreedBody(purpose=p, pupils=one.tally.agreed.get(p, 0)) for p in PURPOSES],
        allowed=[p for p in PURPOSES if one.tally.allows(p)],
        answers=[_answer_body(answer) for answer in one.answers],
    )


def _sheet_body(sheet: ConsentSheet) -> ConsentSheetBody:
    return ConsentSheetBody(
        classroom_id=sheet.classroom.classroom_id,
        classroom_name=sheet.classroom.name,
        school_name=sheet.school.name,
        has_roster=sheet.has_roster,
        pupils=[
            PupilConsents(
                pupil_id=one.pupil.pupil_id,
                number=one.pupil.number,
                name=one.pupil.name or "",
                answers=[_answer_body(answer) for answer in one.answers],
            )
            for one in sheet.pupils
        ],
        answers=[_answer_body(answer) for answer in sheet.answers],
        allowed=[p for p in PURPOSES if p in sheet.allowed],
    )


def _effect_body(effect: Effect) -> AnswerEffect:
    return AnswerEffect(changed=len(effect.changed), unpublished=effect.unpublished)


def _check_body(entered: SheetEffect) -> ConsentSheetCheck:
    def names(purpose: Purpose, is_granted: bool) -> list[str]:
        return [
            entered.names[one.pupil_id]
            for one in entered.effect.changed
            if (one.purpose, one.is_granted) == (purpose, is_granted)
        ]

    return ConsentSheetCheck(
        errors=line_errors(entered.sheet.errors),
        changes=[
            PurposeChange(purpose=one, agreed=names(one, True), refused=names(one, False))
            for one in PURPOSES
        ],
        unpublished=entered.effect.unpublished,
    )
