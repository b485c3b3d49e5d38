"""Pictures of a classroom's own PC and of what the office does with it, for `make screenshots`."""

from pathlib import Path

from playwright.async_api import Browser, Page

from tests.support.office import ADMIN, Office
from tests.support.pages import Screen, sign_in, tab
from tests.support.serve import Served

OUT = Path(__file__).resolve().parents[1] / "docs" / "screens"
SIZES = {"1366x768": (1366, 768), "1920x1080": (1920, 1080), "390x844": (390, 844)}
CLASSROOM = ("柳湾村小学", "三年级")
SOON_MS = 1_000


async def shoot(page: Page, name: str, *, full_page: bool = False) -> None:
    for label, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        await page.wait_for_timeout(SOON_MS)
        await page.screenshot(path=OUT / f"{name}-{label}.png", full_page=full_page)


def plan_a_week(office: Office, classroom_id: str) -> None:
    """Something for today and for the days to come."""
    for title, in_min in (
        ("小星星", 35),
        ("会飞的纸", 180),
        ("Colours", 24 * 60),
        ("茉莉花", 48 * 60),
    ):
        office.plan_lesson_of([classroom_id], title=title, in_min=in_min)


async def shoot_classroom_pc(served: Served, browser: Browser) -> None:
    """From a browser that belongs to nobody to the classroom's page, and the office beside it."""
    admin = Office(served, ADMIN)
    classroom_id = admin.classroom_id(*CLASSROOM)
    plan_a_week(Office(served), classroom_id)
    async with tab(browser, served) as pc, tab(browser, served) as office:
        await pc.page.goto("/classroom")
        await pc.sees("这台电脑是哪间教室的？")
        await shoot(pc.page, "classroom-pc-unpaired")
        made = admin.call("POST", f"/classrooms/{classroom_id}/pc-codes", {"kind": "spoken"})
        await pc.page.get_by_label("配对码").fill(made["code"])
        await pc.press("进入")
        await pc.sees("下一节课")
        await shoot(pc.page, "classroom-pc")
        await pc.press("检查摄像头和声音")
        await pc.sees("听一听音箱")
        await shoot(pc.page, "classroom-pc-checks", full_page=True)
        await _office(office, served)
        await office.page.get_by_role("button", name="移除").click()
        await office.press("确定移除")
        await pc.page.evaluate("dispatchEvent(new Event('online'))")
        await pc.sees("这台电脑已被移出教室")
        await shoot(pc.page, "classroom-pc-removed")


async def _office(office: Screen, served: Served) -> None:
    """The list of PCs, the set-up with its card, and the card on paper."""
    await sign_in(office, served, ADMIN, "/classroom-pcs")
    await office.page.get_by_role("button", name="移除").wait_for()
    await shoot(office.page, "classroom-pcs")
    await office.page.get_by_role("link", name=" ".join(CLASSROOM)).click()
    await office.press("生成配对码")
    await office.button("打印").wait_for()
    await shoot(office.page, "classroom-setup", full_page=True)
    await office.page.pdf(path=OUT / "wall-card.pdf", prefer_css_page_size=True)
    await office.page.goto("/classroom-pcs")
