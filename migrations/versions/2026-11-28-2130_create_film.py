"""Create the table of films."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "film",
        sa.Column("film_id", sa.String(length=40), nullable=False),
        sa.Column("recording_id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("seats", _DOCUMENT, nullable=False),
        sa.Column("seconds_left", sa.BigInteger(), nullable=True),
        sa.Column("files", _DOCUMENT, nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("purpose IN ('shared', 'public')", name="ck_film_purpose"),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.recording_id"],
            name="fk_film_recording_id_recording",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("film_id", name="pk_film"),
    )
    op.create_index(
        "ix_film_recording_id_purpose", "film", ["recording_id", "purpose", "created_at_ms"]
    )


def downgrade() -> None:
    op.drop_table("film")
