"""A sheet of courses becomes a group's plan for a term: shown first, then taken over as a whole or not at all."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.caller import PLANNERS, Caller
from app.db.audit import note_change
from app.db.dry_run import dry_run
from app.db.engine import Database
from app.db.models import Classroom, Course, Login, RoleGrant, School, Term, User
from app.ids import ClassroomId, LessonId, UserId
from app.lessons.bookings import clashes_of, lock_timetable
from app.lessons.clashes import Clash, alike
from app.lessons.terms.course_rows import (
    add_course,
    read_courses_of,
    read_days_off,
    refuse_too_many,
)
from app.lessons.terms.recurrence import zone_of
from app.lessons.terms.rows import apply
from app.lessons.terms.schedule import reconcile
from app.lessons.terms.sheet import CourseSheet, Known, classroom_key, read_courses
from app.lessons.terms.terms import GroupDetail, group_of, term_of
from app.sheets import Lines, refuse_wrong

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


class Planning:
    """For the county's admins."""

    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database = database
        self._now_ms = now_ms

    async def check(self, caller: Caller, term_id: str, group_id: str, lines: Lines) -> PlanOutline:
        """What `take_over` would do: it is done, looked at and undone."""
        async with dry_run(self._database) as session:
            return await self._write(session, caller, term_id, group_id, lines)

    async def take_over(
        self, caller: Caller, term_id: str, group_id: str, lines: Lines
    ) -> PlanOutline:
        """InvalidInput with the first wrong line, Conflict with the first clash; then nothing has changed."""
        async with self._database.transaction() as session:
            outline = await self._write(session, caller, term_id, group_id, lines)
            refuse_wrong(outline.sheet.errors)
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
        await refuse_too_many(session, term_id, group_id, len(sheet.courses))
        line_of: dict[str, int] = {}
        for course in sheet.courses:
            row = await add_course(
                session, term_id, group_id, course, caller.user_id, self._now_ms()
            )
            line_of[row.course_id] = course.line
        lesson_ids, outlines = await self._add_lessons(session, term, line_of)
        clashes = await clashes_of(session, lesson_ids, self._now_ms())
        lines_of = {lesson_id: line_of[course_id] for lesson_id, course_id in lesson_ids.items()}
        by_line: dict[int, list[Clash]] = defaultdict(list)
        for one in clashes:
            by_line[lines_of[LessonId(one.wanted.key)]].append(one)
        shown = [(line, *one) for line, found in by_line.items() for one in alike(found)]
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
