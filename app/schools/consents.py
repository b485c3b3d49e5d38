"""`/consents`: what each classroom has agreed to, entered by admins."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.consent import Purpose, enter_consent
from app.db.engine import Database
from app.db.models import Classroom, Consent, School, User
from app.db.scope import schools_within
from app.errors import NotFound
from app.http import ADMINS, ApiModel, Authenticate, Caller, refusals, utc
from app.ids import ClassroomId
from app.scope import Scope

MAX_ROWS = 2_000

Withdraw = Callable[[AsyncSession, ClassroomId, set[Purpose], int], Awaitable[int]]
"""A classroom no longer allows these purposes (now in ms): take down what shows it; how many recordings that were."""


class AnswerBody(ApiModel):
    purpose: Purpose
    is_granted: bool
    entered_by: str
    entered_at: datetime


class ClassroomConsents(ApiModel):
    classroom_id: str
    name: str
    school_name: str
    is_simulated: bool
    answers: list[AnswerBody]
    """What was ever entered; a purpose without an answer is a no."""


class AnswerDraft(ApiModel):
    is_granted: bool


class AnswerEffect(ApiModel):
    unpublished: int
    """Recordings that were taken down because they showed the classroom."""


def build_router(
    database: Database, withdraw: Withdraw, authenticate: Authenticate, now_ms: Callable[[], int]
) -> APIRouter:
    router = APIRouter(tags=["schools"])
    CallerNow = Annotated[Caller, Depends(authenticate)]  # noqa: N806 - an alias of a type
    ClassroomPath = Annotated[ClassroomId, Path(max_length=60)]  # noqa: N806

    @router.get("/consents", operation_id="list_consents", responses=refusals(401, 403))
    async def list_consents(caller: CallerNow) -> list[ClassroomConsents]:
        return await consents_of(database, caller.require_scope(*ADMINS))

    @router.put(
        "/classrooms/{classroom_id}/consents/{purpose}",
        operation_id="enter_consent",
        responses=refusals(401, 403, 404),
    )
    async def enter(
        caller: CallerNow, classroom_id: ClassroomPath, purpose: Purpose, answer: AnswerDraft
    ) -> AnswerEffect:
        scope = caller.require_scope(*ADMINS)
        async with database.transaction() as session:
            await _require_own(session, classroom_id, scope)
            lost = await enter_consent(
                session, classroom_id, purpose, answer.is_granted, caller.user_id, now_ms()
            )
            # In the same transaction: nothing is shown for a moment longer than it may be.
            unpublished = await withdraw(session, classroom_id, lost, now_ms()) if lost else 0
        return AnswerEffect(unpublished=unpublished)

    return router


async def consents_of(database: Database, scope: Scope) -> list[ClassroomConsents]:
    """Every classroom of the scope, in the order of the timetable's list."""
    classrooms = (
        select(Classroom, School.name)
        .join(School, School.school_id == Classroom.school_id)
        .where(schools_within(scope))
        .order_by(Classroom.is_simulated, School.name, Classroom.classroom_id)
        .limit(MAX_ROWS)
    )
    async with database.reading() as session:
        rows = (await session.execute(classrooms)).all()
        answers = await _answers(session, scope)
    return [
        ClassroomConsents(
            classroom_id=classroom.classroom_id,
            name=classroom.name,
            school_name=school,
            is_simulated=classroom.is_simulated,
            answers=answers.get(classroom.classroom_id, []),
        )
        for classroom, school in rows
    ]


async def _answers(session: AsyncSession, scope: Scope) -> dict[str, list[AnswerBody]]:
    rows = await session.execute(
        select(Consent, User.name)
        .join(Classroom, Classroom.classroom_id == Consent.classroom_id)
        .join(School, School.school_id == Classroom.school_id)
        .outerjoin(User, User.user_id == Consent.entered_by)
        .where(schools_within(scope))
    )
    answers: dict[str, list[AnswerBody]] = {}
    for consent, entered_by in rows:
        answers.setdefault(consent.classroom_id, []).append(
            AnswerBody(
                purpose=consent.purpose,
                is_granted=consent.is_granted,
                entered_by=entered_by or "",
                entered_at=utc(consent.entered_at_ms),
            )
        )
    return answers


async def _require_own(session: AsyncSession, classroom_id: ClassroomId, scope: Scope) -> None:
    own = await session.scalar(
        select(Classroom.classroom_id)
        .join(School, School.school_id == Classroom.school_id)
        .where(Classroom.classroom_id == classroom_id, schools_within(scope))
    )
    if own is None:
        raise NotFound("there is no such classroom")
