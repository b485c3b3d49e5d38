"""What a lesson gave each classroom of what was planned, folded from the journal when the lesson is over."""

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import ID, MS, Base


class LedgerEntry(Base):
    """Of one seat. Whole seconds; `planned_s` is `delivered_s` and the causes together.

    A lesson that nobody opened has none until somebody corrects it.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint(
            "planned_s = delivered_s + cancelled_s + not_held_s + server_s + teacher_late_s + teacher_away_s"
            " + ended_early_s + classroom_away_s + link_s + power_s",
            name="sum",
        ),
    )

    seat_id: Mapped[str] = mapped_column(
        ForeignKey("seat.seat_id", ondelete="CASCADE"), primary_key=True
    )
    planned_s: Mapped[int] = mapped_column(Integer)
    delivered_s: Mapped[int] = mapped_column(Integer)
    """Of the planned time."""
    extra_s: Mapped[int] = mapped_column(Integer)
    """Delivered before the planned beginning or after the planned end."""
    cancelled_s: Mapped[int] = mapped_column(Integer)
    not_held_s: Mapped[int] = mapped_column(Integer)
    server_s: Mapped[int] = mapped_column(Integer)
    teacher_late_s: Mapped[int] = mapped_column(Integer)
    teacher_away_s: Mapped[int] = mapped_column(Integer)
    ended_early_s: Mapped[int] = mapped_column(Integer)
    classroom_away_s: Mapped[int] = mapped_column(Integer)
    link_s: Mapped[int] = mapped_column(Integer)
    power_s: Mapped[int] = mapped_column(Integer)
    is_late: Mapped[bool] = mapped_column(Boolean)
    left_early: Mapped[bool] = mapped_column(Boolean)
    is_excused: Mapped[bool] = mapped_column(Boolean, default=False)


class LedgerCorrection(Base):
    """An entry was corrected: by whom, when, why."""

    __tablename__ = "ledger_correction"
    correction_id: Mapped[str] = mapped_column(ID, primary_key=True)
    seat_id: Mapped[str] = mapped_column(
        ForeignKey("ledger_entry.seat_id", ondelete="CASCADE"), index=True
    )
    at_ms: Mapped[int] = mapped_column(MS)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"), index=True)
    what: Mapped[str] = mapped_column(String(20))
    """`excused`, or `cause`: the time of one cause was another's."""
    before: Mapped[str] = mapped_column(String(20))
    after: Mapped[str] = mapped_column(String(20))
    """`yes` or `no`, or a cause."""
    moved_s: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str] = mapped_column(String(200))
