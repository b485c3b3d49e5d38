"""Who else may watch a recording, and what became of recordings that are gone."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import DOCUMENT, ID, MS, PARTICIPANT, Base


class LibraryEntry(Base):
    """This recording is published: the county's staff may watch it, and share links to it may count."""

    __tablename__ = "library_entry"

    recording_id: Mapped[str] = mapped_column(
        ForeignKey("recording.recording_id", ondelete="CASCADE"), primary_key=True
    )
    published_by: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"))
    published_at_ms: Mapped[int] = mapped_column(MS)


class ShareLink(Base):
    """Lets whoever has the address watch a recording, or a part of it. Only the token's SHA-256 is kept.

    The row outlives its recording, so that the address still says that it no longer counts.
    """

    __tablename__ = "share_link"
    __table_args__ = (
        CheckConstraint("clip_state IN ('cutting', 'ready', 'failed')", name="clip_state"),
    )

    link_id: Mapped[str] = mapped_column(ID, primary_key=True)
    recording_id: Mapped[str | None] = mapped_column(
        ForeignKey("recording.recording_id", ondelete="SET NULL"), index=True
    )
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    passphrase_hash: Mapped[str | None] = mapped_column(String(200))
    created_by: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"))
    created_at_ms: Mapped[int] = mapped_column(MS)
    expires_at_ms: Mapped[int] = mapped_column(MS)
    revoked_at_ms: Mapped[int | None] = mapped_column(MS)
    revoked_because: Mapped[str | None] = mapped_column(String(20))
    """`by_hand`, `unpublished`, `consent_withdrawn` or `deleted`."""
    views: Mapped[int] = mapped_column(Integer, default=0)
    """Visits, however often a page of one visit was loaded."""
    clip_from_ms: Mapped[int | None] = mapped_column(BigInteger)
    """On the lesson's time line. None: the link is to the whole recording."""
    clip_to_ms: Mapped[int | None] = mapped_column(BigInteger)
    clip_state: Mapped[str | None] = mapped_column(String(10))


class ClipTrack(Base):
    """A part of a track as a file of its own: nothing outside of the part is in it."""

    __tablename__ = "clip_track"

    track_id: Mapped[str] = mapped_column(ID, primary_key=True)
    link_id: Mapped[str] = mapped_column(
        ForeignKey("share_link.link_id", ondelete="CASCADE"), index=True
    )
    participant_id: Mapped[str] = mapped_column(PARTICIPANT)
    source: Mapped[str] = mapped_column(String(20))
    codec: Mapped[str] = mapped_column(String(20))
    mime: Mapped[str] = mapped_column(String(60))
    starts_ms: Mapped[int] = mapped_column(BigInteger)
    """On the clip's time line, 0 = its start."""
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    object_key: Mapped[str] = mapped_column(String(200))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))


class Deletion(Base):
    """What was deleted, when, and by whom or by which rule. Opaque ids only; never deleted itself."""

    __tablename__ = "deletion"

    deletion_id: Mapped[str] = mapped_column(ID, primary_key=True)
    at_ms: Mapped[int] = mapped_column(MS, index=True)
    county_id: Mapped[str] = mapped_column(ForeignKey("county.county_id"), index=True)
    reason: Mapped[str] = mapped_column(String(30))
    """`by_hand`, or the rule: `classroom_tracks_expired`, `recording_expired`, `clip_ended`."""
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user_account.user_id"))
    """None: a rule did it."""
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.lesson_id"))
    recording_id: Mapped[str] = mapped_column(ID)
    object_keys: Mapped[list[Any]] = mapped_column(DOCUMENT)
    """Under which the files were kept; their ids are in them."""
    size_bytes: Mapped[int] = mapped_column(BigInteger)
