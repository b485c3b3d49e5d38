"""Presence of seats and staff, folded from the journal in its own transaction; rebuildable at any time."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import ID, MS, PARTICIPANT, Base


class AttendanceProgress(Base):
    """How far the fold has read this lesson's journal."""

    __tablename__ = "attendance_progress"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.lesson_id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer)
    last_alive_ms: Mapped[int | None] = mapped_column(MS)
    """The last moment the journal shows the room alive: where a span closes after a crash."""
    started_at_ms: Mapped[int | None] = mapped_column(MS)
    ended_at_ms: Mapped[int | None] = mapped_column(MS)


class AttendanceRow(Base):
    """One per lesson and participant, however often they reload or fall off."""

    __tablename__ = "attendance"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.lesson_id"), primary_key=True)
    participant_id: Mapped[str] = mapped_column(PARTICIPANT, primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[str | None] = mapped_column(ID, index=True)
    classroom_id: Mapped[str | None] = mapped_column(ID, index=True)
    first_joined_at_ms: Mapped[int] = mapped_column(MS)
    last_left_at_ms: Mapped[int | None] = mapped_column(MS)
    """None while a span is open."""
    present_ms: Mapped[int] = mapped_column(MS)
    """Length of the closed spans as far as they lie after the start of the lesson."""
    cuts: Mapped[int] = mapped_column(Integer)
    cut_ms: Mapped[int] = mapped_column(MS)
    """Time without a link inside the spans: cuts that ended within the grace period."""
    cut_since_ms: Mapped[int | None] = mapped_column(MS)


class AttendanceSpan(Base):
    __tablename__ = "attendance_span"
    __table_args__ = (
        ForeignKeyConstraint(
            ["lesson_id", "participant_id"],
            ["attendance.lesson_id", "attendance.participant_id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("ended_by IN ('left', 'lost', 'lesson_ended')", name="ended_by"),
    )

    lesson_id: Mapped[str] = mapped_column(ID, primary_key=True)
    participant_id: Mapped[str] = mapped_column(PARTICIPANT, primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    from_ms: Mapped[int] = mapped_column(MS)
    to_ms: Mapped[int | None] = mapped_column(MS)
    ended_by: Mapped[str | None] = mapped_column(String(20))
