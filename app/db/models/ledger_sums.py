"""The ledger added up by lesson, and by lesson and school; made and kept by `attendance.ledger.sums`."""

from sqlalchemy import Boolean, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import ID, MS, NAME, Base


class Summed:
    """The entries and roll calls of some seats of a lesson added up; whole seconds, or how many classrooms or pupils.

    What the lesson is about stands here too, as it was then: a lesson that has ended changes no more.
    """

    lesson_id: Mapped[str] = mapped_column(
        ForeignKey("lesson.lesson_id", ondelete="CASCADE"), primary_key=True
    )
    county_id: Mapped[str] = mapped_column(ID)
    starts_at_ms: Mapped[int] = mapped_column(MS)
    started_at_ms: Mapped[int | None] = mapped_column(MS)
    subject: Mapped[str] = mapped_column(NAME)
    lead_user_id: Mapped[str] = mapped_column(ID)
    course_id: Mapped[str | None] = mapped_column(ID)
    has_ended: Mapped[bool] = mapped_column(Boolean)
    was_cancelled: Mapped[bool] = mapped_column(Boolean)
    """It did not begin."""
    seats: Mapped[int] = mapped_column(Integer)
    """Those with an entry."""
    planned_s: Mapped[int] = mapped_column(Integer)
    delivered_s: Mapped[int] = mapped_column(Integer)
    extra_s: Mapped[int] = mapped_column(Integer)
    cancelled_s: Mapped[int] = mapped_column(Integer)
    not_held_s: Mapped[int] = mapped_column(Integer)
    server_s: Mapped[int] = mapped_column(Integer)
    teacher_late_s: Mapped[int] = mapped_column(Integer)
    teacher_away_s: Mapped[int] = mapped_column(Integer)
    ended_early_s: Mapped[int] = mapped_column(Integer)
    classroom_away_s: Mapped[int] = mapped_column(Integer)
    link_s: Mapped[int] = mapped_column(Integer)
    power_s: Mapped[int] = mapped_column(Integer)
    late: Mapped[int] = mapped_column(Integer)
    """Without an excuse, as `left_early`, `late_there` and `absent`."""
    left_early: Mapped[int] = mapped_column(Integer)
    excused: Mapped[int] = mapped_column(Integer)
    late_there: Mapped[int] = mapped_column(Integer)
    """Late, but something of the lesson reached it."""
    absent: Mapped[int] = mapped_column(Integer)
    """Nothing of the lesson reached it."""
    pupils_present: Mapped[int] = mapped_column(Integer)
    pupils_absent: Mapped[int] = mapped_column(Integer)
    pupils_excused: Mapped[int] = mapped_column(Integer)


class LessonSum(Summed, Base):
    """Of all seats. A lesson without entries and roll calls has none, nor has a rehearsal."""

    __tablename__ = "lesson_sum"
    __table_args__ = (
        Index("ix_lesson_sum_county_id_starts_at_ms", "county_id", "starts_at_ms"),
        Index(
            "ix_lesson_sum_lesson_id_not_ended",
            "lesson_id",
            postgresql_where=text("NOT has_ended"),
            sqlite_where=text("NOT has_ended"),
        ),
    )


class SchoolSum(Summed, Base):
    """Of a school's seats alone."""

    __tablename__ = "school_sum"
    __table_args__ = (Index("ix_school_sum_school_id_starts_at_ms", "school_id", "starts_at_ms"),)

    school_id: Mapped[str] = mapped_column(
        ForeignKey("school.school_id", ondelete="CASCADE"), primary_key=True
    )
