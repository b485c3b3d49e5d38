"""How far each classroom's sheet is, as rows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.consent import Purpose, Tally, tallies
from app.db.models import Classroom, Consent, PupilConsent, User
from app.schools.listing import listed_classrooms
from app.scope import Scope


@dataclass(frozen=True, slots=True)
class Answer:
    purpose: Purpose
    is_granted: bool
    entered_by: str
    """The person's name; empty if nobody knows."""
    entered_at_ms: int


@dataclass(frozen=True, slots=True)
class Overview:
    """One classroom."""

    classroom: Classroom
    school_name: str
    tally: Tally
    answers: Sequence[Answer]
    """Its own record, which counts while no pupil is known by name."""


async def overviews(
    session: AsyncSession, scope: Scope, text: str, after: str | None, limit: int
) -> list[Overview]:
    """By school and classroom, simulated ones last."""
    rows = (await session.execute(listed_classrooms(scope, text, after, limit))).all()
    ids = [classroom.classroom_id for classroom, _ in rows]
    counted = await tallies(session, ids)
    answers = await classroom_answers(session, ids)
    return [
        Overview(
            classroom,
            school,
            counted[classroom.classroom_id],
            answers.get(classroom.classroom_id, ()),
        )
        for classroom, school in rows
    ]


async def classroom_answers(
    session: AsyncSession, classroom_ids: Sequence[str]
) -> dict[str, list[Answer]]:
    """The records of classrooms without a roster."""
    rows = await session.execute(
        select(Consent, User.name)
        .outerjoin(User, User.user_id == Consent.entered_by)
        .where(Consent.classroom_id.in_(classroom_ids))
    )
    answers: defaultdict[str, list[Answer]] = defaultdict(list)
    for row, name in rows:
        answers[row.classroom_id].append(
            Answer(cast("Purpose", row.purpose), row.is_granted, name or "", row.entered_at_ms)
        )
    return answers


async def pupil_answers(session: AsyncSession, pupil_ids: Sequence[str]) -> dict[str, list[Answer]]:
    """By pupil."""
    rows = await session.execute(
        select(PupilConsent, User.name)
        .outerjoin(User, User.user_id == PupilConsent.entered_by)
        .where(PupilConsent.pupil_id.in_(pupil_ids))
    )
    answers: defaultdict[str, list[Answer]] = defaultdict(list)
    for row, name in rows:
        answers[row.pupil_id].append(
            Answer(cast("Purpose", row.purpose), row.is_granted, name or "", row.entered_at_ms)
        )
    return answers
