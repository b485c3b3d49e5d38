"""Pages of the product as people use them: by visible words and roles. Media is read with `getStats`."""

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    StorageState,
)
from playwright.async_api import Error as PlaywrightError

from tests.support.office import ONSITE, TEACHER, PlannedLesson, Seat
from tests.support.serve import Served

PROBE = (Path(__file__).parent / "page_probe.js").read_text()
SCREEN = {"width": 1366, "height": 768}
COUNTY_ZONE = "Asia/Shanghai"
PATIENCE_S = 90.0
POLL_S = 0.1
GLANCE_MS = 5_000


async def eventually(
    what: str, condition: Callable[[], Awaitable[bool]], deadline_s: float = PATIENCE_S
) -> float:
    """Await `condition`; the seconds it took. Fails the test with `what` after `deadline_s`."""
    began = time.monotonic()
    while not await condition():
        if time.monotonic() - began > deadline_s:
            pytest.fail(f"not within {deadline_s} s: {what}")
        await asyncio.sleep(POLL_S)
    return time.monotonic() - began


@dataclass(frozen=True)
class Stream:
    """One RTP stream of a page, totals since it began. `frames` are decoded (inbound) or encoded ones."""

    type: str
    mid: str
    kind: str
    codec: str
    packets: int
    frames: int
    energy: float
    rid: str = ""
    width: int = 0
    """Of the last frame, in pixels."""
    active: bool = True
    """An outgoing encoding that is switched on."""
    connection: int = -1
    """Which of the page's, in the order in which it made them."""

    def since(self, before: "Stream | None") -> "Stream":
        """What came on top of `before`."""
        if before is None:
            return self
        return replace(
            self,
            packets=self.packets - before.packets,
            frames=self.frames - before.frames,
            energy=self.energy - before.energy,
        )


@dataclass(frozen=True)
class Streams:
    """All streams of a page's open connections, and who is in which slot."""

    slots: dict[str, str | None]
    streams: tuple[Stream, ...]

    def since(self, before: "Streams") -> "Streams":
        """What came on top of `before`; a connection that was made since then counts from nothing."""

        def which(one: Stream) -> tuple[int, str, str, str]:
            return one.connection, one.type, one.mid, one.rid

        known = {which(one): one for one in before.streams}
        return Streams(self.slots, tuple(one.since(known.get(which(one))) for one in self.streams))

    def sent(self, kind: str) -> Stream:
        """What this page sends of `kind`; all of its encodings and past connections' successors together."""
        return _sum([s for s in self.streams if s.type == "outbound-rtp" and s.kind == kind])

    def encodings(self) -> dict[str, Stream]:
        """What this page sends of video, by rid."""
        return {s.rid: s for s in self.streams if s.type == "outbound-rtp" and s.kind == "video"}

    def width(self, participant_id: str) -> int:
        """How wide the last picture of this participant was; 0 before the first."""
        mids = {f"{slot}.v" for slot, who in self.slots.items() if who == participant_id}
        return max((s.width for s in self.streams if s.mid in mids and s.packets), default=0)

    def received(self, kind: str, participant_id: str | None = None) -> Stream:
        """What arrives of `kind`: in every slot, or in the slots that carry `participant_id` now."""
        mids = {
            f"{slot}.{kind[0]}"
            for slot, who in self.slots.items()
            if participant_id is not None and who == participant_id
        }
        return _sum(
            [
                s
                for s in self.streams
                if s.type == "inbound-rtp"
                and s.kind == kind
                and (participant_id is None or s.mid in mids)
            ]
        )

    def slot(self, slot: str, kind: str) -> Stream:
        """What arrives of `kind` in one slot."""
        mid = f"{slot}.{kind[0]}"
        return _sum([s for s in self.streams if s.type == "inbound-rtp" and s.mid == mid])

    def classrooms(self, kind: str) -> Stream:
        """What arrives of `kind` in all classroom slots, whoever is in them."""
        return _sum(
            [
                s
                for s in self.streams
                if s.type == "inbound-rtp" and s.kind == kind and s.mid.startswith("classrooms.")
            ]
        )


def _sum(streams: list[Stream]) -> Stream:
    first = streams[0] if streams else Stream("", "", "", "", 0, 0, 0.0)
    return Stream(
        first.type,
        first.mid,
        first.kind,
        first.codec,
        sum(s.packets for s in streams),
        sum(s.frames for s in streams),
        sum(s.energy for s in streams),
    )


class Probed(ABC):
    """A page with the probe in it, in whatever browser: what its media does."""

    @abstractmethod
    async def read(self, expression: str) -> Any:
        """The value of an expression of the page; a promise is awaited."""

    async def streams(self) -> Streams:
        found = await self.read("probe.streams()")
        return Streams(found["slots"], tuple(Stream(**one) for one in found["streams"]))

    async def until(
        self,
        what: str,
        condition: Callable[[Streams], bool],
        deadline_s: float = PATIENCE_S,
    ) -> float:
        """Wait until `condition` holds for this page's streams; the seconds it took."""
        last: Streams | None = None

        async def holds() -> bool:
            nonlocal last
            last = await self.streams()
            return condition(last)

        try:
            return await eventually(what, holds, deadline_s)
        except pytest.fail.Exception as failure:
            pytest.fail(f"{failure}; last seen: {last}")

    async def sees_and_hears(self, participant_id: str, deadline_s: float = PATIENCE_S) -> float:
        """Wait until new frames and new sound of this participant arrive; the seconds it took."""
        before = await self.streams()

        def grows(now: Streams) -> bool:
            new = now.since(before)
            video, audio = (new.received(kind, participant_id) for kind in ("video", "audio"))
            return video.frames > 0 and audio.energy > 0 and audio.packets > 0

        return await self.until(f"{participant_id} seen and heard", grows, deadline_s)

    async def hears(self, participant_id: str, deadline_s: float = PATIENCE_S) -> float:
        """Wait until new sound of this participant arrives and is played; the seconds it took."""
        before = await self.streams()

        def grows(now: Streams) -> bool:
            audio = now.since(before).received("audio", participant_id)
            return audio.packets > 0 and audio.energy > 0

        return await self.until(f"{participant_id} heard", grows, deadline_s)

    async def sees_picture(self, participant_id: str, deadline_s: float = PATIENCE_S) -> float:
        """Wait until 5 new frames of this participant are decoded; the seconds it took."""
        before = await self.streams()
        return await self.until(
            f"a picture of {participant_id}",
            lambda now: now.since(before).received("video", participant_id).frames >= 5,
            deadline_s,
        )


@dataclass
class Screen(Probed):
    """A tab. `complaints` are console errors, page errors and error answers that nobody asked for."""

    page: Page
    is_elsewhere: bool = False
    """In a browser on another host, or at an address of the server that only its browser trusts."""
    complaints: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    """Parts of complaints that a test provokes on purpose."""
    unanswered: set[Request] = field(default_factory=set, repr=False)
    """What the page asked for and waits for."""
    _inspector: CDPSession | None = field(default=None, repr=False)

    @classmethod
    def of(cls, page: Page, *, is_elsewhere: bool = False) -> Self:
        """Watch a page from now on."""
        screen = cls(page, is_elsewhere)
        page.on("console", screen._console)
        page.on("pageerror", lambda error: screen.complaints.append(f"page error: {error}"))
        page.on("response", screen._response)
        page.on("request", screen._asked)
        page.on("requestfinished", screen._answered)
        page.on("requestfailed", screen._answered)
        return screen

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self.complaints.append(f"console: {message.text} ({where})")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"HTTP {response.status} {response.url}")

    def _asked(self, request: Request) -> None:
        self.unanswered.add(request)

    def _answered(self, request: Request) -> None:
        self.unanswered.discard(request)

    def excuse(self, *parts: str) -> None:
        """Complaints with one of these parts are expected in this test."""
        self.excused += parts

    def unexcused(self) -> list[str]:
        return [one for one in self.complaints if not any(part in one for part in self.excused)]

    async def describe(self) -> str:
        """What somebody who looks at it would say of it; for the report of a test that failed."""
        try:
            words = await self.page.inner_text("body", timeout=GLANCE_MS)
        except PlaywrightError as error:
            words = f"cannot be read: {error}"
        waits_for = [f"{one.method} {one.url}" for one in self.unanswered]
        return (
            f"{self.page.url}\n  complaints: {self.complaints}\n  waits for: {waits_for}\n{words}\n"
        )

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def press(self, name: str) -> None:
        """Click the button with these words."""
        await self.button(name).click()

    async def sees(self, words: str, deadline_s: float = PATIENCE_S) -> float:
        """Wait until these words are visible; the seconds it took."""
        began = time.monotonic()
        text = self.page.get_by_text(words).filter(visible=True)
        await text.first.wait_for(timeout=deadline_s * 1000)
        return time.monotonic() - began

    async def read(self, expression: str) -> Any:
        """The value of an expression. `page.evaluate` and locators count as a gesture of the user; this does not."""
        if self._inspector is None:
            self._inspector = await self.page.context.new_cdp_session(self.page)
        answer = await self._inspector.send(
            "Runtime.evaluate",
            {"expression": expression, "awaitPromise": True, "returnByValue": True},
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    async def lets_pictures_go(self) -> None:
        """No video element that left the page plays on."""

        async def are_gone() -> bool:
            return bool(await self.read("probe.forgotten() === 0"))

        await eventually("elements that left the page are still", are_gone)

    async def reads(self, words: str, deadline_s: float = PATIENCE_S) -> float:
        """As `sees`, but by `read`; the seconds it took."""

        async def is_there() -> bool:
            return words in str(await self.read("document.body.innerText"))

        return await eventually(f"the words {words}", is_there, deadline_s)

    async def cut_socket(self) -> None:
        """Close this page's WebSocket as a network device would: without a word to the page's own code."""
        await self.page.evaluate("probe.sockets.at(-1).close()")


@asynccontextmanager
async def tab(
    browser: Browser,
    served: Served,
    *,
    locale: str = "zh-CN",
    time_zone: str = COUNTY_ZONE,
    url: str = "",
    disk: StorageState | None = None,
) -> AsyncIterator[Screen]:
    """A tab of a person of its own (own cookies and storage), at `/` or `url`."""
    context = await new_context(
        browser, served, locale=locale, time_zone=time_zone, url=url, disk=disk
    )
    try:
        yield await open_tab(
            context, is_elsewhere=bool(served.prefix) or url not in ("", served.url)
        )
    finally:
        await context.close()


async def new_context(
    browser: Browser,
    served: Served,
    *,
    locale: str = "zh-CN",
    time_zone: str = COUNTY_ZONE,
    url: str = "",
    disk: StorageState | None = None,
) -> BrowserContext:
    """A person: cookies and storage of its own, and the probe in every page. `disk`: what a browser left behind."""
    context = await browser.new_context(
        base_url=url or served.url,
        locale=locale,
        timezone_id=time_zone,
        viewport=SCREEN,
        ignore_https_errors=False,
        storage_state=disk,
    )
    context.set_default_timeout(PATIENCE_S * 1000)
    await context.add_init_script(PROBE)
    return context


async def open_tab(context: BrowserContext, *, is_elsewhere: bool = False) -> Screen:
    return Screen.of(await context.new_page(), is_elsewhere=is_elsewhere)


async def sign_in(screen: Screen, served: Served, login: str, path: str = "/lessons") -> None:
    """Sign in, where it can be without the sign-in page, which takes seconds, and open `path`."""
    if screen.is_elsewhere:
        await sign_in_by_hand(screen, served, login, path)
        return
    answer = await screen.page.request.post(
        "/api/v1/auth/session",
        data={"login": login, "password": served.password},
        headers={"X-Requested-With": "tongtang"},
    )
    assert answer.ok, await answer.text()
    await screen.page.goto(path)


async def sign_in_by_hand(
    screen: Screen, served: Served, login: str, path: str = "/lessons"
) -> None:
    """Sign in on the sign-in page (zh-CN) and arrive at `path`."""
    await screen.page.goto(f"/sign-in?next={quote(path)}")
    origin = screen.page.url.partition("/sign-in")[0]
    await screen.page.get_by_label("工号、手机号或邮箱").fill(login)
    await screen.page.get_by_label("密码").fill(served.password)
    await screen.press("登录")
    # Not a pattern: the sign-in page's own address ends with `path` as well.
    await screen.page.wait_for_url(lambda url: url == f"{origin}{path}")


async def show(screen: Screen, path: str) -> None:
    """The page at `path`, as by a link: nothing that is there is loaded again."""
    await screen.page.evaluate(
        "path => { history.pushState(null, '', path); dispatchEvent(new Event('popstate')); }", path
    )


async def cut_power(screen: Screen) -> tuple[str, str]:
    """The tab is gone. Its address, and the script by which a browser that opens it again fills its session storage."""
    address = screen.page.url
    kept = await screen.page.evaluate("({ ...sessionStorage })")
    await screen.page.close()
    entries = json.dumps(kept)
    return (
        address,
        f"for (const [key, value] of Object.entries({entries})) sessionStorage[key] ??= value;",
    )


async def enter_as_lead(screen: Screen, served: Served, lesson: PlannedLesson) -> None:
    """From nothing to the lead's desk, through sign-in and PreJoin."""
    await sign_in(screen, served, TEACHER, f"/lessons/{lesson.lesson_id}/join?role=lead")
    await screen.press("进入课堂")
    await screen.sees("讲台")


async def enter_as_classroom(screen: Screen, served: Served, seat: Seat, lesson_id: str) -> None:
    """From nothing to the classroom's screen, as the on-site teacher of that school."""
    path = f"/lessons/{lesson_id}/join?seat={seat.seat_id}"
    await sign_in(screen, served, ONSITE[seat.school], path)
    await screen.press("进入课堂")
    await screen.button("离开课堂").wait_for()


async def start_lesson(lead: Screen) -> None:
    await lead.press("开始上课")
    await lead.button("下课").wait_for()


def card(lead: Screen, seat: Seat) -> Locator:
    """The lead's card of one classroom, with its buttons."""
    return lead.page.get_by_role("listitem", name=f"{seat.name} {seat.school}", exact=True)


async def press_on_card(lead: Screen, seat: Seat, button: str) -> None:
    """Press one of the buttons of a classroom on the lead's desk."""
    await card(lead, seat).get_by_role("button", name=button, exact=True).click()


async def call_up(lead: Screen, classroom: Screen, seat: Seat) -> None:
    """The lead calls, the classroom accepts."""
    await press_on_card(lead, seat, "请上讲台")
    await classroom.press("接受")
