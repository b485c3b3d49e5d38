"""What a lesson's sheet says of its roll calls: numbers for whoever may see the classroom, names for the few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.attendance.roll_call.roll import ListedPupil, PupilMark, SeatRoll
from app.ids import ParticipantId, SeatId


class RolledLesson(Protocol):
    """The lesson's classrooms as the viewer may see them."""

    @property
    def seat_names(self) -> Mapping[ParticipantId, tuple[str, str]]:
        """Classroom and school of each seat."""
        ...

    @property
    def only_seats(self) -> frozenset[ParticipantId] | None:
        """The classrooms this viewer may see; None: everybody, staff included."""
        ...

    @property
    def seats_with_names(self) -> frozenset[SeatId]:
        """The seats whose pupils this viewer may know by name."""
        ...


@dataclass(frozen=True, slots=True)
class RollRow:
    """The roll call of one classroom, in numbers."""

    seat_id: SeatId
    classroom: str
    school: str
    head_count: int | None
    """None: nobody counted."""
    on_roster: int
    absent: int
    """Without leave."""
    excused: int
    late: int
    left_early: int
    may_see_names: bool


@dataclass(frozen=True, slots=True)
class PupilRow:
    classroom: str
    school: str
    number: str
    name: str
    mark: PupilMark | None
    """None: not called."""


def roll_rows(lesson: RolledLesson, rolls: Mapping[SeatId, SeatRoll]) -> list[RollRow]:
    """Every classroom that the viewer may see, by school."""
    rows = []
    for seat_id, seat in rolls.items():
        place = ParticipantId(seat_id)
        if lesson.only_seats is not None and place not in lesson.only_seats:
            continue
        classroom, school = lesson.seat_names[place]
        rows.append(
            RollRow(
                seat_id=seat_id,
                classroom=classroom,
                school=school,
                head_count=seat.roll.head_count,
                on_roster=seat.on_roster,
                absent=seat.roll.count("absent"),
                excused=seat.roll.count("excused"),
                late=seat.roll.count("late", "late_and_left_early"),
                left_early=seat.roll.count("left_early", "late_and_left_early"),
                may_see_names=seat_id in lesson.seats_with_names,
            )
        )
    return sorted(rows, key=lambda row: (row.school, row.classroom))


def pupil_rows(
    lesson: RolledLesson,
    rolls: Mapping[SeatId, SeatRoll],
    pupils: Mapping[SeatId, Sequence[ListedPupil]],
) -> list[PupilRow]:
    """Of the classrooms that were called; by school, classroom, number."""
    rows = []
    for seat_id, listed in pupils.items():
        marks = rolls[seat_id].roll.marks
        classroom, school = lesson.seat_names[ParticipantId(seat_id)]
        rows += [
            PupilRow(classroom, school, one.number or "", one.name or "", marks.get(one.pupil_id))
            for one in listed
            if marks
        ]
    return sorted(rows, key=lambda row: (row.school, row.classroom, row.number))
