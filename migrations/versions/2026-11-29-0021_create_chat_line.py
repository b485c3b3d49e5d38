"""Create the table of the staff chat."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "chat_line",
        sa.Column("line_id", sa.String(length=40), nullable=False),
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("sender_id", sa.String(length=60), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("participant_id", sa.String(length=60), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "audience IN ('staff', 'classroom', 'everybody')", name="ck_chat_line_audience"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.lesson_id"],
            name="fk_chat_line_lesson_id_lesson",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("line_id", name="pk_chat_line"),
    )
    op.create_index("ix_chat_line_lesson_id_at_ms", "chat_line", ["lesson_id", "at_ms"])
    op.create_index("ix_chat_line_at_ms", "chat_line", ["at_ms"])


def downgrade() -> None:
    op.drop_table("chat_line")
