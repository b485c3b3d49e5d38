"""The sound of a room as a whole: who speaks."""

from collections.abc import Mapping

from app.ids import ParticipantId
from app.media.sfu.audio_levels import Loudness

MAX_SPEAKERS = 16
"""More at once are noise: the loudest are named."""


class RoomSound:
    """Keeps the list of speakers of one room; `update` it some times a second."""

    def __init__(self) -> None:
        self.speakers: tuple[ParticipantId, ...] = ()

    def update(self, microphones: Mapping[ParticipantId, Loudness], now: float) -> bool:
        """Measure all live microphones; True if `speakers` changed. Their order says nothing."""
        for loudness in microphones.values():
            loudness.update(now)
        speaking = [who for who, loudness in microphones.items() if loudness.is_speaking]
        if len(speaking) > MAX_SPEAKERS:
            speaking.sort(key=lambda who: -microphones[who].level_dbov)
            del speaking[MAX_SPEAKERS:]
        before, self.speakers = self.speakers, tuple(sorted(speaking))
        return self.speakers != before
