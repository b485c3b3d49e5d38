"""Sound for speech and for music in real pages: what is done to a tone, what a classroom keeps, and feedback."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import OpenTab
from tests.support.browser import chromium
from tests.support.office import ONSITE, Office
from tests.support.pages import (
    Screen,
    enter_as_classroom,
    enter_as_lead,
    eventually,
    press_on_card,
    sign_in,
    start_lesson,
)
from tests.support.serve import Served

pytestmark = pytest.mark.browser

RATE_HZ = 48_000
LOOP_S = 1.2
"""Shorter than the longest delay of an echo: whenever two microphones began, one follows the other."""
TONE_HZ, RIGHT_HZ = 440, 880
TONE_DBFS = -20.0
HINT_DEADLINE_S = 90.0
"""Three times what the slowest of 600 synthetic rooms took."""

# The level of a tone in both channels of what comes from the lead, dBFS, the median of five readings.
LEVELS = """(async (hz) => {
  const open = probe.peers.filter((peer) => peer.connectionState === "connected");
  const lead = open.flatMap((peer) => peer.getTransceivers()).find((one) => one.mid === "lead.0.a");
  const context = new AudioContext({ sampleRate: 48000 });
  const source = context.createMediaStreamSource(new MediaStream([lead.receiver.track]));
  const splitter = context.createChannelSplitter(2);
  source.connect(splitter);
  const channels = [0, 1].map((channel) => {
    const analyser = context.createAnalyser();
    analyser.fftSize = 16384;
    splitter.connect(analyser, channel);
    return { analyser, samples: new Float32Array(analyser.fftSize), read: [] };
  });
  const level = (samples) => {
    let [real, imaginary, sum] = [0, 0, 0];
    samples.forEach((sample, i) => {
      const weight = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / samples.length);
      const angle = (2 * Math.PI * hz * i) / 48000;
      real += weight * sample * Math.cos(angle);
      imaginary += weight * sample * Math.sin(angle);
      sum += weight;
    });
    return 20 * Math.log10((2 * Math.hypot(real, imaginary)) / sum + 1e-9);
  };
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    for (const { analyser, samples, read } of channels) {
      analyser.getFloatTimeDomainData(samples);
      read.push(level(samples));
    }
  }
  await context.close();
  return channels.map(({ read }) => read.sort((a, b) => a - b)[2]);
})"""
MICROPHONE = """(() => {
  const senders = probe.peers.filter((one) => one.connectionState === "connected")
    .flatMap((one) => one.getSenders());
  const settings = senders.find(({ track }) => track?.kind === "audio")?.track.getSettings();
  return settings && {
    echo: settings.echoCancellation, noise: settings.noiseSuppression, gain: settings.autoGainControl,
    channels: settings.channelCount,
  };
})()"""
"""How the microphone that a page sends is treated by its browser."""
VOICE = {"echo": True, "noise": True, "gain": True}


@pytest.fixture(scope="module")
def lesson_sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """440 Hz at -20 dBFS, 880 Hz only in the right channel, and bursts of noise as syllables."""
    path = tmp_path_factory.mktemp("sound") / "mic.wav"
    t = np.arange(int(LOOP_S * RATE_HZ)) / RATE_HZ
    amplitude = 10 ** (TONE_DBFS / 20)
    tone, right = (amplitude * np.sin(2 * np.pi * hz * t) for hz in (TONE_HZ, RIGHT_HZ))
    bursts = np.isin((t / 0.1).astype(int), (0, 1, 4, 7, 8))
    noise = np.random.default_rng(1).normal(0, 0.15, len(t)) * bursts
    samples = np.stack((tone + noise, tone + right + noise), axis=1)
    frame = av.AudioFrame.from_ndarray(
        (samples * 32767).astype(np.int16).reshape(1, -1), format="s16", layout="stereo"
    )
    frame.sample_rate = RATE_HZ
    with av.open(str(path), "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE_HZ, layout="stereo")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest_asyncio.fixture(loop_scope="session")
async def browser(tmp_path: Path, camera: Path, lesson_sound: Path) -> AsyncIterator[Browser]:
    """Every microphone hears the same: a classroom hears what the lead says, as beside its loudspeaker."""
    async with chromium(tmp_path, camera=camera, microphone=lesson_sound) as running:
        yield running


async def treats_its_microphone(screen: Screen, expected: dict[str, Any]) -> None:
    async def is_so() -> bool:
        now = await screen.read(MICROPHONE)
        return now is not None and now | expected == now

    await eventually(f"a microphone with {expected}", is_so)


async def test_music_keeps_its_level_and_a_classroom_its_echo_cancellation(
    served: Served, open_tab: OpenTab
) -> None:
    plan = Office(served).plan_lesson(2, subject="音乐")
    beside_loudspeaker, with_headset = plan.seats
    lead, classroom, headset = await open_tab(), await open_tab(), await open_tab()
    door = f"/lessons/{plan.lesson_id}/join?seat={with_headset.seat_id}"
    await sign_in(headset, served, ONSITE[with_headset.school], door)
    await headset.page.get_by_label("教室用耳机").check()
    await headset.press("试一试声音")
    await enter_as_lead(lead, served, plan)
    await enter_as_classroom(classroom, served, beside_loudspeaker, plan.lesson_id)
    await headset.sees("声音正常")
    await headset.press("进入课堂")
    await start_lesson(lead)
    await press_on_card(lead, with_headset, "旁听")
    await classroom.hears(plan.lead_id)

    off = {"echo": False, "noise": False, "gain": False}
    await treats_its_microphone(lead, {**off, "channels": 2})
    await treats_its_microphone(headset, off)
    await treats_its_microphone(classroom, {**off, "echo": True, "channels": 1})
    left, right = await classroom.read(f"{LEVELS}({TONE_HZ})")
    print(f"measured: 440 Hz at -20 dBFS arrives with {left:.2f} and {right:.2f} dBFS as music")
    assert abs(left - TONE_DBFS) < 1
    assert abs(right - TONE_DBFS) < 1
    left, right = await classroom.read(f"{LEVELS}({RIGHT_HZ})")
    print(f"measured: 880 Hz of the right channel arrives with {left:.1f} and {right:.1f} dBFS")
    assert abs(right - TONE_DBFS) < 1
    assert left < right - 20

    took = await lead.sees("把您的声音传回来了", HINT_DEADLINE_S)
    print(f"measured: feedback is hinted at after {took:.1f} s more")
    assert await lead.page.get_by_text("把您的声音传回来了").all_inner_texts() == [
        f"{with_headset.name} {with_headset.school} 把您的声音传回来了"
    ]

    await lead.press("音乐音质：开")
    for screen in (lead, classroom, headset):
        await treats_its_microphone(screen, VOICE)
    await classroom.hears(plan.lead_id)

    async def is_suppressed() -> bool:
        levels = await classroom.read(f"{LEVELS}({TONE_HZ})")
        print(f"measured: and with {levels[0]:.2f} and {levels[1]:.2f} dBFS as voice")
        return all(abs(level - TONE_DBFS) > 1 for level in levels)

    await eventually("the tone is treated as noise", is_suppressed)
