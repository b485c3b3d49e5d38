"""What a sheet changes in a roster. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.ids import PupilId
from app.schools.roster.sheet import SheetPupil


@dataclass(frozen=True, slots=True)
class KnownPupil:
    """A pupil of the school."""

    pupil_id: PupilId
    number: str | None
    name: str
    is_here: bool
    """On this classroom's roster."""


@dataclass(frozen=True, slots=True)
class Renaming:
    pupil: KnownPupil
    name: str


@dataclass(frozen=True, slots=True)
class RosterPlan:
    added: tuple[SheetPupil, ...] = ()
    """New to the school."""
    joined: tuple[KnownPupil, ...] = ()
    """Known to the school, new on this roster: they come from another classroom, or come back."""
    renamed: tuple[Renaming, ...] = ()
    left: tuple[KnownPupil, ...] = ()
    """On the roster and not in the sheet. They leave it; what is known of them stays."""
    unchanged: int = field(default=0)


def plan(known: Sequence[KnownPupil], sheet: Sequence[SheetPupil]) -> RosterPlan:
    """A pupil with a number is found by it in the whole school, one without by the name on this roster."""
    by_number = {pupil.number: pupil for pupil in known if pupil.number is not None}
    by_name = {pupil.name: pupil for pupil in known if pupil.number is None and pupil.is_here}
    added: list[SheetPupil] = []
    joined: list[KnownPupil] = []
    renamed: list[Renaming] = []
    kept: set[PupilId] = set()
    unchanged = 0
    for row in sheet:
        pupil = by_name.get(row.name) if row.number is None else by_number.get(row.number)
        if pupil is None:
            added.append(row)
            continue
        kept.add(pupil.pupil_id)
        if not pupil.is_here:
            joined.append(pupil)
        if pupil.name != row.name:
            renamed.append(Renaming(pupil, row.name))
        if pupil.is_here and pupil.name == row.name:
            unchanged += 1
    left = tuple(pupil for pupil in known if pupil.is_here and pupil.pupil_id not in kept)
    return RosterPlan(tuple(added), tuple(joined), tuple(renamed), left, unchanged)
