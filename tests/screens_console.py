"""Pictures of the on-site teacher's console and the back-channel, for `make screenshots`."""

import re
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.support.office import Office
from tests.support.pages import (
    Screen,
    enter_as_classroom,
    enter_as_lead,
    press_on_card,
    start_lesson,
    tab,
)
from tests.support.serve import Served

OUT = Path(__file__).resolve().parents[1] / "docs" / "screens"
SIZES = {"1366x768": (1366, 768), "1920x1080": (1920, 1080)}
PHONE = {"width": 390, "height": 844}
SOON_MS = 1_000


async def shoot(page: Page, name: str) -> None:
    """On a PC's screens; a phone has its own size already."""
    if page.viewport_size == PHONE:
        await page.wait_for_timeout(SOON_MS)
        await page.screenshot(path=OUT / f"{name}-390x844.png")
        return
    for label, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        await page.wait_for_timeout(SOON_MS)
        await page.screenshot(path=OUT / f"{name}-{label}.png")
    await page.set_viewport_size({"width": 1366, "height": 768})


async def write(screen: Screen, text: str) -> None:
    await screen.page.get_by_label("写一句话").fill(text)
    await screen.press("发送")


async def shoot_consoles(served: Served, desk: Browser, school: Browser) -> None:
    """A phone from its picture to its end, the cover on the PC, and the lead's side of it."""
    plan = Office(served).plan_lesson(2)
    seat = plan.seats[0]
    async with (
        tab(desk, served) as lead,
        tab(school, served) as classroom,
        tab(school, served) as phone,
    ):
        await enter_as_lead(lead, served, plan)
        await enter_as_classroom(classroom, served, seat, plan.lesson_id)
        await phone.page.set_viewport_size(PHONE)
        await phone.page.goto("/p/00000000")
        await phone.button("连接").wait_for()
        await shoot(phone.page, "console-door")
        await classroom.press("连接手机")
        digits = classroom.page.get_by_role("dialog").locator("output")
        code = re.sub(r"\D", "", await digits.inner_text())
        await shoot(classroom.page, "classroom-phone")
        await phone.page.goto(f"/p/{code}")
        await phone.button("请慢一点").wait_for()
        await shoot(phone.page, "console-waiting")
        await classroom.press("关闭")
        await start_lesson(lead)
        await lead.sees_picture(seat.seat_id)
        await press_on_card(lead, seat, "请上讲台")
        await phone.button("接受").wait_for()
        await shoot(phone.page, "console-called")
        await phone.press("接受")
        await phone.press("请再讲一遍")
        await shoot(phone.page, "console-on-stage")
        await phone.press("选发言的学生")
        await phone.page.get_by_role("listitem").get_by_role("button").first.wait_for()
        await shoot(phone.page, "console-names")
        await phone.page.get_by_role("listitem").get_by_role("button").nth(4).click()
        await phone.press("点名")
        await phone.page.get_by_role("group").first.wait_for()
        await shoot(phone.page, "console-roll-call")
        await lead.page.get_by_role("button", name=re.compile("教师消息")).click()
        await write(lead, "还有三分钟，轮到石桥村小学唱第二段。")
        await phone.page.get_by_role("button", name=re.compile("^消息")).click()
        await write(phone, "好的，孩子们准备好了。")
        await lead.sees("孩子们准备好了")
        await shoot(phone.page, "console-chat")
        await shoot(lead.page, "lead-chat")
        await classroom.press("教师控制台")
        await shoot(classroom.page, "classroom-cover-asks")
        await classroom.press("打开")
        await classroom.button("请慢一点").wait_for()
        await shoot(classroom.page, "classroom-cover-open")
        await classroom.press("关闭")
        await classroom.press("手机已连接")
        await classroom.press("断开手机")
        await phone.sees("这台手机已断开")
        await shoot(phone.page, "console-sent-away")
