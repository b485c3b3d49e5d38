"""A participant with libwebrtc itself (the package `wrtc`) on both connections, speaking to a Negotiator."""

import asyncio
import importlib
from typing import Any

import numpy
import pytest

from app.ids import LessonId, ParticipantId
from app.media.port import Negotiator, Source
from tests.support.rtc_peer import LOOPBACK

WIDTH, HEIGHT, FPS = 320, 180, 15
RATE_HZ = 48_000
BLOCK_S = 0.02
TONE_HZ = 440


def libwebrtc() -> Any:
    """The package, which finds peers on this machine. Skips where there is none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WRTC_ALLOW_LOOPBACK", "1")
        try:
            return importlib.import_module("webrtc")
        except ImportError as error:
            pytest.skip(f"libwebrtc cannot be had for this Python: {error}")


class LibwebrtcPeer:
    """One participant; `publish` and `subscribe` each make a connection of their own."""

    def __init__(
        self, negotiator: Negotiator, lesson_id: LessonId, participant_id: ParticipantId
    ) -> None:
        self.lesson_id = lesson_id
        self.participant_id = participant_id
        self.publishing: Any = None
        self.subscribing: Any = None
        self._webrtc = libwebrtc()
        self._negotiator = negotiator
        self._tasks: list[asyncio.Task[None]] = []

    async def publish(self) -> None:
        """Offer a camera (a moving bar) and a microphone (a tone)."""
        webrtc = self._webrtc
        connection = self.publishing = webrtc.RTCPeerConnection()
        camera = webrtc.VideoTrackGenerator()
        microphone = webrtc.MediaStreamTrackGenerator("audio")
        init = webrtc.RTCRtpTransceiverInit(direction="sendonly")
        transceivers = {
            Source.MICROPHONE: connection.add_transceiver(microphone, init),
            Source.CAMERA: connection.add_transceiver(camera.track, init),
        }
        self._tasks.append(asyncio.create_task(self._film(camera.writable.get_writer())))
        self._tasks.append(asyncio.create_task(self._sound(microphone.writable.get_writer())))
        await connection.set_local_description(await connection.create_offer())
        tracks = {transceiver.mid: source for source, transceiver in transceivers.items()}
        answer = await self._negotiator.answer(
            self.lesson_id,
            self.participant_id,
            connection.local_description.sdp,
            tracks,
            LOOPBACK,
        )
        await connection.set_remote_description(self._description("answer", answer))

    async def subscribe(self) -> None:
        """Ask for the slots; libwebrtc decodes whatever they carry."""
        connection = self.subscribing = self._webrtc.RTCPeerConnection()
        offer = await self._negotiator.offer(self.lesson_id, self.participant_id, LOOPBACK)
        await connection.set_remote_description(self._description("offer", offer))
        await connection.set_local_description(await connection.create_answer())
        await self._negotiator.accept(
            self.lesson_id, self.participant_id, connection.local_description.sdp
        )

    async def received(self, mid: str) -> int:
        """Frames of picture or packets of sound that one slot's section (`stage.0.v`) has decoded."""
        for stat in (await self.subscribing.get_stats()).values():
            if stat.type == "inbound-rtp" and stat.mid == mid:
                count = stat.frames_decoded if mid.endswith(".v") else stat.packets_received
                return count or 0
        return 0

    async def close(self) -> None:
        """Close both connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in (self.publishing, self.subscribing):
            if connection is not None:
                connection.close()

    def _description(self, kind: str, sdp: str) -> Any:
        return self._webrtc.RTCSessionDescriptionInit(type=kind, sdp=sdp)

    async def _film(self, writer: Any) -> None:
        loop = asyncio.get_running_loop()
        began, count = loop.time(), 0
        while True:
            picture = numpy.full((HEIGHT * 3 // 2, WIDTH), 128, numpy.uint8)
            picture[:HEIGHT, count * 4 % WIDTH] = 16
            init = self._webrtc.VideoFrameBufferInit(
                format="I420",
                coded_width=WIDTH,
                coded_height=HEIGHT,
                timestamp=count * 1_000_000 // FPS,
            )
            await writer.write(self._webrtc.VideoFrame(picture.tobytes(), init))
            count += 1
            await asyncio.sleep(max(0.0, began + count / FPS - loop.time()))

    async def _sound(self, writer: Any) -> None:
        loop = asyncio.get_running_loop()
        began, count = loop.time(), 0
        frames = int(RATE_HZ * BLOCK_S)
        while True:
            t = (numpy.arange(frames) + count * frames) / RATE_HZ
            samples = (8_000 * numpy.sin(2 * numpy.pi * TONE_HZ * t)).astype(numpy.int16)
            init = self._webrtc.AudioDataInit(
                format="s16",
                sample_rate=RATE_HZ,
                number_of_frames=frames,
                number_of_channels=1,
                timestamp=int(count * BLOCK_S * 1_000_000),
                data=samples.tobytes(),
            )
            await writer.write(self._webrtc.AudioData(init))
            count += 1
            await asyncio.sleep(max(0.0, began + count * BLOCK_S - loop.time()))
