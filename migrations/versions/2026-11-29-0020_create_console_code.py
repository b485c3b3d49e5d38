"""Create the table of console codes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "console_code",
        sa.Column("code_hmac", sa.String(length=64), nullable=False),
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("seat_id", sa.String(length=40), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.lesson_id"],
            name="fk_console_code_lesson_id_lesson",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seat.seat_id"], name="fk_console_code_seat_id_seat", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hmac", name="pk_console_code"),
    )
    op.create_index("ix_console_code_seat_id", "console_code", ["seat_id"])


def downgrade() -> None:
    op.drop_table("console_code")
