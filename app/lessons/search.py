"""What a list of lessons is narrowed down to."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from app.db.models import Classroom, Lesson, School, Seat, User
from app.db.text import has_text


@dataclass(frozen=True, slots=True)
class LessonSearch:
    """Everything given must hold. Times are of the planned beginning, UTC ms."""

    text: str = ""
    """Part of the title, of the lead's name, or of the name of a classroom or its school, in any case."""
    from_ms: int | None = None
    to_ms: int | None = None
    """Not included."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """On `Lesson`."""
        found: list[ColumnElement[bool]] = []
        if self.text:
            found.append(self._has_text())
        if self.from_ms is not None:
            found.append(Lesson.starts_at_ms >= self.from_ms)
        if self.to_ms is not None:
            found.append(Lesson.starts_at_ms < self.to_ms)
        return found

    def _has_text(self) -> ColumnElement[bool]:
        leads = select(User.user_id).where(has_text(User.name, self.text))
        names = (Classroom.name, School.name)
        seats = (
            select(Seat.lesson_id)
            .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
            .join(School, School.school_id == Classroom.school_id)
            .where(or_(*(has_text(name, self.text) for name in names)))
        )
        return or_(
            has_text(Lesson.title, self.text),
            Lesson.lead_user_id.in_(leads),
            Lesson.lesson_id.in_(seats),
        )


EVERYTHING = LessonSearch()
