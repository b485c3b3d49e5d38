"""One lesson in the engine: who is in it, who may send what, and which stream carries what."""

from collections.abc import Callable
from typing import Literal

from app.ids import LessonId, MediaSessionId, ParticipantId, PublicationId, publication_id
from app.media.port import (
    LayersWanted,
    MediaEvent,
    MediaPermissions,
    PeerStateChanged,
    PublicationAdded,
    PublicationRemoved,
    RtpSink,
    SlotGroup,
    SlotMapped,
    Source,
    SpeakersChanged,
    SubscriptionPaused,
)
from app.media.sfu.allocator import PauseReason
from app.media.sfu.layer import PublisherFeedback
from app.media.sfu.layer_choice import BASE_LAYER, TOP_LAYER
from app.media.sfu.media_session import MediaSession, PublishingSession, ViewingSession
from app.media.sfu.publication import Publication
from app.media.sfu.publishing_peer import PublishingPeer
from app.media.sfu.reception import Reception
from app.media.sfu.room_sound import RoomSound, contested_by
from app.media.sfu.sender_clock import SenderClock
from app.media.sfu.sink import SinkConnection
from app.media.sfu.slots import map_slots, publisher_of, slot_names
from app.media.sfu.subscribing_peer import SubscribingPeer
from app.media.sfu.track_format import TrackFormat
from app.media.wire.transport import TransportState

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
_SOURCES = {source.value: source for source in Source}
_LOST = (TransportState.FAILED, TransportState.CLOSED)


class Participant:
    """One who may send and receive: its page's peer for each, and those of its WHIP and WHEP sessions."""

    def __init__(
        self,
        room: "Room",
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
        self.paused: dict[PublicationId, PauseReason] = {}
        self.clock = SenderClock()
        self.sessions: dict[MediaSessionId, MediaSession] = {}
        self._holders: dict[Source, PublishingSession] = {}
        """Sources that a session took over."""
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
        self.room.emit(
            LayersWanted(self.room.lesson_id, self.participant_id, publication.source, layers)
        )

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
        publication = self._start(source, track, session.clock, feedback)
        if self._holders.get(source) is not session:
            self._holders[source] = session
            for peer in self.publishing_peers():
                if peer is not session.peer:
                    peer.end_forbidden()
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


class Room:
    """The routing tables of one lesson, rebuilt where a permission or a publication changes."""

    def __init__(
        self,
        lesson_id: LessonId,
        emit: Callable[[MediaEvent], None],
        clock: Callable[[], float],
    ) -> None:
        self.lesson_id = lesson_id
        self.emit = emit
        self.participants: dict[ParticipantId, Participant] = {}
        self.sinks: dict[PublicationId, SinkConnection] = {}
        self.sound = RoomSound()
        self._clock = clock

    # -- participants

    def admit(
        self,
        participant_id: ParticipantId,
        permissions: MediaPermissions,
        groups: tuple[SlotGroup, ...],
    ) -> None:
        """Add a participant, or change the permissions and slots of one."""
        participant = self.participants.get(participant_id)
        if participant is None:
            participant = Participant(self, participant_id, permissions, groups)
            self.participants[participant_id] = participant
        elif participant.groups != groups:
            participant.groups = groups
            names = slot_names(groups)
            participant.slots = {name: participant.slots.get(name) for name in names}
            # The media sections no longer fit: the page gets a new offer when it asks.
            participant.replace_subscribing(None)
        self.permit(participant, permissions)

    def permit(self, participant: Participant, permissions: MediaPermissions) -> None:
        """Apply permissions before the next packet."""
        participant.permissions = permissions
        participant.contested = contested_by(permissions)
        for peer in participant.publishing_peers():
            peer.end_forbidden()
        mapped = map_slots(participant.slots, permissions, participant.groups)
        before, participant.slots = participant.slots, mapped
        self.route(participant)
        self._route_sessions(participant)
        for slot, publisher_id in mapped.items():
            if before.get(slot) != publisher_id:
                self.emit(
                    SlotMapped(self.lesson_id, participant.participant_id, slot, publisher_id)
                )

    def remove(self, participant_id: ParticipantId) -> None:
        """Close the peers of a participant and forget it. Idempotent."""
        participant = self.participants.get(participant_id)
        if participant is None:
            return
        participant.replace_publishing(None)
        participant.replace_subscribing(None)
        for session_id in list(participant.sessions):
            participant.close_session(session_id)
        del self.participants[participant_id]

    def close(self) -> None:
        for participant_id in list(self.participants):
            self.remove(participant_id)
        for sink in self.sinks.values():
            sink.close()
        self.sinks.clear()

    # -- publications

    def publication(self, identifier: PublicationId) -> Publication | None:
        """The live publication of this id."""
        participant = self.participants.get(publisher_of(identifier))
        source = _SOURCES.get(identifier.rpartition("/")[2])
        if participant is None or source is None:
            return None
        return participant.publications.get(source)

    def publication_started(self, participant: Participant, publication: Publication) -> None:
        source, codec = publication.source, publication.format.codec
        former = participant.publications.get(source)
        participant.publications[source] = publication
        if former is not None:
            former.attach_sink(None, self._clock())
        self._attach(publication)
        self._route_receivers(publication.publication_id)
        if former is None or former.format.codec != codec:
            self.emit(
                PublicationAdded(
                    self.lesson_id,
                    participant.participant_id,
                    publication.publication_id,
                    source,
                    codec,
                )
            )

    def publication_ended(self, participant: Participant, publication: Publication) -> None:
        identifier = publication.publication_id
        del participant.publications[publication.source]
        publication.end(self._clock())
        sink = self.sinks.get(identifier)
        if sink is not None:
            sink.track_ended()
        self._route_receivers(identifier)
        self.emit(PublicationRemoved(self.lesson_id, participant.participant_id, identifier))

    def _route_receivers(self, identifier: PublicationId) -> None:
        for participant in self.participants.values():
            if identifier in participant.permissions.receive:
                self.route(participant)
                self._route_sessions(participant)

    # -- sinks

    def attach_sink(self, sink: RtpSink) -> None:
        """Stream a publication to the recorder, from now or from when it begins."""
        existing = self.sinks.get(sink.publication_id)
        if existing is not None:
            if existing.sink == sink:
                return
            self.detach_sink(sink.publication_id)
        identifier = sink.publication_id
        connection = SinkConnection(sink, lambda: self._recorder_wants_keyframe(identifier))
        self.sinks[identifier] = connection
        publication = self.publication(identifier)
        if publication is not None:
            self._attach(publication)

    def detach_sink(self, identifier: PublicationId) -> None:
        """Stop streaming. Idempotent."""
        connection = self.sinks.pop(identifier, None)
        publication = self.publication(identifier)
        if publication is not None:
            publication.attach_sink(None, self._clock())
        if connection is not None:
            connection.end()

    def _attach(self, publication: Publication) -> None:
        sink = self.sinks.get(publication.publication_id)
        if sink is not None:
            sink.track_started(publication.format, is_video=publication.is_video)
        publication.attach_sink(sink, self._clock())

    def _recorder_wants_keyframe(self, identifier: PublicationId) -> None:
        publication = self.publication(identifier)
        if publication is not None:
            publication.request_sink_keyframe(self._clock())

    def request_keyframe(self, identifier: PublicationId) -> None:
        """Ask the publisher, within the throttle; nothing if there is no such publication."""
        publication = self.publication(identifier)
        if publication is not None:
            publication.request_keyframe(self._clock())

    # -- sound

    def update_sound(self, now: float) -> None:
        """Some times a second: who speaks, and who is heard where many may be."""
        microphones = {
            participant_id: participant.publications[Source.MICROPHONE].loudness
            for participant_id, participant in self.participants.items()
            if Source.MICROPHONE in participant.publications
        }
        if self.sound.measure(microphones, now):
            self.emit(SpeakersChanged(self.lesson_id, self.sound.speakers))
        choosy = [one for one in self.participants.values() if one.contested]
        contested = frozenset[PublicationId]().union(*(one.contested for one in choosy))
        if self.sound.choose(microphones, contested, now):
            for participant in choosy:
                self.route(participant)

    # -- routing

    def route(self, participant: Participant) -> None:
        """Make the streams of `participant` carry what it may receive, and only that."""
        peer = participant.subscribing
        if peer is None:
            self._set_paused(participant, {})
            return
        wanted = self._wanted(participant) if peer.is_ready else {}
        self._set_paused(participant, self._carry(peer, wanted, participant.permissions))

    def _carry(
        self,
        peer: SubscribingPeer,
        wanted: dict[str, Publication],
        permissions: MediaPermissions,
    ) -> dict[PublicationId, PauseReason]:
        """Map what each stream is to carry, aimed at the layer that link and quality allow; what is paused."""
        now = self._clock()
        paused: dict[PublicationId, PauseReason] = {}
        peer.wanted = {
            mid: (publication, permissions.receive[publication.publication_id])
            for mid, publication in wanted.items()
            if mid in peer.streams and peer.streams[mid].can_carry(publication)
        }
        for mid, stream in peer.streams.items():
            if mid not in peer.wanted:
                stream.map(None, now)
                continue
            publication, reception = peer.wanted[mid]
            aim = BASE_LAYER if reception.quality == "low" else TOP_LAYER
            # What was decided for another publication in this place holds until the next decision.
            choice = peer.downlink.chosen.get(mid, aim)
            if choice is None:
                paused[publication.publication_id] = peer.downlink.allocator.reasons[mid]
                stream.map(None, now)
            else:
                stream.map(publication, now, choice)
                stream.aim(choice.spatial, choice.temporal, now)
        return paused

    def _wanted(self, participant: Participant) -> dict[str, Publication]:
        """Mid to publication by slots and permissions."""
        slot_of = {
            (slot.rpartition(".")[0], publisher_id): slot
            for slot, publisher_id in participant.slots.items()
            if publisher_id is not None
        }
        wanted: dict[str, Publication] = {}
        for identifier, reception in participant.permissions.receive.items():
            if reception.quality == "off":
                continue
            if identifier in participant.contested and not self.sound.is_passed_on(identifier):
                continue
            publication = self.publication(identifier)
            slot = slot_of.get((reception.slot_group, publisher_of(identifier)))
            if publication is not None and slot is not None:
                wanted.setdefault(f"{slot}.{'v' if publication.is_video else 'a'}", publication)
        return wanted

    def _set_paused(
        self, participant: Participant, paused: dict[PublicationId, PauseReason]
    ) -> None:
        before, participant.paused = participant.paused, paused
        for identifier in sorted(before.keys() ^ paused.keys()):
            self.emit(
                SubscriptionPaused(
                    self.lesson_id,
                    participant.participant_id,
                    identifier,
                    identifier in paused,
                    paused.get(identifier, ""),
                )
            )

    def _route_sessions(self, participant: Participant) -> None:
        for session in participant.viewing_sessions():
            self.route_session(participant, session)

    def route_session(self, participant: Participant, session: ViewingSession) -> None:
        """Make a WHEP session carry its publisher, as far as the viewer may receive it."""
        peer = session.peer
        if peer is None:
            return
        wanted: dict[str, Publication] = {}
        for mid, stream in peer.streams.items():
            source = Source.MICROPHONE if stream.kind == "audio" else Source.CAMERA
            if not peer.is_ready or session.publisher_id is None:
                continue
            identifier = publication_id(session.publisher_id, source)
            reception = participant.permissions.receive.get(identifier)
            publication = self.publication(identifier)
            if publication is not None and reception is not None and reception.quality != "off":
                wanted[mid] = publication
        self._carry(peer, wanted, participant.permissions)
