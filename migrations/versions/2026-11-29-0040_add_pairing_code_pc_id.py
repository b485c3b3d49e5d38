"""Remember which PC a pairing code made: the second use of a code replaces it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("pairing_code") as code:
        code.add_column(sa.Column("pc_id", sa.String(length=40), nullable=True))
        code.create_foreign_key(
            "fk_pairing_code_pc_id_classroom_pc",
            "classroom_pc",
            ["pc_id"],
            ["pc_id"],
            ondelete="SET NULL",
        )


def downgrade() -> None:
    with op.batch_alter_table("pairing_code") as code:
        code.drop_constraint("fk_pairing_code_pc_id_classroom_pc", type_="foreignkey")
        code.drop_column("pc_id")
