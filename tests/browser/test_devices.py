"""What a page makes of the devices it has: none at all, somebody else's tab beside it, a screen to share."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import OpenTab
from tests.support.browser import chromium
from tests.support.office import ONSITE, Office, PlannedLesson
from tests.support.pages import (
    Screen,
    card,
    enter_as_lead,
    press_on_card,
    sign_in,
    start_lesson,
    tab,
)
from tests.support.serve import Served

pytestmark = pytest.mark.browser

NOTHING_FOUND = "摄像头和话筒：没有找到设备"
SOUND_ON = "打开声音和话筒"


@dataclass(frozen=True)
class Led:
    """A live lesson with the lead alone in it."""

    plan: PlannedLesson
    lead: Screen


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def led(served: Served, browser: Browser) -> AsyncIterator[Led]:
    """One lesson for all tests here, of two classrooms."""
    plan = Office(served).plan_lesson(2)
    async with tab(browser, served) as lead:
        await enter_as_lead(lead, served, plan)
        await start_lesson(lead)
        yield Led(plan, lead)
    assert lead.unexcused() == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def second_tab(led: Led) -> AsyncIterator[Screen]:
    """The second classroom, in another tab of the lead's browser: each tab has a ticket of its own."""
    classroom = Screen.of(await led.lead.page.context.new_page())
    seat = led.plan.seats[1]
    await classroom.page.goto(f"/lessons/{led.plan.lesson_id}/join?seat={seat.seat_id}")
    await classroom.press("进入课堂")
    yield classroom
    assert classroom.unexcused() == []


@pytest_asyncio.fixture(loop_scope="session")
async def bare_pc(tmp_path: Path) -> AsyncIterator[Browser]:
    """The browser of a PC without camera and microphone."""
    async with chromium(tmp_path, has_devices=False) as running:
        yield running


async def test_a_classroom_without_devices_takes_part_and_may_send_a_test_picture(
    served: Served, open_tab: OpenTab, bare_pc: Browser, led: Led
) -> None:
    plan, lead, seat = led.plan, led.lead, led.plan.seats[0]
    classroom = await open_tab(of=bare_pc)
    door = f"/lessons/{plan.lesson_id}/join?seat={seat.seat_id}"
    await sign_in(classroom, served, ONSITE[seat.school], door)
    await classroom.sees(NOTHING_FOUND)
    await classroom.press("进入课堂")
    await classroom.button("离开课堂").wait_for()
    await classroom.sees_and_hears(plan.lead_id)
    await classroom.sees(NOTHING_FOUND)
    await card(lead, seat).get_by_text("还没有画面").wait_for()

    await classroom.press("离开课堂")
    await classroom.page.goto(door)
    await classroom.press("没有摄像头：用测试画面")
    await classroom.press("进入课堂")
    took = await lead.sees_picture(seat.seat_id)
    print(f"measured: the lead sees the test picture after {took:.2f} s")


async def test_a_second_tab_on_the_same_machine_is_silent_until_it_is_asked(
    led: Led, second_tab: Screen
) -> None:
    plan, lead, seat = led.plan, led.lead, led.plan.seats[1]
    await second_tab.sees("本机已打开另一个课堂窗口，这里先静音")
    await press_on_card(lead, seat, "旁听")
    await lead.sees_picture(seat.seat_id)
    await second_tab.sees_picture(plan.lead_id)
    assert (await lead.streams()).received("audio", seat.seat_id).packets == 0
    assert await second_tab.page.evaluate("probe.sounds.every((one) => one.muted)")
    assert await card(lead, seat).get_by_text("话筒关", exact=True).is_visible()

    await second_tab.press(SOUND_ON)
    await lead.hears(seat.seat_id)
    await second_tab.hears(plan.lead_id)


async def test_a_shared_screen_reaches_the_classroom_beside_the_camera(
    led: Led, second_tab: Screen
) -> None:
    lead = led.lead
    if await second_tab.button(SOUND_ON).is_visible():
        await second_tab.press(SOUND_ON)
    await second_tab.sees_and_hears(led.plan.lead_id)

    await lead.press("共享屏幕")
    await lead.sees("正在共享屏幕")
    took = await second_tab.until(
        "the shared screen", lambda now: now.slot("screen.0", "video").frames >= 5
    )
    print(f"measured: a classroom sees the shared screen after {took:.2f} s")
    await second_tab.sees_and_hears(led.plan.lead_id)

    await lead.press("停止共享")
    await lead.button("共享屏幕").wait_for()
    await second_tab.until("no screen", lambda now: now.slots.get("screen.0") is None)
