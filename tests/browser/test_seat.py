"""A seat is the classroom's: it survives reloads, cuts and a change of PC, and one device holds it at a time."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import Meeting, OpenTab
from tests.browser.meetings import one_meeting
from tests.support.office import Office
from tests.support.pages import Screen, enter_as_classroom, eventually
from tests.support.serve import Served

pytestmark = pytest.mark.browser

BACK_S = 5.0
"""How soon a seat must be back after a reload or a cut."""
DEADLINE_S = 9 * BACK_S
WATCH_S = 6.0
"""Long enough for the first ten attempts of a page that would come back by itself."""
REPLACED = "这个位置已在另一台设备上打开"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def meeting(served: Served, browser: Browser) -> AsyncIterator[Meeting]:
    """The lead and a classroom, for all tests here; the last one ends the lesson."""
    async with one_meeting(served, browser, 1) as live:
        yield live


async def test_cuts_an_outage_and_a_reload_give_the_same_seat_back(
    meeting: Meeting, served: Served
) -> None:
    (classroom,), (seat,) = meeting.classrooms, meeting.seats
    await classroom.sees_and_hears(meeting.plan.lead_id)
    for come_back in (_from_cuts_of_the_socket, _from_an_outage, _from_a_reload):
        await come_back(meeting)
        await classroom.sees(seat.name)
        _one_row(served, meeting.plan.lesson_id, seat.seat_id)


async def _from_cuts_of_the_socket(meeting: Meeting) -> None:
    (classroom,) = meeting.classrooms
    for round_number in range(3):
        began = time.monotonic()
        await classroom.cut_socket()
        await _has_the_seat(classroom, sockets=round_number + 2)
        took = time.monotonic() - began
        print(f"measured: back after a cut of the socket in {took:.2f} s")
        await classroom.sees_and_hears(meeting.plan.lead_id)
    # The media outlived the cuts: nothing was negotiated again.
    assert await classroom.page.evaluate("probe.peers.length") == 2


async def _from_an_outage(meeting: Meeting) -> None:
    (classroom,), (seat,) = meeting.classrooms, meeting.seats
    # Offline the test's own `close()` gets no answer: the page does not know yet and still pings.
    classroom.excuse("ERR_INTERNET_DISCONNECTED", "WebSocket is already in CLOSING")
    await classroom.page.context.set_offline(True)
    await classroom.cut_socket()
    await classroom.sees("断线，正在重连")
    await classroom.sees("服务器暂时连不上，正在重试…")
    await classroom.page.context.set_offline(False)
    took = await _has_the_seat(classroom)
    print(f"measured: back after a network outage in {took:.2f} s")
    await classroom.sees_and_hears(meeting.plan.lead_id, DEADLINE_S)
    await meeting.lead.sees_picture(seat.seat_id)


async def _from_a_reload(meeting: Meeting) -> None:
    (classroom,), (seat,) = meeting.classrooms, meeting.seats
    began = time.monotonic()
    await classroom.page.reload()
    await classroom.sees_and_hears(meeting.plan.lead_id, DEADLINE_S)
    await meeting.lead.sees_picture(seat.seat_id, DEADLINE_S)
    print(f"measured: back after a reload in {time.monotonic() - began:.2f} s")


async def test_a_second_device_takes_the_seat_and_nobody_evicts_in_turn(
    meeting: Meeting, open_tab: OpenTab, served: Served
) -> None:
    (first,), (seat,) = meeting.classrooms, meeting.seats
    await meeting.lead.sees_picture(seat.seat_id)
    second = await open_tab()
    await enter_as_classroom(second, served, seat, meeting.plan.lesson_id)
    print(f"measured: the first device is told after {await first.sees(REPLACED):.2f} s")
    await second.sees_and_hears(meeting.plan.lead_id)
    await meeting.lead.sees_picture(seat.seat_id)
    await _keeps_the_seat(second, told=first)

    await first.press("在这里继续")
    print(f"measured: the second device is told after {await second.sees(REPLACED):.2f} s")
    await first.sees_and_hears(meeting.plan.lead_id)
    await meeting.lead.sees_picture(seat.seat_id)
    await _keeps_the_seat(first, told=second)

    rows = Office(served).attendance(meeting.plan.lesson_id)
    assert [row["participant_id"] for row in rows].count(seat.seat_id) == 1


async def test_a_projector_window_adds_no_downlink_and_follows_to_the_end(
    meeting: Meeting,
) -> None:
    (classroom,) = meeting.classrooms
    await classroom.sees_and_hears(meeting.plan.lead_id)
    before = await _inbound(classroom)
    connections = "[probe.peers.length, probe.sockets.length]"
    had = await classroom.page.evaluate(connections)

    async with classroom.page.context.expect_page() as opened:
        await classroom.press("打开投影窗口")
    projector = Screen.of(await opened.value)
    frames = await projector.page.evaluate(SHOWN_FRAMES, meeting.plan.lead_name)
    print(
        f"measured: the projector window shows {frames} new frames, {before} inbound streams as before"
    )

    assert await projector.page.evaluate(connections) == [0, 0]
    assert await _inbound(classroom) == before
    assert await classroom.page.evaluate(connections) == had
    assert await projector.page.evaluate("probe.sounds.length") == 0
    await meeting.lead.sees("投影看得到您")

    await meeting.lead.press("下课")
    await meeting.lead.press("确定下课")
    await classroom.sees("主讲教师结束了这节课。")
    await projector.sees("下课了")
    assert projector.unexcused() == []


SHOWN_FRAMES = """(name) => new Promise((resolve) => {
  // Resolves once the picture of `name` in this window has shown ten new frames, with how many it was.
  const count = (video, frames) =>
    video.requestVideoFrameCallback(() => (frames < 10 ? count(video, frames + 1) : resolve(frames)));
  const look = () => {
    const video = document.querySelector(`video[aria-label="${name}"]`);
    if (video?.videoWidth > 0) count(video, 1);
    else setTimeout(look, 50);
  };
  look();
})"""


async def _inbound(screen: Screen) -> int:
    """How many RTP streams arrive at this page with packets."""
    found = (await screen.streams()).streams
    return sum(one.type == "inbound-rtp" and one.packets > 0 for one in found)


async def _has_the_seat(screen: Screen, sockets: int | None = None) -> float:
    """Wait until the page is in its place again (over socket number `sockets`); the seconds it took."""

    async def holds() -> bool:
        latest = await screen.page.evaluate("probe.latest()")
        return bool(latest["isJoined"]) and sockets in (None, latest["sockets"])

    return await eventually("the seat is back", holds, DEADLINE_S)


async def _keeps_the_seat(holder: Screen, *, told: Screen) -> None:
    """For `WATCH_S` neither device makes a new connection, and the picture goes on."""
    script = "[probe.sockets.length, probe.sockets.at(-1).readyState]"
    before = [await screen.page.evaluate(script) for screen in (holder, told)]
    assert before[0][1] == 1
    assert before[1][1] > 1
    until = time.monotonic() + WATCH_S
    while time.monotonic() < until:
        await asyncio.sleep(0.5)
        assert [await screen.page.evaluate(script) for screen in (holder, told)] == before
    assert await told.page.get_by_text(REPLACED).is_visible()
    assert await holder.page.get_by_text(REPLACED).count() == 0


def _one_row(served: Served, lesson_id: str, seat_id: str) -> None:
    rows = [row for row in Office(served).attendance(lesson_id) if row["participant_id"] == seat_id]
    assert len(rows) == 1
    print(f"measured: one row, {rows[0]['cuts']} cuts, {len(rows[0]['spans'])} spans")
