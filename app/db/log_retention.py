"""Erases what the two logs have kept long enough."""

from sqlalchemy import delete

from app.db.engine import Database
from app.db.models import AccessLogEntry, AuditEntry

DAY_MS = 86_400_000


async def erase_old_entries(
    database: Database, access_days: int, audit_days: int, now_ms: int
) -> None:
    async with database.transaction() as session:
        await session.execute(
            delete(AccessLogEntry).where(AccessLogEntry.at_ms < now_ms - access_days * DAY_MS)
        )
        await session.execute(
            delete(AuditEntry).where(AuditEntry.at_ms < now_ms - audit_days * DAY_MS)
        )
