"""One simulated classroom or lead: takes its place over the public protocol and plays a clip."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass

from app.ids import new_id
from app.signaling.messages import (
    CallUpAccept,
    HandLower,
    HandRaise,
    LessonEnded,
    MediaGrant,
    MediaRevoked,
    Ok,
    Replaced,
    Request,
    Resumed,
    ServerClosing,
    ServerMessage,
)
from app.simulated.behaviour import Behaviour, Deed, Manner
from app.simulated.clip import Playback, load_clip
from app.simulated.peer import PublishingPeer
from app.simulated.signaling_client import Disconnected, Refused, SignalingClient

logger = logging.getLogger(__name__)

FIRST_RETRY_S, LAST_RETRY_S = 0.2, 3.0
MEDIA_CHECK_S = 1.0


@dataclass(frozen=True, slots=True)
class SimulatedPlace:
    """A place to take, as the app names it."""

    lesson_id: str
    participant_id: str
    name: str
    token: str
    signal_url: str
    clip: str


class PlaceLost(Exception):
    """The place is not to be had any more: another device took it, or the ticket is refused. Do not come back."""


class SimulatedParticipant:
    """`run()` until the lesson ends; cancel it to leave earlier."""

    def __init__(self, place: SimulatedPlace, manner: Manner) -> None:
        self._place = place
        self._device_id = new_id("dev")
        self._clip = load_clip(place.clip)
        self._playback = Playback(self._clip)
        self._peer: PublishingPeer | None = None
        self._media_epoch: int | None = None
        self._grant: MediaGrant | None = None
        self._last_seq: int | None = None
        self._behaviour = Behaviour(place.participant_id, manner)

    async def run(self) -> None:
        """Returns when the lesson is over; raises `PlaceLost`."""
        delay_s = FIRST_RETRY_S
        try:
            while not self._behaviour.has_ended:
                client = SignalingClient(self._place.signal_url, self._place.token, self._device_id)
                try:
                    await self._enter(client)
                    delay_s = FIRST_RETRY_S
                    await self._live(client)
                except Disconnected as error:
                    logger.info("%s: %s", self._place.participant_id, error)
                except Refused as refusal:
                    if refusal.code.startswith("ticket_"):
                        raise PlaceLost(str(refusal)) from refusal
                    logger.warning("%s: refused: %s", self._place.participant_id, refusal)
                finally:
                    await client.close()
                if not self._behaviour.has_ended:
                    await asyncio.sleep(delay_s)
                    delay_s = min(LAST_RETRY_S, delay_s * 2)
        finally:
            await self._drop_media()

    async def _enter(self, client: SignalingClient) -> None:
        await client.connect()
        if self._last_seq is None:
            # The server begins afresh, so does our media.
            await self._drop_media()
            answer = await client.join()
        else:
            resumed = await client.resume(self._last_seq)
            if isinstance(resumed, Resumed):
                return
            answer = resumed
        self._last_seq = answer.seq
        self._behaviour.see(answer, _now_s())

    async def _live(self, client: SignalingClient) -> None:
        """Follow one connection until it ends."""
        changed = asyncio.Event()
        tasks = [
            asyncio.create_task(self._act(client, changed)),
            asyncio.create_task(self._watch_media(client)),
        ]
        try:
            async for message in client.messages():
                await self._take(client, message)
                changed.set()
                if isinstance(message, LessonEnded | ServerClosing):
                    return
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self, client: SignalingClient, message: ServerMessage) -> None:
        seq = getattr(message, "seq", None)
        if isinstance(seq, int):
            self._last_seq = seq
        self._behaviour.see(message, _now_s())
        match message:
            case Replaced():
                raise PlaceLost("another device took the place")
            case MediaGrant():
                await self._publish(client, message)
            case MediaRevoked():
                self._grant = None
                await self._drop_media()
            case _:
                pass

    async def _publish(self, client: SignalingClient, grant: MediaGrant) -> None:
        """Make what is sent agree with `grant`."""
        self._grant = grant
        if self._peer is not None and (
            grant.media_epoch != self._media_epoch or self._peer.has_failed
        ):
            await self._drop_media()
        if self._peer is None and grant.publish:
            self._playback = Playback(self._clip, begin_s=self._playback.position_s())
            self._media_epoch = grant.media_epoch
            self._peer = PublishingPeer(
                {"camera": self._playback.camera, "microphone": self._playback.microphone}
            )
            try:
                await self._peer.publish(client)
            except (Refused, ValueError) as error:
                logger.warning("%s: cannot publish: %s", self._place.participant_id, error)
                await self._drop_media()
            except BaseException:
                # Offered but never answered: such a connection does not fail, it waits for ever.
                await self._drop_media()
                raise
        self._playback.camera.set_sending("camera" in grant.publish)
        self._playback.microphone.set_sending("microphone" in grant.publish)

    async def _drop_media(self) -> None:
        if self._peer is not None:
            peer, self._peer = self._peer, None
            await peer.close()

    async def _watch_media(self, client: SignalingClient) -> None:
        """A connection that failed without a word from the server, or was refused, is made anew."""
        while True:
            await asyncio.sleep(MEDIA_CHECK_S)
            if self._grant is not None and (self._peer is None or self._peer.has_failed):
                with contextlib.suppress(Disconnected):
                    await self._publish(client, self._grant)

    async def _act(self, client: SignalingClient, changed: asyncio.Event) -> None:
        while True:
            changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._behaviour.wait_s(_now_s())):
                    await changed.wait()
            deed = self._behaviour.due(_now_s())
            if deed is not None:
                with contextlib.suppress(Refused, Disconnected):
                    await client.request(_request(deed, client, self._place.participant_id), Ok)


def _request(deed: Deed, client: SignalingClient, participant_id: str) -> Request:
    identifier = client.next_id()
    match deed:
        case "raise_hand":
            return HandRaise(type="hand.raise", id=identifier)
        case "accept":
            return CallUpAccept(type="callup.accept", id=identifier)
        case "lower_hand":
            return HandLower(type="hand.lower", id=identifier, participant_id=participant_id)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
