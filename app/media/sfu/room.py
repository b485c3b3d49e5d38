"""One lesson in the engine: who is in it, who may send what, and which stream carries what."""

from collections.abc import Callable

from app.ids import LessonId, ParticipantId, PublicationId, publication_id
from app.media.port import (
    MediaEvent,
    MediaPermissions,
    Pause,
    PublicationAdded,
    PublicationRemoved,
    RtpSink,
    SlotGroup,
    SlotMapped,
    Source,
    SpeakersChanged,
    SubscriptionPaused,
)
from app.media.sfu.layer_choice import BASE_LAYER, TOP_LAYER, LayerChoice
from app.media.sfu.media_session import ViewingSession
from app.media.sfu.participant import Participant
from app.media.sfu.publication import Publication
from app.media.sfu.room_sound import RoomSound, contested_by
from app.media.sfu.sink import SinkConnection
from app.media.sfu.slots import map_slots, publisher_of, slot_names
from app.media.sfu.subscribing_peer import SubscribingPeer
from app.media.sfu.viewing import Viewing

_SOURCES = {source.value: source for source in Source}


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
        self.hurried: list[Viewing] = []
        """Who was given other things to carry, and is to be attended to in the next tick."""
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
        if peer.is_in_a_hurry:
            self.hurried.append(Viewing(participant, peer))

    def _carry(
        self,
        peer: SubscribingPeer,
        wanted: dict[str, Publication],
        permissions: MediaPermissions,
    ) -> dict[PublicationId, Pause]:
        """Map what each stream is to carry, aimed at the layer that link and quality allow; what is paused."""
        now = self._clock()
        paused: dict[PublicationId, Pause] = {}
        peer.want(
            {
                mid: (publication, permissions.receive[publication.publication_id])
                for mid, publication in wanted.items()
                if mid in peer.streams and peer.streams[mid].can_carry(publication)
            }
        )
        for mid, stream in peer.streams.items():
            if mid not in peer.wanted:
                stream.map(None, now)
                continue
            publication, reception = peer.wanted[mid]
            aim = BASE_LAYER if reception.quality == "low" else TOP_LAYER
            # What was decided for another publication or quality in this place holds until the next decision.
            first = BASE_LAYER if peer.downlink.is_opening else aim
            choice = peer.downlink.chosen.get(mid, first)
            if choice is not None:
                choice = LayerChoice(min(choice.spatial, aim.spatial), choice.temporal)
            if choice is None:
                paused[publication.publication_id] = Pause(
                    peer.downlink.allocator.reasons[mid], peer.downlink.carries_stills
                )
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

    def _set_paused(self, participant: Participant, paused: dict[PublicationId, Pause]) -> None:
        before, participant.paused = participant.paused, paused
        for identifier in sorted(before.keys() | paused.keys()):
            pause = paused.get(identifier)
            if pause == before.get(identifier):
                continue
            self.emit(
                SubscriptionPaused(
                    self.lesson_id,
                    participant.participant_id,
                    identifier,
                    is_paused=pause is not None,
                    reason=pause.reason if pause else "",
                    carries_stills=pause is not None and pause.carries_stills,
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
        if peer.is_in_a_hurry:
            self.hurried.append(Viewing(participant, peer, session))
