"""A course as somebody wants it: out of a form, or a line of a sheet."""

from dataclasses import dataclass

from app.ids import ClassroomId, UserId
from app.lessons.terms.recurrence import Weekly

MIN_MINUTES, MAX_MINUTES = 5, 240
MAX_TITLE_CHARS, MAX_SUBJECT_CHARS = 120, 60


@dataclass(frozen=True, slots=True)
class NewCourse:
    title: str
    subject: str
    lead_user_id: UserId
    classroom_ids: tuple[ClassroomId, ...]
    """In the order of the seats."""
    rule: str
    """Of RFC 5545, as `recurrence.weekly_rule` makes it."""
    minutes: int
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class WantedCourse:
    """As a form has it; a term makes a rule of it."""

    title: str
    subject: str
    lead_user_id: UserId
    classroom_ids: tuple[ClassroomId, ...]
    weekly: Weekly
    minutes: int
    is_recorded: bool
