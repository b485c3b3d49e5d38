"""What people do with their own account, in the audit log."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.caller import Caller
from app.db.audit import AuditAction, note_change


async def note_own_account(
    session: AsyncSession, by: Caller, action: AuditAction, now_ms: int
) -> None:
    """It concerns the person's school, if they have one."""
    await note_change(
        session, by.county_id, by.user_id, action, by.user_id, {}, now_ms, school_id=by.school_id
    )
