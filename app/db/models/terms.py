"""Term plans: terms, groups of schools, the courses that they share, days off. Days are `YYYY-MM-DD`, local."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import ID, MS, NAME, Base

DAY = String(10)


class Term(Base):
    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("county_id", "name"),)

    term_id: Mapped[str] = mapped_column(ID, primary_key=True)
    county_id: Mapped[str] = mapped_column(ForeignKey("county.county_id"))
    name: Mapped[str] = mapped_column(NAME)
    first_day: Mapped[str] = mapped_column(DAY)
    last_day: Mapped[str] = mapped_column(DAY)
    time_zone: Mapped[str] = mapped_column(String(40))


class SchoolGroup(Base):
    """Schools that learn together: a city school, a town school, and any number of village schools."""

    __tablename__ = "school_group"
    __table_args__ = (UniqueConstraint("county_id", "name"),)

    group_id: Mapped[str] = mapped_column(ID, primary_key=True)
    county_id: Mapped[str] = mapped_column(ForeignKey("county.county_id"))
    name: Mapped[str] = mapped_column(NAME)


class GroupSchool(Base):
    __tablename__ = "group_school"
    __table_args__ = (CheckConstraint("kind IN ('city', 'town', 'village')", name="kind"),)

    group_id: Mapped[str] = mapped_column(ForeignKey("school_group.group_id"), primary_key=True)
    school_id: Mapped[str] = mapped_column(
        ForeignKey("school.school_id"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(String(10))


class Course(Base):
    __tablename__ = "course"
    __table_args__ = (Index("ix_course_term_id_group_id", "term_id", "group_id"),)

    course_id: Mapped[str] = mapped_column(ID, primary_key=True)
    term_id: Mapped[str] = mapped_column(ForeignKey("term.term_id"))
    group_id: Mapped[str] = mapped_column(ForeignKey("school_group.group_id"), index=True)
    title: Mapped[str] = mapped_column(NAME)
    subject: Mapped[str] = mapped_column(NAME)
    lead_user_id: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"), index=True)
    rule: Mapped[str] = mapped_column(String(400))
    """DTSTART and RRULE of RFC 5545, in the term's local time."""
    duration_min: Mapped[int] = mapped_column(Integer)
    is_recorded: Mapped[bool] = mapped_column(Boolean)
    created_by: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"))
    created_at_ms: Mapped[int] = mapped_column(MS)
    ended_at_ms: Mapped[int | None] = mapped_column(MS)
    """Given up: its coming lessons were cancelled, and days off change nothing any more."""


class CourseClassroom(Base):
    __tablename__ = "course_classroom"

    course_id: Mapped[str] = mapped_column(
        ForeignKey("course.course_id", ondelete="CASCADE"), primary_key=True
    )
    classroom_id: Mapped[str] = mapped_column(
        ForeignKey("classroom.classroom_id"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(Integer)


class Holiday(Base):
    """A day without lessons: of one school, or (no school) of the whole county."""

    __tablename__ = "holiday"
    __table_args__ = (Index("ix_holiday_term_id_day", "term_id", "day"),)

    holiday_id: Mapped[str] = mapped_column(ID, primary_key=True)
    term_id: Mapped[str] = mapped_column(ForeignKey("term.term_id"))
    school_id: Mapped[str | None] = mapped_column(ForeignKey("school.school_id"), index=True)
    day: Mapped[str] = mapped_column(DAY)
    name: Mapped[str] = mapped_column(NAME)
