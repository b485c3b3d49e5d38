"""What a classroom has agreed to. No record means no."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import Consent
from app.ids import ClassroomId

RECORDED = "recorded"


async def classrooms_that_agreed(
    session: AsyncSession, classroom_ids: Collection[str], purpose: str
) -> set[ClassroomId]:
    """Those of the classrooms that allow `purpose` now."""
    granted = await session.scalars(
        select(Consent.classroom_id).where(
            Consent.classroom_id.in_(classroom_ids), Consent.purpose == purpose, Consent.is_granted
        )
    )
    return {ClassroomId(classroom_id) for classroom_id in granted}
