"""The media of one simulated device: a publishing connection made with aiortc."""

import logging
from collections.abc import Mapping

import aioice.ice
from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamTrack

from app.signaling.messages import MediaAnswer, MediaPublish, SourceName
from app.simulated.signaling_client import SignalingClient

logger = logging.getLogger(__name__)

CODECS = {"audio": ("audio/opus",), "video": ("video/VP8", "video/rtx")}


def gather_loopback_only() -> None:
    """Make every ICE agent of this process gather 127.0.0.1 and nothing else.

    aioice leaves loopback out and has no option for it. The engine runs on this same machine, perhaps one without any
    other address, so the simulating process needs exactly that candidate. Not for processes that talk to others.
    """
    aioice.ice.get_host_addresses = _loopback


def _loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    return ["127.0.0.1"] if use_ipv4 else ["::1"]


class PublishingPeer:
    """One RTCPeerConnection that sends `tracks` (source -> track). Made anew for each media epoch."""

    def __init__(self, tracks: Mapping[SourceName, MediaStreamTrack]) -> None:
        self._tracks = dict(tracks)
        # No ICE servers: aiortc's default is a public STUN server. Not MAX_BUNDLE: with it aiortc takes the candidates
        # of the last media section only, and an answer carries them in the first (RFC 9143 §7.3).
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))

    @property
    def has_failed(self) -> bool:
        return self.connection.connectionState in ("failed", "closed")

    async def publish(self, client: SignalingClient) -> None:
        """Offer the tracks over `client` and take the answer. Raises what `client.request` raises, ValueError for an
        answer that cannot be used.
        """
        transceivers = {}
        for source, track in self._tracks.items():
            transceiver = self.connection.addTransceiver(track, direction="sendonly")
            wanted = CODECS[track.kind]
            transceiver.setCodecPreferences(
                [
                    codec
                    for codec in RTCRtpSender.getCapabilities(track.kind).codecs
                    if codec.mimeType in wanted
                ]
            )
            transceivers[source] = transceiver
        await self.connection.setLocalDescription(await self.connection.createOffer())
        answer = await client.request(
            MediaPublish(
                type="media.publish",
                id=client.next_id(),
                sdp=self.connection.localDescription.sdp,
                tracks={transceiver.mid: source for source, transceiver in transceivers.items()},
            ),
            MediaAnswer,
        )
        await self.connection.setRemoteDescription(
            RTCSessionDescription(sdp=answer.sdp, type="answer")
        )

    async def close(self) -> None:
        """Stop sending and let go of the sockets. Idempotent."""
        await self.connection.close()
