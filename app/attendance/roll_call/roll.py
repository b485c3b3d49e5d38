"""The roll of one classroom in one lesson: what was ticked, what was typed, what a change replaces. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.ids import PupilId

PupilMark = Literal["present", "late", "left_early", "late_and_left_early", "absent", "excused"]
"""`excused`: absent with leave."""
MAX_PUPILS = 200
"""Behind one screen."""


@dataclass(frozen=True, slots=True)
class Roll:
    marks: Mapping[PupilId, PupilMark] = field(default_factory=dict)
    """Pupils without a mark were not called yet."""
    typed_count: int | None = None
    """A head count that somebody typed; None: the marks are counted."""

    @property
    def head_count(self) -> int | None:
        """How many pupils are there; None: nobody counted."""
        if self.typed_count is not None:
            return self.typed_count
        return len(self.marks) - self.count("absent", "excused") if self.marks else None

    def count(self, *marks: PupilMark) -> int:
        return sum(mark in marks for mark in self.marks.values())


@dataclass(frozen=True, slots=True)
class RollChange:
    """Values to set, each as a whole, so that a change which comes twice does no harm."""

    marks: Mapping[PupilId, PupilMark | None] = field(default_factory=dict)
    """None takes a mark back."""
    sets_count: bool = False
    typed_count: int | None = None

    def of(self, roll: Roll) -> Roll:
        """The roll with these values in it."""
        merged = {**roll.marks, **self.marks}
        marks = {pupil: mark for pupil, mark in merged.items() if mark is not None}
        return Roll(marks, self.typed_count if self.sets_count else roll.typed_count)


@dataclass(frozen=True, slots=True)
class ListedPupil:
    """On the classroom's roster, or marked in this lesson before leaving it. Erased: no number, no name."""

    pupil_id: PupilId
    number: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class SeatRoll:
    """The roll of a seat, and how many pupils are on its classroom's roster."""

    roll: Roll
    on_roster: int


@dataclass(frozen=True, slots=True)
class Replaced:
    """A value that stood, and what it gave way to."""

    pupil_id: PupilId | None
    """None: the typed head count."""
    before: str
    after: str | None


def replaced(before: Roll, after: Roll) -> tuple[Replaced, ...]:
    """What was corrected: filling in what was empty is none."""
    marks = tuple(
        Replaced(pupil, mark, after.marks.get(pupil))
        for pupil, mark in before.marks.items()
        if after.marks.get(pupil) != mark
    )
    if before.typed_count is None or before.typed_count == after.typed_count:
        return marks
    count = None if after.typed_count is None else str(after.typed_count)
    return (*marks, Replaced(None, str(before.typed_count), count))
