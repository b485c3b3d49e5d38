"""County, school, classroom, pupils. Pupils' names exist here and nowhere else, so that they can be erased."""

from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import ID, MS, NAME, Base


class County(Base):
    __tablename__ = "county"

    county_id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    name_en: Mapped[str] = mapped_column(NAME, default="")


class School(Base):
    __tablename__ = "school"

    school_id: Mapped[str] = mapped_column(ID, primary_key=True)
    county_id: Mapped[str] = mapped_column(ForeignKey("county.county_id"), index=True)
    name: Mapped[str] = mapped_column(NAME)
    name_en: Mapped[str] = mapped_column(NAME, default="")
    is_simulated: Mapped[bool] = mapped_column(Boolean, default=False)


class Classroom(Base):
    __tablename__ = "classroom"

    classroom_id: Mapped[str] = mapped_column(ID, primary_key=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("school.school_id"), index=True)
    name: Mapped[str] = mapped_column(NAME)
    name_en: Mapped[str] = mapped_column(NAME, default="")
    is_simulated: Mapped[bool] = mapped_column(Boolean, default=False)


class Pupil(Base):
    """`number` is the school's own pupil number; erasing a pupil empties both and keeps the row."""

    __tablename__ = "pupil"
    __table_args__ = (Index("uq_pupil_school_number", "school_id", "number", unique=True),)

    pupil_id: Mapped[str] = mapped_column(ID, primary_key=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("school.school_id"))
    number: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str | None] = mapped_column(NAME)
    erased_at_ms: Mapped[int | None] = mapped_column(MS)


class RosterEntry(Base):
    """This pupil sits in this classroom since `joined_at_ms` (0: since before anybody wrote that down)."""

    __tablename__ = "roster_entry"

    classroom_id: Mapped[str] = mapped_column(
        ForeignKey("classroom.classroom_id"), primary_key=True
    )
    pupil_id: Mapped[str] = mapped_column(
        ForeignKey("pupil.pupil_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    joined_at_ms: Mapped[int] = mapped_column(MS, default=0)


class PastRosterEntry(Base):
    """This pupil sat in this classroom: what was recorded then still shows it."""

    __tablename__ = "past_roster_entry"

    classroom_id: Mapped[str] = mapped_column(
        ForeignKey("classroom.classroom_id"), primary_key=True
    )
    pupil_id: Mapped[str] = mapped_column(
        ForeignKey("pupil.pupil_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    joined_at_ms: Mapped[int] = mapped_column(MS, primary_key=True, autoincrement=False)
    left_at_ms: Mapped[int] = mapped_column(MS)


class PupilConsent(Base):
    """One answer per pupil and purpose (`recorded`, ...), given by whoever has custody. No answer means no."""

    __tablename__ = "pupil_consent"

    pupil_id: Mapped[str] = mapped_column(
        ForeignKey("pupil.pupil_id", ondelete="CASCADE"), primary_key=True
    )
    purpose: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_granted: Mapped[bool] = mapped_column(Boolean)
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("user_account.user_id"))
    entered_at_ms: Mapped[int] = mapped_column(MS)


class Consent(Base):
    """The answer of a classroom whose pupils nobody entered by name, per purpose. No record means no."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("classroom_id", "purpose"),)

    consent_id: Mapped[str] = mapped_column(ID, primary_key=True)
    classroom_id: Mapped[str] = mapped_column(ForeignKey("classroom.classroom_id"))
    purpose: Mapped[str] = mapped_column(String(40))
    is_granted: Mapped[bool] = mapped_column(Boolean)
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("user_account.user_id"))
    entered_at_ms: Mapped[int] = mapped_column(MS)
