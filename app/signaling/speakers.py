"""Who speaks, as each screen of a lesson may know it. Not journalled; told again to whoever comes back."""

from collections.abc import Iterable
from typing import Protocol
from weakref import WeakKeyDictionary

from app.ids import ParticipantId
from app.rooms.state import Room
from app.rooms.views import may_notice
from app.signaling.messages import SpeakersChanged
from app.signaling.viewer import Viewer


class SpeakerScreen(Protocol):
    """A connection, as far as the speakers go."""

    @property
    def viewer(self) -> Viewer: ...

    def send(self, message: SpeakersChanged) -> None: ...


class Speakers:
    """What the engine last said of one lesson, and what each screen was told of it."""

    def __init__(self) -> None:
        self._speakers: tuple[ParticipantId, ...] = ()
        self._told: WeakKeyDictionary[SpeakerScreen, tuple[ParticipantId, ...]] = (
            WeakKeyDictionary()
        )

    def changed(
        self,
        speakers: tuple[ParticipantId, ...],
        room: Room,
        screens: Iterable[SpeakerScreen],
    ) -> None:
        """The engine heard others speak."""
        self._speakers = speakers
        self.tell(room, screens)

    def tell(self, room: Room, screens: Iterable[SpeakerScreen]) -> None:
        """Tell each screen what is new to it: who speaks, or whom it may notice, has changed."""
        for screen in screens:
            noticed = tuple(
                who for who in self._speakers if may_notice(room, screen.viewer.participant_id, who)
            )
            if noticed != self._told.get(screen, ()):
                self._told[screen] = noticed
                screen.send(SpeakersChanged(type="speakers.changed", participant_ids=list(noticed)))
