"""Who may sign in, and what lets them in: logins, roles, sessions, pairing codes, classroom PCs, revoked tickets."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import DOCUMENT, ID, MS, NAME, PARTICIPANT, Base


class User(Base):
    __tablename__ = "user_account"

    user_id: Mapped[str] = mapped_column(ID, primary_key=True)
    county_id: Mapped[str] = mapped_column(ForeignKey("county.county_id"), index=True)
    school_id: Mapped[str | None] = mapped_column(ForeignKey("school.school_id"), index=True)
    name: Mapped[str] = mapped_column(NAME)
    name_en: Mapped[str] = mapped_column(NAME, default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at_ms: Mapped[int] = mapped_column(MS)


class Login(Base):
    """A staff number, phone or e-mail, normalised by `accounts.login.normalise_login`. A person may have several."""

    __tablename__ = "login"

    login: Mapped[str] = mapped_column(String(200), primary_key=True)
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user_account.user_id", ondelete="CASCADE"), index=True
    )


class RoleGrant(Base):
    """`admin` counts for the user's county, `school_admin` and `onsite` for the user's school."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'school_admin', 'teacher', 'onsite')", name="role"),
    )

    user_id: Mapped[str] = mapped_column(
        ForeignKey("user_account.user_id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(20), primary_key=True)


class Session(Base):
    """A signed-in browser (`cookie`) or API client (`bearer`). Only the token's SHA-256 is kept."""

    __tablename__ = "session"

    session_id: Mapped[str] = mapped_column(ID, primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user_account.user_id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(10))
    created_at_ms: Mapped[int] = mapped_column(MS)
    expires_at_ms: Mapped[int] = mapped_column(MS, index=True)
    revoked_at_ms: Mapped[int | None] = mapped_column(MS)
    agent: Mapped[str] = mapped_column(String(200), default="")
    """What the browser calls itself, for the person's own list."""


class SecondFactor(Base):
    """The secret of a person's authenticator app; it counts once it is confirmed."""

    __tablename__ = "second_factor"

    user_id: Mapped[str] = mapped_column(
        ForeignKey("user_account.user_id", ondelete="CASCADE"), primary_key=True
    )
    secret: Mapped[str] = mapped_column(String(64))
    created_at_ms: Mapped[int] = mapped_column(MS)
    confirmed_at_ms: Mapped[int | None] = mapped_column(MS)
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The time step of the newest code that was used: none counts twice."""


class Invitation(Base):
    """A one-time link by which a person chooses a password. Only the token's SHA-256 is kept."""

    __tablename__ = "invitation"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user_account.user_id", ondelete="CASCADE"), index=True
    )
    created_by: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"))
    created_at_ms: Mapped[int] = mapped_column(MS)
    expires_at_ms: Mapped[int] = mapped_column(MS)
    used_at_ms: Mapped[int | None] = mapped_column(MS)


class PairingCode(Base):
    """What lets one PC into one seat of one lesson, or makes it a classroom's own. Kept as an HMAC: 8 digits would not
    survive a hash."""

    __tablename__ = "pairing_code"
    __table_args__ = (CheckConstraint("(seat_id IS NULL) <> (classroom_id IS NULL)", name="place"),)

    code_hmac: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson_id: Mapped[str | None] = mapped_column(
        ForeignKey("lesson.lesson_id", ondelete="CASCADE")
    )
    seat_id: Mapped[str | None] = mapped_column(
        ForeignKey("seat.seat_id", ondelete="CASCADE"), index=True
    )
    classroom_id: Mapped[str | None] = mapped_column(
        ForeignKey("classroom.classroom_id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(10))
    """`accounts.pairing.CodeKind`."""
    pc_id: Mapped[str | None] = mapped_column(ForeignKey("classroom_pc.pc_id", ondelete="SET NULL"))
    """The PC that it made a classroom's own."""
    created_by: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"))
    created_at_ms: Mapped[int] = mapped_column(MS)
    expires_at_ms: Mapped[int] = mapped_column(MS)
    uses_left: Mapped[int] = mapped_column(Integer)


class ClassroomPc(Base):
    """A computer that comes into its classroom's lessons by itself. Of its secrets only the SHA-256 is kept."""

    __tablename__ = "classroom_pc"

    pc_id: Mapped[str] = mapped_column(ID, primary_key=True)
    classroom_id: Mapped[str] = mapped_column(
        ForeignKey("classroom.classroom_id", ondelete="CASCADE"), index=True
    )
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    previous_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The secret before the last change still counts: the answer that brought the new one may have been lost."""
    secret_since_ms: Mapped[int] = mapped_column(MS)
    browser: Mapped[str] = mapped_column(String(200))
    """`User-Agent` when it was paired: tells two PCs of a classroom apart."""
    paired_by: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"))
    paired_at_ms: Mapped[int] = mapped_column(MS)
    last_seen_at_ms: Mapped[int] = mapped_column(MS)
    clock_ahead_ms: Mapped[int | None] = mapped_column(MS)
    """How far its clock is ahead of the server's, by its own last measurement; behind is negative."""
    camera: Mapped[str | None] = mapped_column(String(10))
    """`schools.health.devices.DeviceState`, as its page last told; null: it never did."""
    microphone: Mapped[str | None] = mapped_column(String(10))
    devices_told_at_ms: Mapped[int | None] = mapped_column(MS)
    revoked_at_ms: Mapped[int | None] = mapped_column(MS)
    revoked_by: Mapped[str | None] = mapped_column(ForeignKey("user_account.user_id"))


class ConsoleCode(Base):
    """Eight digits that let one phone in as the console of one seat, once. Kept as an HMAC, and deleted by its use."""

    __tablename__ = "console_code"

    code_hmac: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(ForeignKey("lesson.lesson_id", ondelete="CASCADE"))
    seat_id: Mapped[str] = mapped_column(ForeignKey("seat.seat_id", ondelete="CASCADE"), index=True)
    expires_at_ms: Mapped[int] = mapped_column(MS)


class TicketRevocation(Base):
    """Tickets of this place (`<place>/console`: of its consoles) issued up to this moment no longer count."""

    __tablename__ = "ticket_revocation"

    lesson_id: Mapped[str] = mapped_column(
        ForeignKey("lesson.lesson_id", ondelete="CASCADE"), primary_key=True
    )
    participant_id: Mapped[str] = mapped_column(PARTICIPANT, primary_key=True)
    issued_up_to_ms: Mapped[int] = mapped_column(MS)


class SiteSetting(Base):
    """What belongs to this database as a whole: `is_demo`, `ticket_secret`."""

    __tablename__ = "site_setting"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(500))


class AccessLogEntry(Base):
    """Somebody looked at what belongs to others: a journal, an attendance sheet, a recording."""

    __tablename__ = "access_log"

    access_id: Mapped[str] = mapped_column(ID, primary_key=True)
    at_ms: Mapped[int] = mapped_column(MS, index=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user_account.user_id"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    lesson_id: Mapped[str | None] = mapped_column(
        ForeignKey("lesson.lesson_id", ondelete="SET NULL"), index=True
    )
    subject_id: Mapped[str] = mapped_column(String(60))


class AuditEntry(Base):
    """An admin changed something. Opaque ids only, so that an entry may outlive a person's name."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_county_id_at_ms", "county_id", "at_ms"),
        Index("ix_audit_log_school_id_at_ms", "school_id", "at_ms"),
    )

    entry_id: Mapped[str] = mapped_column(ID, primary_key=True)
    county_id: Mapped[str] = mapped_column(ForeignKey("county.county_id"))
    school_id: Mapped[str | None] = mapped_column(ForeignKey("school.school_id"))
    """Whose admins see it besides the county's."""
    at_ms: Mapped[int] = mapped_column(MS)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.user_id"))
    action: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(60))
    details: Mapped[dict[str, Any]] = mapped_column(DOCUMENT)
