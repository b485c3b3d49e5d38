"""What follows where those in front of a camera agree to less than before: their answers changed, or who sat there."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.consent import Allowance, recorded_allowances
from app.ids import ClassroomId


@dataclass(frozen=True, slots=True)
class Withdrawal:
    take_down: Callable[[AsyncSession, Collection[Allowance], int], Awaitable[int]]
    """What was recorded at these seats may no longer be used (now in ms): how many recordings were taken down."""
    end_recording: Callable[[Collection[ClassroomId]], Awaitable[None]]
    """What is recorded of these classrooms now ends if it may not go on. After the transaction of the change."""

    async def take_down_lost(
        self,
        session: AsyncSession,
        places: Collection[ClassroomId],
        before: set[Allowance],
        now_ms: int,
    ) -> int:
        """Compare with `recorded_allowances` of before the change. How many recordings were taken down.

        In the same transaction: nothing is shown for a moment longer than it may be.
        """
        lost = before - await recorded_allowances(session, places)
        return await self.take_down(session, lost, now_ms) if lost else 0
