"""How much of everything a county has."""

from dataclasses import dataclass, replace

DAYS, PERIODS = 5, 10
"""Of a school week: a course has one of these times, so that nobody is in two lessons at once."""


@dataclass(frozen=True, slots=True)
class Size:
    groups: int
    """Of schools that learn together: a city school, a town school and `villages` village schools."""
    villages: int = 3
    classrooms: int = 10
    """Of one school."""
    pupils: int = 40
    """Of one classroom."""
    courses: int = 50
    """Of one group, each with one lesson a week."""
    seats: int = 8
    """Classrooms in one lesson."""
    weeks_past: int = 21
    weeks_ahead: int = 2
    """With the week that contains the day."""
    recorded: int = 3
    """One course in so many is recorded."""
    interrupted: int = 200
    """Something is missing in one recording in so many."""
    unnamed: int = 80
    """Roll calls of the first group have a mark for each pupil; of the others one in so many, the rest a number."""

    def __post_init__(self) -> None:
        if not 1 <= self.courses <= DAYS * PERIODS:
            raise ValueError(f"a group has 1 to {DAYS * PERIODS} courses")
        if not 1 <= self.seats <= self.schools_of_group * self.classrooms:
            raise ValueError("a lesson has more classrooms than its group")

    @property
    def schools_of_group(self) -> int:
        return 2 + self.villages


WHOLE = Size(groups=100)
"""500 schools, 5,000 classrooms, 200,000 pupils, 115,000 lessons, a million rows of attendance."""


def at_scale(scale: float) -> Size:
    """The same county with so much of its groups, one at least. ValueError unless 0 < scale <= 1."""
    if not 0 < scale <= 1:
        raise ValueError("a scale is greater than 0, and 1 at most")
    return replace(WHOLE, groups=max(1, round(WHOLE.groups * scale)))
