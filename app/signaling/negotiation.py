"""Media messages: who holds a grant, and SDP between a device's socket and the engine. SDP never meets the room."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.ids import LessonId, ParticipantId, PublicationId
from app.media import port
from app.media.port import EngineUnavailable, NegotiationFailed, Negotiator, Source
from app.rooms.state import Role
from app.signaling import messages as wire
from app.signaling.codes import Refusal
from app.signaling.connection import Connection
from app.signaling.limits import Limits
from app.signaling.session import ok, refusal
from app.signaling.stills import DeviceOf, StillDesk

log = logging.getLogger(__name__)

MAY_SEND: dict[Role, frozenset[Source]] = {
    Role.LEAD: frozenset(Source),
    Role.CLASSROOM: frozenset({Source.CAMERA, Source.MICROPHONE}),
    Role.ASSISTANT: frozenset(Source),
    Role.OBSERVER: frozenset(),
}
"""What a role may ever send: an assistant may come to lead. What it may send now is the grant's, and enforced by the
engine."""

SdpRequest = wire.MediaPublish | wire.MediaSubscribe | wire.MediaAccept
MediaRequest = SdpRequest | wire.StillSend
Answer = wire.MediaAnswer | wire.MediaOffer | wire.Ok | wire.ErrorMessage
NegotiatorOf = Callable[[LessonId], Negotiator | None]
TellSpeakers = Callable[[LessonId, tuple[ParticipantId, ...]], None]
IceServersOf = Callable[[ParticipantId], Sequence[Mapping[str, str]]]


def no_ice_servers(_: ParticipantId) -> Sequence[Mapping[str, str]]:
    """For installations without a relay."""
    return ()


@dataclass(slots=True)
class _Place:
    """What a device was told, so that a new socket of the same place is told it too. The grant is kept without relays:
    their credentials are made anew each time it is told.
    """

    grant: wire.MediaGrant
    slots: dict[str, wire.SlotMapped] = field(default_factory=dict)
    paused: dict[PublicationId, wire.SubscriptionPaused] = field(default_factory=dict)
    layers: dict[Source, wire.LayersWanted] = field(default_factory=dict)
    data_used: wire.DataUsed | None = None


class MediaDesk:
    """The reactor tells it grants, slots and pauses; it tells the one device of each place."""

    def __init__(
        self,
        device_of: DeviceOf,
        negotiator_of: NegotiatorOf,
        limits: Limits,
        tell_speakers: TellSpeakers,
        stills: StillDesk,
        ice_servers_of: IceServersOf = no_ice_servers,
    ) -> None:
        self._device_of = device_of
        self._negotiator_of = negotiator_of
        self._tell_speakers = tell_speakers
        self._stills = stills
        self._ice_servers_of = ice_servers_of
        self._timeout_s = limits.negotiation_timeout_s
        self._places: dict[tuple[LessonId, ParticipantId], _Place] = {}

    def grant(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        grant: port.MediaGrant,
        permissions: port.MediaPermissions,
    ) -> None:
        """Tell the device that it may open its media connections, or that what it may send has changed."""
        message = wire.MediaGrant(
            type="media.grant",
            engine=grant.engine,
            media_epoch=grant.media_epoch,
            ice_servers=[dict(server) for server in grant.ice_servers],
            publish=[s for s in wire.SOURCES if Source(s) in permissions.publish],
            video_cap_bps=permissions.video_cap_bps,
        )
        key = (lesson_id, participant_id)
        place = self._places.get(key)
        if place is None or place.grant.media_epoch != message.media_epoch:
            self._places[key] = _Place(message)
        elif place.grant == message:
            return
        else:
            place.grant = message
        self._tell(lesson_id, participant_id, self._with_relays(participant_id, message))

    def revoke(
        self, lesson_id: LessonId, participant_id: ParticipantId, reason: wire.RevokeReason
    ) -> None:
        """Tell the device to close its media connections; nothing if it had no grant."""
        self._stills.forget(lesson_id, participant_id)
        if self._places.pop((lesson_id, participant_id), None) is not None:
            message = wire.MediaRevoked(type="media.revoked", reason=reason)
            self._tell(lesson_id, participant_id, message)

    def revoke_all(self, lesson_id: LessonId, reason: wire.RevokeReason) -> None:
        for lesson, participant_id in list(self._places):
            if lesson == lesson_id:
                self.revoke(lesson_id, participant_id, reason)
        self._tell_speakers(lesson_id, ())

    def forget(self, lesson_id: LessonId, participant_id: ParticipantId) -> None:
        """The place is empty: no grant is left for a later device."""
        self._places.pop((lesson_id, participant_id), None)
        self._stills.forget(lesson_id, participant_id)

    def forget_lesson(self, lesson_id: LessonId) -> None:
        for lesson, participant_id in list(self._places):
            if lesson == lesson_id:
                self.forget(lesson, participant_id)

    def slot_mapped(self, event: port.SlotMapped) -> None:
        message = wire.SlotMapped(
            type="slot.mapped", slot=event.slot, participant_id=event.publisher_id
        )
        place = self._places.get((event.lesson_id, event.participant_id))
        if place is not None:
            place.slots[event.slot] = message
            self._tell(event.lesson_id, event.participant_id, message)

    def subscription_paused(self, event: port.SubscriptionPaused) -> None:
        publisher_id, _, source = event.publication_id.rpartition("/")
        message = wire.SubscriptionPaused(
            type="subscription.paused",
            participant_id=publisher_id,
            source=Source(source).value,
            is_paused=event.is_paused,
            reason=event.reason,
            carries_stills=event.carries_stills,
        )
        place = self._places.get((event.lesson_id, event.participant_id))
        if place is None:
            return
        self._stills.paused(event)
        if place.paused.get(event.publication_id) == message:
            return
        if event.is_paused:
            place.paused[event.publication_id] = message
        else:
            place.paused.pop(event.publication_id, None)
        self._tell(event.lesson_id, event.participant_id, message)

    def data_used(
        self, lesson_id: LessonId, participant_id: ParticipantId, sent: int, received: int
    ) -> None:
        """Tell the device what its media connections carried so far, in bytes by the server."""
        place = self._places.get((lesson_id, participant_id))
        if place is None:
            return
        message = wire.DataUsed(type="data.used", bytes_sent=sent, bytes_received=received)
        if message != place.data_used:
            place.data_used = message
            self._tell(lesson_id, participant_id, message)

    def layers_wanted(self, event: port.LayersWanted) -> None:
        """Tell the device which of its encodings to send; nothing if it knows."""
        message = wire.LayersWanted(
            type="layers.wanted", source=event.source.value, layers=list(event.layers)
        )
        place = self._places.get((event.lesson_id, event.participant_id))
        if place is not None and place.layers.get(event.source) != message:
            place.layers[event.source] = message
            self._tell(event.lesson_id, event.participant_id, message)

    def speakers_changed(self, event: port.SpeakersChanged) -> None:
        self._tell_speakers(event.lesson_id, event.speakers)

    def remind(self, connection: Connection) -> None:
        """Tell a new socket of a device what the old one knew: the media connections may have outlived it."""
        ticket = connection.ticket
        place = self._places.get((ticket.lesson_id, ticket.participant_id))
        if place is None:
            return
        connection.send(self._with_relays(ticket.participant_id, place.grant))
        for slot in place.slots.values():
            connection.send(slot)
        for pause in place.paused.values():
            connection.send(pause)
        for layers in place.layers.values():
            connection.send(layers)
        if place.data_used is not None:
            connection.send(place.data_used)
        self._stills.remind(connection)

    async def negotiate(self, connection: Connection, request: MediaRequest) -> None:
        """Answer a media message of a joined device."""
        ticket = connection.ticket
        negotiator = self._negotiator_of(ticket.lesson_id)
        is_admitted = (ticket.lesson_id, ticket.participant_id) in self._places
        if self._device_of(ticket.lesson_id, ticket.participant_id) is not connection:
            is_admitted = False
        if not is_admitted:
            connection.send(refusal(request.id, Refusal.NOT_ADMITTED))
        elif isinstance(request, wire.StillSend):
            connection.send(self._stills.send(connection, request))
        elif negotiator is None:
            connection.send(refusal(request.id, Refusal.MEDIA_UNAVAILABLE))
        else:
            connection.send(await self._answer(connection, negotiator, request))

    async def _answer(
        self, connection: Connection, negotiator: Negotiator, request: SdpRequest
    ) -> Answer:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._exchange(connection, negotiator, request)
        except NegotiationFailed as error:
            return refusal(request.id, Refusal.NEGOTIATION_FAILED, str(error)[:300])
        except (EngineUnavailable, TimeoutError) as error:
            log.info("connection %s: no media: %r", connection.session.connection_id, error)
            return refusal(request.id, Refusal.MEDIA_UNAVAILABLE)

    async def _exchange(
        self, connection: Connection, negotiator: Negotiator, request: SdpRequest
    ) -> Answer:
        ticket, network = connection.ticket, connection.network
        lesson_id, participant_id = ticket.lesson_id, ticket.participant_id
        match request:
            case wire.MediaPublish():
                tracks = {mid: Source(source) for mid, source in request.tracks.items()}
                if not MAY_SEND[ticket.role].issuperset(tracks.values()):
                    return refusal(request.id, Refusal.SOURCE_NOT_ALLOWED)
                answer = await negotiator.answer(
                    lesson_id, participant_id, request.sdp, tracks, network
                )
                return wire.MediaAnswer(type="media.answer", re=request.id, sdp=answer)
            case wire.MediaSubscribe():
                offer = await negotiator.offer(
                    lesson_id, participant_id, network, is_ice_restart=request.is_ice_restart
                )
                return wire.MediaOffer(type="media.offer", re=request.id, sdp=offer)
            case wire.MediaAccept():
                await negotiator.accept(lesson_id, participant_id, request.sdp)
                return ok(request.id)

    def _with_relays(
        self, participant_id: ParticipantId, grant: wire.MediaGrant
    ) -> wire.MediaGrant:
        relays = [dict(server) for server in self._ice_servers_of(participant_id)]
        return grant.model_copy(update={"ice_servers": [*grant.ice_servers, *relays]})

    def _tell(
        self, lesson_id: LessonId, participant_id: ParticipantId, message: wire.ServerMessage
    ) -> None:
        device = self._device_of(lesson_id, participant_id)
        if device is not None:
            device.send(message)
