"""Who asks, as far as the rules about recordings look at it."""

from dataclasses import dataclass

from app.caller import Caller
from app.ids import UserId
from app.scope import Scope


@dataclass(frozen=True, slots=True)
class Viewer:
    user_id: UserId
    county_id: str
    administered: Scope | None
    """What an admin is admin of."""
    onsite: Scope | None
    """The school of an on-site teacher."""


def viewer_of(caller: Caller) -> Viewer:
    return Viewer(caller.user_id, caller.county_id, caller.administered, caller.scope_as("onsite"))
