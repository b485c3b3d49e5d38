"""What a course wants of the timetable, and what has to change there: the rule minus the days off. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo

from app.ids import ClassroomId, LessonId, SchoolId
from app.lessons.terms.recurrence import day_of, occurrences


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
    """Begun, over, or cancelled for another reason than a day off: nothing changes it any more."""
    is_off: bool
    """Cancelled for a day off."""


@dataclass(frozen=True, slots=True)
class WantedLesson:
    occurs_at_ms: int
    classrooms: tuple[ClassroomId, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Times and seats as they shall be. Lessons in the past are left alone."""

    added: tuple[WantedLesson, ...] = ()
    cancelled: tuple[LessonId, ...] = ()
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
    added = [
        WantedLesson(at_ms, rooms)
        for at_ms in occurrences(course.rule, zone)
        if at_ms > now_ms and at_ms not in known and (days is None or day_of(at_ms, zone) in days)
        if (rooms := present_on(day_of(at_ms, zone), course.lead_school_id, course, off))
    ]
    cancelled, restored, reseated = [], [], {}
    for one in standing:
        if one.is_settled or one.starts_at_ms <= now_ms:
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
    return Reconciliation(tuple(added), tuple(cancelled), tuple(restored), reseated)
