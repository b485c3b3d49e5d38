"""Chromium hears Opus and redundant sound in turn from one stream, and the redundant one better."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from app.ids import ParticipantId
from app.media.port import SlotGroup, Source
from tests.support.browser import chromium
from tests.support.link import Conditions, Link

from .support import LESSON, LOOPBACK, Engine, receiver, sender

pytestmark = pytest.mark.browser

PUBLISH = """async () => {
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const sound = audio.createMediaStreamDestination();
  tone.connect(sound);
  tone.start();
  window.pc = new RTCPeerConnection();
  pc.addTransceiver(sound.stream.getAudioTracks()[0], {direction: 'sendonly'});
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
}"""
LISTEN = """async (sdp) => {
  window.pc = new RTCPeerConnection();
  pc.ontrack = ({track}) => {
    const element = document.createElement('audio');
    element.srcObject = new MediaStream([track]);
    element.autoplay = true;
    document.body.append(element);
  };
  await pc.setRemoteDescription({type: 'offer', sdp});
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
}"""
HEARD = """async () => {
  for (const stat of (await pc.getStats()).values()) if (stat.type === 'inbound-rtp') return stat;
  return null;
}"""
DEADLINE_S = 90.0
LOSS = 0.10
WINDOW_PACKETS = 200
COUNTED = (
    "packetsLost",
    "packetsReceived",
    "bytesReceived",
    "concealedSamples",
    "totalSamplesReceived",
)


async def heard(page: Page, packets: int) -> dict[str, Any]:
    """The page's figures once `packets` were received or lost in all."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            figures = await page.evaluate(HEARD)
            if figures and figures["packetsReceived"] + figures["packetsLost"] >= packets:
                return dict(figures)
            await asyncio.sleep(0.1)


async def test_chromium_conceals_much_less_where_sound_comes_twice(
    engine: Engine, tmp_path: Path
) -> None:
    slots = (SlotGroup("stage", 1, has_video=False),)
    async with chromium(tmp_path) as browser, Link(seed=1) as link:
        teacher, *listeners = [await browser.new_page() for _ in range(3)]
        engine.admit(LESSON, ParticipantId("p"), sender(Source.MICROPHONE), ())
        offer = await teacher.evaluate(PUBLISH)
        answer = engine.answer(
            LESSON, ParticipantId("p"), offer, {"0": Source.MICROPHONE}, LOOPBACK
        )
        await teacher.evaluate("sdp => pc.setRemoteDescription({type: 'answer', sdp})", answer)

        for name, page in zip(("red", "plain"), listeners, strict=True):
            engine.admit(LESSON, ParticipantId(name), receiver("p"), slots)
            offer = link.rewrite(engine.offer(LESSON, ParticipantId(name), LOOPBACK))
            if name == "plain":
                lines = [line for line in offer.splitlines() if ":63 " not in line]
                offer = "\r\n".join(lines).replace("SAVPF 111 63", "SAVPF 111") + "\r\n"
            answer = await page.evaluate(LISTEN, offer)
            engine.accept(LESSON, ParticipantId(name), answer)
        for page in listeners:
            assert (await heard(page, 50))["packetsLost"] == 0

        link.change(down=Conditions(loss=LOSS))
        place = engine.rooms[LESSON].participants[ParticipantId("red")]
        async with asyncio.timeout(DEADLINE_S):
            while not (place.subscribing and place.subscribing.redundancy.is_on):
                await asyncio.sleep(0.1)
        before = [await heard(page, 0) for page in listeners]
        after = [
            await heard(page, one["packetsReceived"] + one["packetsLost"] + WINDOW_PACKETS)
            for page, one in zip(listeners, before, strict=True)
        ]
        shares, sizes = [], []
        for name, one, two in zip(("red", "plain"), before, after, strict=True):
            counts = {key: two[key] - one[key] for key in COUNTED}
            shares.append(counts["concealedSamples"] / counts["totalSamplesReceived"])
            sizes.append(counts["bytesReceived"] / counts["packetsReceived"])
            print(f"measured: {name}: {100 * shares[-1]:.1f} % concealed, {counts}")
            assert counts["packetsLost"] > 0
        assert sizes[0] > 1.5 * sizes[1]
        assert shares[0] < shares[1]
