"""Who looks at a screen, and what is meant for whom."""

from dataclasses import dataclass

from app.ids import ParticipantId
from app.rooms.state import Role
from app.signaling import messages as wire


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose screen it is, and of what kind. Companions see what their place sees, a console what is private too."""

    participant_id: ParticipantId
    role: Role
    kind: wire.ConnectionKind = "device"
    is_phone: bool = False
    """A console that came in with a ticket of its own, and not a classroom's page with its cover open."""

    @property
    def is_staff(self) -> bool:
        return self.role.is_staff

    @property
    def is_private(self) -> bool:
        """No pupil looks at it: a console, or a page of the staff. A classroom's own page hangs on the wall."""
        return self.kind == "console" or (self.kind == "device" and self.is_staff)

    def is_told_all_of(self, participant_id: ParticipantId) -> bool:
        """Staff of every place, and a place of itself."""
        return self.is_staff or participant_id == self.participant_id

    def may_see(self, notice: "Notice") -> bool:
        if notice.is_private and not self.is_private:
            return False
        if notice.only_place is not None:
            return self.is_told_all_of(notice.only_place)
        return notice.except_place is None or not self.is_told_all_of(notice.except_place)


@dataclass(frozen=True, slots=True)
class Notice:
    """A journalled change as a message, and who sees it."""

    message: wire.ServerMessage
    only_place: ParticipantId | None = None
    """Staff and this place only; None: everybody."""
    except_place: ParticipantId | None = None
    """Everybody but staff and this place, who are told more in a notice of their own."""
    is_private: bool = False
    """For screens that no pupil looks at."""
