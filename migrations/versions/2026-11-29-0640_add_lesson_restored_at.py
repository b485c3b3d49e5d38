"""Remember of a lesson that it was cancelled and takes place after all."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("lesson") as lesson:
        lesson.add_column(sa.Column("restored_at_ms", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("lesson") as lesson:
        lesson.drop_column("restored_at_ms")
