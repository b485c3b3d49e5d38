"""The library: every recording that somebody may watch, with search."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, or_, select, tuple_, union

from app.cursors import cursor_of, parse_cursor
from app.db.consent import SHARED, seat_allows
from app.db.engine import Database
from app.db.models import Classroom, Lesson, LibraryEntry, Recording, School, Seat, User
from app.db.text import has_text
from app.ids import SchoolId
from app.recording.repository import RecordingSummary, own_to, summaries, summary_of
from app.recording.viewer import Viewer

MAX_SUBJECTS = 500
"""Lessons name theirs freely; a county teaches some twenty."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; everything given must hold."""

    text: str = ""
    """Part of the title or of the teacher's name, in any case."""
    subject: str = ""
    school_id: SchoolId | None = None
    """The lead's school, or one that took part."""
    from_ms: int | None = None
    to_ms: int | None = None
    """Not included."""


@dataclass(frozen=True, slots=True)
class LibraryPage:
    items: list[RecordingSummary]
    next: str | None
    """Cursor of the page after this one."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a search can be narrowed down to."""

    subjects: list[str]
    schools: list[tuple[SchoolId, str]]


class Library:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, viewer: Viewer, search: Search, limit: int, after: str | None
    ) -> LibraryPage:
        """The newest first, after the cursor `after`. InvalidInput if that is none of ours."""
        statement = summaries(viewer).where(*_conditions(viewer, search)).limit(limit + 1)
        if after is not None:
            position = tuple_(Recording.started_at_ms, Recording.recording_id)
            statement = statement.where(position < parse_cursor(after, "before"))
        async with self._database.reading() as session:
            found = [summary_of(*row) for row in await session.execute(statement)]
        items = found[:limit]
        if len(found) <= limit:
            return LibraryPage(items, None)
        last = items[-1]
        return LibraryPage(items, cursor_of(last.started_at_ms, last.recording_id))

    async def choices(self, viewer: Viewer) -> Choices:
        """The subjects of what the viewer may watch, and all schools of the county."""
        visible = summaries(viewer).with_only_columns(Lesson.subject).order_by(None)
        subjects: Select[str] = visible.where(Lesson.subject != "").distinct().limit(MAX_SUBJECTS)
        # No limit: how many schools a county may have is bounded where they are added.
        schools = (
            select(School.school_id, School.name)
            .where(School.county_id == viewer.county_id, ~School.is_simulated)
            .order_by(School.name, School.school_id)
        )
        async with self._database.reading() as session:
            return Choices(
                subjects=sorted(await session.scalars(subjects)),
                schools=[(SchoolId(i), name) for i, name in await session.execute(schools)],
            )


def _conditions(viewer: Viewer, search: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search.text:
        conditions.append(Lesson.lesson_id.in_(_ids_with_text(search.text)))
    if search.subject:
        conditions.append(Lesson.subject == search.subject)
    if search.school_id is not None:
        conditions.append(_is_of_school(viewer, search.school_id))
    if search.from_ms is not None:
        conditions.append(Recording.started_at_ms >= search.from_ms)
    if search.to_ms is not None:
        conditions.append(Recording.started_at_ms < search.to_ms)
    return conditions


def _ids_with_text(text: str) -> CompoundSelect[str]:
    """Lessons with it in their title or their teacher's name. Names are looked through once, not with every lesson."""
    teachers = select(User.user_id).where(has_text(User.name, text))
    return union(
        select(Lesson.lesson_id).where(has_text(Lesson.title, text)),
        select(Lesson.lesson_id).where(Lesson.lead_user_id.in_(teachers)),
    )


def _is_of_school(viewer: Viewer, school_id: SchoolId) -> ColumnElement[bool]:
    """A search must not tell who took part where a name would not be shown."""
    seats = (
        select(Seat.lesson_id)
        .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
        .where(Classroom.school_id == school_id)
    )
    led = (
        select(Lesson.lesson_id)
        .join(User, User.user_id == Lesson.lead_user_id)
        .where(User.school_id == school_id)
    )
    sharing = seats.where(Seat.lesson_id == Lesson.lesson_id, seat_allows(SHARED)).correlate(Lesson)
    # One value for each lesson, and no EXISTS: for that PostgreSQL would ask all seats of the school for their consent.
    shares = sharing.limit(1).scalar_subquery().is_not(None)
    return and_(
        Lesson.lesson_id.in_(union(led, seats)),
        or_(
            User.school_id == school_id,
            own_to(viewer),
            and_(LibraryEntry.recording_id.is_not(None), shares),
        ),
    )
