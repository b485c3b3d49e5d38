"""Chromium against the real endpoint: it connects, publishes and decodes its own echo."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright

from app.media.wire.addresses import LocalAddress
from app.media.wire.codecs import Vp8Descriptor
from app.media.wire.dtls_srtp import Fingerprint
from app.media.wire.endpoint import MediaEndpoint
from app.media.wire.rtcp import PictureLossIndication, ReceiverReport
from app.media.wire.transport_state import TransportState
from tests.support.waiting import until

from .support import Echo, answer_to

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LOOPBACK = LocalAddress("127.0.0.1", is_loopback=True, is_ipv6=False)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]

PUBLISH = """async () => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 360];
  const context = canvas.getContext('2d');
  let tick = 0;
  setInterval(() => {
    for (let i = 0; i < 40; i++) {
      context.fillStyle = `hsl(${(tick * 7 + i * 31) % 360} 80% 50%)`;
      context.fillRect((i * 97 + tick * 5) % 640, (i * 53) % 360, 60, 60);
    }
    tick++;
  }, 66);
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const sound = audio.createMediaStreamDestination();
  tone.connect(sound);
  tone.start();
  const pc = window.pc = new RTCPeerConnection();
  pc.addTransceiver(sound.stream.getAudioTracks()[0], {direction: 'sendrecv'});
  const video = pc.addTransceiver(canvas.captureStream(15).getVideoTracks()[0],
                                  {direction: 'sendrecv'});
  const codecs = RTCRtpReceiver.getCapabilities('video').codecs;
  video.setCodecPreferences(codecs.filter(c => ['video/VP8', 'video/rtx'].includes(c.mimeType)));
  pc.ontrack = ({track}) => {
    const element = document.createElement(track.kind);
    element.srcObject = new MediaStream([track]);
    element.autoplay = true;
    document.body.append(element);
  };
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
}"""

ANSWER = "sdp => window.pc.setRemoteDescription({type: 'answer', sdp})"

STATS = """async () => {
  const result = {};
  (await window.pc.getStats()).forEach(s => {
    if (s.type === 'inbound-rtp') result[s.kind] = s.framesDecoded ?? s.totalAudioEnergy;
    if (s.type === 'transport') result.transport = s;
  });
  return result;
}"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield await browser.new_page()
        await browser.close()


@pytest.fixture
async def endpoint() -> AsyncIterator[MediaEndpoint]:
    endpoint = MediaEndpoint(0, addresses=lambda: [LOOPBACK])
    endpoint.start()
    yield endpoint
    endpoint.close()


def attribute(sdp: str, name: str) -> str:
    found = re.search(rf"^a={name}:(\S.*?)\r?$", sdp, re.MULTILINE)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("protocol", ["udp", "tcp"])
async def test_chromium_decodes_its_own_echo(
    endpoint: MediaEndpoint, page: Page, protocol: str
) -> None:
    offer = await page.evaluate(PUBLISH)
    handler = Echo(endpoint, offer)
    transport = handler.transport
    transport.set_remote(
        attribute(offer, "ice-ufrag"),
        attribute(offer, "ice-pwd"),
        [Fingerprint.parse(attribute(offer, "fingerprint"))],
        attribute(offer, "setup"),
    )
    await page.evaluate(ANSWER, answer_to(offer, endpoint, transport, protocol=protocol))
    await until(lambda: transport.state is TransportState.CONNECTED)
    assert transport.srtp_profile == "SRTP_AEAD_AES_128_GCM"
    assert transport.path is not None
    assert transport.path.is_tcp is (protocol == "tcp")

    async with asyncio.timeout(30):
        while True:
            stats = await page.evaluate(STATS)
            if stats.get("video", 0) >= 15 and stats.get("audio", 0) > 0:
                break
            await asyncio.sleep(0.1)
    assert stats["transport"]["srtpCipher"] == transport.srtp_profile

    assert Vp8Descriptor.parse(handler.video[0].payload).is_keyframe_start
    keyframes = handler.keyframes
    transport.send_rtcp(
        bytes(ReceiverReport(1)) + bytes(PictureLossIndication(1, handler.video[0].ssrc))
    )
    await until(lambda: handler.keyframes > keyframes)

    await page.evaluate("() => window.pc.close()")
    await until(lambda: transport.state is TransportState.CLOSED)
    assert transport.stats.packets_rejected == 0
    assert endpoint.counters.handler_errors == 0
