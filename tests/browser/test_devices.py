"""What a page makes of the devices it has: none at all, somebody else's tab beside it, a screen to share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import Meet, OpenTab
from tests.support.browser import chromium
from tests.support.office import ONSITE, Office
from tests.support.pages import (
    Screen,
    card,
    enter_as_lead,
    press_on_card,
    sign_in,
    start_lesson,
)
from tests.support.serve import Served

pytestmark = pytest.mark.browser

NOTHING_FOUND = "摄像头和话筒：没有找到设备"


@pytest_asyncio.fixture(loop_scope="session")
async def bare_pc(tmp_path: Path) -> AsyncIterator[Browser]:
    """The browser of a PC without camera and microphone."""
    async with chromium(tmp_path, has_devices=False) as running:
        yield running


async def test_a_classroom_without_devices_takes_part_and_may_send_a_test_picture(
    served: Served, open_tab: OpenTab, bare_pc: Browser
) -> None:
    plan = Office(served).plan_lesson(1)
    (seat,) = plan.seats
    lead = await open_tab()
    await enter_as_lead(lead, served, plan)
    classroom = await open_tab(of=bare_pc)
    door = f"/lessons/{plan.lesson_id}/join?seat={seat.seat_id}"
    await sign_in(classroom, served, ONSITE[seat.school], door)
    await classroom.sees(NOTHING_FOUND)
    await classroom.press("进入课堂")
    await classroom.button("离开课堂").wait_for()
    await start_lesson(lead)
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
    served: Served, open_tab: OpenTab
) -> None:
    plan = Office(served).plan_lesson(1)
    (seat,) = plan.seats
    lead = await open_tab()
    await enter_as_lead(lead, served, plan)
    # Another tab of the same browser: a lead may bring a classroom in, each tab has a ticket of its own.
    classroom = Screen.of(await lead.page.context.new_page())
    await classroom.page.goto(f"/lessons/{plan.lesson_id}/join?seat={seat.seat_id}")
    await classroom.press("进入课堂")
    await classroom.sees("本机已打开另一个课堂窗口，这里先静音")
    await start_lesson(lead)
    await press_on_card(lead, seat, "旁听")
    await lead.sees_picture(seat.seat_id)
    await classroom.sees_picture(plan.lead_id)
    assert (await lead.streams()).received("audio", seat.seat_id).packets == 0
    assert await classroom.page.evaluate("probe.sounds.every((one) => one.muted)")
    assert await card(lead, seat).get_by_text("话筒关", exact=True).is_visible()

    await classroom.press("打开声音和话筒")
    await lead.hears(seat.seat_id)
    await classroom.hears(plan.lead_id)
    assert classroom.unexcused() == []


async def test_a_shared_screen_reaches_the_classroom_beside_the_camera(meet: Meet) -> None:
    meeting = await meet(1)
    lead, (classroom,) = meeting.lead, meeting.classrooms
    await classroom.sees_and_hears(meeting.plan.lead_id)

    await lead.press("共享屏幕")
    await lead.sees("正在共享屏幕")
    took = await classroom.until(
        "the shared screen", lambda now: now.slot("screen.0", "video").frames >= 5
    )
    print(f"measured: a classroom sees the shared screen after {took:.2f} s")
    await classroom.sees_and_hears(meeting.plan.lead_id)

    await lead.press("停止共享")
    await lead.button("共享屏幕").wait_for()
    await classroom.until("no screen", lambda now: now.slots.get("screen.0") is None)
