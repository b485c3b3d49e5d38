"""What a classroom has agreed to. No record means no; this is the only place that decides."""

from collections.abc import Collection
from typing import Literal

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Consent
from app.ids import ClassroomId, UserId, new_id

Purpose = Literal["recorded", "shared", "public"]
RECORDED: Purpose = "recorded"
"""Its picture and sound are kept, for those who took part."""
SHARED: Purpose = "shared"
"""The county's staff may see it in the library."""
PUBLIC: Purpose = "public"
"""Whoever has a share link may see it."""
PURPOSES: tuple[Purpose, ...] = (RECORDED, SHARED, PUBLIC)
"""From narrow to wide: a wider one counts only together with every narrower one."""


def covering(purpose: Purpose) -> tuple[Purpose, ...]:
    """The records that `purpose` needs: its own and every narrower one."""
    return PURPOSES[: PURPOSES.index(purpose) + 1]


def classrooms_allowing(purpose: Purpose) -> Select[str]:
    """The ids of all classrooms that allow `purpose` now, for use inside another statement."""
    needed = covering(purpose)
    return (
        select(Consent.classroom_id)
        .where(Consent.purpose.in_(needed), Consent.is_granted)
        .group_by(Consent.classroom_id)
        .having(func.count() == len(needed))
    )


async def allowed(
    session: AsyncSession, classroom_ids: Collection[str], purpose: Purpose
) -> set[ClassroomId]:
    """Those of the classrooms that allow `purpose` now."""
    granted = await session.scalars(
        classrooms_allowing(purpose).where(Consent.classroom_id.in_(classroom_ids))
    )
    return {ClassroomId(classroom_id) for classroom_id in granted}


async def enter_consent(
    session: AsyncSession,
    classroom_id: ClassroomId,
    purpose: Purpose,
    is_granted: bool,
    entered_by: UserId,
    now_ms: int,
) -> set[Purpose]:
    """Write the classroom's answer, in place of the one before; the purposes that it allowed and no longer does."""
    before = await _allowed_purposes(session, classroom_id)
    row = await session.scalar(
        select(Consent)
        .where(Consent.classroom_id == classroom_id, Consent.purpose == purpose)
        .with_for_update()
    )
    if row is None:
        row = Consent(consent_id=new_id("con"), classroom_id=classroom_id, purpose=purpose)
        session.add(row)
    row.is_granted = is_granted
    row.entered_by = entered_by
    row.entered_at_ms = now_ms
    await session.flush()
    return before - await _allowed_purposes(session, classroom_id)


async def _allowed_purposes(session: AsyncSession, classroom_id: ClassroomId) -> set[Purpose]:
    return {p for p in PURPOSES if await allowed(session, [classroom_id], p)}
