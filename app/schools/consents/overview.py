"""How far each classroom's sheet is, as rows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.consent import PURPOSES, Purpose, allowed
from app.db.models import Classroom, Consent, PupilConsent, RosterEntry, User
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
    pupils: int
    """On its roster."""
    allowed: frozenset[Purpose]
    """What it allows now."""
    agreed: dict[Purpose, int] = field(default_factory=dict)
    """How many of the pupils said yes."""
    answers: Sequence[Answer] = ()
    """Its own record, which counts while no pupil is known by name."""


async def overviews(
    session: AsyncSession, scope: Scope, text: str, after: str | None, limit: int
) -> list[Overview]:
    """By school and classroom, simulated ones last."""
    rows = (await session.execute(listed_classrooms(scope, text, after, limit))).all()
    ids = [classroom.classroom_id for classroom, _ in rows]
    counts = await _counts(session, ids)
    agreed = await _agreed(session, ids)
    answers = await classroom_answers(session, ids)
    allowing = {purpose: await allowed(session, ids, purpose) for purpose in PURPOSES}
    return [
        Overview(
            classroom,
            school,
            counts.get(classroom.classroom_id, 0),
            frozenset(one for one in PURPOSES if classroom.classroom_id in allowing[one]),
            agreed.get(classroom.classroom_id, {}),
            answers.get(classroom.classroom_id, ()),
        )
        for classroom, school in rows
    ]


async def _counts(session: AsyncSession, classroom_ids: Sequence[str]) -> dict[str, int]:
    rows = await session.execute(
        select(RosterEntry.classroom_id, func.count())
        .where(RosterEntry.classroom_id.in_(classroom_ids))
        .group_by(RosterEntry.classroom_id)
    )
    return {classroom_id: count for classroom_id, count in rows}  # noqa: C416 - typed rows


async def _agreed(
    session: AsyncSession, classroom_ids: Sequence[str]
) -> dict[str, dict[Purpose, int]]:
    rows = await session.execute(
        select(RosterEntry.classroom_id, PupilConsent.purpose, func.count())
        .join(PupilConsent, PupilConsent.pupil_id == RosterEntry.pupil_id)
        .where(RosterEntry.classroom_id.in_(classroom_ids), PupilConsent.is_granted)
        .group_by(RosterEntry.classroom_id, PupilConsent.purpose)
    )
    agreed: defaultdict[str, dict[Purpose, int]] = defaultdict(dict)
    for classroom_id, purpose, count in rows:
        agreed[classroom_id][cast("Purpose", purpose)] = count
    return agreed


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
