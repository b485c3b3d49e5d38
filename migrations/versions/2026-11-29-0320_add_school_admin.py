"""Let a school have admins of its own, and say of each audit entry whose school it concerns."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


BEFORE = "role IN ('admin', 'teacher', 'onsite')"
AFTER = "role IN ('admin', 'school_admin', 'teacher', 'onsite')"


def _change_roles(old_name: str, roles: str) -> None:
    with op.batch_alter_table("role_grant") as grant:
        grant.drop_constraint(op.f(old_name), type_="check")
        grant.create_check_constraint("role", roles)


def upgrade() -> None:
    _change_roles("ck_role_grant_ck_role_grant_role", AFTER)
    with op.batch_alter_table("audit_log") as log:
        log.add_column(sa.Column("school_id", sa.String(length=40), nullable=True))
        log.create_foreign_key(
            "fk_audit_log_school_id_school", "school", ["school_id"], ["school_id"]
        )
        log.create_index("ix_audit_log_school_id_at_ms", ["school_id", "at_ms"])


def downgrade() -> None:
    with op.batch_alter_table("audit_log") as log:
        log.drop_index("ix_audit_log_school_id_at_ms")
        log.drop_constraint("fk_audit_log_school_id_school", type_="foreignkey")
        log.drop_column("school_id")
    op.execute("DELETE FROM role_grant WHERE role = 'school_admin'")
    _change_roles("ck_role_grant_role", BEFORE)
