"""Create the table of classroom PCs; a pairing code may lead to a classroom instead of a seat."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "classroom_pc",
        sa.Column("pc_id", sa.String(length=40), nullable=False),
        sa.Column("classroom_id", sa.String(length=40), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("previous_sha256", sa.String(length=64), nullable=True),
        sa.Column("secret_since_ms", sa.BigInteger(), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("paired_by", sa.String(length=40), nullable=False),
        sa.Column("paired_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["classroom_id"],
            ["classroom.classroom_id"],
            name="fk_classroom_pc_classroom_id_classroom",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["paired_by"], ["user_account.user_id"], name="fk_classroom_pc_paired_by_user_account"
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["user_account.user_id"], name="fk_classroom_pc_revoked_by_user_account"
        ),
        sa.PrimaryKeyConstraint("pc_id", name="pk_classroom_pc"),
        sa.UniqueConstraint("secret_sha256", name="uq_classroom_pc_secret_sha256"),
        sa.UniqueConstraint("previous_sha256", name="uq_classroom_pc_previous_sha256"),
    )
    op.create_index("ix_classroom_pc_classroom_id", "classroom_pc", ["classroom_id"])
    with op.batch_alter_table("pairing_code") as code:
        code.alter_column("lesson_id", existing_type=sa.String(length=40), nullable=True)
        code.alter_column("seat_id", existing_type=sa.String(length=40), nullable=True)
        code.add_column(sa.Column("classroom_id", sa.String(length=40), nullable=True))
        code.add_column(
            sa.Column("kind", sa.String(length=10), nullable=False, server_default="spoken")
        )
        code.create_foreign_key(
            "fk_pairing_code_classroom_id_classroom",
            "classroom",
            ["classroom_id"],
            ["classroom_id"],
            ondelete="CASCADE",
        )
        code.create_check_constraint("place", "(seat_id IS NULL) <> (classroom_id IS NULL)")
        code.create_index("ix_pairing_code_classroom_id", ["classroom_id"])


def downgrade() -> None:
    op.execute("DELETE FROM pairing_code WHERE seat_id IS NULL")
    with op.batch_alter_table("pairing_code") as code:
        code.drop_index("ix_pairing_code_classroom_id")
        code.drop_constraint("place", type_="check")
        code.drop_constraint("fk_pairing_code_classroom_id_classroom", type_="foreignkey")
        code.drop_column("kind")
        code.drop_column("classroom_id")
        code.alter_column("seat_id", existing_type=sa.String(length=40), nullable=False)
        code.alter_column("lesson_id", existing_type=sa.String(length=40), nullable=False)
    op.drop_table("classroom_pc")
