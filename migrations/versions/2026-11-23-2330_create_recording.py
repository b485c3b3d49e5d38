"""Create the tables of recordings and their tracks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "recording",
        sa.Column("recording_id", sa.String(length=40), nullable=False),
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("failure", sa.String(length=60), nullable=True),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column(
            "manifest",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('recording', 'finalizing', 'available', 'failed')",
            name="ck_recording_state",
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.lesson_id"], name="fk_recording_lesson_id_lesson"
        ),
        sa.PrimaryKeyConstraint("recording_id", name="pk_recording"),
        sa.UniqueConstraint("lesson_id", name="uq_recording_lesson_id"),
    )
    op.create_index("ix_recording_state", "recording", ["state"])
    op.create_index("ix_recording_started_at_ms", "recording", ["started_at_ms"])
    op.create_table(
        "recording_track",
        sa.Column("track_id", sa.String(length=40), nullable=False),
        sa.Column("recording_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("codec", sa.String(length=20), nullable=False),
        sa.Column("mime", sa.String(length=60), nullable=False),
        sa.Column("starts_ms", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("aligned_by", sa.String(length=20), nullable=False),
        sa.Column("is_recovered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.recording_id"],
            name="fk_recording_track_recording_id_recording",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("track_id", name="pk_recording_track"),
    )
    op.create_index("ix_recording_track_recording_id", "recording_track", ["recording_id"])


def downgrade() -> None:
    op.drop_table("recording_track")
    op.drop_table("recording")
