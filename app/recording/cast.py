"""Who may appear in a replay."""

from collections.abc import Collection
from dataclasses import dataclass

from app.ids import ParticipantId


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, or the lead and some classrooms: assistants and observers are nobody's to publish."""

    seats: Collection[ParticipantId] | None = None
    """None: everybody."""

    def includes(self, who: ParticipantId) -> bool:
        return self.seats is None or who in self.seats or who.startswith("lead_")


EVERYBODY = Cast()
