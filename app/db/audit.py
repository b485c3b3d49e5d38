"""What admins changed: who, what, when; written in the transaction of the change itself."""

from collections.abc import Mapping
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.models import AuditEntry
from app.ids import UserId, new_id

AuditAction = Literal[
    "staff.added", "staff.changed", "staff.closed", "staff.reopened", "staff.invited", "staff.joined",
    "account.password_changed", "account.second_factor_on", "account.second_factor_off",
    "school.added", "school.renamed", "classroom.added", "classroom.renamed",
    "roster.imported", "ledger.corrected",
    "term.added", "term.renamed", "group.added", "group.renamed",
    "plan.imported", "course.added", "course.changed", "course.ended",
    "holiday.added", "holiday.moved", "holiday.removed",
    "lesson.moved", "lesson.substituted", "lesson.cancelled", "lesson.restored",
    "lesson.planned", "lesson.guest_invited", "lesson.staff_added", "lesson.staff_removed",
    "consent.entered", "pupil.exported", "pupil.erased",
    "pc.code_made", "pc.removed", "staff.signed_out",
    "recording.published", "recording.unpublished", "recording.shared", "recording.link_revoked",
    "recording.deleted", "recording.captioned", "recording.tried_again",
]  # fmt: skip


async def note_change(
    session: AsyncSession,
    county_id: str,
    by: UserId,
    action: AuditAction,
    subject_id: str,
    details: Mapping[str, object],
    now_ms: int,
    *,
    school_id: str | None = None,
) -> None:
    """`details`: opaque ids and codes, never a name: an entry outlives the person.

    `school_id`: the school that it concerns, whose admins may read it too.
    """
    session.add(
        AuditEntry(
            entry_id=new_id("aud"),
            county_id=county_id,
            school_id=school_id,
            at_ms=now_ms,
            user_id=by,
            action=action,
            subject_id=subject_id,
            details=dict(details),
        )
    )
