"""The journal: what happened in a lesson, append-only, opaque ids only; and who may write it."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import DOCUMENT, MS, Base


class JournalRow(Base):
    __tablename__ = "journal"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.lesson_id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(DOCUMENT)
    at_ms: Mapped[int] = mapped_column(MS)
    """Lesson clock, UTC."""
    mono_ns: Mapped[int] = mapped_column(BigInteger)
    """Monotonic clock of the process that wrote the row."""


class LessonLease(Base):
    """The room that may append: the one with the newest epoch."""

    __tablename__ = "lesson_lease"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.lesson_id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer)
    claimed_at_ms: Mapped[int] = mapped_column(MS)
