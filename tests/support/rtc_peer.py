"""A participant with aiortc on both connections, speaking to a Negotiator."""

import asyncio
import fractions
from collections import Counter
from collections.abc import Iterable

import aioice.ice
import numpy
import pytest
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpCodecCapability,
    RTCSessionDescription,
)
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack
from aiortc.rtcrtpsender import RTCRtpSender
from av import AudioFrame, VideoFrame

from app.ids import LessonId, ParticipantId
from app.media.port import ClientNetwork, Negotiator, Source

LOOPBACK = ClientNetwork(is_loopback=True, server_ip="127.0.0.1")


def allow_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let aioice use 127.0.0.1, which it leaves out by itself."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])


class ColourTrack(MediaStreamTrack):
    """A small picture of one colour that a viewer can recognise, 15 frames a second."""

    kind = "video"

    def __init__(self, luma: int, size: tuple[int, int] = (160, 96)) -> None:
        super().__init__()
        self._luma = luma
        self._size = size
        self._count = 0
        self._start = asyncio.get_running_loop().time()

    async def recv(self) -> VideoFrame:
        if self.readyState != "live":
            raise MediaStreamError
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._start + self._count / 15 - loop.time()))
        width, height = self._size
        picture = numpy.full((height * 3 // 2, width), 128, numpy.uint8)
        picture[:height] = self._luma
        picture[self._count % height, :] = 16
        frame = VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts = self._count * 6_000
        frame.time_base = fractions.Fraction(1, 90_000)
        self._count += 1
        return frame


class Received:
    """What one slot showed: decoded frames counted, the last picture's brightness kept."""

    def __init__(self) -> None:
        self.frames: Counter[str] = Counter()
        self.luma: dict[str, int] = {}

    async def take(self, mid: str, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            self.frames[mid] += 1
            if isinstance(frame, VideoFrame):
                self.luma[mid] = int(frame.to_ndarray(format="gray").mean())
            else:
                assert isinstance(frame, AudioFrame)


class RtcPeer:
    """One participant; `publish` and `subscribe` each make a connection of their own."""

    def __init__(
        self, negotiator: Negotiator, lesson_id: LessonId, participant_id: ParticipantId
    ) -> None:
        self.lesson_id = lesson_id
        self.participant_id = participant_id
        self.received = Received()
        self.publishing: RTCPeerConnection | None = None
        self.subscribing: RTCPeerConnection | None = None
        self._negotiator = negotiator
        self._tasks: list[asyncio.Task[None]] = []

    async def publish(
        self,
        video: MediaStreamTrack | None = None,
        audio: MediaStreamTrack | None = None,
        *,
        codec: str = "video/VP8",
    ) -> None:
        """Offer a camera and a microphone; by default a grey picture and silence."""
        connection = self.publishing = RTCPeerConnection()
        sources: list[tuple[MediaStreamTrack, Source]] = [
            (audio or AudioStreamTrack(), Source.MICROPHONE),
            (video or ColourTrack(200), Source.CAMERA),
        ]
        transceivers = [
            (connection.addTransceiver(track, direction="sendonly"), source)
            for track, source in sources
        ]
        for transceiver, _ in transceivers:
            if transceiver.kind == "video":
                transceiver.setCodecPreferences(_codecs(codec))
        await connection.setLocalDescription(await connection.createOffer())
        tracks = {transceiver.mid: source for transceiver, source in transceivers}
        answer = await self._negotiator.answer(
            self.lesson_id,
            self.participant_id,
            connection.localDescription.sdp,
            tracks,
            LOOPBACK,
        )
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def subscribe(self) -> None:
        """Ask for the slots and decode whatever they carry into `received`."""
        # With another policy aiortc leaves the second slot on a transport that it has stopped.
        connection = self.subscribing = RTCPeerConnection(
            RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        offer = await self._negotiator.offer(self.lesson_id, self.participant_id, LOOPBACK)
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for transceiver in connection.getTransceivers():
            self._tasks.append(
                asyncio.create_task(self.received.take(transceiver.mid, transceiver.receiver.track))
            )
        await connection.setLocalDescription(await connection.createAnswer())
        await self._negotiator.accept(
            self.lesson_id, self.participant_id, connection.localDescription.sdp
        )

    def frames_in(self, slots: Iterable[str], kind: str) -> int:
        """Frames (`v`) or blocks of sound (`a`) decoded in these slots."""
        return sum(self.received.frames[f"{slot}.{kind}"] for slot in slots)

    async def close(self) -> None:
        """Close both connections."""
        for connection in (self.publishing, self.subscribing):
            if connection is not None:
                await connection.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _codecs(preferred: str) -> list[RTCRtpCodecCapability]:
    capabilities: list[RTCRtpCodecCapability] = RTCRtpSender.getCapabilities("video").codecs
    return [c for c in capabilities if c.mimeType in (preferred, "video/rtx")]
