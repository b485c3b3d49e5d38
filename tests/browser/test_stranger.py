"""A stranger at `/` gets somewhere by reading: visible words and roles only, no address, no test id.

The way to a lesson is walked in Chinese, that into a classroom in English: both have every word, or do not compile.
"""

import re
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Locator

from tests.browser.conftest import OpenTab
from tests.support.pages import PATIENCE_S, Screen
from tests.support.replays import picture_and_sound_move
from tests.support.slide_files import pdf_file

pytestmark = [pytest.mark.browser]


REPLAY = {
    "zh-CN": ("管理全县", "看回看", "播放", "暂停"),
    "en": ("Run the county", "Watch replay", "Play", "Pause"),
}
"""What stands on the way to a replay, in both languages."""


@dataclass
class Stranger:
    """Somebody who reads the screen and clicks, and counts the clicks."""

    screen: Screen
    clicks: int = 0
    path: list[str] = field(default_factory=list)

    async def click(self, role: str, name: str) -> None:
        """The first one whose words begin with `name`."""
        pattern = re.compile(f"^{re.escape(name)}")
        await self._click(self.screen.page.get_by_role(role, name=pattern).first, name)

    async def click_exactly(self, role: str, name: str) -> None:
        await self._click(self.screen.page.get_by_role(role, name=name, exact=True).first, name)

    async def _click(self, what: Locator, name: str) -> None:
        await what.click()
        self.clicks += 1
        self.path.append(name)

    def __str__(self) -> str:
        return f"{self.clicks} clicks: {' > '.join(self.path)}"


async def test_a_stranger_teaches_simulated_classrooms_with_slides_in_at_most_eight_clicks(
    open_tab: OpenTab,
) -> None:
    stranger = Stranger(await open_tab())
    page = stranger.screen.page
    await page.goto("/")
    await stranger.click("button", "我来上课")
    await stranger.click("button", "进入课堂")
    await stranger.click("button", "开始上课")
    async with page.expect_file_chooser() as chooser:
        await stranger.click("button", "上传课件")
    slides = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf_file(1)}
    await (await chooser.value).set_files(slides)
    await stranger.click_exactly("button", "展示")
    await page.get_by_role("img", name=re.compile("第 1 页")).first.wait_for()
    await stranger.click("button", "请上讲台")
    await page.get_by_text("在讲台上", exact=True).first.wait_for()
    await stranger.screen.until(
        "a simulated classroom seen and heard",
        lambda now: now.classrooms("video").frames > 5 and now.classrooms("audio").energy > 0,
    )
    await stranger.click("button", "下课")
    await stranger.click("button", "确定下课")
    await page.get_by_role("button", name="下课", exact=True).wait_for(state="detached")
    print(f"measured: {stranger}")
    assert stranger.clicks <= 8


async def test_a_stranger_is_a_classroom_in_at_most_two_clicks(open_tab: OpenTab) -> None:
    stranger = Stranger(await open_tab(locale="en"))
    await stranger.screen.page.goto("/")
    await stranger.click("button", "Be a classroom")
    await stranger.click("button", "Enter the lesson")
    await stranger.screen.button("Leave").wait_for()
    print(f"measured: {stranger}")
    assert stranger.clicks <= 2
    await _call_the_roll_on_a_phone(stranger.screen, await open_tab(locale="en"))


async def _call_the_roll_on_a_phone(classroom: Screen, phone: Screen) -> None:
    """As the classroom's screen says it: the address into the phone, the digits, and two taps."""
    await classroom.press("Connect phone")
    shown = classroom.page.get_by_role("dialog")
    await shown.get_by_role("img").wait_for()
    address = re.search(r"\S+:\d+/p\b", await shown.inner_text())
    assert address is not None
    await phone.page.set_viewport_size({"width": 390, "height": 844})
    await phone.page.goto(f"http://{address[0].removeprefix('http://')}")
    digits = re.sub(r"\D", "", await shown.locator("output").inner_text())
    await phone.page.get_by_role("textbox").fill(digits)
    await phone.page.keyboard.press("Enter")
    stranger = Stranger(phone)
    await stranger.click("button", "Roll call")
    await stranger.click("button", "All others present")
    await phone.sees("Saved")
    print(f"measured: {stranger}")
    assert stranger.clicks <= 2


@pytest.mark.recording
@pytest.mark.parametrize("locale", REPLAY)
async def test_a_stranger_finds_a_replay_in_at_most_three_clicks(
    open_tab: OpenTab, locale: str
) -> None:
    county, watch, play, pause = REPLAY[locale]
    stranger = Stranger(await open_tab(locale=locale))
    page = stranger.screen.page
    await page.goto("/")
    await stranger.click("button", county)
    await stranger.click("link", watch)
    await stranger.click("button", play)
    await page.get_by_role("button", name=pause).wait_for()
    await picture_and_sound_move(stranger.screen, PATIENCE_S)
    print(f"measured: {stranger}")
    assert stranger.clicks <= 3
