"""Where withdrawn tickets, removed PCs and the ticket secret are kept."""

import secrets

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.tokens import Place, TicketBook
from app.db.engine import Database
from app.db.models import ClassroomPc, SiteSetting, TicketRevocation
from app.ids import LessonId, ParticipantId, PcId

TICKET_SECRET = "ticket_secret"  # noqa: S105 - the name of the setting, not a secret


async def site_secret(session: AsyncSession) -> bytes:
    """The database's own secret; made on first use."""
    row = await session.get(SiteSetting, TICKET_SECRET)
    if row is None:
        row = SiteSetting(key=TICKET_SECRET, value=secrets.token_hex(32))
        session.add(row)
    return bytes.fromhex(row.value)


async def open_ticket_book(database: Database) -> TicketBook:
    """The ticket book of this database, with everything that was ever withdrawn."""
    async with database.transaction() as session:
        secret = await site_secret(session)
        rows = await session.scalars(select(TicketRevocation))
        revoked: dict[Place, int] = {
            (LessonId(row.lesson_id), ParticipantId(row.participant_id)): row.issued_up_to_ms
            for row in rows
        }
        removed = await session.scalars(
            select(ClassroomPc.pc_id).where(ClassroomPc.revoked_at_ms.is_not(None))
        )
        return TicketBook(secret, revoked, (PcId(pc_id) for pc_id in removed))


async def revoke_tickets(
    database: Database,
    book: TicketBook,
    lesson_id: LessonId,
    participant_id: ParticipantId,
    up_to_ms: int,
) -> None:
    """Withdraw every ticket of this place issued until now, for good."""
    async with database.transaction() as session:
        await session.merge(
            TicketRevocation(
                lesson_id=lesson_id, participant_id=participant_id, issued_up_to_ms=up_to_ms
            )
        )
    book.revoke(lesson_id, participant_id, up_to_ms)
