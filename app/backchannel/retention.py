"""Erases what the staff chat has kept long enough."""

from sqlalchemy import delete

from app.db.engine import Database
from app.db.models import ChatRow

DAY_MS = 86_400_000


async def erase_old_lines(database: Database, kept_days: int, now_ms: int) -> int:
    """Erase every line that is older; how many that were."""
    is_old = ChatRow.at_ms < now_ms - kept_days * DAY_MS
    async with database.transaction() as session:
        gone = await session.scalars(delete(ChatRow).where(is_old).returning(ChatRow.line_id))
        return len(list(gone))
