"""Slides and materials: files of a lesson, and the pages that were made of them."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import DOCUMENT, ID, MS, Base


class Deck(Base):
    """One uploaded file. Being split by the job `slides` of this deck until it is `ready`, or has `failed`."""

    __tablename__ = "deck"
    __table_args__ = (CheckConstraint("state IN ('preparing', 'ready', 'failed')", name="state"),)

    deck_id: Mapped[str] = mapped_column(ID, primary_key=True)
    lesson_id: Mapped[str] = mapped_column(
        ForeignKey("lesson.lesson_id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(120))
    """The file's own name, for people; the journal knows the id alone."""
    format: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    failure: Mapped[str | None] = mapped_column(String(40))
    """Why it cannot be shown: a stable code."""
    page_count: Mapped[int] = mapped_column(Integer, default=0)
    """0 until the file was opened."""
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"))
    uploaded_at_ms: Mapped[int] = mapped_column(MS)


class DeckPage(Base):
    """One page as pictures: objects `slides/<deck id>/<number>-<rendition>.webp`."""

    __tablename__ = "deck_page"

    deck_id: Mapped[str] = mapped_column(
        ForeignKey("deck.deck_id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """From 1."""
    width: Mapped[int] = mapped_column(Integer)
    """Pixels of the sharp rendering."""
    height: Mapped[int] = mapped_column(Integer)
    renditions: Mapped[dict[str, Any]] = mapped_column(DOCUMENT)
    """`sharp`, `thumb` and perhaps `light` -> size_bytes, sha256."""
