"""The lines of the staff chat as rows. The journal has none of them, and no export, recording or replay reads them."""

from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select

from app.db.engine import Database
from app.db.models import ChatRow
from app.ids import LessonId, ParticipantId
from app.signaling.messages import ChatLine


class ChatTable:
    """Signalling's `ChatLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, lesson_id: LessonId, line: ChatLine, max_lines: int) -> bool:
        """False if the lesson has `max_lines` already."""
        async with self._database.transaction() as session:
            of_lesson = select(func.count()).where(ChatRow.lesson_id == lesson_id)
            if (await session.scalar(of_lesson) or 0) >= max_lines:
                return False
            session.add(ChatRow(lesson_id=lesson_id, **line.model_dump()))
        return True

    async def last(
        self, lesson_id: LessonId, classroom: ParticipantId | None, limit: int
    ) -> Sequence[ChatLine]:
        """The last lines that the consoles of `classroom` may read, or the staff (None); oldest first."""
        rows = (
            select(ChatRow)
            .where(ChatRow.lesson_id == lesson_id)
            .order_by(ChatRow.at_ms.desc(), ChatRow.line_id.desc())
            .limit(limit)
        )
        if classroom is not None:
            is_its = and_(ChatRow.audience == "classroom", ChatRow.participant_id == classroom)
            rows = rows.where(or_(ChatRow.audience == "everybody", is_its))
        async with self._database.reading() as session:
            found = list(await session.scalars(rows))
        return [_line(row) for row in reversed(found)]


def _line(row: ChatRow) -> ChatLine:
    return ChatLine(
        line_id=row.line_id,
        at_ms=row.at_ms,
        sender_id=row.sender_id,
        audience=row.audience,
        participant_id=row.participant_id,
        text=row.text,
    )
