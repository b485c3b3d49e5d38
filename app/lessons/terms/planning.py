"""A sheet of courses becomes a group's plan for a term: shown first, then taken over as a whole or not at all."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.audit import note_change
from app.db.engine import Database
from app.db.models import (
    Classroom,
    Course,
    CourseClassroom,
    Lesson,
    Login,
    RoleGrant,
    School,
    Term,
    User,
)
from app.errors import Conflict, InvalidInput, NotFound
from app.http import PLANNERS, Caller
from app.ids import ClassroomId, LessonId, ParticipantId, UserId, new_id
from app.lessons.bookings import bookings_where, lock_timetable, read_bookings
from app.lessons.changes import LessonChanges
from app.lessons.clashes import Clash, find_clashes
from app.lessons.repository import CancelReason
from app.lessons.terms.recurrence import zone_of
from app.lessons.terms.rows import apply, read_courses_of, read_days_off
from app.lessons.terms.schedule import reconcile
from app.lessons.terms.sheet import CourseSheet, Known, SheetCourse, classroom_key, read_courses
from app.lessons.terms.terms import GroupDetail, group_of, term_of
from app.sheets import Lines

MAX_COURSES_OF_GROUP = 200
MAX_CLASHES_SHOWN = 30


@dataclass(frozen=True, slots=True)
class CourseOutline:
    """What a line of the sheet comes to."""

    line: int
    title: str
    starts_at_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlanOutline:
    sheet: CourseSheet
    courses: tuple[CourseOutline, ...] = ()
    clashes: tuple[tuple[int, Clash, int], ...] = ()
    """The line, the first clash of this line over the same with a lesson of the same name, and how many there are."""


@dataclass(frozen=True, slots=True)
class CourseDetail:
    course: Course
    lead_name: str
    classrooms: tuple[str, ...]
    coming: int
    next_at_ms: int | None


class _Undo(Exception):
    """Ends a dry run: its transaction is rolled back."""


class Planning:
    """For the county's admins; those of a school read."""

    def __init__(
        self, database: Database, changes: LessonChanges, now_ms: Callable[[], int]
    ) -> None:
        self._database = database
        self._changes = changes
        self._now_ms = now_ms

    async def check(self, caller: Caller, term_id: str, group_id: str, lines: Lines) -> PlanOutline:
        """What `take_over` would do: it is done, looked at and undone."""
        outline = None
        try:
            async with self._database.transaction() as session:
                outline = await self._write(session, caller, term_id, group_id, lines)
                raise _Undo
        except _Undo:
            assert outline is not None
            return outline

    async def take_over(
        self, caller: Caller, term_id: str, group_id: str, lines: Lines
    ) -> PlanOutline:
        """InvalidInput with the first wrong line, Conflict with the first clash; then nothing has changed."""
        async with self._database.transaction() as session:
            outline = await self._write(session, caller, term_id, group_id, lines)
            for error in outline.sheet.errors[:1]:
                raise InvalidInput("a line is wrong", code=error.code, line=error.line)
            for line, clash, _ in outline.clashes[:1]:
                raise clash.refusal(line)
            await note_change(
                session,
                caller.county_id,
                caller.user_id,
                "plan.imported",
                group_id,
                {"term_id": term_id, "courses": len(outline.courses)},
                self._now_ms(),
            )
        return outline

    async def _write(
        self, session: AsyncSession, caller: Caller, term_id: str, group_id: str, lines: Lines
    ) -> PlanOutline:
        caller.require("admin")
        await lock_timetable(session, caller.county_id)
        term = await term_of(session, caller, term_id)
        group = await group_of(session, caller, group_id)
        sheet = read_courses(lines, await _known(session, term, group))
        await _refuse_too_many(session, term_id, group_id, len(sheet.courses))
        line_of: dict[str, int] = {}
        for course in sheet.courses:
            row = await _add_course(session, term, group, course, caller.user_id, self._now_ms())
            line_of[row.course_id] = course.line
        lesson_ids, outlines = await self._add_lessons(session, term, line_of)
        clashes = await clashes_of(session, lesson_ids, self._now_ms())
        lines_of = {lesson_id: line_of[course_id] for lesson_id, course_id in lesson_ids.items()}
        alike: dict[tuple[int, str, str, str], list[Clash]] = {}
        for one in clashes:
            line = lines_of[LessonId(one.wanted.key)]
            alike.setdefault((line, one.kind, one.name, one.booked.title), []).append(one)
        shown = [(line, found[0], len(found)) for (line, *_), found in alike.items()]
        return PlanOutline(sheet, outlines, tuple(shown[:MAX_CLASHES_SHOWN]))

    async def _add_lessons(
        self, session: AsyncSession, term: Term, line_of: dict[str, int]
    ) -> tuple[dict[LessonId, str], tuple[CourseOutline, ...]]:
        """The lessons of new courses, each with its course."""
        off = await read_days_off(session, term.term_id)
        zone, now_ms = zone_of(term.time_zone), self._now_ms()
        lesson_ids: dict[LessonId, str] = {}
        outlines = []
        for course in await read_courses_of(session, term.term_id, None):
            row = course.row
            if row.course_id not in line_of:
                continue
            change = reconcile(course.planned, (), off, zone, now_ms)
            added = await apply(session, row, change, term.county_id, now_ms)
            lesson_ids |= dict.fromkeys(added, row.course_id)
            times = tuple(one.occurs_at_ms for one in change.added)
            outlines.append(CourseOutline(line_of[row.course_id], row.title, times))
        return lesson_ids, tuple(sorted(outlines, key=lambda one: one.line))

    async def courses(self, caller: Caller, term_id: str, group_id: str) -> list[CourseDetail]:
        """Those that go on, by title."""
        async with self._database.reading() as session:
            await group_of(session, caller, group_id)
            await term_of(session, caller, term_id)
            return await _read_courses(session, term_id, group_id, self._now_ms())

    async def end_course(self, caller: Caller, course_id: str, reason: CancelReason) -> int:
        """Cancel what is still to come of it; how many lessons that were. NotFound."""
        caller.require("admin")
        now_ms = self._now_ms()
        async with self._database.transaction() as session:
            await lock_timetable(session, caller.county_id)
            course: Course | None = await session.scalar(
                select(Course)
                .join(Term, Term.term_id == Course.term_id)
                .where(Course.course_id == course_id, Term.county_id == caller.county_id)
            )
            if course is None:
                raise NotFound("there is no such course")
            course.ended_at_ms = course.ended_at_ms or now_ms
            lessons = await session.scalars(
                select(Lesson).where(
                    Lesson.course_id == course_id,
                    Lesson.state == "waiting",
                    Lesson.cancelled_at_ms.is_(None),
                    Lesson.starts_at_ms > now_ms,
                )
            )
            cancelled = []
            for lesson in lessons:
                lesson.cancelled_at_ms, lesson.cancelled_reason = now_ms, reason
                cancelled.append(LessonId(lesson.lesson_id))
            details = {"lessons": len(cancelled), "reason": reason}
            await note_change(
                session,
                caller.county_id,
                caller.user_id,
                "course.ended",
                course_id,
                details,
                now_ms,
            )
        for lesson_id in cancelled:
            await self._changes.close_room(lesson_id, ParticipantId(f"admin_{caller.user_id}"))
        return len(cancelled)


async def _known(session: AsyncSession, term: Term, group: GroupDetail) -> Known:
    people = await session.execute(
        select(User.user_id, User.name, Login.login)
        .join(RoleGrant, RoleGrant.user_id == User.user_id)
        .outerjoin(Login, Login.user_id == User.user_id)
        .where(User.county_id == term.county_id, User.is_active, RoleGrant.role.in_(PLANNERS))
    )
    teachers: dict[str, list[UserId]] = {}
    for user_id, name, login in people:
        for word in {name, login} - {None}:
            named = teachers.setdefault(word, [])
            if user_id not in named:
                named.append(UserId(user_id))
    rooms = (
        await session.execute(
            select(School.name, Classroom.name, Classroom.classroom_id)
            .join(Classroom, Classroom.school_id == School.school_id)
            .where(School.school_id.in_([one.school_id for one in group.schools]))
        )
    ).all()
    titles = await session.scalars(
        select(Course.title).where(
            Course.term_id == term.term_id,
            Course.group_id == group.group_id,
            Course.ended_at_ms.is_(None),
        )
    )
    return Known(
        date.fromisoformat(term.first_day),
        date.fromisoformat(term.last_day),
        teachers,
        {classroom_key(school + room): ClassroomId(one) for school, room, one in rooms},
        frozenset(titles),
    )


async def _refuse_too_many(session: AsyncSession, term_id: str, group_id: str, more: int) -> None:
    count = select(func.count()).select_from(Course)
    here = await session.scalar(count.where(Course.term_id == term_id, Course.group_id == group_id))
    if (here or 0) + more > MAX_COURSES_OF_GROUP:
        raise Conflict(
            f"a group has {MAX_COURSES_OF_GROUP} courses a term at most", code="too_many_courses"
        )


async def _add_course(
    session: AsyncSession,
    term: Term,
    group: GroupDetail,
    course: SheetCourse,
    by: UserId,
    now_ms: int,
) -> Course:
    row = Course(
        course_id=new_id("crs"),
        term_id=term.term_id,
        group_id=group.group_id,
        title=course.title,
        subject=course.subject,
        lead_user_id=course.lead_user_id,
        rule=course.rule,
        duration_min=course.minutes,
        is_recorded=course.is_recorded,
        created_by=by,
        created_at_ms=now_ms,
    )
    session.add(row)
    await session.flush()
    session.add_all(
        CourseClassroom(course_id=row.course_id, classroom_id=one, position=position)
        for position, one in enumerate(course.classroom_ids)
    )
    await session.flush()
    return row


async def clashes_of(
    session: AsyncSession, lesson_ids: Collection[LessonId], now_ms: int
) -> list[Clash]:
    """What is in the way of lessons that were just written."""
    wanted = await bookings_where(session, Lesson.lesson_id.in_(list(lesson_ids)))
    return find_clashes(wanted, await read_bookings(session, wanted, now_ms, lesson_ids))


async def _read_courses(
    session: AsyncSession, term_id: str, group_id: str, now_ms: int
) -> list[CourseDetail]:
    here = (Course.term_id == term_id, Course.group_id == group_id, Course.ended_at_ms.is_(None))
    found = (
        await session.execute(
            select(Course, User.name)
            .join(User, User.user_id == Course.lead_user_id)
            .where(*here)
            .order_by(Course.title, Course.course_id)
        )
    ).all()
    ids = [course.course_id for course, _ in found]
    rooms: dict[str, list[str]] = {}
    for course_id, school, room in await session.execute(
        select(CourseClassroom.course_id, School.name, Classroom.name)
        .join(Classroom, Classroom.classroom_id == CourseClassroom.classroom_id)
        .join(School, School.school_id == Classroom.school_id)
        .where(CourseClassroom.course_id.in_(ids))
        .order_by(CourseClassroom.course_id, CourseClassroom.position)
    ):
        rooms.setdefault(course_id, []).append(f"{school} {room}")
    coming = {
        course_id: (count, next_ms)
        for course_id, count, next_ms in await session.execute(
            select(Lesson.course_id, func.count(), func.min(Lesson.starts_at_ms))
            .where(
                Lesson.course_id.in_(ids),
                Lesson.state == "waiting",
                Lesson.cancelled_at_ms.is_(None),
                Lesson.starts_at_ms > now_ms,
            )
            .group_by(Lesson.course_id)
        )
    }
    return [
        CourseDetail(
            course,
            lead_name,
            tuple(rooms.get(course.course_id, ())),
            *coming.get(course.course_id, (0, None)),
        )
        for course, lead_name in found
    ]
