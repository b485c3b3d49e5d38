"""Index the sums of lessons that did not end: nobody opened them, and somebody corrected them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_NAME = "ix_lesson_sum_lesson_id_not_ended"
_DID_NOT_END = sa.text("NOT has_ended")


def upgrade() -> None:
    op.create_index(
        _NAME,
        "lesson_sum",
        ["lesson_id"],
        postgresql_where=_DID_NOT_END,
        sqlite_where=_DID_NOT_END,
    )


def downgrade() -> None:
    op.drop_index(_NAME, "lesson_sum")
