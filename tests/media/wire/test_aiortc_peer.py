"""A whole aiortc peer against the real endpoint over loopback sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import aioice.ice
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack, VideoStreamTrack
from aiortc.sdp import SessionDescription

from app.media.wire.addresses import LocalAddress
from app.media.wire.codecs import Vp8Descriptor
from app.media.wire.dtls_srtp import Fingerprint
from app.media.wire.endpoint import MediaEndpoint
from app.media.wire.rtcp import PictureLossIndication, ReceiverReport, SenderReport
from app.media.wire.rtp import RtpPacket, pack_header
from app.media.wire.srtp import PROFILES
from app.media.wire.transport import PeerTransport, TransportState

from .support import Recorder

DEADLINE_S = 20.0
LOOPBACK = LocalAddress("127.0.0.1", is_loopback=True, is_ipv6=False)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for `condition` with a deadline."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.01)


class Echo(Recorder):
    """Sends every packet back under another SSRC, as a forwarder would."""

    transport: PeerTransport

    def rtp_received(self, packet: RtpPacket, now: float) -> None:
        super().rtp_received(packet, now)
        header = pack_header(
            packet.payload_type,
            packet.sequence_number,
            packet.timestamp,
            packet.ssrc ^ 1,
            marker=packet.marker,
        )
        is_video = packet.payload_type in self.video_payload_types
        self.transport.send_rtp(
            header, packet.payload_view, is_video=is_video, end_of_frame=packet.marker
        )

    video_payload_types: frozenset[int] = frozenset()


@pytest.fixture
async def endpoint(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MediaEndpoint]:
    # aioice leaves out the loopback address by itself.
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    endpoint = MediaEndpoint(0, addresses=lambda: [LOOPBACK])
    endpoint.start()
    yield endpoint
    endpoint.close()


def session_fingerprints(media: object) -> list[Fingerprint]:
    return [Fingerprint(f.algorithm, f.value) for f in media.dtls.fingerprints]  # type: ignore[attr-defined]


def answer_to(offer: str, endpoint: MediaEndpoint, transport: PeerTransport) -> str:
    """The same session from our side: ICE-lite, our parameters and candidates, echoed media."""
    local = transport.local_parameters
    candidates = endpoint.candidates(for_loopback=True, preferred_ip="127.0.0.1")
    lines = []
    for line in offer.splitlines():
        name = line.partition(":")[0]
        if name in ("a=candidate", "a=end-of-candidates", "a=fingerprint", "a=ssrc"):
            continue
        if name in ("a=ssrc-group", "a=rtcp", "c=IN IP4 127.0.0.1"):
            continue
        if name == "a=ice-ufrag":
            line = f"a=ice-ufrag:{local.ufrag}"
        elif name == "a=ice-pwd":
            line = f"a=ice-pwd:{local.pwd}"
        elif name == "a=setup":
            line = f"a=setup:{local.setup}\r\na=fingerprint:{local.fingerprint}"
            line += "".join(f"\r\na={c}" for c in candidates) + "\r\na=end-of-candidates"
        elif name.startswith("t="):
            line += "\r\na=ice-lite"
        lines.append(line)
    return "\r\n".join(lines) + "\r\n"


def vp8_only(peer: RTCPeerConnection) -> None:
    for transceiver in peer.getTransceivers():
        if transceiver.kind == "video":
            codecs = transceiver.sender.getCapabilities("video").codecs
            wanted = [c for c in codecs if c.mimeType in ("video/VP8", "video/rtx")]
            transceiver.setCodecPreferences(wanted)


async def test_aiortc_connects_publishes_and_receives_its_own_echo(
    endpoint: MediaEndpoint,
) -> None:
    handler = Echo()
    transport = handler.transport = endpoint.create_transport(handler)
    peer = RTCPeerConnection()
    tracks: list[MediaStreamTrack] = []
    peer.on("track", tracks.append)
    peer.addTrack(AudioStreamTrack())
    peer.addTrack(VideoStreamTrack())
    vp8_only(peer)
    try:
        await peer.setLocalDescription(await peer.createOffer())
        offer = SessionDescription.parse(peer.localDescription.sdp)
        handler.video_payload_types = frozenset(
            c.payloadType for m in offer.media if m.kind == "video" for c in m.rtp.codecs
        )
        media = offer.media[0]
        transport.set_remote(
            media.ice.usernameFragment,
            media.ice.password,
            session_fingerprints(media),
            "actpass",
        )
        answer = answer_to(peer.localDescription.sdp, endpoint, transport)
        await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await until(lambda: transport.state is TransportState.CONNECTED)
        assert transport.srtp_profile == PROFILES[0].name

        # Its own picture and sound come back through us and can be decoded.
        frames = [await asyncio.wait_for(track.recv(), DEADLINE_S) for track in tracks]
        assert {type(f).__name__ for f in frames} == {"AudioFrame", "VideoFrame"}

        video = [p for p in handler.rtp if p.payload_type in handler.video_payload_types]
        assert Vp8Descriptor.parse(video[0].payload).is_keyframe_start

        # A PLI makes it send another keyframe; reports flow both ways.
        keyframes = keyframes_in(handler)
        transport.send_rtcp(
            bytes(ReceiverReport(1)) + bytes(PictureLossIndication(1, video[0].ssrc))
        )
        await until(lambda: keyframes_in(handler) > keyframes)
        await until(lambda: any(isinstance(p, SenderReport) for p in handler.rtcp))
    finally:
        await peer.close()
    await until(lambda: transport.state is TransportState.CLOSED)
    assert transport.stats.packets_rejected == 0
    assert endpoint.counters.handler_errors == 0


def keyframes_in(handler: Echo) -> int:
    return sum(
        Vp8Descriptor.parse(p.payload).is_keyframe_start
        for p in handler.rtp
        if p.payload_type in handler.video_payload_types and p.payload_size
    )
