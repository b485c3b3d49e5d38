"""What belongs to a recording because people watch it: captions, thumbnails, who has watched how far."""

from typing import Any

from sqlalchemy import ForeignKey, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import DOCUMENT, MS, Base

_RECORDING = "recording.recording_id"


class RecordingCaptions(Base):
    """The captions of a recording, replaced as a whole; `revision` tells an editor that somebody else was quicker."""

    __tablename__ = "recording_captions"

    recording_id: Mapped[str] = mapped_column(
        ForeignKey(_RECORDING, ondelete="CASCADE"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(Integer)
    cues: Mapped[list[Any]] = mapped_column(DOCUMENT)
    """`[starts_ms, ends_ms, text]` by time."""
    changed_by: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"))
    changed_at_ms: Mapped[int] = mapped_column(MS)


class RecordingThumbnails(Base):
    """One picture per step of the recording, row by row on a few sheets."""

    __tablename__ = "recording_thumbnails"

    recording_id: Mapped[str] = mapped_column(
        ForeignKey(_RECORDING, ondelete="CASCADE"), primary_key=True
    )
    step_ms: Mapped[int] = mapped_column(Integer)
    count: Mapped[int] = mapped_column(Integer)
    sheets: Mapped[list[Any]] = mapped_column(DOCUMENT)
    """`{object_key, size_bytes, sha256}` in order."""


class WatchProgress(Base):
    """How far one person has come in one recording."""

    __tablename__ = "watch_progress"

    recording_id: Mapped[str] = mapped_column(
        ForeignKey(_RECORDING, ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user_account.user_id"), primary_key=True, index=True
    )
    position_ms: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[bytes] = mapped_column(LargeBinary)
    """One bit for each second that was watched, see `recording.watching.watched_seconds`."""
    watched_s: Mapped[int] = mapped_column(Integer)
    """How many bits are set."""
    first_at_ms: Mapped[int] = mapped_column(MS)
    last_at_ms: Mapped[int] = mapped_column(MS)
