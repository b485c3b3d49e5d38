"""Create the tables of slides."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.db.models.base import DOCUMENT

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "deck",
        sa.Column("deck_id", sa.String(length=40), nullable=False),
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("failure", sa.String(length=40), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.String(length=40), nullable=False),
        sa.Column("uploaded_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('preparing', 'ready', 'failed')", name="ck_deck_state"),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.lesson_id"],
            name="fk_deck_lesson_id_lesson",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["user_account.user_id"], name="fk_deck_uploaded_by_user_account"
        ),
        sa.PrimaryKeyConstraint("deck_id", name="pk_deck"),
    )
    op.create_index("ix_deck_lesson_id", "deck", ["lesson_id"])
    op.create_table(
        "deck_page",
        sa.Column("deck_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("renditions", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["deck_id"], ["deck.deck_id"], name="fk_deck_page_deck_id_deck", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("deck_id", "number", name="pk_deck_page"),
    )


def downgrade() -> None:
    op.drop_table("deck_page")
    op.drop_index("ix_deck_lesson_id", "deck")
    op.drop_table("deck")
