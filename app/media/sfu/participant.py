"""One participant in the engine: its connections, what it sends, who among them may send it."""

from collections.abc import Callable
from typing import Literal, Protocol

from app.ids import LessonId, MediaSessionId, ParticipantId, PublicationId, publication_id
from app.media.port import (
    LayersWanted,
    MediaEvent,
    MediaPermissions,
    Pause,
    PeerStateChanged,
    SlotGroup,
    Source,
)
from app.media.sfu.layer import PublisherFeedback
from app.media.sfu.media_session import MediaSession, PublishingSession, ViewingSession
from app.media.sfu.publication import Publication
from app.media.sfu.publishing_peer import PublishingPeer
from app.media.sfu.reception import Reception
from app.media.sfu.sender_clock import SenderClock
from app.media.sfu.slots import slot_names
from app.media.sfu.subscribing_peer import SubscribingPeer
from app.media.sfu.track_format import TrackFormat
from app.media.wire.transport_state import TransportState

PeerState = Literal["connecting", "connected", "failed", "closed"]

# RTCPeerConnectionState's words; `disconnected` may come back by itself.
PEER_STATES: dict[TransportState, PeerState] = {
    TransportState.NEW: "connecting",
    TransportState.CHECKING: "connecting",
    TransportState.CONNECTED: "connected",
    TransportState.DISCONNECTED: "connecting",
    TransportState.FAILED: "failed",
    TransportState.CLOSED: "closed",
}
_LOST = (TransportState.FAILED, TransportState.CLOSED)


class ParticipantRoom(Protocol):
    """The room's side of a participant."""

    lesson_id: LessonId
    emit: Callable[[MediaEvent], None]

    def publication_started(self, participant: "Participant", publication: Publication) -> None: ...

    def publication_ended(self, participant: "Participant", publication: Publication) -> None: ...

    def permit(self, participant: "Participant", permissions: MediaPermissions) -> None: ...

    def route(self, participant: "Participant") -> None: ...

    def route_session(self, participant: "Participant", session: ViewingSession) -> None: ...


class Participant:
    """One who may send and receive: its page's peer for each, and those of its WHIP and WHEP sessions."""

    def __init__(
        self,
        room: ParticipantRoom,
        participant_id: ParticipantId,
        permissions: MediaPermissions,
        groups: tuple[SlotGroup, ...],
    ) -> None:
        self.room = room
        self.participant_id = participant_id
        self.permissions = permissions
        self.contested: frozenset[PublicationId] = frozenset()
        """Microphones of which only the loudest are received."""
        self.groups = groups
        self.slots: dict[str, ParticipantId | None] = dict.fromkeys(slot_names(groups))
        self.publications: dict[Source, Publication] = {}
        self.publishing: PublishingPeer | None = None
        self.subscribing: SubscribingPeer | None = None
        self.publish_state: PeerState = "closed"
        self.subscribe_state: PeerState = "closed"
        self.paused: dict[PublicationId, Pause] = {}
        self.clock = SenderClock()
        self.sessions: dict[MediaSessionId, MediaSession] = {}
        self.layers_wanted: dict[Source, tuple[bool, ...]] = {}
        """What the page was told last of each video."""
        self._holders: dict[Source, PublishingSession] = {}
        """Sources that a session took over."""
        self._resting: dict[Source, int] = {}
        """Of those, what the page was told to send nothing of meanwhile: the number of its encodings."""
        self._sessions_opened = 0

    # -- PublishingOwner, for the page

    def may_publish(self, source: Source) -> bool:
        return source in self.permissions.publish and source not in self._holders

    def track_started(
        self, source: Source, track: TrackFormat, feedback: PublisherFeedback
    ) -> Publication:
        """The first packet of a track: a new publication, or a new epoch of the one there was."""
        publication = self._start(source, track, self.clock, feedback)
        publication.on_layers_wanted = self._layers_wanted
        return publication

    def _start(
        self, source: Source, track: TrackFormat, clock: SenderClock, feedback: PublisherFeedback
    ) -> Publication:
        identifier = publication_id(self.participant_id, source)
        publication = Publication(identifier, source, track, clock, feedback)
        self.room.publication_started(self, publication)
        return publication

    def _layers_wanted(self, publication: Publication, layers: tuple[bool, ...]) -> None:
        self._tell_layers(publication.source, layers)

    def _tell_layers(self, source: Source, layers: tuple[bool, ...]) -> None:
        self.layers_wanted[source] = layers
        self.room.emit(LayersWanted(self.room.lesson_id, self.participant_id, source, layers))

    def track_ended(self, publication: Publication) -> None:
        if self.publications.get(publication.source) is publication:
            self.room.publication_ended(self, publication)

    def publishing_state_changed(self, peer: PublishingPeer, state: TransportState) -> None:
        if peer is not self.publishing:
            return
        if state in _LOST:
            peer.end_tracks()
        changed = PEER_STATES[state]
        if changed != self.publish_state:
            self.publish_state = changed
            self._peer_changed("publish", changed)

    # -- SubscribingOwner

    def subscribing_state_changed(self, peer: SubscribingPeer, state: TransportState) -> None:
        if peer is not self.subscribing:
            return
        self.room.route(self)
        changed = PEER_STATES[state]
        if changed != self.subscribe_state:
            self.subscribe_state = changed
            self._peer_changed("subscribe", changed)

    # -- SessionPlace

    def may_session_publish(self, session: PublishingSession, source: Source) -> bool:
        holder = self._holders.get(source)
        is_newest = holder is None or holder.number <= session.number
        return source in self.permissions.publish and is_newest

    def session_track_started(
        self,
        session: PublishingSession,
        source: Source,
        track: TrackFormat,
        feedback: PublisherFeedback,
    ) -> Publication:
        """The session takes the source over; whoever sent it before is refused from here on."""
        former = self.publications.get(source)
        is_of_page = self.publishing is not None and former in self.publishing.publications()
        publication = self._start(source, track, session.clock, feedback)
        if self._holders.get(source) is not session:
            self._holders[source] = session
            for peer in self.publishing_peers():
                if peer is not session.peer:
                    peer.end_forbidden()
        if former is not None and former.is_video and is_of_page:
            # Its uplink may be a weak one.
            self._resting[source] = len(former.layers)
            self._tell_layers(source, (False,) * len(former.layers))
        return publication

    def session_state_changed(self, session: MediaSession, state: TransportState) -> None:
        self.room.emit(
            PeerStateChanged(
                self.room.lesson_id,
                self.participant_id,
                "publish" if isinstance(session, PublishingSession) else "subscribe",
                PEER_STATES[state],
                session.session_id,
            )
        )
        if isinstance(session, ViewingSession):
            self.room.route_session(self, session)

    # -- sessions

    def new_publishing_session(self, session_id: MediaSessionId) -> PublishingSession:
        """A session that is not in the table yet."""
        self._sessions_opened += 1
        return PublishingSession(session_id, self, self._sessions_opened)

    def close_session(self, session_id: MediaSessionId) -> None:
        """End a session; the page may send again what the session had taken over. Idempotent."""
        session = self.sessions.pop(session_id, None)
        if session is None:
            return
        self._holders = {k: held for k, held in self._holders.items() if held is not session}
        for source in self._resting.keys() - self._holders.keys():
            self._tell_layers(source, (True,) * self._resting.pop(source))
        if session.peer is not None:
            session.peer.close()

    def end_lost_sessions(self) -> None:
        """Close the sessions whose connection is over: nobody can negotiate them again."""
        for session in list(self.sessions.values()):
            if session.peer is not None and session.peer.transport.state in _LOST:
                self.close_session(session.session_id)

    def publishing_peers(self) -> list[PublishingPeer]:
        """The page's and those of the sessions."""
        peers = [self.publishing] if self.publishing is not None else []
        for session in self.sessions.values():
            if isinstance(session, PublishingSession) and session.peer is not None:
                peers.append(session.peer)
        return peers

    def subscribing_peers(self) -> list[SubscribingPeer]:
        """The page's and those of the sessions."""
        peers = [self.subscribing] if self.subscribing is not None else []
        return peers + [one.peer for one in self.viewing_sessions() if one.peer is not None]

    def viewing_sessions(self) -> list[ViewingSession]:
        return [one for one in self.sessions.values() if isinstance(one, ViewingSession)]

    def _peer_changed(self, connection: Literal["publish", "subscribe"], state: PeerState) -> None:
        self.room.emit(
            PeerStateChanged(self.room.lesson_id, self.participant_id, connection, state)
        )

    def receptions(self) -> list[Reception]:
        """Of every stream that this participant sends."""
        return [
            layer.reception
            for publication in self.publications.values()
            for layer in publication.layers
            if layer.ssrc
        ]

    # -- peers

    def replace_publishing(self, peer: PublishingPeer | None) -> None:
        """Make `peer` the publishing peer; the former one and its publications end."""
        former, self.publishing = self.publishing, peer
        if former is not None:
            former.close()
            self.layers_wanted = {
                k: layers for k, layers in self.layers_wanted.items() if k in self._resting
            }
            if peer is None and self.publish_state != "closed":
                self.publish_state = "closed"
                self._peer_changed("publish", "closed")
        if peer is not None:
            self.publishing_state_changed(peer, peer.transport.state)

    def replace_subscribing(self, peer: SubscribingPeer | None) -> None:
        """Make `peer` the subscribing peer; the former one is closed."""
        former, self.subscribing = self.subscribing, peer
        if former is not None:
            former.close()
            if peer is None and self.subscribe_state != "closed":
                self.subscribe_state = "closed"
                self._peer_changed("subscribe", "closed")
        if peer is not None:
            self.subscribing_state_changed(peer, peer.transport.state)
