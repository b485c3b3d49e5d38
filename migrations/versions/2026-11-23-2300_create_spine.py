"""Create the tables of the spine: schools, accounts, lessons, journal, attendance."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "county",
        sa.Column("county_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("county_id", name="pk_county"),
    )
    op.create_table(
        "site_setting",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_site_setting"),
    )
    op.create_table(
        "school",
        sa.Column("school_id", sa.String(length=40), nullable=False),
        sa.Column("county_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id"], ["county.county_id"], name="fk_school_county_id_county"
        ),
        sa.PrimaryKeyConstraint("school_id", name="pk_school"),
    )
    op.create_index("ix_school_county_id", "school", ["county_id"], unique=False)

    op.create_table(
        "classroom",
        sa.Column("classroom_id", sa.String(length=40), nullable=False),
        sa.Column("school_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.school_id"], name="fk_classroom_school_id_school"
        ),
        sa.PrimaryKeyConstraint("classroom_id", name="pk_classroom"),
    )
    op.create_index("ix_classroom_school_id", "classroom", ["school_id"], unique=False)

    op.create_table(
        "pupil",
        sa.Column("pupil_id", sa.String(length=40), nullable=False),
        sa.Column("school_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("erased_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.school_id"], name="fk_pupil_school_id_school"
        ),
        sa.PrimaryKeyConstraint("pupil_id", name="pk_pupil"),
    )
    op.create_index("uq_pupil_school_number", "pupil", ["school_id", "number"], unique=True)

    op.create_table(
        "user_account",
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("county_id", sa.String(length=40), nullable=False),
        sa.Column("school_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id"], ["county.county_id"], name="fk_user_account_county_id_county"
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.school_id"], name="fk_user_account_school_id_school"
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_user_account"),
    )
    op.create_index("ix_user_account_county_id", "user_account", ["county_id"], unique=False)
    op.create_index("ix_user_account_school_id", "user_account", ["school_id"], unique=False)

    op.create_table(
        "consent",
        sa.Column("consent_id", sa.String(length=40), nullable=False),
        sa.Column("classroom_id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("is_granted", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.String(length=40), nullable=True),
        sa.Column("entered_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["classroom_id"], ["classroom.classroom_id"], name="fk_consent_classroom_id_classroom"
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.user_id"], name="fk_consent_entered_by_user_account"
        ),
        sa.PrimaryKeyConstraint("consent_id", name="pk_consent"),
        sa.UniqueConstraint("classroom_id", "purpose", name="uq_consent_classroom_id_purpose"),
    )
    op.create_table(
        "lesson",
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("county_id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("starts_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("lead_user_id", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_recorded", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("is_rehearsal", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.Column("engine_index", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'live', 'ended')", name="ck_lesson_state"),
        sa.ForeignKeyConstraint(
            ["county_id"], ["county.county_id"], name="fk_lesson_county_id_county"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.user_id"], name="fk_lesson_created_by_user_account"
        ),
        sa.ForeignKeyConstraint(
            ["lead_user_id"], ["user_account.user_id"], name="fk_lesson_lead_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("lesson_id", name="pk_lesson"),
    )
    op.create_index(
        "ix_lesson_county_id_state_starts_at_ms",
        "lesson",
        ["county_id", "state", "starts_at_ms"],
        unique=False,
    )
    op.create_index("ix_lesson_lead_user_id", "lesson", ["lead_user_id"], unique=False)

    op.create_table(
        "login",
        sa.Column("login", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.user_id"],
            name="fk_login_user_id_user_account",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("login", name="pk_login"),
    )
    op.create_index("ix_login_user_id", "login", ["user_id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'teacher', 'onsite')", name="ck_role_grant_role"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.user_id"],
            name="fk_role_grant_user_id_user_account",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "role", name="pk_role_grant"),
    )
    op.create_table(
        "roster_entry",
        sa.Column("classroom_id", sa.String(length=40), nullable=False),
        sa.Column("pupil_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["classroom_id"],
            ["classroom.classroom_id"],
            name="fk_roster_entry_classroom_id_classroom",
        ),
        sa.ForeignKeyConstraint(
            ["pupil_id"],
            ["pupil.pupil_id"],
            name="fk_roster_entry_pupil_id_pupil",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("classroom_id", "pupil_id", name="pk_roster_entry"),
    )
    op.create_index("ix_roster_entry_pupil_id", "roster_entry", ["pupil_id"], unique=False)

    op.create_table(
        "session",
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.user_id"],
            name="fk_session_user_id_user_account",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name="pk_session"),
        sa.UniqueConstraint("token_sha256", name="uq_session_token_sha256"),
    )
    op.create_index("ix_session_expires_at_ms", "session", ["expires_at_ms"], unique=False)
    op.create_index("ix_session_user_id", "session", ["user_id"], unique=False)

    op.create_table(
        "access_log",
        sa.Column("access_id", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("lesson_id", sa.String(length=40), nullable=True),
        sa.Column("subject_id", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.lesson_id"],
            name="fk_access_log_lesson_id_lesson",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.user_id"], name="fk_access_log_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("access_id", name="pk_access_log"),
    )
    op.create_index("ix_access_log_at_ms", "access_log", ["at_ms"], unique=False)
    op.create_index("ix_access_log_lesson_id", "access_log", ["lesson_id"], unique=False)
    op.create_index("ix_access_log_user_id", "access_log", ["user_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("classroom_id", sa.String(length=40), nullable=True),
        sa.Column("first_joined_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_left_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("present_ms", sa.BigInteger(), nullable=False),
        sa.Column("cuts", sa.Integer(), nullable=False),
        sa.Column("cut_ms", sa.BigInteger(), nullable=False),
        sa.Column("cut_since_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.lesson_id"], name="fk_attendance_lesson_id_lesson"
        ),
        sa.PrimaryKeyConstraint("lesson_id", "participant_id", name="pk_attendance"),
    )
    op.create_index("ix_attendance_classroom_id", "attendance", ["classroom_id"], unique=False)
    op.create_index("ix_attendance_user_id", "attendance", ["user_id"], unique=False)

    op.create_table(
        "attendance_progress",
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("last_alive_ms", sa.BigInteger(), nullable=True),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.lesson_id"], name="fk_attendance_progress_lesson_id_lesson"
        ),
        sa.PrimaryKeyConstraint("lesson_id", name="pk_attendance_progress"),
    )
    op.create_table(
        "journal",
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("mono_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.lesson_id"], name="fk_journal_lesson_id_lesson"
        ),
        sa.PrimaryKeyConstraint("lesson_id", "seq", name="pk_journal"),
    )
    op.create_table(
        "lesson_lease",
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("claimed_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.lesson_id"], name="fk_lesson_lease_lesson_id_lesson"
        ),
        sa.PrimaryKeyConstraint("lesson_id", name="pk_lesson_lease"),
    )
    op.create_table(
        "seat",
        sa.Column("seat_id", sa.String(length=40), nullable=False),
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("classroom_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["classroom_id"], ["classroom.classroom_id"], name="fk_seat_classroom_id_classroom"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.lesson_id"], name="fk_seat_lesson_id_lesson", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seat_id", name="pk_seat"),
        sa.UniqueConstraint("lesson_id", "classroom_id", name="uq_seat_lesson_id_classroom_id"),
    )
    op.create_index("ix_seat_classroom_id", "seat", ["classroom_id"], unique=False)

    op.create_table(
        "ticket_revocation",
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=60), nullable=False),
        sa.Column("issued_up_to_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.lesson_id"],
            name="fk_ticket_revocation_lesson_id_lesson",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("lesson_id", "participant_id", name="pk_ticket_revocation"),
    )
    op.create_table(
        "attendance_span",
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "ended_by IN ('left', 'lost', 'lesson_ended')", name="ck_attendance_span_ended_by"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id", "participant_id"],
            ["attendance.lesson_id", "attendance.participant_id"],
            name="fk_attendance_span_lesson_id_participant_id_attendance",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "lesson_id", "participant_id", "position", name="pk_attendance_span"
        ),
    )
    op.create_table(
        "pairing_code",
        sa.Column("code_hmac", sa.String(length=64), nullable=False),
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("seat_id", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.user_id"], name="fk_pairing_code_created_by_user_account"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.lesson_id"],
            name="fk_pairing_code_lesson_id_lesson",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seat.seat_id"], name="fk_pairing_code_seat_id_seat", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hmac", name="pk_pairing_code"),
    )
    op.create_index("ix_pairing_code_seat_id", "pairing_code", ["seat_id"], unique=False)


def downgrade() -> None:

    op.drop_table("pairing_code")
    op.drop_table("attendance_span")
    op.drop_table("ticket_revocation")

    op.drop_table("seat")
    op.drop_table("lesson_lease")
    op.drop_table("journal")
    op.drop_table("attendance_progress")

    op.drop_table("attendance")

    op.drop_table("access_log")

    op.drop_table("session")

    op.drop_table("roster_entry")
    op.drop_table("role_grant")

    op.drop_table("login")

    op.drop_table("lesson")
    op.drop_table("consent")

    op.drop_table("user_account")

    op.drop_table("pupil")

    op.drop_table("classroom")

    op.drop_table("school")
    op.drop_table("site_setting")
    op.drop_table("county")
