"""Recordings: one per recorded lesson, its tracks once they are seekable files, and how far that is."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import DOCUMENT, ID, MS, PARTICIPANT, Base


class Recording(Base):
    """`state` moves as `recording.lifecycle` says; a restarted server goes on from this row."""

    __tablename__ = "recording"
    __table_args__ = (
        CheckConstraint(
            "state IN ('recording', 'finalizing', 'available', 'failed')", name="state"
        ),
    )

    recording_id: Mapped[str] = mapped_column(ID, primary_key=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.lesson_id"), unique=True)
    state: Mapped[str] = mapped_column(String(20), index=True)
    failure: Mapped[str | None] = mapped_column(String(60))
    """Why it failed: a stable code."""
    started_at_ms: Mapped[int] = mapped_column(MS, index=True)
    duration_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    manifest: Mapped[dict[str, Any]] = mapped_column(DOCUMENT, default=dict)
    """Stage, chapters and gaps on the lesson's time line; opaque ids only."""
    lost_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    """How long somebody was not written who should have been; where, says the manifest."""
    changed_at_ms: Mapped[int] = mapped_column(MS)


class RecordingTrack(Base):
    """One track epoch as one seekable file."""

    __tablename__ = "recording_track"

    track_id: Mapped[str] = mapped_column(ID, primary_key=True)
    """The epoch's id."""
    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recording.recording_id", ondelete="CASCADE"), index=True
    )
    participant_id: Mapped[str] = mapped_column(PARTICIPANT)
    source: Mapped[str] = mapped_column(String(20))
    codec: Mapped[str] = mapped_column(String(20))
    mime: Mapped[str] = mapped_column(String(60))
    starts_ms: Mapped[int] = mapped_column(BigInteger)
    """On the lesson's time line, 0 = its start."""
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    object_key: Mapped[str] = mapped_column(String(200))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    aligned_by: Mapped[str] = mapped_column(String(20))
    """`reports` or `arrival`, see `recording.alignment`."""
    is_recovered: Mapped[bool] = mapped_column(Boolean)
    """A recorder was killed while it wrote this."""
