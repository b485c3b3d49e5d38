"""A stranger at `/` gets somewhere by reading: visible words and roles only, no address, no test id."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Locator, Page

from tests.browser.conftest import OpenTab
from tests.support.pages import Screen, eventually
from tests.support.slide_files import pdf_file

pytestmark = [pytest.mark.browser]


@dataclass(frozen=True)
class Words:
    """What stands on the screens, in one language."""

    teach: str
    classroom: str
    county: str
    enter: str
    start: str
    end: str
    confirm_end: str
    call: str
    on_stage: str
    leave: str
    replay: str
    play: str
    pause: str
    upload: str
    show: str
    page: str
    phone: str
    roll: str
    mark_rest: str
    saved: str


WORDS = {
    "zh-CN": Words(
        teach="我来上课",
        classroom="当一间教室",
        county="管理全县",
        enter="进入课堂",
        start="开始上课",
        end="下课",
        confirm_end="确定下课",
        call="请上讲台",
        on_stage="在讲台上",
        leave="离开课堂",
        replay="看回看",
        play="播放",
        pause="暂停",
        upload="上传课件",
        show="展示",
        page="第 1 页",
        phone="连接手机",
        roll="点名",
        mark_rest="其余全到",
        saved="已保存",
    ),
    "en": Words(
        teach="Teach",
        classroom="Be a classroom",
        county="Run the county",
        enter="Enter the lesson",
        start="Start the lesson",
        end="End the lesson",
        confirm_end="End it",
        call="Call up",
        on_stage="On stage",
        leave="Leave",
        replay="Watch replay",
        play="Play",
        pause="Pause",
        upload="Upload slides",
        show="Show",
        page="page 1",
        phone="Connect phone",
        roll="Roll call",
        mark_rest="All others present",
        saved="Saved",
    ),
}


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


async def _has_played(page: Page) -> bool:
    frames: list[int] = await page.locator("video").evaluate_all(
        "all => all.map(one => one.getVideoPlaybackQuality().totalVideoFrames)"
    )
    return any(count > 10 for count in frames)


@pytest.mark.parametrize("locale", WORDS)
async def test_a_stranger_teaches_simulated_classrooms_with_slides_in_at_most_eight_clicks(
    open_tab: OpenTab, locale: str
) -> None:
    words = WORDS[locale]
    stranger = Stranger(await open_tab(locale=locale))
    page = stranger.screen.page
    await page.goto("/")
    await stranger.click("button", words.teach)
    await stranger.click("button", words.enter)
    await stranger.click("button", words.start)
    async with page.expect_file_chooser() as chooser:
        await stranger.click("button", words.upload)
    slides = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf_file(1)}
    await (await chooser.value).set_files(slides)
    await stranger.click_exactly("button", words.show)
    await page.get_by_role("img", name=re.compile(words.page)).first.wait_for()
    await stranger.click("button", words.call)
    await page.get_by_text(words.on_stage, exact=True).first.wait_for()
    await stranger.screen.until(
        "a simulated classroom seen and heard",
        lambda now: now.classrooms("video").frames > 5 and now.classrooms("audio").energy > 0,
    )
    await stranger.click("button", words.end)
    await stranger.click("button", words.confirm_end)
    await page.get_by_role("button", name=words.end, exact=True).wait_for(state="detached")
    print(f"measured: {stranger}")
    assert stranger.clicks <= 8


@pytest.mark.parametrize("locale", WORDS)
async def test_a_stranger_is_a_classroom_in_at_most_two_clicks(
    open_tab: OpenTab, locale: str
) -> None:
    words = WORDS[locale]
    stranger = Stranger(await open_tab(locale=locale))
    await stranger.screen.page.goto("/")
    await stranger.click("button", words.classroom)
    await stranger.click("button", words.enter)
    await stranger.screen.button(words.leave).wait_for()
    print(f"measured: {stranger}")
    assert stranger.clicks <= 2
    await _call_the_roll_on_a_phone(stranger.screen, await open_tab(locale=locale), words)


async def _call_the_roll_on_a_phone(classroom: Screen, phone: Screen, words: Words) -> None:
    """As the classroom's screen says it: the address into the phone, the digits, and two taps."""
    await classroom.press(words.phone)
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
    await stranger.click("button", words.roll)
    await stranger.click("button", words.mark_rest)
    await phone.sees(words.saved)
    print(f"measured: {stranger}")
    assert stranger.clicks <= 2


@pytest.mark.recording
@pytest.mark.parametrize("locale", WORDS)
async def test_a_stranger_finds_a_replay_in_at_most_three_clicks(
    open_tab: OpenTab, locale: str
) -> None:
    words = WORDS[locale]
    stranger = Stranger(await open_tab(locale=locale))
    page = stranger.screen.page
    await page.goto("/")
    await stranger.click("button", words.county)
    await stranger.click("link", words.replay)
    await stranger.click("button", words.play)
    await page.get_by_role("button", name=words.pause).wait_for()
    await eventually("a picture that moves", lambda: _has_played(page))
    print(f"measured: {stranger}")
    assert stranger.clicks <= 3
