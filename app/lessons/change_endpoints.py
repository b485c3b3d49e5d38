"""`/lessons/{id}/move`, `/substitution`, `/cancellation`, `/restoration`."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime

from app.api_model import ApiModel
from app.caller import Caller
from app.http import Authenticate, refusals
from app.ids import LessonId, UserId
from app.lessons.changes import LessonChanges
from app.lessons.endpoints import LessonDesk, start_of
from app.lessons.lesson import CancelReason
from app.lessons.repository import LessonStore
from app.lessons.schemas import IdText, LessonBody, LessonPath


class MoveDraft(ApiModel):
    starts_at: AwareDatetime


class SubstitutionDraft(ApiModel):
    lead_id: IdText


class CancellationDraft(ApiModel):
    reason: CancelReason


def build_router(
    desk: LessonDesk, store: LessonStore, changes: LessonChanges, authenticate: Authenticate
) -> APIRouter:
    router = APIRouter(prefix="/lessons/{id}", tags=["lessons"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type
    refused = refusals(401, 403, 404, 409)

    async def body(lesson_id: LessonId, caller: Caller) -> LessonBody:
        return await desk.body(await store.get(lesson_id), caller)

    @router.post(
        "/move",
        operation_id="move_lesson",
        responses=refused,
        summary="To another time; refused with the lesson that is in the way",
    )
    async def move_lesson(lesson_id: LessonPath, draft: MoveDraft, caller: CallerNow) -> LessonBody:
        starts_at_ms = start_of(draft.starts_at, changes.now_ms())
        await changes.move(await store.get(lesson_id), starts_at_ms, caller)
        return await body(lesson_id, caller)

    @router.post(
        "/substitution",
        operation_id="substitute_teacher",
        responses=refused,
        summary="Another teacher leads; refused with the lesson that is in the way",
    )
    async def substitute_teacher(
        lesson_id: LessonPath, draft: SubstitutionDraft, caller: CallerNow
    ) -> LessonBody:
        await changes.substitute(await store.get(lesson_id), UserId(draft.lead_id), caller)
        return await body(lesson_id, caller)

    @router.post(
        "/cancellation",
        operation_id="cancel_lesson",
        responses=refused,
        summary="It does not take place; screens say so, and why",
    )
    async def cancel_lesson(
        lesson_id: LessonPath, draft: CancellationDraft, caller: CallerNow
    ) -> LessonBody:
        await changes.cancel(await store.get(lesson_id), draft.reason, caller)
        return await body(lesson_id, caller)

    @router.post(
        "/restoration",
        operation_id="restore_lesson",
        responses=refused,
        summary="It takes place after all; refused with the lesson that is in the way",
    )
    async def restore_lesson(lesson_id: LessonPath, caller: CallerNow) -> LessonBody:
        await changes.restore(await store.get(lesson_id), caller)
        return await body(lesson_id, caller)

    return router
