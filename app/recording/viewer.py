"""Who asks, as far as the rules about recordings look at it."""

from dataclasses import dataclass

from app.http import Caller
from app.ids import SchoolId, UserId


@dataclass(frozen=True, slots=True)
class Viewer:
    user_id: UserId
    county_id: str
    is_admin: bool
    onsite_school_id: SchoolId | None
    """The school of an on-site teacher; None for everybody else."""

    def manages(self, lead_user_id: UserId, county_id: str) -> bool:
        """Publish, share and unpublish a lesson's recording: its lead, and an admin of its county."""
        is_own_admin = self.is_admin and self.county_id == county_id
        return is_own_admin or self.user_id == lead_user_id


def viewer_of(caller: Caller) -> Viewer:
    school = caller.school_id if "onsite" in caller.roles else None
    return Viewer(caller.user_id, caller.county_id, caller.is_admin, school)
