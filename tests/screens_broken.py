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
FAILED = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'UnknownError') }"
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
            ("device-failed", "设备打不开", True, FAILED),
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
        stranger = await stack.enter_async_context(tab(browser, served))
        await stranger.page.goto(door)
        await shoot(stranger.page, "not-signed-in", "现在进不了这节课")


@asynccontextmanager
async def lesson(
    desk: Browser, school: Browser, served: Served, link: Link | None = None
) -> AsyncIterator[tuple[PlannedLesson, Screen, Screen]]:
    """A lesson that runs: its lead, and a classroom, behind `link` if there is one."""
    plan = Office(served).plan_lesson(1)
    async with tab(desk, served) as lead, tab(school, served) as classroom:
        if link is not None:
            await link.carry(classroom.page)
        await enter_as_lead(lead, served, plan)
        await enter_as_classroom(classroom, served, plan.seats[0], plan.lesson_id)
        await start_lesson(lead)
        await classroom.sees_and_hears(plan.lead_id)
        yield plan, lead, classroom


async def in_a_lesson(served: Served, desk: Browser, school: Browser) -> None:
    """What happens to a classroom while it is in."""
    async with Link(seed=1) as link, lesson(desk, school, served, link) as (_, _, classroom):
        for name, rate_bps, words in (
            ("stills", STILLS, "每几秒一张画面"),
            ("sound-only", SOUND_ALONE, "只传声音"),
        ):
            link.change(down=Conditions(rate_bps=rate_bps, delay_s=0.03))
            await classroom.sees(words, WORDS_MS / 1000)
            await classroom.page.get_by_text("画面中断").wait_for(state="detached")
            await shoot(classroom.page, name, words)
    async with lesson(desk, school, served) as (plan, lead, classroom):
        await classroom.press("省流量")
        await shoot(classroom.page, "saving-data", "正在省流量")
        await classroom.page.context.set_offline(True)
        await classroom.cut_socket()
        await shoot(classroom.page, "reconnecting", "正在重新连接")
        await classroom.page.context.set_offline(False)
        await classroom.sees_and_hears(plan.lead_id)
        await lead.page.close()
        await shoot(classroom.page, "lead-absent", "主讲教师暂时离开")
        async with tab(school, served) as other:
            await enter_as_classroom(other, served, plan.seats[0], plan.lesson_id)
            await shoot(classroom.page, "replaced", "已在另一台设备上打开")


async def without_sound(served: Served, folder: Path, camera: Path) -> None:
    """A browser as a school has it, in which nobody has touched the page yet."""
    async with (
        chromium(folder, camera=camera, is_bare=True) as browser,
        tab(browser, served) as classroom,
        tab(browser, served) as lead,
    ):
        plan = Office(served).plan_lesson(1)
        await enter_as_lead(lead, served, plan)
        await enter_as_classroom(classroom, served, plan.seats[0], plan.lesson_id)
        # With an open microphone it would sound at once.
        await classroom.press("关闭摄像头")
        await classroom.press("关闭话筒")
        await classroom.sees("话筒关")
        await start_lesson(lead)
        await classroom.sees_picture(plan.lead_id)
        address, session = await cut_power(classroom)
        async with tab(browser, served) as restored:
            await restored.page.add_init_script(session)
            await restored.page.goto(address)
            await restored.sees_picture(plan.lead_id)
            # Not with a locator, which counts as a touch.
            await restored.reads("按任意键打开声音")
            await shoot(restored.page, "sound-blocked")


async def without_a_server(folder: Path, desk: Browser, school: Browser) -> None:
    """The server is gone, and comes back."""
    with serving(folder / "gone") as served:
        async with lesson(desk, school, served) as (_, lead, classroom):
            served.stop()
            await shoot(classroom.page, "server-gone", "服务器暂时连不上")
            await shoot(lead.page, "server-gone-lead", "服务器暂时连不上")


async def shoot_what_is_broken(
    served: Served, folder: Path, desk: Browser, school: Browser, camera: Path
) -> None:
    """All of them; `served` is a demo server that may be disturbed, `camera` what the lead's sees."""
    await doors(served, folder)
    await in_a_lesson(served, desk, school)
    await without_sound(served, folder, camera)
    await without_a_server(folder, desk, school)
