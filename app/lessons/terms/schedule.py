"""What a course wants of the timetable, and what has to change there: the rule minus the days off. Pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo

from app.ids import ClassroomId, LessonId, SchoolId
from app.lessons.terms.recurrence import day_of, monday_of, occurrences


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Of each school; None: of all of them."""

    by_school: Mapping[SchoolId | None, Collection[date]]

    def is_off(self, school_id: SchoolId | None, day: date) -> bool:
        return any(day in self.by_school.get(one, ()) for one in {school_id, None})


@dataclass(frozen=True, slots=True)
class PlannedCourse:
    rule: str
    lead_school_id: SchoolId | None
    school_of: Mapping[ClassroomId, SchoolId]
    """Its classrooms, in the order of their seats."""


@dataclass(frozen=True, slots=True)
class StandingLesson:
    """A lesson of the course that is in the timetable."""

    lesson_id: LessonId
    occurs_at_ms: int
    """When the rule says that it begins: what iCalendar calls RECURRENCE-ID."""
    starts_at_ms: int
    lead_school_id: SchoolId | None
    classrooms: tuple[ClassroomId, ...]
    is_settled: bool
    """Begun, over, or cancelled by somebody: nothing changes it any more."""
    is_off: bool
    """Cancelled by the plan: for a day off, or because the rule did not have it any more."""


@dataclass(frozen=True, slots=True)
class WantedLesson:
    occurs_at_ms: int
    classrooms: tuple[ClassroomId, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Times and seats as they shall be. Lessons in the past are left alone."""

    added: tuple[WantedLesson, ...] = ()
    cancelled: tuple[LessonId, ...] = ()
    """For a day off."""
    dropped: tuple[LessonId, ...] = ()
    """Cancelled too: the rule has them no more."""
    restored: tuple[LessonId, ...] = ()
    reseated: Mapping[LessonId, tuple[ClassroomId, ...]] = field(default_factory=dict)
    """Other classrooms than before; restored ones may be among them."""


def present_on(
    day: date, lead_school_id: SchoolId | None, course: PlannedCourse, off: DaysOff
) -> tuple[ClassroomId, ...]:
    """The classrooms that have this lesson on this day: none when the lead's school is off."""
    if off.is_off(lead_school_id, day):
        return ()
    return tuple(one for one, school in course.school_of.items() if not off.is_off(school, day))


def reconcile(
    course: PlannedCourse,
    standing: Sequence[StandingLesson],
    off: DaysOff,
    zone: tzinfo,
    now_ms: int,
    days: Collection[date] | None = None,
) -> Reconciliation:
    """From what is in the timetable to what the rule and the days off want. A moved lesson counts on its new day.

    `days`: only what is on these, by the rule or after a move, is looked at, and `standing` has all of that.
    """
    known = {one.occurs_at_ms for one in standing}
    by_rule = occurrences(course.rule, zone)
    added = [
        WantedLesson(at_ms, rooms)
        for at_ms in by_rule
        if at_ms > now_ms and at_ms not in known and (days is None or day_of(at_ms, zone) in days)
        if (rooms := present_on(day_of(at_ms, zone), course.lead_school_id, course, off))
    ]
    cancelled, dropped, restored, reseated = [], [], [], {}
    for one in standing:
        if one.is_settled or one.starts_at_ms <= now_ms:
            continue
        if one.occurs_at_ms not in by_rule:
            if not one.is_off:
                dropped.append(one.lesson_id)
            continue
        rooms = present_on(day_of(one.starts_at_ms, zone), one.lead_school_id, course, off)
        if not rooms:
            if not one.is_off:
                cancelled.append(one.lesson_id)
            continue
        if one.is_off:
            restored.append(one.lesson_id)
        if set(rooms) != set(one.classrooms):
            reseated[one.lesson_id] = rooms
    return Reconciliation(tuple(added), tuple(cancelled), tuple(dropped), tuple(restored), reseated)


def renumber(
    rule: str, standing: Sequence[StandingLesson], zone: tzinfo, now_ms: int
) -> dict[LessonId, int]:
    """Which occurrence of another rule lessons become, ms: the first of their week that no lesson is yet.

    Those that the rule has as well keep theirs, and so do those for which their week has none left. So a week in which
    a lesson was held already gets no second one, although the course is on another day from now on.
    """
    by_rule = occurrences(rule, zone)
    known = {one.occurs_at_ms for one in standing}
    free: dict[date, list[int]] = defaultdict(list)
    for at_ms in by_rule:
        if at_ms not in known:
            free[monday_of(day_of(at_ms, zone))].append(at_ms)
    becomes = {}
    for one in sorted(standing, key=lambda one: one.occurs_at_ms):
        of_week = free[monday_of(day_of(one.occurs_at_ms, zone))]
        if one.occurs_at_ms in by_rule or not of_week:
            continue
        at_ms = of_week.pop(0)
        # What is over stays as it is, unless its week would have the lesson again.
        if at_ms > now_ms or not (one.is_settled or one.starts_at_ms <= now_ms):
            becomes[one.lesson_id] = at_ms
    return becomes
