"""Remember of a lesson when and with whom it was planned first, and why it was cancelled."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("lesson") as lesson:
        lesson.add_column(sa.Column("first_starts_at_ms", sa.BigInteger(), nullable=True))
        lesson.add_column(sa.Column("first_lead_user_id", sa.String(length=40), nullable=True))
        lesson.add_column(sa.Column("cancelled_at_ms", sa.BigInteger(), nullable=True))
        lesson.add_column(sa.Column("cancelled_reason", sa.String(length=20), nullable=True))
        lesson.create_foreign_key(
            "fk_lesson_first_lead_user_id_user_account",
            "user_account",
            ["first_lead_user_id"],
            ["user_id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("lesson") as lesson:
        lesson.drop_constraint("fk_lesson_first_lead_user_id_user_account", type_="foreignkey")
        for column in (
            "cancelled_reason",
            "cancelled_at_ms",
            "first_lead_user_id",
            "first_starts_at_ms",
        ):
            lesson.drop_column(column)
