"""The timetable: lessons, the seats that classrooms hold in them, and who is invited to help or to watch."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import ID, MS, NAME, Base


class Lesson(Base):
    """`state`, `started_at_ms`, `ended_at_ms` and `end_reason` are read from the journal by `lessons.projector`.

    What was done to a lesson before it began stands in the columns from `first_starts_at_ms` on; who did it and when
    is in `audit_log`.
    """

    __tablename__ = "lesson"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'live', 'ended')", name="state"),
        Index("ix_lesson_county_id_state_starts_at_ms", "county_id", "state", "starts_at_ms"),
        Index("ix_lesson_county_id_starts_at_ms", "county_id", "starts_at_ms"),
        Index(
            "ix_lesson_county_id_starts_at_ms_cancelled",
            "county_id",
            "starts_at_ms",
            postgresql_where=text("cancelled_at_ms IS NOT NULL"),
            sqlite_where=text("cancelled_at_ms IS NOT NULL"),
        ),
        Index("uq_lesson_course_id_occurs_at_ms", "course_id", "occurs_at_ms", unique=True),
    )

    lesson_id: Mapped[str] = mapped_column(ID, primary_key=True)
    county_id: Mapped[str] = mapped_column(ForeignKey("county.county_id"))
    title: Mapped[str] = mapped_column(NAME)
    subject: Mapped[str] = mapped_column(NAME)
    starts_at_ms: Mapped[int] = mapped_column(MS)
    ends_at_ms: Mapped[int] = mapped_column(MS)
    lead_user_id: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"), index=True)
    created_by: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"))
    created_at_ms: Mapped[int] = mapped_column(MS)
    is_recorded: Mapped[bool] = mapped_column(Boolean, default=False)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    is_rehearsal: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    started_at_ms: Mapped[int | None] = mapped_column(MS)
    ended_at_ms: Mapped[int | None] = mapped_column(MS)
    end_reason: Mapped[str | None] = mapped_column(String(40))
    engine_index: Mapped[int] = mapped_column(Integer, default=0)
    """Which media engine serves the lesson."""
    course_id: Mapped[str | None] = mapped_column(ForeignKey("course.course_id"))
    occurs_at_ms: Mapped[int | None] = mapped_column(MS)
    """When the rule of its course has it begin, whatever happened since: RECURRENCE-ID of RFC 5545."""
    first_starts_at_ms: Mapped[int | None] = mapped_column(MS)
    """When it was to begin before it was moved; null: it was not."""
    first_lead_user_id: Mapped[str | None] = mapped_column(ForeignKey("user_account.user_id"))
    """Who was to teach it before somebody took it over; null: nobody did."""
    cancelled_at_ms: Mapped[int | None] = mapped_column(MS)
    """It does not take place. Its room never opens, so `state` stays `waiting` unless somebody was in it then."""
    cancelled_reason: Mapped[str | None] = mapped_column(String(20))
    """`teacher`, `school`, `holiday`, `network`, `power`, `other`, or `course`: its course is another now."""
    restored_at_ms: Mapped[int | None] = mapped_column(MS)
    """It had been cancelled, and takes place after all; null: it is cancelled, or never was."""


class Seat(Base):
    __tablename__ = "seat"
    __table_args__ = (UniqueConstraint("lesson_id", "classroom_id"),)

    seat_id: Mapped[str] = mapped_column(ID, primary_key=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.lesson_id", ondelete="CASCADE"))
    classroom_id: Mapped[str] = mapped_column(ForeignKey("classroom.classroom_id"), index=True)
    position: Mapped[int] = mapped_column(Integer)


class GuestLink(Base):
    """Lets a guest teacher in to lead one lesson, once. Only the token's SHA-256 is kept."""

    __tablename__ = "guest_link"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(
        ForeignKey("lesson.lesson_id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user_account.user_id", ondelete="CASCADE"), index=True
    )
    created_by: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"))
    created_at_ms: Mapped[int] = mapped_column(MS)
    expires_at_ms: Mapped[int] = mapped_column(MS)
    used_at_ms: Mapped[int | None] = mapped_column(MS)


class LessonStaff(Base):
    """An assistant or an observer, invited by the lead or an admin."""

    __tablename__ = "lesson_staff"
    __table_args__ = (CheckConstraint("role IN ('assistant', 'observer')", name="role"),)

    lesson_id: Mapped[str] = mapped_column(
        ForeignKey("lesson.lesson_id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user_account.user_id"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(20))
