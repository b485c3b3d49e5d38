"""`/recordings/interrupted`, for admins: what was lost and why something waits; and one click to go on."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from app.api_model import ApiModel
from app.caller import ADMINS, Caller
from app.errors import NotFound
from app.http import Authenticate, refusals
from app.ids import ParticipantId, RecordingId
from app.media.port import Source
from app.moments import utc, utc_or_none
from app.recording.recovery.interruptions import Lost
from app.recording.recovery.repository import Interrupted, Interruptions, Problem
from app.recording.replay_body import RecordingStateName
from app.recording.repository import ParticipantName, Recordings
from app.recording.requests import RecordingRequests
from app.recording.viewer import viewer_of


class LostBody(ApiModel):
    name: str
    school: str
    sources: list[Source]
    from_ms: int
    to_ms: int | None
    """None: it still is not written."""
    reason: str


class ProblemBody(ApiModel):
    code: str
    detail: str
    is_held: bool
    next_try_at: datetime | None
    waiting: int


class InterruptedItem(ApiModel):
    recording_id: str
    lesson_id: str
    title: str
    teacher: str
    started_at: datetime
    state: RecordingStateName
    is_live: bool
    lost: list[LostBody]
    problem: ProblemBody | None


class InterruptedList(ApiModel):
    items: list[InterruptedItem]
    has_more: bool
    """There are older ones that are not listed."""


def build_router(
    interruptions: Interruptions,
    recordings: Recordings,
    requests: RecordingRequests,
    authenticate: Authenticate,
    now_ms: Callable[[], int],
) -> APIRouter:
    """To be included before the recordings themselves: `interrupted` is no recording's id."""
    router = APIRouter(prefix="/recordings", tags=["recordings"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type

    @router.get(
        "/interrupted", operation_id="list_interrupted_recordings", responses=refusals(401, 403)
    )
    async def list_interrupted(caller: CallerNow) -> InterruptedList:
        found = await interruptions.within(caller.require_scope(*ADMINS))
        lost = {lost.participant_id for one in found.items for lost in one.lost}
        names = await recordings.names(lost)
        items = [_item(one, names) for one in found.items]
        return InterruptedList(items=items, has_more=found.has_more)

    @router.post(
        "/{recording_id}/finish",
        operation_id="finish_recording",
        status_code=202,
        responses=refusals(401, 403, 404),
    )
    async def finish(caller: CallerNow, recording_id: str) -> None:
        caller.require_scope(*ADMINS)
        summary = await recordings.find(viewer_of(caller), RecordingId(recording_id))
        if summary is None or not summary.is_administered:
            raise NotFound("there is no such recording")
        is_over = await recordings.is_lesson_over(summary.lesson_id)
        await requests.try_again(
            summary.recording_id, summary.lesson_id, caller.user_id, now_ms(), is_over=is_over
        )

    return router


def _item(one: Interrupted, names: Mapping[ParticipantId, ParticipantName]) -> InterruptedItem:
    return InterruptedItem(
        recording_id=one.recording_id,
        lesson_id=one.lesson_id,
        title=one.title,
        teacher=one.teacher,
        started_at=utc(one.started_at_ms),
        state=one.state.value,
        is_live=one.is_live,
        lost=[_lost(lost, names[lost.participant_id]) for lost in one.lost],
        problem=None if one.problem is None else _problem(one.problem),
    )


def _lost(lost: Lost, who: ParticipantName) -> LostBody:
    return LostBody(
        name=who.name,
        school=who.school,
        sources=[Source(source) for source in lost.sources],
        from_ms=lost.from_ms,
        to_ms=lost.to_ms,
        reason=lost.reason,
    )


def _problem(problem: Problem) -> ProblemBody:
    return ProblemBody(
        code=problem.code,
        detail=problem.detail,
        is_held=problem.is_held,
        next_try_at=utc_or_none(None if problem.is_held else problem.next_try_ms),
        waiting=problem.waiting,
    )
