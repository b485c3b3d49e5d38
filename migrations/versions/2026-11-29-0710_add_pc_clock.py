"""Note how far the clock of a classroom's PC is off."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("classroom_pc") as pc:
        pc.add_column(sa.Column("clock_ahead_ms", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("classroom_pc") as pc:
        pc.drop_column("clock_ahead_ms")
