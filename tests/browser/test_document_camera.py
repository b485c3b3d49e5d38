"""The document camera: a second camera in all its detail, large in the classroom, recorded as a track of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import OpenTab
from tests.support.accessibility import assert_accessible
from tests.support.browser import chromium
from tests.support.office import Office
from tests.support.pages import (
    Screen,
    enter_as_classroom,
    enter_as_lead,
    eventually,
    start_lesson,
)
from tests.support.serve import Served

pytestmark = [pytest.mark.browser, pytest.mark.recording]

CAMERAS = "--use-fake-device-for-media-stream=device-count=3"
OVER_THE_TABLE = "fake_device_2"
"""The second of Chromium's fake cameras gives a format that no encoder takes."""
LEAST_FPS = 5
# Frames decoded of the document camera, and how large the last one was.
DOCUMENT = """(async () => {
  for (const peer of probe.peers) {
    for (const stat of (await peer.getStats()).values()) {
      if (stat.type !== "inbound-rtp" || stat.mid !== "document.0.v") continue;
      const { framesDecoded, frameWidth, frameHeight } = stat;
      return { frames: framesDecoded ?? 0, size: [frameWidth ?? 0, frameHeight ?? 0] };
    }
  }
  return { frames: 0, size: [0, 0] };
})()"""


@pytest_asyncio.fixture(loop_scope="session")
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with chromium(tmp_path, has_devices=False, flags=(CAMERAS,)) as running:
        yield running


async def test_a_document_camera_is_seen_in_detail_and_recorded(
    served: Served, open_tab: OpenTab
) -> None:
    office = Office(served)
    plan = office.plan_lesson(1, recorded=True)
    (seat,) = plan.seats
    lead, classroom = await open_tab(), await open_tab()
    await enter_as_lead(lead, served, plan)
    await enter_as_classroom(classroom, served, seat, plan.lesson_id)
    await start_lesson(lead)
    await classroom.sees_picture(plan.lead_id)

    await lead.press("展台")
    await lead.sees("展台用哪个摄像头？")
    await lead.sees("正在拍您")
    await assert_accessible(lead, "choosing the document camera")
    await lead.press(OVER_THE_TABLE)
    await lead.sees("展台开着")
    last: dict[str, Any] = {}

    async def is_whole() -> bool:
        last.update(await classroom.read(DOCUMENT))
        return last["frames"] >= 5 and last["size"] == [1920, 1080]

    await eventually("1080 lines of the document camera", is_whole)
    began = asyncio.get_running_loop().time()
    before = last["frames"]
    await eventually("ten more frames", lambda: _has(classroom, before + 10))
    fps = 10 / (asyncio.get_running_loop().time() - began)
    print(f"measured: 1920x1080 at {fps:.1f} frames a second (goal {LEAST_FPS})")

    await lead.press("共享屏幕")
    await classroom.until("a screen instead", lambda now: now.slot("screen.0", "video").frames >= 1)
    assert await lead.button("展台").is_visible()
    # It is known by now.
    await lead.press("展台")
    await eventually("the document camera again", lambda: _has(classroom, last["frames"] + 5))
    await lead.press("关闭展台")
    await lead.press("下课")
    await lead.press("确定下课")

    def recorded() -> set[str]:
        listed = office.call("GET", "/recordings")["items"]
        (mine,) = (one for one in listed if one["lesson_id"] == plan.lesson_id)
        if mine["state"] != "available":
            return set()
        replay = office.call("GET", f"/recordings/{mine['recording_id']}")
        return {track["source"] for track in replay["tracks"]}

    async def is_recorded() -> bool:
        return await asyncio.to_thread(recorded) >= {"camera", "document", "screen"}

    await eventually("a track of the document camera", is_recorded)


async def _has(screen: Screen, frames: int) -> bool:
    now = await screen.read(DOCUMENT)
    return bool(now["frames"] >= frames)
