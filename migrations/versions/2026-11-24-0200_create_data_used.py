"""Create the table of the data that each place of a lesson used."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "data_used",
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=60), nullable=False),
        sa.Column("media_epoch", sa.BigInteger(), nullable=False),
        sa.Column("bytes_sent", sa.BigInteger(), nullable=False),
        sa.Column("bytes_received", sa.BigInteger(), nullable=False),
        sa.Column("earlier_bytes_sent", sa.BigInteger(), nullable=False),
        sa.Column("earlier_bytes_received", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.lesson_id"], name="fk_data_used_lesson_id_lesson"
        ),
        sa.PrimaryKeyConstraint("lesson_id", "participant_id", name="pk_data_used"),
    )


def downgrade() -> None:
    op.drop_table("data_used")
