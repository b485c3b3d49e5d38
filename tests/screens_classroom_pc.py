"""Pictures of a classroom's own PC and of what the office does with it, for `make screenshots`."""

from pathlib import Path

from playwright.async_api import Browser, Page

from tests.support.office import ADMIN, Office
from tests.support.pages import Screen, sign_in, tab
from tests.support.serve import Served

OUT = Path(__file__).resolve().parents[1] / "docs" / "screens"
SIZES = {"1366x768": (1366, 768), "1920x1080": (1920, 1080), "390x844": (390, 844)}
A4_PX = {"width": 794, "height": 1123}
"""A sheet at 96 pixels an inch."""
CLASSROOM = ("柳湾村小学", "三年级")
WEEK = (("小星星", 35), ("会飞的纸", 180), ("Colours", 24 * 60), ("茉莉花", 48 * 60))
"""Lessons and in how many minutes they begin."""
OFFLINE = "连不上服务器，正在自动重试…"
SOON_MS = 1_000


async def shoot(page: Page, name: str, *sizes: str) -> None:
    """One picture per size; the page keeps running in between."""
    for label in sizes or ("1366x768",):
        width, height = SIZES[label]
        await page.set_viewport_size({"width": width, "height": height})
        await page.wait_for_timeout(SOON_MS)
        await page.screenshot(path=OUT / f"{name}-{label}.png")


async def shoot_classroom_pc(served: Served, browser: Browser) -> None:
    """From a browser that belongs to nobody to the classroom's page, and the office beside it."""
    admin, teacher = Office(served, ADMIN), Office(served)
    classroom_id = admin.classroom_id(*CLASSROOM)
    for title, in_min in WEEK:
        teacher.plan_lesson_of([classroom_id], title=title, in_min=in_min)
    async with tab(browser, served) as pc, tab(browser, served) as office:
        await pc.page.goto("/classroom")
        await pc.sees("这台电脑是哪间教室的？")
        await shoot(pc.page, "classroom-pc-unpaired")
        made = admin.call("POST", f"/classrooms/{classroom_id}/pc-codes", {"kind": "spoken"})
        await pc.page.get_by_label("配对码").fill(made["code"])
        await pc.press("进入")
        await pc.sees("下一节课")
        await shoot(pc.page, "classroom-pc", *SIZES)
        await pc.page.set_viewport_size({"width": 1366, "height": 768})
        await pc.press("检查摄像头和声音")
        await pc.sees("说句话，绿条会动")
        await shoot(pc.page, "classroom-pc-checks")
        await pc.press("关闭检查")
        await pc.page.evaluate("scrollTo(0, 0)")
        await pc.page.context.set_offline(True)
        await pc.page.evaluate("dispatchEvent(new Event('online'))")
        await pc.sees(OFFLINE)
        await shoot(pc.page, "broken-classroom-pc-offline")
        await pc.page.context.set_offline(False)
        await _office(office, served)
        await pc.sees("这台电脑已被移出教室")
        await shoot(pc.page, "broken-classroom-pc-removed")


async def _office(office: Screen, served: Served) -> None:
    """The list of PCs, the set-up with its card, the card on paper; then the PC is removed."""
    await sign_in(office, served, ADMIN, "/classroom-pcs")
    remove = office.page.get_by_role("button", name="移除")
    await remove.wait_for()
    await shoot(office.page, "classroom-pcs")
    await office.page.get_by_role("link", name=" ".join(CLASSROOM)).click()
    await office.press("生成配对码")
    await office.sees("每次上课")
    await shoot(office.page, "classroom-setup")
    await office.page.emulate_media(media="print")
    await office.page.set_viewport_size(A4_PX)
    await office.page.screenshot(path=OUT / "wall-card-a4.png")
    await office.page.emulate_media(media="screen")
    await office.page.goto("/classroom-pcs")
    await remove.click()
    await office.press("确定移除")
    await office.sees("已移除")
