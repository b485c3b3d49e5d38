"""The roll call of the pupils behind one screen. Its rows go with the pupil, the seat or the lesson."""

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import ID, MS, Base


class RollCall(Base):
    """A seat whose roll was called."""

    __tablename__ = "roll_call"

    seat_id: Mapped[str] = mapped_column(
        ForeignKey("seat.seat_id", ondelete="CASCADE"), primary_key=True
    )
    typed_count: Mapped[int | None] = mapped_column(Integer)
    """A head count that somebody typed; None: the marks are counted."""
    saved_at_ms: Mapped[int] = mapped_column(MS)
    heads: Mapped[int] = mapped_column(Integer, default=0)
    """How many are there: the typed count, else the marks. As `absent` and `excused` the same as the marks say, so that
    a county's term is added up without reading a million of them."""
    absent: Mapped[int] = mapped_column(Integer, default=0)
    """Without leave."""
    excused: Mapped[int] = mapped_column(Integer, default=0)


class RollCallMark(Base):
    """What was ticked for one pupil."""

    __tablename__ = "roll_call_mark"
    __table_args__ = (
        CheckConstraint(
            "mark IN ('present', 'late', 'left_early', 'late_and_left_early', 'absent', 'excused')",
            name="mark",
        ),
    )

    seat_id: Mapped[str] = mapped_column(
        ForeignKey("roll_call.seat_id", ondelete="CASCADE"), primary_key=True
    )
    pupil_id: Mapped[str] = mapped_column(
        ForeignKey("pupil.pupil_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    mark: Mapped[str] = mapped_column(String(20))


class RollCallCorrection(Base):
    """A value that stood was replaced: by whom, when, and what it was."""

    __tablename__ = "roll_call_correction"

    correction_id: Mapped[str] = mapped_column(ID, primary_key=True)
    seat_id: Mapped[str] = mapped_column(
        ForeignKey("roll_call.seat_id", ondelete="CASCADE"), index=True
    )
    pupil_id: Mapped[str | None] = mapped_column(
        ForeignKey("pupil.pupil_id", ondelete="CASCADE"), index=True
    )
    """None: the typed head count."""
    at_ms: Mapped[int] = mapped_column(MS)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user_account.user_id"), index=True)
    """None: on a screen of the classroom, which nobody signs in to."""
    before: Mapped[str] = mapped_column(String(20))
    after: Mapped[str | None] = mapped_column(String(20))
    """A mark or a number; None: taken back."""
    reason: Mapped[str] = mapped_column(String(200), default="")
