"""The on-site teacher's phone comes in by a picture, answers for the classroom, and keeps private what is private."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Page, WebSocket

from tests.browser.conftest import OpenTab
from tests.support.accessibility import assert_accessible
from tests.support.office import Office, Seat
from tests.support.pages import (
    Screen,
    card,
    enter_as_classroom,
    enter_as_lead,
    eventually,
    press_on_card,
    start_lesson,
)
from tests.support.phones import connect_phone
from tests.support.serve import Served

pytestmark = [pytest.mark.browser, pytest.mark.recording]

TO_ALL, TO_LEAD = "下课后请三位老师留一下", "我们这边投影有点暗"
SIGNAL = "slower"


@dataclass
class Wire:
    """What a page's sockets carried, each by itself."""

    sockets: list[list[str]] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        frames: list[str] = []
        self.sockets.append(frames)
        for event in ("framesent", "framereceived"):
            socket.on(event, lambda payload: frames.append(str(payload)))


async def html(screen: Screen) -> str:
    """Everything that the page's document holds, attributes and all."""
    return str(await screen.read("document.documentElement.outerHTML"))


async def still(screen: Screen) -> bytes:
    """What the screen shows, without what moves."""
    page = screen.page
    return await page.screenshot(mask=[page.locator("video")], animations="disabled")


async def send(screen: Screen, text: str) -> None:
    await screen.page.get_by_label("写一句话").fill(text)
    await screen.press("发送")


async def test_a_phone_answers_for_its_classroom_and_what_is_private_reaches_no_screen_that_pupils_see(
    served: Served, open_tab: OpenTab
) -> None:
    plan = Office(served).plan_lesson(1, recorded=True)
    (seat,) = plan.seats
    lead, classroom, phone = await open_tab(), await open_tab(), await open_tab()
    wire = Wire()
    wire.watch(classroom.page)
    await enter_as_lead(lead, served, plan)
    await enter_as_classroom(classroom, served, seat, plan.lesson_id)
    await connect_phone(classroom, phone)
    await classroom.button("手机已连接").wait_for()
    await assert_accessible(phone, "console")
    await _talk_behind_the_screen(lead, classroom, phone, seat)

    await start_lesson(lead)
    await lead.sees_picture(seat.seat_id)
    await _come_on_stage(lead, phone, seat)
    pupil = await _name_who_speaks(lead, classroom, phone, seat)
    await _answers(phone, lead, classroom, seat)
    await _cut(phone, lead, seat)
    assert not carries_private(wire.sockets[0], pupil)
    await _under_the_cover(classroom, wire)
    await _disconnect(phone, classroom)

    await lead.press("下课")
    await lead.press("确定下课")
    await classroom.sees("下课了")
    for screen in (lead, classroom, phone):
        await screen.page.context.close()
    await _is_in_no_recording(served, plan.lesson_id)


async def _answers(phone: Screen, lead: Screen, classroom: Screen, seat: Seat) -> None:
    """For a classroom on stage: back to its seat, up again without being asked, its camera off."""
    await phone.press("请回座")
    await classroom.sees("你们已回座")
    await phone.press("本课自动上讲台")
    await card(lead, seat).get_by_text("自动上讲台").wait_for()
    await press_on_card(lead, seat, "请上讲台")
    await phone.press("请回座")
    await phone.press("本课自动上讲台")
    await card(lead, seat).get_by_text("自动上讲台").wait_for(state="detached")
    await phone.press("关闭摄像头")
    await classroom.button("打开摄像头").wait_for()


async def _disconnect(phone: Screen, classroom: Screen) -> None:
    await classroom.press("手机已连接")
    await classroom.press("断开手机")
    await phone.sees("这台手机已断开")
    await classroom.press("关闭")
    await classroom.button("连接手机").wait_for()


async def _signal(phone: Screen, lead: Screen, seat: Seat) -> None:
    """The phone signals, the lead takes note, the phone says so."""
    await phone.press("请慢一点")
    await lead.sees(f"{seat.name}：请慢一点")
    await card(lead, seat).get_by_role("button", name=re.compile("请慢一点")).click()
    await phone.sees("主讲教师知道了：请慢一点")


async def _cut(phone: Screen, lead: Screen, seat: Seat) -> None:
    """The phone's link dies, the lead calls meanwhile, and the phone comes back to the call."""
    phone.excuse("ERR_INTERNET_DISCONNECTED")
    await phone.page.context.set_offline(True)
    await phone.cut_socket()
    await phone.sees("网络断开，正在重新连接")
    await press_on_card(lead, seat, "请上讲台")
    await phone.page.context.set_offline(False)
    await phone.press("接受")
    await card(lead, seat).get_by_text("在讲台上").wait_for()
    await phone.press("请回座")


async def _talk_behind_the_screen(
    lead: Screen, classroom: Screen, phone: Screen, seat: Seat
) -> None:
    """The classroom's screen stays as it is."""
    before = await still(classroom)
    await _signal(phone, lead, seat)
    await _talk(lead, phone)

    async def is_as_before() -> bool:
        return await still(classroom) == before

    await eventually("the screen is as it was, once nothing moves on it", is_as_before)
    for text in (TO_ALL, TO_LEAD, SIGNAL):
        assert text not in await html(classroom)


async def _talk(lead: Screen, phone: Screen) -> None:
    await phone.press("消息")
    await lead.page.get_by_role("button", name=re.compile("教师消息")).click()
    await lead.sees("还没有消息")
    await send(lead, TO_ALL)
    await phone.sees(TO_ALL)
    await send(phone, TO_LEAD)
    await lead.sees(TO_LEAD)
    await assert_accessible(lead, "lead, with the staff chat")
    await assert_accessible(phone, "console, with the staff chat")
    await lead.press("关闭")


async def _come_on_stage(lead: Screen, phone: Screen, seat: Seat) -> None:
    await phone.press("课堂")
    await press_on_card(lead, seat, "请上讲台")
    await phone.button("接受").wait_for()
    await assert_accessible(phone, "console, called up")
    await phone.press("接受")
    await lead.sees_and_hears(seat.seat_id)


async def _name_who_speaks(lead: Screen, classroom: Screen, phone: Screen, seat: Seat) -> str:
    """The classroom's teacher says who speaks; the name, which the lead's card shows and no screen of the classroom."""
    await phone.press("选发言的学生")
    first = phone.page.get_by_role("listitem").get_by_role("button").first
    name = await first.inner_text()
    await assert_accessible(phone, "console, with the names")
    async with classroom.page.expect_popup() as opened:
        await classroom.press("打开投影窗口")
    projector = Screen.of(await opened.value)
    await projector.page.locator("video").first.wait_for()
    await first.click()
    await phone.button(f"正在发言：{name}").wait_for()
    await card(lead, seat).get_by_text(f"发言：{name}").wait_for()
    for screen in (classroom, projector):
        assert not carries_private([await html(screen)], name)
    await projector.page.close()
    return name


def carries_private(frames: list[str], *more: str) -> bool:
    private = (TO_ALL, TO_LEAD, SIGNAL, "chat.", *more)
    return any(text in frame for frame in frames for text in private)


async def _under_the_cover(classroom: Screen, wire: Wire) -> None:
    """On the PC itself: shown when asked for, over a socket of its own, and gone with the cover."""
    await classroom.press("教师控制台")
    assert len(wire.sockets) == 1
    await classroom.press("打开")
    await classroom.page.get_by_role("button", name=re.compile("^消息")).click()
    await classroom.sees(TO_LEAD)
    await assert_accessible(classroom, "classroom, with the cover open")
    device, console = wire.sockets
    assert carries_private(console) and not carries_private(device)
    await classroom.press("关闭")
    assert TO_LEAD not in await html(classroom)
    assert not carries_private(device)


async def _is_in_no_recording(served: Served, lesson_id: str) -> None:
    """Neither in a file of the recording, nor in what the replay page gets, nor in the journal."""
    office = Office(served)

    async def is_finished() -> bool:
        found = [
            r for r in office.call("GET", "/recordings")["items"] if r["lesson_id"] == lesson_id
        ]
        return bool(found) and found[0]["state"] == "available"

    await eventually("the recording is there", is_finished, 60)
    listed = office.call("GET", "/recordings")["items"]
    recording = next(one for one in listed if one["lesson_id"] == lesson_id)
    replay = office.call("GET", f"/recordings/{recording['recording_id']}")
    assert SIGNAL not in str(replay)
    assert SIGNAL in str(office.journal(lesson_id))
    for text in (TO_ALL, TO_LEAD):
        assert text not in str(replay) + str(office.journal(lesson_id))
    files = [one for one in served.data_dir.rglob("*") if one.is_file() and ".db" not in one.name]
    of_lesson = [one for one in files if recording["recording_id"] in str(one)]
    assert of_lesson
    for one in files:
        content = one.read_bytes()
        assert not any(text.encode() in content for text in (TO_ALL, TO_LEAD)), one
