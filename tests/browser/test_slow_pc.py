"""A lead's PC that is too slow for its picture: what the browser says of that makes the picture small, in words."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import OpenTab
from tests.support.browser import chromium
from tests.support.office import Office
from tests.support.pages import enter_as_lead, eventually, start_lesson
from tests.support.serve import Served

pytestmark = [pytest.mark.browser, pytest.mark.recording]

# From `overloaded()` on, the browser's own report says that the CPU limits every picture.
OVERLOAD = """(() => {
  let sinceMs = null;
  window.overloaded = () => (sinceMs = performance.now());
  const native = RTCPeerConnection.prototype.getStats;
  RTCPeerConnection.prototype.getStats = async function (...args) {
    const report = new Map(await native.apply(this, args));
    if (sinceMs === null) return report;
    for (const [id, stat] of report) {
      if (stat.type !== "outbound-rtp" || stat.kind !== "video") continue;
      const cpu = (performance.now() - sinceMs) / 1000;
      report.set(id, { ...stat, qualityLimitationDurations: { cpu } });
    }
    return report;
  };
})()"""
PICTURE = """(() => {
  const tracks = probe.peers.flatMap((one) => one.getSenders()).map(({ track }) => track);
  const { width, height, frameRate } =
    tracks.find((track) => track?.kind === "video" && track.readyState === "live")?.getSettings() ?? {};
  return [width, height, Math.round(frameRate)];
})()"""


@pytest_asyncio.fixture(loop_scope="session")
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """With a camera of many sizes, not one that plays a file."""
    async with chromium(tmp_path) as running:
        yield running


async def test_a_slow_pc_sends_a_small_picture_and_says_so(
    served: Served, open_tab: OpenTab
) -> None:
    lead = await open_tab()
    await lead.page.add_init_script(OVERLOAD)
    # Recorded, so that somebody needs the picture.
    await enter_as_lead(lead, served, Office(served).plan_lesson(1, recorded=True))
    await start_lesson(lead)
    await lead.until("a picture sent", lambda now: now.sent("video").frames > 5)
    assert (await lead.read(PICTURE))[:2] == [1280, 720]

    await lead.read("overloaded()")
    took = await lead.sees("电脑较慢，画面已调小")
    print(f"measured: a small picture {took:.1f} s after the CPU became the limit")

    async def is_small() -> bool:
        return bool(await lead.read(PICTURE) == [640, 360, 15])

    await eventually("640x360 at 15 frames a second", is_small)
    before = (await lead.streams()).sent("video").frames
    await lead.until("it goes on", lambda now: now.sent("video").frames > before + 5)
