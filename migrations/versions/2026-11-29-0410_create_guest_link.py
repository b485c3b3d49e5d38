"""Create the table of guest teachers' links."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "guest_link",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.lesson_id"],
            name="fk_guest_link_lesson_id_lesson",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.user_id"],
            name="fk_guest_link_user_id_user_account",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.user_id"], name="fk_guest_link_created_by_user_account"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_guest_link"),
    )
    op.create_index("ix_guest_link_lesson_id", "guest_link", ["lesson_id"])
    op.create_index("ix_guest_link_user_id", "guest_link", ["user_id"])


def downgrade() -> None:
    op.drop_table("guest_link")
