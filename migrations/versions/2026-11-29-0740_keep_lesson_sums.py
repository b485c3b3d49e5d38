"""Keep the sums of each lesson's ledger, by school too."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_SUMMED = (
    "planned_s", "delivered_s", "extra_s", "cancelled_s", "not_held_s", "server_s", "teacher_late_s",
    "teacher_away_s", "ended_early_s", "classroom_away_s", "link_s", "power_s",
)  # fmt: skip
_COUNTED = {
    "late": "is_late AND NOT is_excused",
    "left_early": "left_early AND NOT is_excused",
    "excused": "is_excused",
    "late_there": "is_late AND NOT is_excused AND delivered_s + extra_s > 0",
    "absent": "NOT is_excused AND delivered_s + extra_s = 0",
}
_OF_PUPILS = {"pupils_present": "heads", "pupils_absent": "absent", "pupils_excused": "excused"}
_AMOUNTS = ("seats", *_SUMMED, *_COUNTED, *_OF_PUPILS)
_VALUES = (
    "count(e.seat_id)",
    *(f"coalesce(sum(e.{one}), 0)" for one in _SUMMED),
    *(f"sum(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in _COUNTED.values()),
    *(f"sum(coalesce(r.{one}, 0))" for one in _OF_PUPILS.values()),
)
_ABOUT = (
    "lesson_id",
    "county_id",
    "starts_at_ms",
    "started_at_ms",
    "subject",
    "lead_user_id",
    "course_id",
)
_SUMS = f"""
INSERT INTO {{table}} ({", ".join(_ABOUT)}, has_ended, was_cancelled, {", ".join(_AMOUNTS)}{{more}})
SELECT {", ".join(f"l.{one}" for one in _ABOUT)}, l.state = 'ended',
  l.started_at_ms IS NULL AND (l.cancelled_at_ms IS NOT NULL OR coalesce(l.end_reason = 'cancelled', false)),
  {", ".join(_VALUES)}{{school}}
FROM lesson l JOIN seat s ON s.lesson_id = l.lesson_id JOIN classroom c ON c.classroom_id = s.classroom_id
LEFT JOIN ledger_entry e ON e.seat_id = s.seat_id LEFT JOIN roll_call r ON r.seat_id = s.seat_id
WHERE NOT l.is_rehearsal AND (e.seat_id IS NOT NULL OR r.seat_id IS NOT NULL)
GROUP BY l.lesson_id{{school}}
"""  # noqa: S608 - of names above


def upgrade() -> None:
    op.create_table(
        "lesson_sum",
        *_columns("lesson_sum"),
        sa.PrimaryKeyConstraint("lesson_id", name=op.f("pk_lesson_sum")),
    )
    op.create_index(
        "ix_lesson_sum_county_id_starts_at_ms", "lesson_sum", ["county_id", "starts_at_ms"]
    )
    op.create_table(
        "school_sum",
        *_columns("school_sum"),
        sa.Column("school_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["school.school_id"],
            name=op.f("fk_school_sum_school_id_school"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("lesson_id", "school_id", name=op.f("pk_school_sum")),
    )
    op.create_index(
        "ix_school_sum_school_id_starts_at_ms", "school_sum", ["school_id", "starts_at_ms"]
    )
    op.execute(_SUMS.format(table="lesson_sum", more="", school=""))
    op.execute(_SUMS.format(table="school_sum", more=", school_id", school=", c.school_id"))


def _columns(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("county_id", sa.String(length=40), nullable=False),
        sa.Column("starts_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("lead_user_id", sa.String(length=40), nullable=False),
        sa.Column("course_id", sa.String(length=40), nullable=True),
        sa.Column("has_ended", sa.Boolean(), nullable=False),
        sa.Column("was_cancelled", sa.Boolean(), nullable=False),
        *(sa.Column(one, sa.Integer(), nullable=False) for one in _AMOUNTS),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lesson.lesson_id"],
            name=op.f(f"fk_{table}_lesson_id_lesson"),
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("school_sum")
    op.drop_table("lesson_sum")
