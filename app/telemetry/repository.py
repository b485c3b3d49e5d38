"""The table `data_used`."""

from collections.abc import Mapping

from sqlalchemy import select

from app.db.engine import Database
from app.db.models import DataUsed
from app.ids import LessonId, ParticipantId
from app.telemetry.account import Account

Place = tuple[LessonId, ParticipantId]


class DataUsedTable:
    """Reads and writes accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, lesson_id: LessonId) -> dict[ParticipantId, Account]:
        """The accounts of one lesson."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(DataUsed).where(DataUsed.lesson_id == lesson_id))
            return {
                ParticipantId(row.participant_id): Account(
                    row.media_epoch,
                    row.bytes_sent,
                    row.bytes_received,
                    row.earlier_bytes_sent,
                    row.earlier_bytes_received,
                )
                for row in rows
            }

    async def save(self, accounts: Mapping[Place, Account]) -> None:
        """Write these accounts, all in one transaction."""
        async with self._database.transaction() as session:
            for (lesson_id, participant_id), account in accounts.items():
                await session.merge(
                    DataUsed(
                        lesson_id=lesson_id,
                        participant_id=participant_id,
                        media_epoch=account.media_epoch,
                        bytes_sent=account.bytes_sent,
                        bytes_received=account.bytes_received,
                        earlier_bytes_sent=account.earlier_bytes_sent,
                        earlier_bytes_received=account.earlier_bytes_received,
                    )
                )
