"""Who may appear in a replay."""

from collections.abc import Collection
from dataclasses import dataclass

from app.ids import ParticipantId


def has_led(who: ParticipantId) -> bool:
    """Whether this is somebody who led: of the staff nobody else sends, so an assistant with a track led as well."""
    return who.startswith(("lead_", "assistant_"))


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, or who led and some classrooms: observers are nobody's to publish."""

    seats: Collection[ParticipantId] | None = None
    """None: everybody."""

    def includes(self, who: ParticipantId) -> bool:
        return self.seats is None or who in self.seats or has_led(who)


EVERYBODY = Cast()
