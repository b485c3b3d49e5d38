"""A link test: what a page sends comes back, for some seconds and within a rate."""

from collections.abc import AsyncIterator

import pytest

from app.media.port import NegotiationFailed
from app.media.sfu.link_probe import CAP_BPS, ECHO_SSRC, LIFE_S, MAX_PROBES
from app.media.wire.rtcp import Remb
from tests.support.raw_peer import RawPeer, RawSection, RawVideo
from tests.support.waiting import until

from .support import LOOPBACK, Engine


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine()
    engine.start()
    yield engine
    engine.close()


def offer(peer: RawPeer) -> str:
    return peer.offer(RawSection("0", "video", 1_000, 96, "VP8/90000"))


@pytest.mark.parametrize("is_tcp", [False, True])
async def test_pictures_come_back_and_the_page_is_told_the_rate(
    engine: Engine, is_tcp: bool
) -> None:
    peer = RawPeer(is_tcp=is_tcp)
    await peer.connect(engine.probe(offer(peer), LOOPBACK))
    video = RawVideo(peer, 1_000)
    for _ in range(5):
        video.frame()
    await until(lambda: len(peer.of(ECHO_SSRC)) == 10)
    await until(lambda: any(isinstance(one, Remb) for one in peer.rtcp))
    assert {one.bitrate_bps for one in peer.rtcp if isinstance(one, Remb)} == {CAP_BPS >> 2 << 2}
    assert not engine.rooms
    await peer.close()


async def test_no_more_comes_back_than_the_rate_allows(engine: Engine) -> None:
    peer = RawPeer()
    await peer.connect(engine.probe(offer(peer), LOOPBACK))
    video = RawVideo(peer, 1_000, filler_bytes=1_000)
    for _ in range(200):
        video.frame()
    video.frame()
    await until(lambda: bool(peer.of(ECHO_SSRC)))
    assert sum(len(packet.payload) for packet in peer.of(ECHO_SSRC)) < 200_000
    await peer.close()


async def test_a_test_ends_by_itself_and_their_number_is_bounded(engine: Engine) -> None:
    peer = RawPeer()
    for _ in range(MAX_PROBES):
        engine.probe(offer(peer), LOOPBACK)
    with pytest.raises(NegotiationFailed, match="too many"):
        engine.probe(offer(peer), LOOPBACK)
    engine.tick(engine._clock() + LIFE_S + 1)
    engine.probe(offer(peer), LOOPBACK)


async def test_what_is_no_link_test_is_refused(engine: Engine) -> None:
    peer = RawPeer()
    audio = peer.offer(RawSection("0", "audio", 1, 111, "opus/48000/2"))
    with pytest.raises(NegotiationFailed, match="VP8"):
        engine.probe(audio, LOOPBACK)
