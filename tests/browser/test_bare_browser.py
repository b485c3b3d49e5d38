"""A browser as a school's PC without a graphics card has it: no other flag but fake devices and the sandbox switch."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import Meet, OpenTab
from tests.support.browser import chromium
from tests.support.pages import Screen, call_up, cut_power

pytestmark = pytest.mark.browser

BLOCKED = "按任意键打开声音"
SLOW_DEVICES = """
  const opened = new Promise((resolve) => { window.openDevices = resolve; });
  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => { await opened; return getUserMedia(wanted); };
"""
"""A PC that is so slow that the lead is there before its own camera and microphone."""


@pytest_asyncio.fixture(loop_scope="session")
async def browser(tmp_path: Path, camera: Path, microphone: Path) -> AsyncIterator[Browser]:
    """In place of the easy one: sound needs a gesture, and no loopback candidates."""
    async with chromium(tmp_path, camera=camera, microphone=microphone, is_bare=True) as running:
        yield running


async def test_a_lesson_needs_no_flag_and_at_most_one_worded_key(
    meet: Meet, open_tab: OpenTab
) -> None:
    meeting = await meet(2)
    lead, (first, second) = meeting.lead, meeting.classrooms
    seat = meeting.seats[0]
    for screen in (first, second):
        took = await screen.sees_and_hears(meeting.plan.lead_id)
        print(f"measured: the lead is seen and heard after {took:.2f} s, no key pressed")
        assert BLOCKED not in await screen.read("document.body.innerText")
    await call_up(lead, first, seat)
    for screen in (lead, second):
        took = await screen.sees_and_hears(seat.seat_id)
        print(f"measured: the stage is seen and heard after {took:.2f} s, no key pressed")
    await first.page.context.close()

    await second.page.add_init_script(SLOW_DEVICES)
    await second.page.reload()
    await second.reads(BLOCKED)
    await second.read("openDevices()")
    took = await second.sees_and_hears(meeting.plan.lead_id)
    await second.page.get_by_text(BLOCKED).first.wait_for(state="detached")
    print(f"measured: seen and heard {took:.2f} s after a reload, no key pressed")
    await _restored_it_asks_for_one_key(second, await open_tab(), meeting.plan.lead_id)


async def _restored_it_asks_for_one_key(classroom: Screen, restored: Screen, lead_id: str) -> None:
    """After a power cut a classroom PC opens its tabs again: nobody has touched the page yet.

    With its camera or microphone open a browser plays at once; this classroom has closed both.
    """
    await classroom.press("关闭摄像头")
    await classroom.press("关闭话筒")
    await classroom.sees("话筒关")
    address, session = await cut_power(classroom)
    await restored.page.add_init_script(session)
    await restored.page.goto(address)

    await restored.sees_picture(lead_id)
    await restored.reads(BLOCKED)
    assert (await restored.streams()).received("audio", lead_id).energy == 0
    await restored.page.keyboard.press("Space")
    took = await restored.hears(lead_id)
    print(f"measured: sound {took:.2f} s after the one key")
    await restored.page.get_by_text(BLOCKED).first.wait_for(state="detached")
