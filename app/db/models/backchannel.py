"""The staff chat: the only place where it is kept, and erased from."""

from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import ID, MS, PARTICIPANT, Base


class ChatRow(Base):
    """`participant_id` is the classroom that a line is for."""

    __tablename__ = "chat_line"
    __table_args__ = (
        CheckConstraint("audience IN ('staff', 'classroom', 'everybody')", name="audience"),
        Index("ix_chat_line_lesson_id_at_ms", "lesson_id", "at_ms"),
    )

    line_id: Mapped[str] = mapped_column(ID, primary_key=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.lesson_id", ondelete="CASCADE"))
    at_ms: Mapped[int] = mapped_column(MS, index=True)
    sender_id: Mapped[str] = mapped_column(PARTICIPANT)
    audience: Mapped[Literal["staff", "classroom", "everybody"]] = mapped_column(String(20))
    participant_id: Mapped[str | None] = mapped_column(PARTICIPANT)
    text: Mapped[str] = mapped_column(String(300))
