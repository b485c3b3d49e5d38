"""Which part of a county somebody may see and change: all of it, or one school."""

from dataclasses import dataclass

from app.ids import SchoolId


@dataclass(frozen=True, slots=True)
class Scope:
    """What repositories filter by; `app.db.scope` has it as conditions on tables.

    `Caller.scope_as` is the one place where a scope comes from. Whatever lies outside of one is answered as if it
    were not there.
    """

    county_id: str
    school_id: SchoolId | None = None
    """None: the whole county."""

    @property
    def is_county(self) -> bool:
        return self.school_id is None

    def holds(self, county_id: str, school_id: str | None) -> bool:
        """Whether what belongs to this school (None: to the county itself) is within."""
        return county_id == self.county_id and (self.is_county or school_id == self.school_id)
