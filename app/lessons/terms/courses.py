"""A single course is added, changed or given up; its lessons that are still to come follow, or nothing happens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.caller import Caller
from app.db.audit import AuditAction, note_change
from app.db.dry_run import dry_run
from app.db.engine import Database
from app.db.models import Classroom, Course, CourseClassroom, Lesson, School, Term, User
from app.errors import Conflict, InvalidInput, NotFound
from app.ids import ClassroomId, LessonId, ParticipantId
from app.lessons.bookings import clashes_of, lock_timetable
from app.lessons.changes import LessonChanges
from app.lessons.clashes import Clash, alike
from app.lessons.lesson import CancelReason
from app.lessons.new_lesson import MAX_SEATS, ClassroomUnknown, TooManyClassrooms, check_lead
from app.lessons.terms.course import NewCourse, WantedCourse
from app.lessons.terms.course_rows import (
    add_course,
    read_course,
    read_days_off,
    refuse_too_many,
    seat_course,
    set_course,
)
from app.lessons.terms.recurrence import Weekly, occurrences_fit, weekly_of, weekly_rule, zone_of
from app.lessons.terms.rows import apply, read_standing, rewrite
from app.lessons.terms.schedule import reconcile, renumber
from app.lessons.terms.terms import GroupDetail, group_of, term_of
from app.scope import Scope


@dataclass(frozen=True, slots=True)
class CourseDetail:
    course: Course
    lead_name: str
    classrooms: dict[ClassroomId, str]
    """Each with the name by which people know it, in the order of the seats."""
    weekly: Weekly
    coming: int
    next_at_ms: int | None


@dataclass(frozen=True, slots=True)
class CourseOutcome:
    """What comes of a course. With clashes it stays as it was."""

    coming_at_ms: tuple[int, ...]
    """When the lessons begin that are still to come."""
    added: tuple[LessonId, ...]
    changed: tuple[LessonId, ...]
    """At another time, with another teacher, name or classrooms."""
    cancelled: tuple[LessonId, ...]
    restored: tuple[LessonId, ...]
    clashes: tuple[tuple[Clash, int], ...]
    """The first of its kind, and how many there are."""


class Courses:
    """For the county's admins; those of a school read."""

    def __init__(
        self, database: Database, changes: LessonChanges, now_ms: Callable[[], int]
    ) -> None:
        self._database = database
        self._changes = changes
        self._now_ms = now_ms

    async def list(self, caller: Caller, term_id: str, group_id: str) -> Sequence[CourseDetail]:
        """Those that go on, by title."""
        async with self._database.reading() as session:
            await group_of(session, caller, group_id)
            term = await term_of(session, caller, term_id)
            return await _read_courses(session, term, group_id, self._now_ms())

    async def check_new(
        self, caller: Caller, term_id: str, group_id: str, wanted: WantedCourse
    ) -> CourseOutcome:
        """What `add` would do."""
        async with dry_run(self._database) as session:
            return await self._add(session, caller, term_id, group_id, wanted)

    async def add(
        self, caller: Caller, term_id: str, group_id: str, wanted: WantedCourse
    ) -> CourseOutcome:
        """NotFound; InvalidInput `no_lesson`, `too_many_lessons`, `classroom_unknown`, `too_many_classrooms`,
        `lead_unknown`; Conflict `course_twice`, `too_many_courses`, `teacher_busy`, `classroom_busy`.
        """
        async with self._database.transaction() as session:
            outcome = await self._add(session, caller, term_id, group_id, wanted)
            _refuse_clash(outcome)
        return outcome

    async def _add(
        self,
        session: AsyncSession,
        caller: Caller,
        term_id: str,
        group_id: str,
        wanted: WantedCourse,
    ) -> CourseOutcome:
        caller.require("admin")
        await lock_timetable(session, caller.county_id)
        term = await term_of(session, caller, term_id)
        group = await group_of(session, caller, group_id)
        await refuse_too_many(session, term_id, group_id, 1)
        new = await _fit(session, caller, term, group, wanted, None)
        row = await add_course(session, term_id, group_id, new, caller.user_id, self._now_ms())
        outcome = await self._follow(session, term, row, [])
        await self._note(session, caller, "course.added", row, outcome)
        return outcome

    async def check_change(
        self, caller: Caller, course_id: str, wanted: WantedCourse
    ) -> CourseOutcome:
        """What `change` would do."""
        async with dry_run(self._database) as session:
            return await self._change(session, caller, course_id, wanted)

    async def change(self, caller: Caller, course_id: str, wanted: WantedCourse) -> CourseOutcome:
        """As `add`. What has begun stays as it is, and so does what somebody did to one lesson alone."""
        async with self._database.transaction() as session:
            outcome = await self._change(session, caller, course_id, wanted)
            _refuse_clash(outcome)
        for lesson_id in outcome.cancelled:
            await self._changes.close_room(lesson_id, ParticipantId(f"admin_{caller.user_id}"))
        for lesson_id in outcome.changed:
            await self._changes.tell_room(lesson_id)
        return outcome

    async def _change(
        self, session: AsyncSession, caller: Caller, course_id: str, wanted: WantedCourse
    ) -> CourseOutcome:
        row, term = await _going_on(session, caller, course_id)
        group = await group_of(session, caller, row.group_id)
        new = await _fit(session, caller, term, group, wanted, course_id)
        zone, now_ms, lead_before = zone_of(term.time_zone), self._now_ms(), row.lead_user_id
        standing = await read_standing(session, [course_id], None, zone)
        becomes = renumber(new.rule, standing.get(course_id, ()), zone, now_ms)
        set_course(row, new)
        await seat_course(session, course_id, new.classroom_ids)
        told = await rewrite(session, row, lead_before, becomes, now_ms)
        outcome = await self._follow(session, term, row, told)
        await self._note(session, caller, "course.changed", row, outcome)
        return outcome

    async def _follow(
        self, session: AsyncSession, term: Term, row: Course, told: Sequence[LessonId]
    ) -> CourseOutcome:
        """The timetable has what the course wants. `told`: lessons that were changed already."""
        zone, now_ms = zone_of(term.time_zone), self._now_ms()
        course = await read_course(session, row)
        standing = await read_standing(session, [row.course_id], None, zone)
        off = await read_days_off(session, term.term_id)
        change = reconcile(course, standing.get(row.course_id, ()), off, zone, now_ms)
        wanting = await apply(session, row, change, term.county_id, now_ms)
        coming = (
            await session.execute(
                select(Lesson.lesson_id, Lesson.starts_at_ms)
                .where(Lesson.course_id == row.course_id, *_is_coming(now_ms))
                .order_by(Lesson.starts_at_ms)
            )
        ).all()
        clashes = await clashes_of(session, [LessonId(one) for one, _ in coming], now_ms)
        gone = {*change.cancelled, *change.dropped}
        changed = [one for one in dict.fromkeys((*told, *change.reseated)) if one not in gone]
        return CourseOutcome(
            tuple(at_ms for _, at_ms in coming),
            tuple(wanting[: len(change.added)]),
            tuple(one for one in changed if one not in change.restored),
            tuple(gone),
            change.restored,
            tuple(alike(clashes)),
        )

    async def end(self, caller: Caller, course_id: str, reason: CancelReason) -> int:
        """Cancel what is still to come of it; how many lessons that were. NotFound."""
        now_ms = self._now_ms()
        async with self._database.transaction() as session:
            course, _ = await _going_on(session, caller, course_id)
            course.ended_at_ms = now_ms
            lessons = await session.scalars(
                select(Lesson).where(Lesson.course_id == course_id, *_is_coming(now_ms))
            )
            cancelled = []
            for lesson in lessons:
                lesson.cancelled_at_ms, lesson.cancelled_reason = now_ms, reason
                lesson.restored_at_ms = None
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

    async def _note(
        self,
        session: AsyncSession,
        caller: Caller,
        action: AuditAction,
        row: Course,
        outcome: CourseOutcome,
    ) -> None:
        details = {
            "added": len(outcome.added),
            "changed": len(outcome.changed),
            "cancelled": len(outcome.cancelled),
            "restored": len(outcome.restored),
        }
        await note_change(
            session,
            caller.county_id,
            caller.user_id,
            action,
            row.course_id,
            details,
            self._now_ms(),
        )


def _is_coming(now_ms: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Lesson.state == "waiting",
        Lesson.cancelled_at_ms.is_(None),
        Lesson.starts_at_ms > now_ms,
    )


def _refuse_clash(outcome: CourseOutcome) -> None:
    for clash, _ in outcome.clashes[:1]:
        raise clash.refusal()


async def _going_on(session: AsyncSession, caller: Caller, course_id: str) -> tuple[Course, Term]:
    """NotFound for a course of others, or one that was given up."""
    caller.require("admin")
    await lock_timetable(session, caller.county_id)
    found = (
        await session.execute(
            select(Course, Term)
            .join(Term, Term.term_id == Course.term_id)
            .where(
                Course.course_id == course_id,
                Course.ended_at_ms.is_(None),
                Term.county_id == caller.county_id,
            )
        )
    ).one_or_none()
    if found is None:
        raise NotFound("there is no such course")
    return found.Course, found.Term


async def _fit(
    session: AsyncSession,
    caller: Caller,
    term: Term,
    group: GroupDetail,
    wanted: WantedCourse,
    course_id: str | None,
) -> NewCourse:
    """The course as this term and group can have it. `course_id`: which one it is already."""
    await check_lead(session, wanted.lead_user_id, caller.user_id, Scope(caller.county_id))
    classrooms = tuple(dict.fromkeys(wanted.classroom_ids))
    if not 1 <= len(classrooms) <= MAX_SEATS:
        raise TooManyClassrooms(f"a lesson has 1 to {MAX_SEATS} classrooms")
    of_group = select(Classroom.classroom_id).where(
        Classroom.classroom_id.in_(classrooms),
        Classroom.school_id.in_([one.school_id for one in group.schools]),
    )
    if set(await session.scalars(of_group)) != set(classrooms):
        raise ClassroomUnknown("the group has no such classroom")
    namesake = select(Course.course_id).where(
        Course.term_id == term.term_id,
        Course.group_id == group.group_id,
        Course.title == wanted.title,
        Course.ended_at_ms.is_(None),
        Course.course_id != (course_id or ""),
    )
    if await session.scalar(namesake.limit(1)) is not None:
        raise Conflict("the group has a course of this name", code="course_twice")
    rule = weekly_rule(
        date.fromisoformat(term.first_day),
        date.fromisoformat(term.last_day),
        wanted.weekly.weekdays,
        wanted.weekly.weeks,
        wanted.weekly.begins,
    )
    if rule is None:
        raise InvalidInput("the term has no such day", code="no_lesson")
    if not occurrences_fit(rule):
        raise InvalidInput("these are too many lessons", code="too_many_lessons")
    return NewCourse(
        wanted.title,
        wanted.subject,
        wanted.lead_user_id,
        classrooms,
        rule,
        wanted.minutes,
        wanted.is_recorded,
    )


async def _read_courses(
    session: AsyncSession, term: Term, group_id: str, now_ms: int
) -> list[CourseDetail]:
    here = (
        Course.term_id == term.term_id,
        Course.group_id == group_id,
        Course.ended_at_ms.is_(None),
    )
    found = (
        await session.execute(
            select(Course, User.name)
            .join(User, User.user_id == Course.lead_user_id)
            .where(*here)
            .order_by(Course.title, Course.course_id)
        )
    ).all()
    ids = [course.course_id for course, _ in found]
    rooms: dict[str, dict[ClassroomId, str]] = {}
    for course_id, classroom_id, school, room in await session.execute(
        select(CourseClassroom.course_id, Classroom.classroom_id, School.name, Classroom.name)
        .join(Classroom, Classroom.classroom_id == CourseClassroom.classroom_id)
        .join(School, School.school_id == Classroom.school_id)
        .where(CourseClassroom.course_id.in_(ids))
        .order_by(CourseClassroom.course_id, CourseClassroom.position)
    ):
        rooms.setdefault(course_id, {})[ClassroomId(classroom_id)] = f"{school} {room}"
    coming = {
        course_id: (count, next_ms)
        for course_id, count, next_ms in await session.execute(
            select(Lesson.course_id, func.count(), func.min(Lesson.starts_at_ms))
            .where(Lesson.course_id.in_(ids), *_is_coming(now_ms))
            .group_by(Lesson.course_id)
        )
    }
    return [
        CourseDetail(
            course,
            lead_name,
            rooms.get(course.course_id, {}),
            weekly_of(course.rule, date.fromisoformat(term.first_day)),
            *coming.get(course.course_id, (0, None)),
        )
        for course, lead_name in found
    ]
