"""A lesson in real browsers: who sees and hears whom, by what their own `getStats` says."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import Meeting
from tests.browser.meetings import one_meeting
from tests.support.accessibility import assert_accessible
from tests.support.pages import (
    PATIENCE_S,
    Screen,
    Stream,
    Streams,
    card,
    press_on_card,
)
from tests.support.serve import Served

pytestmark = pytest.mark.browser

CALL_UP_S = 1.0
"""From accepting to being seen and heard by everybody."""
AUDIO_PACKETS = 100
"""Two seconds of Opus, 20 ms a packet: what is sent while it is watched that none of it arrives."""
SETTLE_S = 0.5
"""For packets that were under way when a permission ended."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def meeting(served: Served, browser: Browser) -> AsyncIterator[Meeting]:
    """The lead and two classrooms, for all tests here."""
    async with one_meeting(served, browser, 2) as live:
        yield live


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def one_left(meeting: Meeting) -> Meeting:
    """What needs one classroom comes after what needs two: the second has gone."""
    (first, second) = meeting.classrooms
    await second.page.context.close()
    return Meeting(meeting.plan, meeting.lead, (first,))


@dataclass(frozen=True)
class Reading:
    """A packet counter of a page."""

    screen: Screen
    stream: Callable[[Streams], Stream]

    async def packets(self) -> int:
        return self.stream(await self.screen.streams()).packets


def sound_of_classrooms(screen: Screen) -> Reading:
    """All audio that arrives in this page's classroom slots."""
    return Reading(screen, lambda now: now.classrooms("audio"))


def pictures_of_classrooms(screen: Screen) -> Reading:
    return Reading(screen, lambda now: now.classrooms("video"))


def sound_of(screen: Screen, participant_id: str) -> Reading:
    return Reading(screen, lambda now: now.received("audio", participant_id))


def sound_sent(screen: Screen) -> Reading:
    return Reading(screen, lambda now: now.sent("audio"))


async def arrives_nowhere(sent: Reading, *silent: Reading) -> None:
    """While `sent` counts `AUDIO_PACKETS` more, none of `silent` counts one."""
    before = [await one.packets() for one in silent]
    began = await sent.packets()

    async with asyncio.timeout(60):
        while await sent.packets() < began + AUDIO_PACKETS:
            await asyncio.sleep(0.2)
    assert [await one.packets() for one in silent] == before


async def on_stage_for(seat_id: str, classroom: Screen, others: tuple[Screen, ...]) -> None:
    """Press accept: within three times `CALL_UP_S` everybody sees and hears this classroom.

    By the pages' own clocks, from the press to the picture and the sound: the driver of the browser has no part in it.
    """
    script = f"probe.seenAndHeardAtMs({json.dumps(seat_id)})"
    watching = [asyncio.create_task(other.read(script)) for other in others]
    # A round trip through each page: its watch has begun.
    for other in others:
        await other.streams()
    await classroom.press("接受")
    async with asyncio.timeout(PATIENCE_S):
        seen_at_ms = max(await asyncio.gather(*watching))
    took_s = (seen_at_ms - await classroom.read("probe.pressedAtMs()")) / 1000
    print(f"measured: seen and heard by all {took_s:.2f} s after accepting")
    assert 0 < took_s <= 3 * CALL_UP_S


async def test_lead_and_two_classrooms_meet_on_the_stage(meeting: Meeting) -> None:
    lead, (first, second) = meeting.lead, meeting.classrooms
    seat = meeting.seats[0]
    for screen in (first, second):
        took = await screen.sees_and_hears(meeting.plan.lead_id)
        print(f"measured: the lead is seen and heard by a classroom after {took:.2f} s")
    for other in meeting.seats:
        took = await lead.sees_picture(other.seat_id)
        print(f"measured: {other.school} is seen by the lead after {took:.2f} s")

    off_stage = (
        sound_of_classrooms(lead),
        sound_of_classrooms(second),
        pictures_of_classrooms(second),
    )
    await arrives_nowhere(sound_sent(first), *off_stage)
    assert [await one.packets() for one in off_stage] == [0, 0, 0]

    await press_on_card(lead, seat, "请上讲台")
    await first.button("接受").wait_for()
    await on_stage_for(seat.seat_id, first, (lead, second))
    await first.sees("你们在讲台上，各教室都看得到、听得到")

    await press_on_card(lead, seat, "请回座")
    await first.sees("你们已回座")
    await asyncio.sleep(SETTLE_S)
    await arrives_nowhere(sound_sent(first), *off_stage)


async def test_listen_in_is_for_the_lead_alone_and_open_floor_for_all(meeting: Meeting) -> None:
    lead, (first, second) = meeting.lead, meeting.classrooms
    seat, other = meeting.seats
    await lead.sees_picture(other.seat_id)
    silent = (
        sound_of_classrooms(first),
        sound_of_classrooms(second),
        sound_of(lead, other.seat_id),
    )
    before = [await one.packets() for one in silent]

    await press_on_card(lead, seat, "旁听")
    took = await lead.sees_and_hears(seat.seat_id)
    print(f"measured: listening in is heard after {took:.2f} s")
    await first.sees("主讲教师正在听你们说话")
    await arrives_nowhere(sound_sent(first), *silent)
    assert [await one.packets() for one in silent] == before

    await press_on_card(lead, seat, "停止旁听")
    await first.sees("本教室已就位")
    await asyncio.sleep(SETTLE_S)
    await arrives_nowhere(sound_sent(first), *map(sound_of_classrooms, (lead, first, second)))

    await lead.press("全体发言")
    for screen, heard in ((lead, seat), (lead, other), (first, other), (second, seat)):
        took = await screen.hears(heard.seat_id)
        print(f"measured: {heard.school} is heard on the open floor after {took:.2f} s")
    await first.sees("全体发言：各教室都听得到你们")

    await lead.press("结束全体发言")
    await first.sees("本教室已就位")
    await asyncio.sleep(SETTLE_S)
    await arrives_nowhere(sound_sent(first), *map(sound_of_classrooms, (lead, first, second)))


async def test_a_camera_or_microphone_switched_off_sends_nothing(one_left: Meeting) -> None:
    lead, (classroom,), seat = one_left.lead, one_left.classrooms, one_left.seats[0]
    camera_off = card(lead, seat).get_by_text("摄像头已关闭")
    microphone_off = card(lead, seat).get_by_text("话筒关", exact=True)
    await press_on_card(lead, seat, "旁听")
    await lead.sees_and_hears(seat.seat_id)
    speaking = card(lead, seat).locator("[data-speaking=true]")
    await speaking.wait_for()
    assert await camera_off.count() == 0
    assert await microphone_off.count() == 0

    await classroom.press("关闭摄像头")
    await classroom.sees("摄像头关")
    await camera_off.wait_for()
    await asyncio.sleep(SETTLE_S)
    await arrives_nowhere(sound_of_classrooms(lead), pictures_of_classrooms(lead))

    await classroom.press("关闭话筒")
    await classroom.sees("话筒关")
    await microphone_off.wait_for()
    await speaking.wait_for(state="detached")
    await asyncio.sleep(SETTLE_S)
    await arrives_nowhere(sound_sent(lead), sound_of_classrooms(lead), pictures_of_classrooms(lead))

    await classroom.press("打开话筒")
    await classroom.press("打开摄像头")
    took = await lead.sees_and_hears(seat.seat_id)
    print(f"measured: seen and heard again {took:.2f} s after switching on")
    await classroom.sees("摄像头开")
    await camera_off.wait_for(state="detached")
    await microphone_off.wait_for(state="detached")
    await press_on_card(lead, seat, "停止旁听")


async def test_a_call_up_is_accepted_with_either_large_key(one_left: Meeting) -> None:
    lead, (classroom,), seat = one_left.lead, one_left.classrooms, one_left.seats[0]
    for key in ("Space", "Enter"):
        await press_on_card(lead, seat, "请上讲台")
        await classroom.sees("主讲教师请你们上讲台")
        await classroom.page.keyboard.press(key)
        await classroom.sees("你们在讲台上，各教室都看得到、听得到")
        took = await lead.sees_and_hears(seat.seat_id)
        print(f"measured: seen and heard by the lead {took:.2f} s after {key}")
        await press_on_card(lead, seat, "请回座")
        await classroom.sees("你们已回座")


async def test_quality_and_data_used_appear_on_the_screens(one_left: Meeting) -> None:
    lead, (classroom,), seat = one_left.lead, one_left.classrooms, one_left.seats[0]
    await lead.sees_picture(seat.seat_id)
    await card(lead, seat).get_by_text("网络良好", exact=True).wait_for()
    took = await classroom.sees("网络良好")
    print(f"the classroom sees the word {took:.1f} s after the lead")
    await lead.page.get_by_role("status").get_by_text("网络良好").wait_for()
    took = await classroom.sees("本节课已用流量")
    print(f"and the data used {took:.1f} s later")
    await assert_accessible(lead, "lead, with the quality of links")
    await assert_accessible(classroom, "classroom, with its data used")


async def test_a_classroom_that_saves_data_says_so_and_the_lead_sees_it(one_left: Meeting) -> None:
    lead, (classroom,), seat = one_left.lead, one_left.classrooms, one_left.seats[0]
    mark = card(lead, seat).get_by_text("省流量", exact=True)
    await classroom.press("省流量")
    await classroom.button("正在省流量").wait_for()
    await mark.wait_for()

    await classroom.page.reload()
    await classroom.button("正在省流量").wait_for()
    await classroom.press("正在省流量")
    await mark.wait_for(state="detached")
