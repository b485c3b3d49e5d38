"""Terms, groups of schools, courses with their rules, days off."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ID, DAY, NAME = sa.String(length=40), sa.String(length=10), sa.String(length=120)


def upgrade() -> None:
    op.create_table(
        "term",
        sa.Column("term_id", ID, nullable=False),
        sa.Column("county_id", ID, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("first_day", DAY, nullable=False),
        sa.Column("last_day", DAY, nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id"], ["county.county_id"], name=op.f("fk_term_county_id_county")
        ),
        sa.PrimaryKeyConstraint("term_id", name=op.f("pk_term")),
        sa.UniqueConstraint("county_id", "name", name=op.f("uq_term_county_id_name")),
    )
    op.create_table(
        "school_group",
        sa.Column("group_id", ID, nullable=False),
        sa.Column("county_id", ID, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.ForeignKeyConstraint(
            ["county_id"], ["county.county_id"], name=op.f("fk_school_group_county_id_county")
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_school_group")),
        sa.UniqueConstraint("county_id", "name", name=op.f("uq_school_group_county_id_name")),
    )
    op.create_table(
        "group_school",
        sa.Column("group_id", ID, nullable=False),
        sa.Column("school_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "kind IN ('city', 'town', 'village')", name=op.f("ck_group_school_kind")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["school_group.group_id"],
            name=op.f("fk_group_school_group_id_school_group"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.school_id"], name=op.f("fk_group_school_school_id_school")
        ),
        sa.PrimaryKeyConstraint("group_id", "school_id", name=op.f("pk_group_school")),
    )
    op.create_index("ix_group_school_school_id", "group_school", ["school_id"])
    _create_courses()
    op.create_table(
        "holiday",
        sa.Column("holiday_id", ID, nullable=False),
        sa.Column("term_id", ID, nullable=False),
        sa.Column("school_id", ID, nullable=True),
        sa.Column("day", DAY, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.ForeignKeyConstraint(
            ["term_id"], ["term.term_id"], name=op.f("fk_holiday_term_id_term")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.school_id"], name=op.f("fk_holiday_school_id_school")
        ),
        sa.PrimaryKeyConstraint("holiday_id", name=op.f("pk_holiday")),
    )
    op.create_index("ix_holiday_school_id", "holiday", ["school_id"])
    op.create_index("ix_holiday_term_id_day", "holiday", ["term_id", "day"])
    with op.batch_alter_table("lesson") as lesson:
        lesson.add_column(sa.Column("course_id", ID, nullable=True))
        lesson.add_column(sa.Column("occurs_at_ms", sa.BigInteger(), nullable=True))
        lesson.create_foreign_key(
            "fk_lesson_course_id_course", "course", ["course_id"], ["course_id"]
        )
        lesson.create_index(
            "uq_lesson_course_id_occurs_at_ms", ["course_id", "occurs_at_ms"], unique=True
        )


def _create_courses() -> None:
    op.create_table(
        "course",
        sa.Column("course_id", ID, nullable=False),
        sa.Column("term_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.Column("title", NAME, nullable=False),
        sa.Column("subject", NAME, nullable=False),
        sa.Column("lead_user_id", ID, nullable=False),
        sa.Column("rule", sa.String(length=400), nullable=False),
        sa.Column("duration_min", sa.Integer(), nullable=False),
        sa.Column("is_recorded", sa.Boolean(), nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["term_id"], ["term.term_id"], name=op.f("fk_course_term_id_term")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["school_group.group_id"], name=op.f("fk_course_group_id_school_group")
        ),
        sa.ForeignKeyConstraint(
            ["lead_user_id"],
            ["user_account.user_id"],
            name=op.f("fk_course_lead_user_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.user_id"], name=op.f("fk_course_created_by_user_account")
        ),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_course")),
    )
    op.create_index("ix_course_term_id_group_id", "course", ["term_id", "group_id"])
    op.create_index("ix_course_group_id", "course", ["group_id"])
    op.create_index("ix_course_lead_user_id", "course", ["lead_user_id"])
    op.create_table(
        "course_classroom",
        sa.Column("course_id", ID, nullable=False),
        sa.Column("classroom_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["course.course_id"],
            name=op.f("fk_course_classroom_course_id_course"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["classroom_id"],
            ["classroom.classroom_id"],
            name=op.f("fk_course_classroom_classroom_id_classroom"),
        ),
        sa.PrimaryKeyConstraint("course_id", "classroom_id", name=op.f("pk_course_classroom")),
    )
    op.create_index("ix_course_classroom_classroom_id", "course_classroom", ["classroom_id"])


def downgrade() -> None:
    with op.batch_alter_table("lesson") as lesson:
        lesson.drop_index("uq_lesson_course_id_occurs_at_ms")
        lesson.drop_constraint("fk_lesson_course_id_course", type_="foreignkey")
        lesson.drop_column("occurs_at_ms")
        lesson.drop_column("course_id")
    for table in ("holiday", "course_classroom", "course", "group_school", "school_group", "term"):
        op.drop_table(table)
