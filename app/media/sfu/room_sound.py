"""The sound of a room as a whole: who speaks, and who is passed on where many may be heard."""

from collections.abc import Mapping, Set

from app.ids import ParticipantId, PublicationId, publication_id
from app.media.port import MediaPermissions, Source
from app.media.sfu.audio_levels import Loudness
from app.media.sfu.loudest import MAX_LOUDEST, choose_loudest

MAX_SPEAKERS = 16
"""More at once are noise: the loudest are named."""


class RoomSound:
    """Measures the microphones of one room, some times a second."""

    def __init__(self) -> None:
        self.speakers: tuple[ParticipantId, ...] = ()
        self._loudest: dict[PublicationId, float] = {}

    def measure(self, microphones: Mapping[ParticipantId, Loudness], now: float) -> bool:
        """Take the levels of all live microphones; True if `speakers` changed. Their order says nothing."""
        for loudness in microphones.values():
            loudness.update(now)
        speaking = [who for who, loudness in microphones.items() if loudness.is_speaking]
        if len(speaking) > MAX_SPEAKERS:
            speaking.sort(key=lambda who: -microphones[who].level_dbov)
            del speaking[MAX_SPEAKERS:]
        before, self.speakers = self.speakers, tuple(sorted(speaking))
        return self.speakers != before

    def choose(
        self,
        microphones: Mapping[ParticipantId, Loudness],
        contested: Set[PublicationId],
        now: float,
    ) -> bool:
        """Choose the loudest of the contested microphones; True if the choice changed."""
        levels = {
            identifier: loudness.level_dbov
            for who, loudness in microphones.items()
            if (identifier := publication_id(who, Source.MICROPHONE)) in contested
        }
        before = self._loudest
        self._loudest = choose_loudest(before, levels, MAX_LOUDEST, now)
        return self._loudest.keys() != before.keys()

    def is_passed_on(self, identifier: PublicationId) -> bool:
        """Whether a contested microphone is among the loudest."""
        return identifier in self._loudest


def contested_by(permissions: MediaPermissions) -> frozenset[PublicationId]:
    """What has to be among the loudest to reach this receiver; nothing where all of it fits."""
    identifiers = frozenset(
        identifier
        for identifier, reception in permissions.receive.items()
        if reception.is_contested and reception.quality != "off"
    )
    return identifiers if len(identifiers) > MAX_LOUDEST else frozenset()
