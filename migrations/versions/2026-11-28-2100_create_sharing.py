"""Create the tables of the library, of share links with their clips, and of deletions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "library_entry",
        sa.Column("recording_id", sa.String(length=40), nullable=False),
        sa.Column("published_by", sa.String(length=40), nullable=False),
        sa.Column("published_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.recording_id"],
            name="fk_library_entry_recording_id_recording",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["published_by"],
            ["user_account.user_id"],
            name="fk_library_entry_published_by_user_account",
        ),
        sa.PrimaryKeyConstraint("recording_id", name="pk_library_entry"),
    )
    op.create_table(
        "share_link",
        sa.Column("link_id", sa.String(length=40), nullable=False),
        sa.Column("recording_id", sa.String(length=40), nullable=True),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("passphrase_hash", sa.String(length=200), nullable=True),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_because", sa.String(length=20), nullable=True),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("clip_from_ms", sa.BigInteger(), nullable=True),
        sa.Column("clip_to_ms", sa.BigInteger(), nullable=True),
        sa.Column("clip_state", sa.String(length=10), nullable=True),
        sa.CheckConstraint(
            "clip_state IN ('cutting', 'ready', 'failed')", name="ck_share_link_clip_state"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.recording_id"],
            name="fk_share_link_recording_id_recording",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["user_account.user_id"],
            name="fk_share_link_created_by_user_account",
        ),
        sa.PrimaryKeyConstraint("link_id", name="pk_share_link"),
        sa.UniqueConstraint("token_sha256", name="uq_share_link_token_sha256"),
    )
    op.create_index("ix_share_link_recording_id", "share_link", ["recording_id"])
    op.create_table(
        "clip_track",
        sa.Column("track_id", sa.String(length=40), nullable=False),
        sa.Column("link_id", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("codec", sa.String(length=20), nullable=False),
        sa.Column("mime", sa.String(length=60), nullable=False),
        sa.Column("starts_ms", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["share_link.link_id"],
            name="fk_clip_track_link_id_share_link",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("track_id", name="pk_clip_track"),
    )
    op.create_index("ix_clip_track_link_id", "clip_track", ["link_id"])
    op.create_table(
        "deletion",
        sa.Column("deletion_id", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=True),
        sa.Column("lesson_id", sa.String(length=40), nullable=False),
        sa.Column("recording_id", sa.String(length=40), nullable=False),
        sa.Column(
            "object_keys",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id"], ["county.county_id"], name="fk_deletion_county_id_county"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.user_id"], name="fk_deletion_user_id_user_account"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.lesson_id"], name="fk_deletion_lesson_id_lesson"
        ),
        sa.PrimaryKeyConstraint("deletion_id", name="pk_deletion"),
    )
    op.create_index("ix_deletion_at_ms", "deletion", ["at_ms"])
    op.create_index("ix_deletion_county_id", "deletion", ["county_id"])


def downgrade() -> None:
    op.drop_table("deletion")
    op.drop_table("clip_track")
    op.drop_table("share_link")
    op.drop_table("library_entry")
