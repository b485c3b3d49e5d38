"""Create the attendance ledger: planned against delivered time per seat, its corrections, and pupils excused."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SECONDS = (
    "planned", "delivered", "extra", "cancelled", "not_held", "server", "teacher_late", "teacher_away",
    "ended_early", "classroom_away", "link", "power",
)  # fmt: skip
MARKS = "'present', 'late', 'left_early', 'late_and_left_early', 'absent'"


def _change_marks(old_name: str, marks: str) -> None:
    with op.batch_alter_table("roll_call_mark") as mark:
        mark.drop_constraint(op.f(old_name), type_="check")
        mark.create_check_constraint("mark", f"mark IN ({marks})")


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("seat_id", sa.String(length=40), nullable=False),
        *(sa.Column(f"{name}_s", sa.Integer(), nullable=False) for name in SECONDS),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("left_early", sa.Boolean(), nullable=False),
        sa.Column("is_excused", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "planned_s = delivered_s + cancelled_s + not_held_s + server_s + teacher_late_s + teacher_away_s"
            " + ended_early_s + classroom_away_s + link_s + power_s",
            name=op.f("ck_ledger_entry_sum"),
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seat.seat_id"], name="fk_ledger_entry_seat_id_seat", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seat_id", name="pk_ledger_entry"),
    )
    op.create_table(
        "ledger_correction",
        sa.Column("correction_id", sa.String(length=40), nullable=False),
        sa.Column("seat_id", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.Column("moved_s", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["seat_id"],
            ["ledger_entry.seat_id"],
            name="fk_ledger_correction_seat_id_ledger_entry",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.user_id"],
            name="fk_ledger_correction_user_id_user_account",
        ),
        sa.PrimaryKeyConstraint("correction_id", name="pk_ledger_correction"),
    )
    for column in ("seat_id", "user_id"):
        op.create_index(f"ix_ledger_correction_{column}", "ledger_correction", [column])
    op.create_index("ix_lesson_county_id_starts_at_ms", "lesson", ["county_id", "starts_at_ms"])
    _change_marks("ck_roll_call_mark_ck_roll_call_mark_mark", f"{MARKS}, 'excused'")


def downgrade() -> None:
    op.execute("UPDATE roll_call_mark SET mark = 'absent' WHERE mark = 'excused'")
    _change_marks("ck_roll_call_mark_mark", MARKS)
    op.drop_index("ix_lesson_county_id_starts_at_ms", "lesson")
    op.drop_table("ledger_correction")
    op.drop_table("ledger_entry")
