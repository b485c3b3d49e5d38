"""Create the table of link tests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "link_test",
        sa.Column("link_test_id", sa.String(length=40), nullable=False),
        sa.Column("classroom_id", sa.String(length=40), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.String(length=8), nullable=False),
        sa.Column("rtt_ms", sa.BigInteger(), nullable=True),
        sa.Column("loss", sa.Float(), nullable=True),
        sa.Column("rate_bps", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["classroom_id"],
            ["classroom.classroom_id"],
            name="fk_link_test_classroom_id_classroom",
        ),
        sa.PrimaryKeyConstraint("link_test_id", name="pk_link_test"),
    )
    op.create_index("ix_link_test_classroom_id", "link_test", ["classroom_id"])


def downgrade() -> None:
    op.drop_table("link_test")
