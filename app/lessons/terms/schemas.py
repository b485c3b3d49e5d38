"""Bodies of the term plan endpoints."""

from datetime import date, datetime, time
from typing import Annotated, Any

from fastapi import Path
from pydantic import Field, StringConstraints

from app.api_model import ApiModel
from app.http import ClashBody, LineErrorBody, line_errors
from app.ids import ClassroomId, UserId
from app.lessons.clashes import Clash
from app.lessons.lesson import CancelReason
from app.lessons.schemas import NO_CONTROLS, IdText
from app.lessons.terms.course import (
    MAX_MINUTES,
    MAX_SUBJECT_CHARS,
    MAX_TITLE_CHARS,
    MIN_MINUTES,
    WantedCourse,
)
from app.lessons.terms.courses import CourseDetail, CourseOutcome
from app.lessons.terms.holidays import Followed
from app.lessons.terms.planning import PlanOutline
from app.lessons.terms.recurrence import Weekly, Weeks
from app.lessons.terms.terms import MAX_VILLAGES, GroupDetail, GroupKind, HolidayDetail
from app.moments import utc, utc_or_none

TermPath = Annotated[str, Path(pattern=r"^\w{1,60}$")]
GroupPath = Annotated[str, Path(pattern=r"^\w{1,60}$")]
CoursePath = Annotated[str, Path(pattern=r"^\w{1,60}$")]
HolidayPath = Annotated[str, Path(pattern=r"^\w{1,60}$")]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=NO_CONTROLS),
]


Weekday = Annotated[int, Field(ge=0, le=6)]
"""0 is Monday."""
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""`10:00`."""


class TermDraft(ApiModel):
    name: Name
    first_day: date
    last_day: date


class GroupDraft(ApiModel):
    name: Name
    city_id: IdText
    town_id: IdText
    village_ids: Annotated[list[IdText], Field(max_length=MAX_VILLAGES)]


class HolidayDraft(ApiModel):
    school_id: IdText | None = None
    """None: the whole county."""
    day: date
    name: Name


class HolidayMove(ApiModel):
    day: date
    name: Name


class Renaming(ApiModel):
    name: Name


class CourseDraft(ApiModel):
    title: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=MAX_TITLE_CHARS, pattern=NO_CONTROLS
        ),
    ]
    subject: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=MAX_SUBJECT_CHARS, pattern=NO_CONTROLS),
    ]
    lead_id: IdText
    classroom_ids: Annotated[list[IdText], Field(max_length=100)]
    weekdays: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    weeks: Weeks
    """Of the term, whose first week is odd."""
    begins: Clock
    """Local time of the term."""
    duration_min: Annotated[int, Field(ge=MIN_MINUTES, le=MAX_MINUTES)]
    recorded: bool = False


class CourseEnd(ApiModel):
    reason: CancelReason


class MadeBody(ApiModel):
    id: str


class TermBody(ApiModel):
    term_id: str
    name: str
    first_day: date
    last_day: date
    time_zone: str
    """Of the IANA database: on whose clock its courses begin."""


class GroupSchoolBody(ApiModel):
    school_id: str
    name: str
    kind: GroupKind


class GroupBody(ApiModel):
    group_id: str
    name: str
    schools: list[GroupSchoolBody]
    """The city school, the town school, the village schools."""


class GroupInTerm(ApiModel):
    group: GroupBody
    courses: int


class HolidayBody(ApiModel):
    holiday_id: str
    day: date
    name: str
    school_id: str | None
    school_name: str | None


class TermDetail(ApiModel):
    term: TermBody
    holidays: list[HolidayBody]
    groups: list[GroupInTerm]


class CourseRoom(ApiModel):
    classroom_id: str
    name: str
    """With its school's before it."""


class CourseBody(ApiModel):
    course_id: str
    title: str
    subject: str
    lead_id: str
    lead_name: str
    classrooms: list[CourseRoom]
    rule: str
    """DTSTART and RRULE of RFC 5545, local time."""
    weekdays: list[Weekday]
    weeks: Weeks
    begins: Clock
    duration_min: int
    recorded: bool
    coming: int
    """Lessons that are still to come."""
    next_at: datetime | None


class GroupPlan(ApiModel):
    term: TermBody
    group: GroupBody
    courses: list[CourseBody]


class CourseClash(ApiModel):
    wanted_at: datetime
    clash: ClashBody
    """The first of its kind."""
    times: int
    """How often the course wants what that lesson's course has."""


class PlanClash(CourseClash):
    line: int


class CourseCheck(ApiModel):
    """What comes of a course; with clashes it cannot be saved."""

    clashes: list[CourseClash]
    lessons: list[datetime]
    """When those begin that are still to come."""
    added: int
    changed: int
    """At another time, with another teacher, name or classrooms."""
    cancelled: int
    restored: int


class CourseOutlineBody(ApiModel):
    line: int
    title: str
    lessons: int
    first_at: datetime | None
    last_at: datetime | None


class PlanCheck(ApiModel):
    """What a sheet comes to; with errors or clashes nothing can be taken over."""

    errors: list[LineErrorBody]
    clashes: list[PlanClash]
    courses: list[CourseOutlineBody]
    lessons: int


class FollowedBody(ApiModel):
    """What became of lessons."""

    added: int
    cancelled: int
    restored: int
    reseated: int
    """Go on with other classrooms."""


def group_body(group: GroupDetail) -> GroupBody:
    return GroupBody(
        group_id=group.group_id,
        name=group.name,
        schools=[
            GroupSchoolBody(school_id=one.school_id, name=one.name, kind=one.kind)
            for one in group.schools
        ],
    )


def holiday_body(one: HolidayDetail) -> HolidayBody:
    return HolidayBody(
        holiday_id=one.holiday_id,
        day=one.day,
        name=one.name,
        school_id=one.school_id,
        school_name=one.school_name,
    )


def course_body(one: CourseDetail) -> CourseBody:
    return CourseBody(
        course_id=one.course.course_id,
        title=one.course.title,
        subject=one.course.subject,
        lead_id=one.course.lead_user_id,
        lead_name=one.lead_name,
        classrooms=[
            CourseRoom(classroom_id=room, name=name) for room, name in one.classrooms.items()
        ],
        rule=one.course.rule,
        weekdays=list(one.weekly.weekdays),
        weeks=one.weekly.weeks,
        begins=one.weekly.begins.strftime("%H:%M"),
        duration_min=one.course.duration_min,
        recorded=one.course.is_recorded,
        coming=one.coming,
        next_at=utc_or_none(one.next_at_ms),
    )


def wanted_course(draft: CourseDraft) -> WantedCourse:
    weekdays = tuple(sorted(set(draft.weekdays)))
    return WantedCourse(
        draft.title,
        draft.subject,
        UserId(draft.lead_id),
        tuple(ClassroomId(one) for one in draft.classroom_ids),
        Weekly(weekdays, draft.weeks, time.fromisoformat(draft.begins)),
        draft.duration_min,
        draft.recorded,
    )


def course_check(outcome: CourseOutcome) -> CourseCheck:
    return CourseCheck(
        clashes=[CourseClash(**_clash(one, times)) for one, times in outcome.clashes],
        lessons=[utc(at_ms) for at_ms in outcome.coming_at_ms],
        added=len(outcome.added),
        changed=len(outcome.changed),
        cancelled=len(outcome.cancelled),
        restored=len(outcome.restored),
    )


def _clash(one: Clash, times: int) -> dict[str, Any]:
    return {"wanted_at": utc(one.wanted.starts_at_ms), "clash": one.body(), "times": times}


def plan_check(outline: PlanOutline) -> PlanCheck:
    return PlanCheck(
        errors=line_errors(outline.sheet.errors),
        clashes=[
            PlanClash(line=line, **_clash(one, times)) for line, one, times in outline.clashes
        ],
        courses=[
            CourseOutlineBody(
                line=one.line,
                title=one.title,
                lessons=len(one.starts_at_ms),
                first_at=utc(min(one.starts_at_ms)) if one.starts_at_ms else None,
                last_at=utc(max(one.starts_at_ms)) if one.starts_at_ms else None,
            )
            for one in outline.courses
        ],
        lessons=sum(len(one.starts_at_ms) for one in outline.courses),
    )


def followed_body(followed: Followed) -> FollowedBody:
    return FollowedBody(
        added=followed.added,
        cancelled=followed.cancelled,
        restored=followed.restored,
        reseated=followed.reseated,
    )
