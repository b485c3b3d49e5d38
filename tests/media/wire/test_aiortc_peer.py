"""A whole aiortc peer against the real endpoint over loopback sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

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
from app.media.wire.srtp import PROFILES
from app.media.wire.transport_state import TransportState
from tests.support.waiting import until

from .support import DEADLINE_S, Echo, answer_to

LOOPBACK = LocalAddress("127.0.0.1", is_loopback=True, is_ipv6=False)


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


def vp8_only(peer: RTCPeerConnection) -> None:
    for transceiver in peer.getTransceivers():
        if transceiver.kind == "video":
            codecs = transceiver.sender.getCapabilities("video").codecs
            wanted = [c for c in codecs if c.mimeType in ("video/VP8", "video/rtx")]
            transceiver.setCodecPreferences(wanted)


async def test_aiortc_connects_publishes_and_receives_its_own_echo(
    endpoint: MediaEndpoint,
) -> None:
    peer = RTCPeerConnection()
    tracks: list[MediaStreamTrack] = []
    peer.on("track", tracks.append)
    peer.addTrack(AudioStreamTrack())
    peer.addTrack(VideoStreamTrack())
    vp8_only(peer)
    try:
        await peer.setLocalDescription(await peer.createOffer())
        offer = SessionDescription.parse(peer.localDescription.sdp)
        handler = Echo(endpoint, peer.localDescription.sdp)
        transport = handler.transport
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

        assert Vp8Descriptor.parse(handler.video[0].payload).is_keyframe_start

        # A PLI makes it send another keyframe; reports flow both ways.
        keyframes = handler.keyframes
        transport.send_rtcp(
            bytes(ReceiverReport(1)) + bytes(PictureLossIndication(1, handler.video[0].ssrc))
        )
        await until(lambda: handler.keyframes > keyframes)
        await until(lambda: any(isinstance(p, SenderReport) for p in handler.rtcp))
    finally:
        await peer.close()
    await until(lambda: transport.state is TransportState.CLOSED)
    assert transport.stats.packets_rejected == 0
    assert endpoint.counters.handler_errors == 0
