"""Who looked at what belongs to others, as rows to be read: filtered, a page at a time, with the names of now."""

from collections.abc import AsyncIterator, Set
from dataclasses import dataclass
from typing import cast

from sqlalchemy import ColumnElement, or_, select, tuple_, union, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.cursors import cursor_of, parse_cursor
from app.db.access_log import AccessAction
from app.db.engine import Database
from app.db.models import AccessLogEntry, Classroom, Lesson, School, Seat, User
from app.db.scope import ids_of_lessons_touching, lessons_touching, schools_within
from app.db.text import has_text
from app.scope import Scope

_FILE_PAGE = 500


@dataclass(frozen=True, slots=True)
class AccessSearch:
    """Everything given must hold."""

    by: str = ""
    """Part of the person's name."""
    action: AccessAction | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    """Not included."""


@dataclass(frozen=True, slots=True)
class AccessLine:
    access_id: str
    at_ms: int
    by: str | None
    """None: a stranger with a share link."""
    school: str
    """The person's; empty for the county's own people."""
    action: AccessAction
    lesson_id: str
    lesson: str
    lesson_at_ms: int | None
    """Of what is about a classroom and no lesson: None, and the two above are empty."""
    classroom: str
    """If it was about one."""


@dataclass(frozen=True, slots=True)
class AccessPage:
    lines: tuple[AccessLine, ...]
    next: str | None
    """Cursor of what follows; None at the end."""


class AccessLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, scope: Scope, search: AccessSearch, limit: int, after: str | None
    ) -> AccessPage:
        """The newest first, of the scope's lessons and classrooms. InvalidInput for a cursor that is none."""
        query = (
            select(AccessLogEntry, User.name, School.name, Lesson.title, Lesson.starts_at_ms)
            .select_from(AccessLogEntry)
            .outerjoin(Lesson, Lesson.lesson_id == AccessLogEntry.lesson_id)
            .outerjoin(User, User.user_id == AccessLogEntry.user_id)
            .outerjoin(School, School.school_id == User.school_id)
            .where(or_(_lessons_within(scope), _classrooms_within(scope)), *_conditions(search))
            .order_by(AccessLogEntry.at_ms.desc(), AccessLogEntry.access_id.desc())
            .limit(limit + 1)
        )
        if after is not None:
            position = tuple_(AccessLogEntry.at_ms, AccessLogEntry.access_id)
            query = query.where(position < parse_cursor(after))
        async with self._database.reading() as session:
            rows = (await session.execute(query)).all()
            shown = rows[:limit]
            rooms = await _classrooms(session, {row[0].subject_id for row in shown})
        last = shown[-1][0] if len(rows) > limit else None
        return AccessPage(
            tuple(
                AccessLine(
                    access_id=entry.access_id,
                    at_ms=entry.at_ms,
                    by=by,
                    school=school or "",
                    action=cast("AccessAction", entry.action),
                    lesson_id=entry.lesson_id or "",
                    lesson=title or "",
                    lesson_at_ms=at_ms,
                    classroom=rooms.get(entry.subject_id, ""),
                )
                for entry, by, school, title, at_ms in shown
            ),
            None if last is None else cursor_of(last.at_ms, last.access_id),
        )

    async def lines(self, scope: Scope, search: AccessSearch) -> AsyncIterator[AccessLine]:
        """All of them, a few hundred in memory at a time."""
        after: str | None = None
        while True:
            page = await self.page(scope, search, _FILE_PAGE, after)
            for line in page.lines:
                yield line
            after = page.next
            if after is None:
                return


def _conditions(search: AccessSearch) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search.by:
        conditions.append(has_text(User.name, search.by))
    if search.action is not None:
        conditions.append(AccessLogEntry.action == search.action)
    if search.from_ms is not None:
        conditions.append(AccessLogEntry.at_ms >= search.from_ms)
    if search.to_ms is not None:
        conditions.append(AccessLogEntry.at_ms < search.to_ms)
    return conditions


def _lessons_within(scope: Scope) -> ColumnElement[bool]:
    if scope.is_county:
        return lessons_touching(scope)
    # Of the entry alone: what a school does not see is passed over before anything is joined with it.
    return AccessLogEntry.lesson_id.in_(union(*ids_of_lessons_touching(scope)))


def _classrooms_within(scope: Scope) -> ColumnElement[bool]:
    within = select(Classroom.classroom_id).join(School).where(schools_within(scope))
    return AccessLogEntry.subject_id.in_(within.correlate(None))


async def _classrooms(session: AsyncSession, subject_ids: Set[str]) -> dict[str, str]:
    """By seat or classroom, of those subjects that are one."""
    name = School.name + " " + Classroom.name
    rooms = select(Classroom.classroom_id, name).select_from(Classroom).join(School)
    seats = select(Seat.seat_id, name).select_from(Seat).join(Classroom).join(School)
    found = union_all(
        rooms.where(Classroom.classroom_id.in_(subject_ids)),
        seats.where(Seat.seat_id.in_(subject_ids)),
    )
    return dict((await session.execute(found)).all())
