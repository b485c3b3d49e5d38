"""A WHIP and a WHEP client: httpx and aiortc, as an encoder and a player outside of any page."""

import asyncio
import re

import httpx
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpCodecCapability,
    RTCSessionDescription,
)
from aiortc.mediastreams import AudioStreamTrack
from aiortc.rtcrtpsender import RTCRtpSender

from tests.support.rtc_peer import ColourTrack, Received

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"


class WhipClient:
    """One session: `publish` or `view`, then `delete`."""

    def __init__(self, http: httpx.AsyncClient, lesson_id: str, token: str) -> None:
        self.http = http
        self.lesson_id = lesson_id
        self.headers = {"Authorization": f"Bearer {token}"}
        self.received = Received()
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.location = ""
        self.entity_tag = ""
        self._tasks: list[asyncio.Task[None]] = []

    async def publish(
        self, *, luma: int = 200, codec: str = "video/VP8", query: str = "", is_obs: bool = False
    ) -> str:
        """Send a grey picture and silence; the answer. `is_obs`: no candidates in the offer, no PATCH later."""
        audio = self.connection.addTransceiver(AudioStreamTrack(), direction="sendonly")
        video = self.connection.addTransceiver(ColourTrack(luma), direction="sendonly")
        assert audio is not video
        capabilities: list[RTCRtpCodecCapability] = RTCRtpSender.getCapabilities("video").codecs
        video.setCodecPreferences([c for c in capabilities if c.mimeType in (codec, "video/rtx")])
        await self.connection.setLocalDescription(await self.connection.createOffer())
        offer = self.connection.localDescription.sdp
        if is_obs:
            offer = re.sub(r"a=(candidate:.*|end-of-candidates)\r\n", "", offer)
        return await self._open("whip", offer, query)

    async def view(self, source: str) -> str:
        """Receive `source`, decoded into `received` under `audio` and `video`; the answer."""
        for kind in ("audio", "video"):
            self.connection.addTransceiver(kind, direction="recvonly")
        await self.connection.setLocalDescription(await self.connection.createOffer())
        answer = await self._open("whep", self.connection.localDescription.sdp, f"?source={source}")
        for transceiver in self.connection.getTransceivers():
            take = self.received.take(transceiver.kind, transceiver.receiver.track)
            self._tasks.append(asyncio.create_task(take))
        return answer

    async def _open(self, kind: str, offer: str, query: str) -> str:
        response = await self.http.post(
            f"/{kind}/{self.lesson_id}{query}",
            content=offer,
            headers={**self.headers, "Content-Type": SDP},
        )
        assert response.status_code == 201, response.text
        assert response.headers["content-type"] == SDP
        self.location = response.headers["location"]
        self.entity_tag = response.headers["etag"]
        # aiortc takes the candidates of the last section of a bundle, the answer has them in the first.
        answer = _with_candidates_everywhere(response.text)
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        return response.text

    async def patch(self, fragment: str, **headers: str) -> httpx.Response:
        return await self.http.patch(
            self.location,
            content=fragment,
            headers={**self.headers, "Content-Type": FRAGMENT, **headers},
        )

    async def delete(self) -> int:
        return (await self.http.delete(self.location, headers=self.headers)).status_code

    async def close(self) -> None:
        """Without a word to the server's HTTP side."""
        await self.connection.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _with_candidates_everywhere(sdp: str) -> str:
    found = [line for line in sdp.split("\r\n") if line.startswith("a=candidate")]
    head, *sections = re.split(r"(?=^m=)", sdp, flags=re.M)
    extra = "".join(f"{line}\r\n" for line in dict.fromkeys(found))
    return head + "".join(one if "a=candidate" in one else one + extra for one in sections)
