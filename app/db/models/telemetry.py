"""What the media of a lesson carried, counted by the engines."""

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import PARTICIPANT, Base


class DataUsed(Base):
    """One per lesson and participant. The engine's own counters go on while no app is there to read them."""

    __tablename__ = "data_used"

    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.lesson_id"), primary_key=True)
    participant_id: Mapped[str] = mapped_column(PARTICIPANT, primary_key=True)
    media_epoch: Mapped[int] = mapped_column(BigInteger)
    """The run of the engine that the next two are counters of."""
    bytes_sent: Mapped[int] = mapped_column(BigInteger)
    bytes_received: Mapped[int] = mapped_column(BigInteger)
    earlier_bytes_sent: Mapped[int] = mapped_column(BigInteger)
    """Of runs that are over."""
    earlier_bytes_received: Mapped[int] = mapped_column(BigInteger)
