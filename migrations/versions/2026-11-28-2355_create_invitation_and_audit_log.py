"""Create the tables of invitations and of what admins changed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.db.models.base import DOCUMENT

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.user_id"],
            name="fk_invitation_user_id_user_account",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.user_id"], name="fk_invitation_created_by_user_account"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_invitation"),
    )
    op.create_index("ix_invitation_user_id", "invitation", ["user_id"])
    op.create_table(
        "audit_log",
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("county_id", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=60), nullable=False),
        sa.Column("details", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id"], ["county.county_id"], name="fk_audit_log_county_id_county"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.user_id"], name="fk_audit_log_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_county_id_at_ms", "audit_log", ["county_id", "at_ms"])


def downgrade() -> None:
    for table in ("audit_log", "invitation"):
        op.drop_table(table)
