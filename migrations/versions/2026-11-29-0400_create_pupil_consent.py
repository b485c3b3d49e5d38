"""Consents of pupils, and who sat where before; what a classroom with a roster agreed to counts for its pupils."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("roster_entry") as entry:
        entry.add_column(
            sa.Column("joined_at_ms", sa.BigInteger(), nullable=False, server_default="0")
        )
    op.create_table(
        "past_roster_entry",
        sa.Column("classroom_id", sa.String(length=40), nullable=False),
        sa.Column("pupil_id", sa.String(length=40), nullable=False),
        sa.Column("joined_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("left_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["classroom_id"],
            ["classroom.classroom_id"],
            name="fk_past_roster_entry_classroom_id_classroom",
        ),
        sa.ForeignKeyConstraint(
            ["pupil_id"],
            ["pupil.pupil_id"],
            name="fk_past_roster_entry_pupil_id_pupil",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "classroom_id", "pupil_id", "joined_at_ms", name="pk_past_roster_entry"
        ),
    )
    op.create_index("ix_past_roster_entry_pupil_id", "past_roster_entry", ["pupil_id"])
    op.create_table(
        "pupil_consent",
        sa.Column("pupil_id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("is_granted", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.String(length=40), nullable=True),
        sa.Column("entered_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pupil_id"],
            ["pupil.pupil_id"],
            name="fk_pupil_consent_pupil_id_pupil",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"],
            ["user_account.user_id"],
            name="fk_pupil_consent_entered_by_user_account",
        ),
        sa.PrimaryKeyConstraint("pupil_id", "purpose", name="pk_pupil_consent"),
    )
    # One pupil sits in one classroom of its school, so that there is one answer to take over.
    op.execute(
        "INSERT INTO pupil_consent (pupil_id, purpose, is_granted, entered_by, entered_at_ms)"
        " SELECT roster_entry.pupil_id, consent.purpose, consent.is_granted, consent.entered_by,"
        " consent.entered_at_ms FROM consent"
        " JOIN roster_entry ON roster_entry.classroom_id = consent.classroom_id"
        " JOIN pupil ON pupil.pupil_id = roster_entry.pupil_id"
        " WHERE pupil.name IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM roster_entry AS other"
        " WHERE other.pupil_id = roster_entry.pupil_id"
        " AND other.classroom_id < roster_entry.classroom_id)"
    )


def downgrade() -> None:
    op.drop_table("pupil_consent")
    op.drop_table("past_roster_entry")
    with op.batch_alter_table("roster_entry") as entry:
        entry.drop_column("joined_at_ms")
