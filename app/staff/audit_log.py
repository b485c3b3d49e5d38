"""What admins changed, as rows to be read: filtered, a page at a time, with the names of now."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.cursors import cursor_of, parse_cursor
from app.db.audit import AuditAction
from app.db.engine import Database
from app.db.models import (
    AuditEntry,
    Classroom,
    Course,
    Holiday,
    Lesson,
    Pupil,
    Recording,
    School,
    SchoolGroup,
    Term,
    User,
)
from app.db.scope import audit_within
from app.db.text import has_text
from app.scope import Scope


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """Everything given must hold."""

    by: str = ""
    """Part of the name of who did it."""
    action: AuditAction | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    """Not included."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    entry_id: str
    at_ms: int
    user_id: str
    by: str
    """The name that this person has now."""
    action: AuditAction
    subject_id: str
    subject: str | None
    """What the thing is called now; None if it is gone, or has no name."""
    whom: str | None
    """Whom a change of a lesson's staff was about."""
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditPage:
    lines: tuple[AuditLine, ...]
    next: str | None
    """Cursor of what follows; None at the end."""


class AuditLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, scope: Scope, search: AuditSearch, limit: int, after: str | None
    ) -> AuditPage:
        """The newest first. InvalidInput for a cursor that is none."""
        query = (
            select(AuditEntry, User.name)
            .join(User, User.user_id == AuditEntry.user_id)
            .where(audit_within(scope), *_conditions(search))
            .order_by(AuditEntry.at_ms.desc(), AuditEntry.entry_id.desc())
            .limit(limit + 1)
        )
        if after is not None:
            query = query.where(tuple_(AuditEntry.at_ms, AuditEntry.entry_id) < parse_cursor(after))
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
            shown = rows[:limit]
            ids = {entry.subject_id for entry, _ in shown}
            names = await _names(session, ids | {_whom(entry) for entry, _ in shown})
        last = shown[-1][0] if len(rows) > limit else None
        return AuditPage(
            tuple(_line(entry, by, names) for entry, by in shown),
            None if last is None else cursor_of(last.at_ms, last.entry_id),
        )


def _conditions(search: AuditSearch) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search.by:
        conditions.append(has_text(User.name, search.by))
    if search.action is not None:
        conditions.append(AuditEntry.action == search.action)
    if search.from_ms is not None:
        conditions.append(AuditEntry.at_ms >= search.from_ms)
    if search.to_ms is not None:
        conditions.append(AuditEntry.at_ms < search.to_ms)
    return conditions


def _line(entry: AuditEntry, by: str, names: dict[str, str]) -> AuditLine:
    return AuditLine(
        entry_id=entry.entry_id,
        at_ms=entry.at_ms,
        user_id=entry.user_id,
        by=by,
        action=cast("AuditAction", entry.action),
        subject_id=entry.subject_id,
        subject=names.get(entry.subject_id),
        whom=names.get(_whom(entry)),
        details=entry.details,
    )


def _whom(entry: AuditEntry) -> str:
    return str(entry.details.get("user_id", ""))


async def _names(session: AsyncSession, ids: Set[str]) -> dict[str, str]:
    """Of whatever a subject can be: one query for each kind, however many there are."""
    names: dict[str, str] = {}
    for query in (
        select(User.user_id, User.name).where(User.user_id.in_(ids)),
        select(School.school_id, School.name).where(School.school_id.in_(ids)),
        select(Classroom.classroom_id, School.name + " " + Classroom.name)
        .join(School, School.school_id == Classroom.school_id)
        .where(Classroom.classroom_id.in_(ids)),
        select(Lesson.lesson_id, Lesson.title).where(Lesson.lesson_id.in_(ids)),
        select(Pupil.pupil_id, func.coalesce(Pupil.name, "")).where(
            Pupil.pupil_id.in_(ids), Pupil.name.is_not(None)
        ),
        select(Recording.recording_id, Lesson.title)
        .join(Lesson, Lesson.lesson_id == Recording.lesson_id)
        .where(Recording.recording_id.in_(ids)),
        select(Term.term_id, Term.name).where(Term.term_id.in_(ids)),
        select(SchoolGroup.group_id, SchoolGroup.name).where(SchoolGroup.group_id.in_(ids)),
        select(Course.course_id, Course.title).where(Course.course_id.in_(ids)),
        select(Holiday.holiday_id, Holiday.name).where(Holiday.holiday_id.in_(ids)),
    ):
        names |= dict((await session.execute(query)).all())
    return names
