"""Pictures of every state in which something does not work, for `make screenshots`: docs/screens/broken-*.png."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.support.browser import chromium
from tests.support.link import Conditions, Link
from tests.support.office import ONSITE, Office, PlannedLesson
from tests.support.pages import (
    Screen,
    cut_power,
    enter_as_classroom,
    enter_as_lead,
    sign_in,
    start_lesson,
    tab,
)
from tests.support.serve import Served, serving

OUT = Path(__file__).resolve().parents[1] / "docs" / "screens"
DENIED = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') }"
IN_USE = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotReadableError') }"
STILLS, SOUND_ALONE = 75_000, 30_000
"""Links on which a picture comes every few seconds, and none, bits per second."""
WORDS_MS, SOON_MS = 60_000, 1_500


async def shoot(page: Page, name: str, *words: str) -> None:
    """The page as it is once it says one of these words."""
    for one in words:
        await page.get_by_text(one).filter(visible=True).first.wait_for(timeout=WORDS_MS)
    await page.wait_for_timeout(SOON_MS)
    await page.screenshot(path=OUT / f"broken-{name}-1366x768.png")


async def doors(served: Served, folder: Path) -> None:
    """What a school's PC can be like before it comes in."""
    plan = Office(served).plan_lesson(1)
    (seat,) = plan.seats
    door = f"/lessons/{plan.lesson_id}/join?seat={seat.seat_id}"
    async with AsyncExitStack() as stack:
        for name, words, has_devices, script in (
            ("no-device", "没有找到设备", False, ""),
            ("not-allowed", "浏览器没有允许使用", True, DENIED),
            ("in-use", "设备正被别的程序占用", True, IN_USE),
        ):
            browser = await stack.enter_async_context(chromium(folder, has_devices=has_devices))
            screen = await stack.enter_async_context(tab(browser, served))
            await screen.page.add_init_script(script)
            await sign_in(screen, served, ONSITE[seat.school], door)
            await shoot(screen.page, name, words)
        http = f"http://school.example:{served.http_port}"
        mapped = ("--host-resolver-rules=MAP school.example 127.0.0.1",)
        browser = await stack.enter_async_context(chromium(folder, flags=mapped))
        screen = await stack.enter_async_context(tab(browser, served, url=http))
        await sign_in(screen, served, ONSITE[seat.school], door)
        await shoot(screen.page, "plain-http", "这个网址不能使用摄像头和话筒")
        await screen.page.goto("/c/00000000")
        await shoot(screen.page, "code-unknown", "配对码不对")
        await screen.page.goto("/nothing")
        await shoot(screen.page, "not-found", "没有这个页面")


@asynccontextmanager
async def lesson(
    browser: Browser, served: Served, link: Link | None = None
) -> AsyncIterator[tuple[PlannedLesson, Screen, Screen]]:
    """A lesson that runs: its lead, and a classroom, behind `link` if there is one."""
    plan = Office(served).plan_lesson(1)
    async with tab(browser, served) as lead, tab(browser, served) as classroom:
        if link is not None:
            await link.carry(classroom.page)
        await enter_as_lead(lead, served, plan)
        await enter_as_classroom(classroom, served, plan.seats[0], plan.lesson_id)
        await start_lesson(lead)
        await classroom.sees_and_hears(plan.lead_id)
        yield plan, lead, classroom


async def in_a_lesson(served: Served, folder: Path) -> None:
    """What happens to a classroom while it is in."""
    async with chromium(folder) as browser:
        async with Link(seed=1) as link, lesson(browser, served, link) as (_, _, classroom):
            for name, rate_bps, words in (
                ("stills", STILLS, "每几秒一张画面"),
                ("sound-only", SOUND_ALONE, "只传声音"),
            ):
                link.change(down=Conditions(rate_bps=rate_bps, delay_s=0.03))
                await classroom.sees(words, WORDS_MS / 1000)
                await classroom.page.get_by_text("画面中断").wait_for(state="detached")
                await shoot(classroom.page, name, words)
        async with lesson(browser, served) as (plan, lead, classroom):
            await lead.page.close()
            await shoot(classroom.page, "lead-absent", "主讲教师暂时离开")
            async with tab(browser, served) as other:
                await enter_as_classroom(other, served, plan.seats[0], plan.lesson_id)
                await shoot(classroom.page, "replaced", "已在另一台设备上打开")
    async with (
        chromium(folder, is_bare=True) as browser,
        tab(browser, served) as classroom,
        tab(browser, served) as lead,
    ):
        plan = Office(served).plan_lesson(1)
        await enter_as_lead(lead, served, plan)
        await enter_as_classroom(classroom, served, plan.seats[0], plan.lesson_id)
        # Without an open microphone a page that nobody has touched yet may not sound.
        await classroom.press("关闭摄像头")
        await classroom.press("关闭话筒")
        await classroom.sees("话筒关")
        await start_lesson(lead)
        await classroom.sees_picture(plan.lead_id)
        address, session = await cut_power(classroom)
        async with tab(browser, served) as restored:
            await restored.page.add_init_script(session)
            await restored.page.goto(address)
            # Not with a locator, which counts as a touch.
            await restored.reads("按任意键打开声音")
            await shoot(restored.page, "sound-blocked")


async def without_a_server(folder: Path) -> None:
    """The server is gone, and comes back."""
    with serving(folder / "gone") as served:
        async with (
            chromium(folder) as browser,
            lesson(browser, served) as (_, lead, classroom),
        ):
            served.stop()
            await shoot(classroom.page, "server-gone", "服务器暂时连不上")
            await shoot(lead.page, "server-gone-lead", "服务器暂时连不上")


async def shoot_what_is_broken(served: Served, folder: Path) -> None:
    """All of them; `served` is a demo server that may be disturbed."""
    await doors(served, folder)
    await in_a_lesson(served, folder)
    await without_a_server(folder)
