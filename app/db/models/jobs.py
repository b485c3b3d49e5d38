"""Work that outlives whoever asked for it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import ID, MS, Base


class Job(Base):
    """One row for each (kind, subject), however often it is asked for; `app.jobs` writes it."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        CheckConstraint("queue IN ('fast', 'upload', 'heavy')", name="queue"),
        CheckConstraint("state IN ('queued', 'running', 'done', 'held')", name="state"),
        Index("ix_job_state_run_after_ms", "state", "run_after_ms"),
    )

    job_id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    queue: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[str] = mapped_column(String(80))
    """What it is done to, in the words of its kind: a lesson, a segment, a film."""
    lesson_id: Mapped[str | None] = mapped_column(
        ForeignKey("lesson.lesson_id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    """Times it was begun since it was asked for."""
    failures: Mapped[int] = mapped_column(Integer, default=0)
    """Attempts that count towards holding it."""
    run_after_ms: Mapped[int] = mapped_column(MS)
    locked_by: Mapped[str | None] = mapped_column(ID)
    lease_until_ms: Mapped[int | None] = mapped_column(MS)
    is_requested_again: Mapped[bool] = mapped_column(Boolean, default=False)
    """Asked for while it runs: it runs once more."""
    failure: Mapped[str | None] = mapped_column(String(60))
    """Why the last attempt failed: a stable code. None once one succeeded."""
    detail: Mapped[str] = mapped_column(String(500), default="")
    """The same in the words of whoever refused; for admins."""
    progress: Mapped[float] = mapped_column(Float, default=0.0)
    """0..1"""
    created_at_ms: Mapped[int] = mapped_column(MS)
    changed_at_ms: Mapped[int] = mapped_column(BigInteger)
