"""Index the cancelled lessons of a county by their beginning."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_NAME = "ix_lesson_county_id_starts_at_ms_cancelled"
_IS_CANCELLED = sa.text("cancelled_at_ms IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        _NAME,
        "lesson",
        ["county_id", "starts_at_ms"],
        postgresql_where=_IS_CANCELLED,
        sqlite_where=_IS_CANCELLED,
    )


def downgrade() -> None:
    op.drop_index(_NAME, "lesson")
