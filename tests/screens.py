"""`make screenshots`: takes docs/screens/ anew from a running demo. Look at every picture afterwards."""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Set
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
from playwright.async_api import Browser, Page, ViewportSize

from tests.screens_broken import shoot_what_is_broken
from tests.screens_classroom_pc import shoot_classroom_pc
from tests.screens_console import shoot_consoles
from tests.screens_county import shoot_county
from tests.support.browser import HEIGHT, WIDTH, chromium, write_pictures
from tests.support.office import ADMIN, Office
from tests.support.pages import COUNTY_ZONE
from tests.support.serve import Served, serving

CLIPS = Path(__file__).resolve().parents[1] / "app" / "simulated" / "clips"
OUT = Path(__file__).resolve().parents[1] / "docs" / "screens"
SIZES: Mapping[str, ViewportSize] = {
    "1366x768": {"width": 1366, "height": 768},
    "1920x1080": {"width": 1920, "height": 1080},
    "390x844": {"width": 390, "height": 844},
}
ON_A_PHONE = {"classroom", "replay", "wall"}
"""The other pages are not meant for a telephone's screen yet."""
SAMPLE_READY_MS = 180_000
PICTURES_MS = 6_000
PATIENCE_MS = 120_000
PARTS = ("lesson", "office", "classroom-pc", "county", "console", "broken")


async def shoot(page: Page, name: str) -> None:
    """One picture per size; the page keeps running in between."""
    for label, size in SIZES.items():
        if label == "390x844" and name not in ON_A_PHONE:
            continue
        await page.set_viewport_size(size)
        await page.wait_for_timeout(700)
        await page.screenshot(path=OUT / f"{name}-{label}.png")
    await page.set_viewport_size(SIZES["1366x768"])


async def open_page(browser: Browser) -> Page:
    context = await browser.new_context(
        viewport=SIZES["1366x768"], locale="zh-CN", timezone_id=COUNTY_ZONE
    )
    # A busy machine takes pictures as well, later.
    context.set_default_timeout(PATIENCE_MS)
    return await context.new_page()


def camera_of(clip: str, folder: Path) -> Path:
    """A bundled clip as what a fake camera sees."""
    with av.open(str(CLIPS / f"{clip}.webm")) as source:
        pictures = (frame.reformat(WIDTH, HEIGHT).to_image() for frame in source.decode(video=0))
        return write_pictures(folder / f"{clip}.y4m", pictures)


async def teach(browser: Browser, school: Browser, served: Served) -> None:
    """Home, the door, the lead's page, a classroom that is called up."""
    lead = await open_page(browser)
    await lead.goto(served.url)
    await lead.get_by_role("button", name="我来上课").wait_for()
    await shoot(lead, "home")
    await lead.get_by_role("button", name="我来上课").click()
    await (
        lead.get_by_role("button", name="关闭摄像头")
        .or_(lead.get_by_role("button", name="进入课堂"))
        .first.wait_for()
    )
    await lead.wait_for_timeout(2_500)
    await shoot(lead, "prejoin")
    await lead.get_by_role("button", name="进入课堂").click()
    await lead.get_by_role("button", name="开始上课").wait_for()
    await shoot(lead, "lead-waiting")

    classroom = await open_page(school)
    await classroom.goto(served.url)
    await classroom.get_by_role("button", name="当一间教室").click()
    await classroom.get_by_role("button", name="进入课堂").click()
    await classroom.wait_for_timeout(1_500)
    await shoot(classroom, "classroom-waiting")

    await lead.get_by_role("button", name="开始上课").click()
    await lead.wait_for_timeout(PICTURES_MS)
    await shoot(classroom, "classroom")
    await (
        lead.get_by_role("listitem")
        .filter(has_text="石桥村小学")
        .get_by_role("button", name="请上讲台")
        .first.click()
    )
    await classroom.get_by_role("button", name="接受").wait_for()
    await shoot(classroom, "classroom-called")
    await classroom.get_by_role("button", name="接受").click()
    await lead.get_by_role("button", name="请上讲台").first.click()
    await lead.wait_for_timeout(PICTURES_MS)
    await shoot(lead, "lead")
    await shoot(classroom, "classroom-on-stage")
    await look_at_the_wall(browser, served)
    await lead.get_by_role("button", name="下课").click()
    await lead.get_by_role("button", name="确定下课").click()
    await classroom.get_by_text("下课了").wait_for()
    await shoot(classroom, "classroom-over")


async def look_at_the_wall(browser: Browser, served: Served) -> None:
    """An admin, while a lesson runs."""
    page = await open_page(browser)
    await page.goto(served.url)
    await page.get_by_role("button", name="管理全县").click()
    await page.get_by_role("link", name="实时课堂").click()
    await page.get_by_role("article").first.wait_for()
    await shoot(page, "wall")
    await page.goto(served.url + "/classroom-health")
    await page.get_by_role("table").wait_for()
    await shoot(page, "classroom-health")
    await page.context.close()


def plan_and_change(served: Served) -> None:
    """Lessons of the afternoon: one as planned, one moved, one cancelled."""
    teacher, admin = Office(served), Office(served, ADMIN)
    rooms = [
        teacher.classroom_id("石桥村小学", "三年级"),
        teacher.classroom_id("青坪教学点", "二三年级复式班"),
    ]
    teacher.plan_lesson_of(rooms, title="小星星", subject="音乐", in_min=300)
    moved = teacher.plan_lesson_of(rooms, title="会飞的纸", subject="科学", in_min=360)
    starts_at = (datetime.now(UTC) + timedelta(minutes=390)).isoformat()
    admin.call("POST", f"/lessons/{moved.lesson_id}/move", {"starts_at": starts_at})
    off = teacher.plan_lesson_of(rooms, title="剪窗花", subject="美术", in_min=480)
    admin.call("POST", f"/lessons/{off.lesson_id}/cancellation", {"reason": "power"})


async def look_back(browser: Browser, served: Served) -> None:
    """The office: lessons, replay, attendance."""
    plan_and_change(served)
    page = await open_page(browser)
    await page.goto(served.url + "/sign-in")
    await page.get_by_role("button", name="登录").wait_for()
    await shoot(page, "sign-in")
    await page.goto(served.url)
    await page.get_by_role("button", name="管理全县").click()
    await page.get_by_role("link", name="看回看").first.wait_for(timeout=SAMPLE_READY_MS)
    await shoot(page, "lessons")
    await page.get_by_role("link", name="看回看").first.click()
    await page.get_by_role("button", name="播放").click()
    await page.wait_for_timeout(PICTURES_MS)
    await shoot(page, "replay")
    await page.goto(served.url + "/lessons")
    # What comes first was cancelled, or had nobody in it.
    await page.get_by_role("link", name="考勤", exact=True).last.click()
    await page.get_by_role("table").first.wait_for()
    await shoot(page, "attendance")
    await page.goto(served.url + "/lessons")
    await page.get_by_role("link", name="考勤台账").click()
    await page.get_by_role("table").wait_for()
    await shoot(page, "ledger")
    await page.get_by_label("查看方式").select_option("图表")
    await page.get_by_role("figure").first.wait_for()
    await shoot(page, "ledger-charts")
    await page.goto(served.url + "/lessons/new")
    await page.get_by_role("button", name="保存课堂").wait_for()
    await shoot(page, "new-lesson")


def require_chinese_font() -> None:
    """Without one every word would be a row of boxes."""
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=True)
    if not found.stdout:
        sys.exit("No font has Chinese characters: run 'sudo apt-get install fonts-noto-cjk'.")


async def main(parts: Set[str]) -> None:
    require_chinese_font()
    # Lessons of the pictures begin by the clock of the county.
    os.environ["TZ"] = "Asia/Shanghai"
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "data", settings={"TONGTANG_DEMO_SAMPLE": "1"}) as served,
    ):
        teacher, pupils = (camera_of(clip, Path(folder)) for clip in ("teacher", "classroom-b"))
        async with (
            chromium(Path(folder), camera=teacher) as desk,
            chromium(Path(folder), camera=pupils) as school,
        ):
            if "lesson" in parts:
                await teach(desk, school, served)
            if "office" in parts:
                await look_back(desk, served)
            if "classroom-pc" in parts:
                await shoot_classroom_pc(served, school)
            if "county" in parts:
                await shoot_county(served, desk)
            if "console" in parts:
                await shoot_consoles(served, desk, school)
            if "broken" in parts:
                await shoot_what_is_broken(served, Path(folder), desk, school, teacher)
    print(f"{len(list(OUT.glob('*.png')))} pictures in docs/screens: open them and look.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.screens", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"only these of {', '.join(PARTS)}"
    )
    chosen = set(parser.parse_args().parts) or set(PARTS)
    if unknown := chosen - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    asyncio.run(main(chosen))
