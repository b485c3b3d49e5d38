"""Who asks: the signed-in person, their roles, and what these open. Knows nothing of HTTP."""

from dataclasses import dataclass
from typing import Literal

from app.errors import NotAllowed
from app.ids import SchoolId, UserId
from app.scope import Scope

StaffRole = Literal["admin", "school_admin", "teacher", "onsite"]
"""`admin` counts for the county; `school_admin` and `onsite` for the person's own school."""
ADMINS: tuple[StaffRole, ...] = ("admin", "school_admin")
PLANNERS: tuple[StaffRole, ...] = ("teacher", *ADMINS)
"""Who plans lessons, and may be invited to lead or to help."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The signed-in person behind a request."""

    user_id: UserId
    county_id: str
    school_id: SchoolId | None
    school_name: str | None
    name: str
    roles: frozenset[StaffRole]

    @property
    def is_admin(self) -> bool:
        """Of the county."""
        return "admin" in self.roles

    @property
    def is_teacher(self) -> bool:
        return "teacher" in self.roles

    @property
    def is_guest(self) -> bool:
        """A guest teacher has no role: nothing is theirs but the one lesson they lead."""
        return not self.roles

    def require(self, *roles: StaffRole) -> None:
        """NotAllowed unless the caller has one of these roles."""
        if not self.roles.intersection(roles):
            raise NotAllowed(f"this needs the role {' or '.join(roles)}")

    def scope_as(self, *roles: StaffRole) -> Scope | None:
        """The part of the county that these roles open to the caller: `admin` all of it, any other the own school.

        None if the caller has none of them.
        """
        held = self.roles.intersection(roles)
        if "admin" in held:
            return Scope(self.county_id)
        return Scope(self.county_id, self.school_id) if held and self.school_id else None

    def require_scope(self, *roles: StaffRole) -> Scope:
        """As `scope_as`; NotAllowed if that is nothing."""
        scope = self.scope_as(*roles)
        if scope is None:
            raise NotAllowed(f"this needs the role {' or '.join(roles)}")
        return scope

    @property
    def administered(self) -> Scope | None:
        """The part of the county that the caller is an admin of."""
        return self.scope_as(*ADMINS)
