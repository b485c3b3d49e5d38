"""Classrooms that other WebRTC stacks hold: the product's own signalling, and a peer of whatever kind."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Protocol, TypeVar

from app.ids import LessonId, ParticipantId, new_id
from app.media.port import ClientNetwork, Negotiator, Source
from app.signaling.messages import (
    MediaAccept,
    MediaAnswer,
    MediaGrant,
    MediaOffer,
    MediaPublish,
    MediaSubscribe,
    Ok,
    SlotMapped,
)
from app.simulated.signaling_client import SignalingClient
from tests.support.office import Office, PlannedLesson, Seat
from tests.support.pages import eventually
from tests.support.serve import Served


class SocketNegotiator:
    """A Negotiator whose every call is a request on the socket of the peer that makes it."""

    def __init__(self, client: SignalingClient) -> None:
        self._client = client

    async def answer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        offer_sdp: str,
        tracks: Mapping[str, Source],
        network: ClientNetwork,
    ) -> str:
        request = MediaPublish(
            type="media.publish",
            id=self._client.next_id(),
            sdp=offer_sdp,
            tracks={mid: source.value for mid, source in tracks.items()},
        )
        return (await self._client.request(request, MediaAnswer)).sdp

    async def offer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        network: ClientNetwork,
        *,
        is_ice_restart: bool = False,
    ) -> str:
        request = MediaSubscribe(type="media.subscribe", id=self._client.next_id())
        return (await self._client.request(request, MediaOffer)).sdp

    async def accept(
        self, lesson_id: LessonId, participant_id: ParticipantId, answer_sdp: str
    ) -> None:
        request = MediaAccept(type="media.accept", id=self._client.next_id(), sdp=answer_sdp)
        await self._client.request(request, Ok)


class Peer(Protocol):
    """A participant of some WebRTC stack."""

    async def close(self) -> None:
        """Close its connections."""
        ...


AnyPeer = TypeVar("AnyPeer", bound=Peer)


class GuestClassroom:
    """A seat that is held without a page."""

    def __init__(self, client: SignalingClient, lesson_id: LessonId) -> None:
        self.client = client
        self.slots: dict[str, str | None] = {}
        self.sources: set[str] | None = None
        """What may be sent; None before the first grant."""
        self._lesson_id = lesson_id
        self._peers: list[Peer] = []

    def peer_of(self, make: Callable[[Negotiator, LessonId, ParticipantId], AnyPeer]) -> AnyPeer:
        """A peer for this seat; closed with it."""
        negotiator = SocketNegotiator(self.client)
        peer = make(negotiator, self._lesson_id, ParticipantId(self.client.participant_id))
        self._peers.append(peer)
        return peer

    async def may_send(self) -> None:
        """Wait for the grant to send picture and sound."""

        async def is_granted() -> bool:
            return self.sources == {"camera", "microphone"}

        await eventually("the classroom may send", is_granted)

    async def close(self) -> None:
        for peer in self._peers:
            await peer.close()
        await self.client.close()

    async def listen(self) -> None:
        async for message in self.client.messages():
            if isinstance(message, MediaGrant):
                self.sources = set(message.publish)
            elif isinstance(message, SlotMapped):
                self.slots[message.slot] = message.participant_id

    def slots_of(self, participant_id: str) -> list[str]:
        """The slots that carry this participant now."""
        return [slot for slot, who in self.slots.items() if who == participant_id]


@contextlib.asynccontextmanager
async def guest_classroom(
    served: Served, lesson: PlannedLesson, seat: Seat
) -> AsyncIterator[GuestClassroom]:
    """The seat taken; its media is for the test to open."""
    ticket = Office(served).call(
        "POST", f"/lessons/{lesson.lesson_id}/tickets", {"seat_id": seat.seat_id}
    )
    client = SignalingClient(ticket["signal_url"], ticket["token"], new_id("dev"))
    await client.connect()
    classroom = GuestClassroom(client, LessonId(lesson.lesson_id))
    listening = asyncio.create_task(classroom.listen())
    try:
        await client.join()
        yield classroom
    finally:
        await classroom.close()
        listening.cancel()
