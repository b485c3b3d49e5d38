"""The named connections of a participant beside its page's two: one for each WHIP or WHEP session."""

from typing import Protocol

from app.ids import MediaSessionId, ParticipantId
from app.media.port import Source
from app.media.sfu.layer import PublisherFeedback
from app.media.sfu.publication import Publication
from app.media.sfu.publishing_peer import PublishingPeer
from app.media.sfu.sender_clock import SenderClock
from app.media.sfu.subscribing_peer import SubscribingPeer
from app.media.sfu.track_format import TrackFormat
from app.media.wire.transport_state import TransportState


class SessionPlace(Protocol):
    """The participant that a session belongs to."""

    def may_session_publish(self, session: "PublishingSession", source: Source) -> bool: ...

    def session_track_started(
        self,
        session: "PublishingSession",
        source: Source,
        track: TrackFormat,
        feedback: PublisherFeedback,
    ) -> Publication: ...

    def track_ended(self, publication: Publication) -> None: ...

    def session_state_changed(
        self, session: "PublishingSession | ViewingSession", state: TransportState
    ) -> None: ...


class PublishingSession:
    """A WHIP session: owner of its publishing peer.

    It takes a source over with its first packet of it, also from the page, and holds it to its end.
    """

    def __init__(self, session_id: MediaSessionId, place: SessionPlace, number: int) -> None:
        self.session_id = session_id
        self.number = number
        """Grows with every session of the participant: a newer one takes a source from an older."""
        self.clock = SenderClock()
        self.peer: PublishingPeer | None = None
        self.note = ""
        self._place = place

    # -- PublishingOwner

    def may_publish(self, source: Source) -> bool:
        return self._place.may_session_publish(self, source)

    def track_started(
        self, source: Source, track: TrackFormat, feedback: PublisherFeedback
    ) -> Publication:
        return self._place.session_track_started(self, source, track, feedback)

    def track_ended(self, publication: Publication) -> None:
        self._place.track_ended(publication)

    def publishing_state_changed(self, peer: PublishingPeer, state: TransportState) -> None:
        if peer is self.peer:
            self._place.session_state_changed(self, state)


class ViewingSession:
    """A WHEP session: owner of its subscribing peer, which carries one publisher."""

    def __init__(
        self,
        session_id: MediaSessionId,
        place: SessionPlace,
        publisher_id: ParticipantId | None,
    ) -> None:
        self.session_id = session_id
        self.publisher_id = publisher_id
        self.peer: SubscribingPeer | None = None
        self.note = ""
        self._place = place

    # -- SubscribingOwner

    def subscribing_state_changed(self, peer: SubscribingPeer, state: TransportState) -> None:
        if peer is self.peer:
            self._place.session_state_changed(self, state)


MediaSession = PublishingSession | ViewingSession
