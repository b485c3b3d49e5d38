"""Create the tables of the roll call."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _refers_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.{column}"],
        name=f"fk_{table}_{column}_{target}",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "roll_call",
        sa.Column("seat_id", sa.String(length=40), nullable=False),
        sa.Column("typed_count", sa.Integer(), nullable=True),
        sa.Column("saved_at_ms", sa.BigInteger(), nullable=False),
        _refers_to("roll_call", "seat_id", "seat"),
        sa.PrimaryKeyConstraint("seat_id", name="pk_roll_call"),
    )
    op.create_table(
        "roll_call_mark",
        sa.Column("seat_id", sa.String(length=40), nullable=False),
        sa.Column("pupil_id", sa.String(length=40), nullable=False),
        sa.Column("mark", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "mark IN ('present', 'late', 'left_early', 'late_and_left_early', 'absent')",
            name="ck_roll_call_mark_mark",
        ),
        _refers_to("roll_call_mark", "seat_id", "roll_call"),
        _refers_to("roll_call_mark", "pupil_id", "pupil"),
        sa.PrimaryKeyConstraint("seat_id", "pupil_id", name="pk_roll_call_mark"),
    )
    op.create_index("ix_roll_call_mark_pupil_id", "roll_call_mark", ["pupil_id"])
    op.create_table(
        "roll_call_correction",
        sa.Column("correction_id", sa.String(length=40), nullable=False),
        sa.Column("seat_id", sa.String(length=40), nullable=False),
        sa.Column("pupil_id", sa.String(length=40), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        _refers_to("roll_call_correction", "seat_id", "roll_call"),
        _refers_to("roll_call_correction", "pupil_id", "pupil"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.user_id"],
            name="fk_roll_call_correction_user_id_user_account",
        ),
        sa.PrimaryKeyConstraint("correction_id", name="pk_roll_call_correction"),
    )
    for column in ("seat_id", "pupil_id", "user_id"):
        op.create_index(f"ix_roll_call_correction_{column}", "roll_call_correction", [column])


def downgrade() -> None:
    for table in ("roll_call_correction", "roll_call_mark", "roll_call"):
        op.drop_table(table)
