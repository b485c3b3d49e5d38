"""A lead and classrooms without browsers: the real HTTP interface, real sockets, real media with aiortc.

Each peer behaves as a page does: it comes back with `room.resume` after a cut, makes new connections for a new media
epoch, and takes its seat for good only once.
"""

import asyncio
import contextlib
import http.client
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from app.ids import new_id
from app.signaling.messages import (
    LessonEnded,
    LessonStarted,
    MediaAccept,
    MediaGrant,
    MediaOffer,
    MediaRevoked,
    MediaSubscribe,
    Ok,
    ParticipantChanged,
    ParticipantView,
    PhaseName,
    Replaced,
    Resumed,
    RoomSnapshot,
    ServerMessage,
    SlotMapped,
)
from app.simulated.clip import Playback, load_clip
from app.simulated.peer import PublishingPeer
from app.simulated.signaling_client import Disconnected, Refused, SignalingClient
from tests.support.office import Office, PlannedLesson
from tests.support.waiting import until

FIRST_RETRY_S, LAST_RETRY_S = 0.2, 3.0
AWAY_S = 0.2
PICTURE_S = 30.0
"""How long a picture may take on a busy machine."""


async def ask(office: Office, method: str, path: str, body: object = None) -> Any:
    """A call of the HTTP interface, again and again while the server is away."""
    while True:
        try:
            return await asyncio.to_thread(office.call, method, path, body)
        except (OSError, http.client.HTTPException):
            await asyncio.sleep(AWAY_S)


class PeerGone(Exception):
    """The server sent this peer away for good."""


class LessonPeer:
    """One device in a lesson, from `async with` to its end. Counts what it decodes, by who sent it."""

    def __init__(
        self,
        office: Office,
        lesson_id: str,
        place: dict[str, str],
        clip: str,
        *,
        watches: bool = True,
    ) -> None:
        """`place` as `POST /tickets` takes it: `{"role": "lead"}` or `{"seat_id": ...}`.

        `watches`: it decodes what there is to see and hear, which is most of what a peer costs.
        """
        self.places: dict[str, ParticipantView] = {}
        self.phase: PhaseName = "waiting"
        self.frames: Counter[tuple[str, str]] = Counter()
        """(participant, `audio` or `video`) -> frames decoded."""
        self.joins = 0
        self.is_joined = False
        self.participant_id = ""
        self.client: SignalingClient | None = None
        self._office, self._lesson_id, self._place = office, lesson_id, place
        self._playback = Playback(load_clip(clip))
        self._clip = clip
        self._watches = watches
        self._slots: dict[str, str] = {}
        self._last_seq: int | None = None
        self._grant: MediaGrant | None = None
        self._epoch: int | None = None
        self._sending: PublishingPeer | None = None
        self._receiving: RTCPeerConnection | None = None
        self._readers: list[asyncio.Task[None]] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "LessonPeer":
        ticket = await ask(self._office, "POST", f"/lessons/{self._lesson_id}/tickets", self._place)
        self.participant_id = ticket["participant_id"]
        self._ticket = ticket
        self._device_id = new_id("dev")
        self._task = asyncio.create_task(self._run(), name=f"peer {self.participant_id}")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._drop_media()

    def check(self) -> None:
        """Raise what ended this peer."""
        if self._task is not None and self._task.done():
            self._task.result()
            if self.phase != "ended":
                raise PeerGone(self.participant_id)

    def video_from(self, participant_id: str) -> int:
        return self.frames[participant_id, "video"]

    async def sees_picture(self, participant_id: str, deadline_s: float = PICTURE_S) -> float:
        """Wait until 5 new frames of this participant are decoded; the seconds it took."""
        enough = self.video_from(participant_id) + 5
        what = f"a picture of {participant_id}"
        return await until(lambda: self.video_from(participant_id) >= enough, deadline_s, what)

    async def request(self, make: Callable[[str], Any]) -> None:
        """Send `make(id)` and wait for its `ok`."""
        assert self.client is not None
        await self.client.request(make(self.client.next_id()), Ok)

    # -- the socket

    async def _run(self) -> None:
        delay_s = FIRST_RETRY_S
        while self.phase != "ended":
            client = SignalingClient(
                self._ticket["signal_url"], self._ticket["token"], self._device_id
            )
            try:
                await self._enter(client)
                delay_s = FIRST_RETRY_S
                async for message in client.messages():
                    await self._take(client, message)
            except Disconnected:
                pass
            except Refused as refusal:
                if refusal.code not in ("lesson_unavailable", "internal", "media_unavailable"):
                    raise PeerGone(f"{self.participant_id}: {refusal}") from refusal
            finally:
                self.client, self.is_joined = None, False
                await client.close()
            await asyncio.sleep(delay_s)
            delay_s = min(LAST_RETRY_S, delay_s * 2)

    async def _enter(self, client: SignalingClient) -> None:
        await client.connect()
        if self._last_seq is None:
            answer: RoomSnapshot | Resumed = await client.join()
        else:
            answer = await client.resume(self._last_seq)
        self._see(answer)
        self.client, self.is_joined = client, True
        self.joins += 1

    async def _take(self, client: SignalingClient, message: ServerMessage) -> None:
        self._see(message)
        match message:
            case Replaced():
                raise PeerGone(f"{self.participant_id} was replaced")
            case MediaGrant():
                await self._open_media(client, message)
            case MediaRevoked():
                self._grant = None
                await self._drop_media()
            case _:
                pass

    def _see(self, message: ServerMessage) -> None:
        seq = getattr(message, "seq", None)
        if isinstance(seq, int):
            self._last_seq = seq
        match message:
            case RoomSnapshot():
                self.phase = message.room.phase
                self.places = {p.participant_id: p for p in message.room.participants}
            case LessonStarted():
                self.phase = "live"
            case LessonEnded():
                self.phase = "ended"
            case ParticipantChanged():
                self.places[message.participant.participant_id] = message.participant
            case SlotMapped():
                self._slots[message.slot] = message.participant_id or ""
            case _:
                pass

    # -- the media

    async def _open_media(self, client: SignalingClient, grant: MediaGrant) -> None:
        self._grant = grant
        if grant.media_epoch != self._epoch or self._has_failed():
            await self._drop_media()
            self._epoch = grant.media_epoch
        try:
            if self._receiving is None and self._watches:
                await self._subscribe(client)
            if self._sending is None and grant.publish:
                await self._publish(client)
        except (Refused, InvalidStateError):
            pass  # What the engine refuses now is asked for again with its next grant.
        except BaseException:
            # Half negotiated: such a connection does not fail, it waits for ever.
            await self._drop_media()
            raise

    def _has_failed(self) -> bool:
        receiving = self._receiving
        is_deaf = receiving is not None and receiving.connectionState in ("failed", "closed")
        return is_deaf or (self._sending is not None and self._sending.has_failed)

    async def _publish(self, client: SignalingClient) -> None:
        self._playback = Playback(load_clip(self._clip), begin_s=self._playback.position_s())
        self._sending = PublishingPeer(
            {"camera": self._playback.camera, "microphone": self._playback.microphone}
        )
        await self._sending.publish(client)

    async def _subscribe(self, client: SignalingClient) -> None:
        connection = self._receiving = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        asked = MediaSubscribe(type="media.subscribe", id=client.next_id())
        offer = await client.request(asked, MediaOffer)
        await connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        for transceiver in connection.getTransceivers():
            slot = (transceiver.mid or "").rpartition(".")[0]
            self._readers.append(asyncio.create_task(self._read(slot, transceiver.receiver.track)))
        await connection.setLocalDescription(await connection.createAnswer())
        answer = MediaAccept(
            type="media.accept", id=client.next_id(), sdp=connection.localDescription.sdp
        )
        await client.request(answer, Ok)

    async def _read(self, slot: str, track: MediaStreamTrack) -> None:
        while True:
            try:
                await track.recv()
            except MediaStreamError:
                return
            self.frames[self._slots.get(slot, ""), track.kind] += 1

    async def _drop_media(self) -> None:
        self._epoch = None
        sending, self._sending = self._sending, None
        receiving, self._receiving = self._receiving, None
        for connection in (sending, receiving):
            if connection is not None:
                await connection.close()
        readers, self._readers = self._readers, []
        for task in readers:
            task.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


def lead_of(office: Office, plan: PlannedLesson) -> LessonPeer:
    """The lead of a lesson, who is `office`'s person."""
    return LessonPeer(office, plan.lesson_id, {"role": "lead"}, "classroom-a")


@contextlib.asynccontextmanager
async def peers_of(
    office: Office, plan: PlannedLesson
) -> AsyncIterator[tuple[LessonPeer, list[LessonPeer]]]:
    """The lead (who is `office`'s person) and a device in each seat of the lesson."""
    clips = ("classroom-b", "classroom-a")
    lead = lead_of(office, plan)
    rooms = [
        LessonPeer(office, plan.lesson_id, {"seat_id": seat.seat_id}, clips[index % 2])
        for index, seat in enumerate(plan.seats)
    ]
    async with contextlib.AsyncExitStack() as stack:
        for peer in (lead, *rooms):
            await stack.enter_async_context(peer)
        yield lead, rooms
