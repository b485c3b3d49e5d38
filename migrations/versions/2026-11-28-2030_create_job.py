"""Create the table of jobs; attempts at finalising are counted there."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("queue", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("lesson_id", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("run_after_ms", sa.BigInteger(), nullable=False),
        sa.Column("locked_by", sa.String(length=40), nullable=True),
        sa.Column("lease_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("is_requested_again", sa.Boolean(), nullable=False),
        sa.Column("failure", sa.String(length=60), nullable=True),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("queue IN ('fast', 'upload', 'heavy')", name="ck_job_queue"),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'held')", name="ck_job_state"),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.lesson_id"],
            name="fk_job_lesson_id_lesson",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_id", name="pk_job"),
        sa.UniqueConstraint("kind", "subject_id", name="uq_job_kind_subject_id"),
    )
    op.create_index("ix_job_lesson_id", "job", ["lesson_id"])
    op.create_index("ix_job_state_run_after_ms", "job", ["state", "run_after_ms"])
    with op.batch_alter_table("recording") as recording:
        recording.drop_column("attempts")


def downgrade() -> None:
    with op.batch_alter_table("recording") as recording:
        recording.add_column(
            sa.Column("attempts", sa.Integer(), nullable=False, server_default="0")
        )
    op.drop_table("job")
