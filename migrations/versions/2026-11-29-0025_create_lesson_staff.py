"""Create the table of a lesson's assistants and observers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "lesson_staff",
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.CheckConstraint("role IN ('assistant', 'observer')", name="ck_lesson_staff_role"),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.lesson_id"],
            name="fk_lesson_staff_lesson_id_lesson",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.user_id"], name="fk_lesson_staff_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("lesson_id", "user_id", name="pk_lesson_staff"),
    )
    op.create_index("ix_lesson_staff_user_id", "lesson_staff", ["user_id"])


def downgrade() -> None:
    op.drop_table("lesson_staff")
