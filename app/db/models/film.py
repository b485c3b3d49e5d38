"""Films: what was composed of a recording, for whom, and without whom."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import DOCUMENT, ID, MS, Base


class Film(Base):
    """Being made by the job `film` of this film's id until it has `files`."""

    __tablename__ = "film"
    __table_args__ = (
        CheckConstraint("purpose IN ('shared', 'public')", name="purpose"),
        Index("ix_film_recording_id_purpose", "recording_id", "purpose", "created_at_ms"),
    )

    film_id: Mapped[str] = mapped_column(ID, primary_key=True)
    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recording.recording_id", ondelete="CASCADE")
    )
    purpose: Mapped[str] = mapped_column(String(20))
    seats: Mapped[list[str]] = mapped_column(DOCUMENT, default=list)
    """Those whose classrooms may be in it, as consents were when it was begun."""
    seconds_left: Mapped[int | None] = mapped_column(BigInteger)
    """Until it is made, as far as its speed until now tells."""
    files: Mapped[dict[str, Any] | None] = mapped_column(DOCUMENT)
    """Once it can be watched: name -> size_bytes, sha256, mime. Objects under `films/<film_id>/`."""
    duration_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at_ms: Mapped[int] = mapped_column(MS)
    changed_at_ms: Mapped[int] = mapped_column(MS)
