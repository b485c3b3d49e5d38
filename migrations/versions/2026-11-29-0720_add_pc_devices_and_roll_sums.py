"""What a classroom's PC says of its camera and microphone; the sums of each roll call."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_SUMS = """
UPDATE roll_call SET
  absent = (SELECT count(*) FROM roll_call_mark m
    WHERE m.seat_id = roll_call.seat_id AND m.mark = 'absent'),
  excused = (SELECT count(*) FROM roll_call_mark m
    WHERE m.seat_id = roll_call.seat_id AND m.mark = 'excused'),
  heads = coalesce(typed_count, (SELECT count(*) FROM roll_call_mark m
    WHERE m.seat_id = roll_call.seat_id AND m.mark NOT IN ('absent', 'excused')))
"""


def upgrade() -> None:
    with op.batch_alter_table("classroom_pc") as pc:
        pc.add_column(sa.Column("camera", sa.String(length=10), nullable=True))
        pc.add_column(sa.Column("microphone", sa.String(length=10), nullable=True))
        pc.add_column(sa.Column("devices_told_at_ms", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_link_test_classroom_id_made_at_ms", "link_test", ["classroom_id", "made_at_ms"]
    )
    op.drop_index("ix_link_test_classroom_id", "link_test")
    with op.batch_alter_table("roll_call") as roll:
        for name in ("heads", "absent", "excused"):
            roll.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.execute(_SUMS)


def downgrade() -> None:
    with op.batch_alter_table("roll_call") as roll:
        for name in ("excused", "absent", "heads"):
            roll.drop_column(name)
    op.create_index("ix_link_test_classroom_id", "link_test", ["classroom_id"])
    op.drop_index("ix_link_test_classroom_id_made_at_ms", "link_test")
    with op.batch_alter_table("classroom_pc") as pc:
        pc.drop_column("devices_told_at_ms")
        pc.drop_column("microphone")
        pc.drop_column("camera")
