"""One receiving connection and whose it is."""

from dataclasses import dataclass

from app.media.sfu.media_session import ViewingSession
from app.media.sfu.participant import Participant
from app.media.sfu.subscribing_peer import SubscribingPeer


@dataclass(frozen=True, slots=True)
class Viewing:
    """The connection of a participant's page, or of one of its WHEP sessions."""

    participant: Participant
    peer: SubscribingPeer
    session: ViewingSession | None = None

    def route(self) -> None:
        """Let it carry what it may, as its link allows now."""
        if self.session is None:
            self.participant.room.route(self.participant)
        else:
            self.participant.room.route_session(self.participant, self.session)
