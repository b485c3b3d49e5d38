"""Create the tables of captions, thumbnails and watching."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.db.models.base import DOCUMENT

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def _recording_id(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("recording_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.recording_id"],
            name=f"fk_{table}_recording_id_recording",
            ondelete="CASCADE",
        ),
    ]


def upgrade() -> None:
    op.create_table(
        "recording_captions",
        *_recording_id("recording_captions"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("cues", DOCUMENT, nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"],
            ["user_account.user_id"],
            name="fk_recording_captions_changed_by_user_account",
        ),
        sa.PrimaryKeyConstraint("recording_id", name="pk_recording_captions"),
    )
    op.create_table(
        "recording_thumbnails",
        *_recording_id("recording_thumbnails"),
        sa.Column("step_ms", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sheets", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("recording_id", name="pk_recording_thumbnails"),
    )
    op.create_table(
        "watch_progress",
        *_recording_id("watch_progress"),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("position_ms", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.LargeBinary(), nullable=False),
        sa.Column("watched_s", sa.Integer(), nullable=False),
        sa.Column("first_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.user_id"],
            name="fk_watch_progress_user_id_user_account",
        ),
        sa.PrimaryKeyConstraint("recording_id", "user_id", name="pk_watch_progress"),
    )
    op.create_index("ix_watch_progress_user_id", "watch_progress", ["user_id"])


def downgrade() -> None:
    for table in ("watch_progress", "recording_thumbnails", "recording_captions"):
        op.drop_table(table)
