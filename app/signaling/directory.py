"""Names for screens: the only way a name gets from SQL to a message; the journal has none."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from app.ids import ClassroomId, LessonId, PupilId, UserId
from app.rooms.state import Participant, Seat


class Name(NamedTuple):
    name: str
    school: str


@dataclass(frozen=True, slots=True)
class LessonCard:
    """What screens call a lesson and those in it."""

    title: str
    subject: str
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Name and school by participant id, user id or classroom id."""
    simulated: frozenset[str] = frozenset()
    """Seat ids of simulated classrooms."""
    pupils: Mapping[ClassroomId, Mapping[PupilId, str]] = field(default_factory=dict)
    """The rosters: names of pupils, for screens that no pupil looks at."""

    def of_participant(self, participant: Participant) -> Name:
        return self._first(
            participant.participant_id, participant.classroom_id, participant.user_id
        )

    def of_seat(self, seat: Seat) -> Name:
        return self._first(seat.seat_id, seat.classroom_id)

    def has_pupil(self, classroom_id: ClassroomId, pupil_id: PupilId) -> bool:
        return pupil_id in self.pupils.get(classroom_id, {})

    def pupil_name(self, pupil_id: PupilId) -> str:
        """Empty for one that was erased, or is on no roster of this lesson."""
        return next((of[pupil_id] for of in self.pupils.values() if pupil_id in of), "")

    def knows(self, *ids: str | None) -> bool:
        return any(i in self.names for i in ids if i is not None)

    def renewed_by(self, card: "LessonCard") -> "LessonCard":
        """The new one, without forgetting by name whoever was about to come in."""
        return replace(card, names={**self.names, **card.names})

    def _first(self, *ids: str | None) -> Name:
        for i in ids:
            if i is not None and i in self.names:
                return Name(*self.names[i])
        return Name("", "")


class Directory(Protocol):
    async def lesson_card(self, lesson_id: LessonId, coming: UserId | None = None) -> LessonCard:
        """`coming`: who is about to come in, and may be of no lesson: an admin who observes."""
        ...
