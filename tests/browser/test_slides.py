"""Slides in real browsers: brought by the lead, seen by a classroom, drawn on, and turned while nobody leads."""

import asyncio
import re
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from app.slides.office import office_program
from tests.browser.conftest import OpenTab
from tests.support.accessibility import assert_accessible
from tests.support.link import Conditions, Link
from tests.support.office import ONSITE, Office, PlannedLesson
from tests.support.pages import (
    PATIENCE_S,
    Screen,
    enter_as_classroom,
    enter_as_lead,
    eventually,
    sign_in,
    start_lesson,
    tab,
)
from tests.support.replays import end_lesson
from tests.support.serve import Served
from tests.support.slide_files import detailed_picture, pdf_file, slide_picture
from tests.support.slide_pages import page_on

pytestmark = pytest.mark.browser

COLD_JOIN_S = 5.0
"""Until a classroom that comes late on a weak link sees the current slide; waited for nine times as long."""
WEAK = Conditions(rate_bps=360_000, delay_s=0.03)


async def bring(lead: Screen, name: str, content: bytes) -> None:
    """Upload a file and show it."""
    await lead.page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    await (
        lead.page.get_by_role("listitem")
        .filter(has_text=name)
        .get_by_role("button", name="展示")
        .click()
    )


async def draw(lead: Screen, pen: str) -> None:
    await lead.page.get_by_role("button", name=pen).click()
    box = await page_on(lead, 2).bounding_box()
    assert box is not None
    mouse = lead.page.mouse
    await mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.2)
    await mouse.down()
    await mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5, steps=8)
    await mouse.up()


@pytest.mark.recording
async def test_slides_reach_the_classroom_wait_for_a_lost_lead_and_come_back_in_the_replay(
    served: Served, open_tab: OpenTab
) -> None:
    plan = await asyncio.to_thread(lambda: Office(served).plan_lesson(1, recorded=True))
    lead, classroom = await open_tab(), await open_tab()
    await enter_as_lead(lead, served, plan)
    await enter_as_classroom(classroom, served, plan.seats[0], plan.lesson_id)
    await start_lesson(lead)
    await bring(lead, "分数.pdf", pdf_file(3))
    began = time.monotonic()
    await page_on(classroom, 1).wait_for()
    await lead.sees("1/1 间教室已显示")
    print(
        f"measured: a classroom sees the first page {time.monotonic() - began:.2f} s after it is shown"
    )
    await assert_accessible(lead, "lead, with slides")
    await assert_accessible(classroom, "classroom, with slides")

    await lead.page.keyboard.press("PageDown")
    await page_on(classroom, 2).wait_for()
    await draw(lead, "红笔")
    lines = classroom.page.locator("polyline")
    await lines.first.wait_for(state="attached")
    await lead.press("撤销")
    await lines.first.wait_for(state="detached")
    await draw(lead, "蓝笔")
    await lines.first.wait_for(state="attached")
    await lead.press("指示")
    await lead.page.locator("[data-tool=pointer]").hover()
    await classroom.page.locator("[data-pointer]").wait_for(state="attached")

    await lead.page.context.close()
    await classroom.press("下一页")
    await page_on(classroom, 3).wait_for()
    again = await open_tab()
    await enter_as_lead(again, served, plan)
    await again.sees("有教室在看别的页")
    await again.press("都回到这一页")
    await page_on(classroom, 2).wait_for()
    await end_lesson(again)
    await shows_slides_again(again)


async def shows_slides_again(replay: Screen) -> None:
    """Near its end the replay has the second page with its line; at its beginning no slide was shown."""
    page = replay.page
    slide = page.locator("[data-page]")
    await replay.button("播放").wait_for()
    await page.keyboard.press("9")
    await slide.locator("img[data-painted=true]").last.wait_for()
    assert await slide.get_attribute("data-page") == "2"
    await slide.locator("polyline").wait_for(state="attached")
    assert await slide.locator("polyline").count() == 1
    await page.keyboard.press("0")
    await slide.wait_for(state="detached")
    await assert_accessible(replay, "replay, with slides")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def led(served: Served, browser: Browser) -> AsyncIterator[tuple[PlannedLesson, Screen]]:
    """A live lesson with the lead alone in it, for the tests that follow."""
    plan = await asyncio.to_thread(lambda: Office(served).plan_lesson(1))
    async with tab(browser, served) as lead:
        await enter_as_lead(lead, served, plan)
        await start_lesson(lead)
        yield plan, lead
    assert lead.unexcused() == []


async def test_what_is_no_slide_is_refused_in_words_and_damaged_files_say_so(
    led: tuple[PlannedLesson, Screen],
) -> None:
    _, lead = led
    lead.excuse("HTTP 422", "status of 422")
    choose = lead.page.locator("input[type=file]")

    async def upload(name: str, content: bytes) -> None:
        await choose.set_input_files(
            {"name": name, "mimeType": "application/pdf", "buffer": content}
        )

    await upload("a.pdf", b"MZ" * 2_000)
    await lead.sees("只收 PDF、JPG、PNG 和 PPT 文件")
    await upload("b.pdf", b"%PDF-1.7 nothing")
    await lead.sees("文件打不开")
    if office_program() is None:
        await upload("c.pptx", b"PK\x03\x04")
        await lead.page.get_by_role("img", name=re.compile("另存为")).wait_for()
    await assert_accessible(lead, "lead, with files that were not taken")


async def test_a_cold_join_on_a_weak_link_shows_the_current_slide(
    led: tuple[PlannedLesson, Screen], served: Served, open_tab: OpenTab
) -> None:
    (plan, lead), (seat,) = led, led[0].seats
    pictures = [detailed_picture(seed=1), detailed_picture(seed=2), slide_picture(3)]
    await bring(lead, "风景.pdf", pdf_file(pictures=pictures))
    await page_on(lead, 1).wait_for()

    async with Link(seed=1) as link:
        late = await open_tab()
        await link.carry(late.page)
        await link.carry_http(late.page)
        path = f"/lessons/{plan.lesson_id}/join?seat={seat.seat_id}"
        await sign_in(late, served, ONSITE[seat.school], path)
        link.change(down=WEAK, up=WEAK)
        began = time.monotonic()
        await late.press("进入课堂")
        seen = page_on(late, 1)
        await seen.wait_for(timeout=9 * COLD_JOIN_S * 1000)
        print(f"measured: the current slide after {time.monotonic() - began:.2f} s at 360 kbit/s")

        async def is_sharp() -> bool:
            width = await seen.evaluate("img => img.naturalWidth")
            return bool(width >= 1920)

        took = await eventually("the sharp picture", is_sharp, PATIENCE_S)
        print(f"measured: sharp {took:.2f} s later")
