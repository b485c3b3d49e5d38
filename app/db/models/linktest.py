"""What classrooms found when they tested their link."""

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import ID, MS, Base


class LinkTest(Base):
    """The last ones of each classroom; times in ms, rates in bit/s, loss as a share."""

    __tablename__ = "link_test"
    __table_args__ = (Index("ix_link_test_classroom_id_made_at_ms", "classroom_id", "made_at_ms"),)

    link_test_id: Mapped[str] = mapped_column(ID, primary_key=True)
    classroom_id: Mapped[str] = mapped_column(ForeignKey("classroom.classroom_id"))
    made_at_ms: Mapped[int] = mapped_column(MS)
    path: Mapped[str] = mapped_column(String(8))
    """The best that came up: `udp`, `tcp`, `relay` or `none`."""
    rtt_ms: Mapped[int | None] = mapped_column(BigInteger)
    loss: Mapped[float | None] = mapped_column(Float)
    """There and back."""
    rate_bps: Mapped[int | None] = mapped_column(BigInteger)
    """What came back."""
