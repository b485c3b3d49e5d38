"""The lead's cockpit: who leads when a page is gone, a sing-along through the forwarder, what screens really show."""

import asyncio
from collections.abc import Callable

import pytest
from playwright.async_api import Page

from app.signaling.messages import CallUpAccept, CallUpCall, ListenStart, SingAlongStart
from tests.browser.conftest import Meet, Meeting, OpenTab
from tests.support.accessibility import assert_accessible
from tests.support.lesson_peers import LessonPeer, peers_of
from tests.support.office import ADMIN, TEACHER, Office
from tests.support.pages import PATIENCE_S, Screen, card, eventually, press_on_card, show, sign_in
from tests.support.rtc_peer import allow_loopback
from tests.support.serve import Served
from tests.support.waiting import until

pytestmark = pytest.mark.browser

TAKEOVER_S = 12.0
"""From the lead's page being gone to the offer."""
AUDIO_FRAMES = 100
"""Two seconds of sound."""
SETTLE_S = 0.5
"""For packets that were under way when a permission ended."""


async def assistant(open_tab: OpenTab, served: Served, lesson_id: str) -> Screen:
    """An admin, who finds the call for help on the wall, and on the list of lessons, and comes in to help."""
    screen = await open_tab()
    await sign_in(screen, served, ADMIN, "/wall")
    await what_the_wall_says(screen)
    await show(screen, "/lessons")
    await screen.sees("需要帮忙的教室")
    await screen.press("处理好了")
    await screen.page.get_by_text("需要帮忙的教室").wait_for(state="detached")
    await show(screen, f"/lessons/{lesson_id}/join?role=assistant")
    await screen.press("进入课堂")
    await screen.sees("助教和观课")
    return screen


async def what_the_wall_says(admin: Screen) -> None:
    """Who is in and what is wrong, without anybody reloading it, and how old that is while the server is away."""
    page = admin.page
    tile = page.get_by_role("article").filter(has_text="求助")
    await tile.get_by_text("求助").wait_for()
    await tile.get_by_text("网络良好").first.wait_for()
    await tile.get_by_role("link", name="进去观课").wait_for()
    await assert_accessible(admin, "wall")
    admin.excuse("ERR_INTERNET_DISCONNECTED")
    await page.context.set_offline(True)
    await admin.sees("连不上服务器，正在自动重试")
    assert await tile.is_visible()
    await page.context.set_offline(False)
    await page.get_by_text("连不上服务器，正在自动重试").wait_for(state="detached")


async def kill(page: Page) -> None:
    """End the page's process, as a power cut would: nothing of it says goodbye."""
    inspector = await page.context.new_cdp_session(page)
    crash = asyncio.create_task(inspector.send("Page.crash"))
    await page.wait_for_event("crash")
    crash.cancel()
    await asyncio.gather(crash, return_exceptions=True)
    await page.close()


def leads_of(journal: list[dict[str, object]], first: str) -> list[str]:
    """Who led, in order, by the journal alone."""
    leads = [first]
    for row in journal:
        if row["type"] in ("lead.taken_over", "lead.handed_over"):
            data = row["data"]
            assert isinstance(data, dict)
            leads.append(data["lead_id"])
    return leads


async def what_the_cockpit_says(meeting: Meeting, office: Office) -> None:
    """What a classroom's screen shows, that it was heard, that it asks for help, and that nobody hears the lead."""
    lead, (classroom,), (seat,) = meeting.lead, meeting.classrooms, meeting.seats
    shown = card(lead, seat)
    await press_on_card(lead, seat, "旁听")
    noted = {"type": "participant.heard", "data": {"participant_id": seat.seat_id}}

    async def is_noted() -> bool:
        journal = await asyncio.to_thread(office.journal, meeting.plan.lesson_id)
        return any(noted.items() <= row.items() for row in journal)

    await eventually("the room notes that the classroom was heard", is_noted)
    await shown.get_by_text("看得到您").wait_for()
    await classroom.page.evaluate("document.querySelectorAll('video').forEach((v) => v.pause())")
    await classroom.press("求助")
    await shown.get_by_text("需要帮忙").wait_for()
    await lead.press("关闭话筒")
    await lead.sees("您的话筒关着，各教室听不到您")
    await assert_accessible(lead, "cockpit, nobody hears the lead")
    await lead.page.get_by_role("button", name="打开话筒").first.click()
    await shown.get_by_text("画面停了").wait_for()
    await classroom.page.evaluate("document.querySelectorAll('video').forEach((v) => v.play())")


async def test_the_cockpit_sees_the_classroom_and_a_killed_lead_is_followed_and_asked_on_return(
    meet: Meet, open_tab: OpenTab, served: Served
) -> None:
    meeting = await meet(1)
    await what_the_cockpit_says(meeting, Office(served))
    lesson, (classroom,) = meeting.plan, meeting.classrooms
    helper = await assistant(open_tab, served, lesson.lesson_id)
    await classroom.sees_picture(lesson.lead_id)

    context = meeting.lead.page.context
    await kill(meeting.lead.page)
    took = await helper.sees("主讲教师断线了", 3 * TAKEOVER_S)
    print(f"measured: takeover offered {took:.1f} s after the lead's page was killed")
    await assert_accessible(helper, "cockpit, the lead is gone")
    await helper.press("我来主讲")
    await helper.button("下课").wait_for()
    await classroom.until("another lead", lambda now: now.slots.get("lead.0") != lesson.lead_id)
    new_lead = await classroom.read("probe.slots['lead.0']")
    assert new_lead.startswith("assistant_")
    took = await classroom.sees_and_hears(new_lead)
    print(f"measured: the new lead is seen and heard {took:.1f} s after it was mapped")

    back = Screen.of(await context.new_page())
    await back.page.goto(f"/lessons/{lesson.lesson_id}/join?role=lead")
    await back.press("进入课堂")
    await back.sees("您现在是助教")
    assert await back.button("下课").count() == 0
    assert await helper.button("下课").count() == 1
    await back.page.get_by_role("button", name="请求主讲").first.click()
    await helper.press("交给TA")
    await back.button("下课").wait_for()
    await classroom.sees_and_hears(lesson.lead_id)
    assert await helper.button("下课").count() == 0
    journal = Office(served, TEACHER).journal(lesson.lesson_id)
    assert leads_of(journal, lesson.lead_id) == [lesson.lead_id, new_lead, lesson.lead_id]
    assert back.unexcused() == []


def heard(peer: LessonPeer, *, of: Callable[[str], bool]) -> int:
    """Frames of sound that this peer decoded, by who is in their slots."""
    return sum(n for (who, kind), n in peer.frames.items() if kind == "audio" and of(who))


async def test_in_a_sing_along_no_packet_of_a_classroom_reaches_another(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_loopback(monkeypatch)
    office = Office(served)
    plan = office.plan_lesson(2)
    seat, lead_id = plan.seats[0].seat_id, plan.lead_id
    async with peers_of(office, plan) as (lead, (first, second)):
        everybody = (lead, first, second)
        await until(lambda: all(p.is_joined for p in everybody), PATIENCE_S, "all are in")
        await asyncio.to_thread(office.call, "POST", f"/lessons/{plan.lesson_id}/start")
        await until(lambda: lead.phase == "live", PATIENCE_S, "live")
        await lead.request(lambda i: CallUpCall(type="callup.call", id=i, seat_id=seat))
        await first.request(lambda i: CallUpAccept(type="callup.accept", id=i))
        await until(lambda: heard(second, of=seat.__eq__) > 10, PATIENCE_S, "on stage")

        await lead.request(lambda i: SingAlongStart(type="sing_along.start", id=i))
        await asyncio.sleep(SETTLE_S)
        before = [heard(peer, of=lambda who: who != lead_id) for peer in everybody]
        sung = heard(second, of=lead_id.__eq__)
        enough = sung + AUDIO_FRAMES
        await until(lambda: heard(second, of=lead_id.__eq__) > enough, PATIENCE_S, "the lead sings")
        assert [heard(peer, of=lambda who: who != lead_id) for peer in everybody] == before

        await lead.request(lambda i: ListenStart(type="listen.start", id=i, seat_id=seat))
        enough = heard(lead, of=seat.__eq__) + 10
        await until(lambda: heard(lead, of=seat.__eq__) > enough, PATIENCE_S, "one is heard")
        assert heard(second, of=lambda who: who != lead_id) == before[2]
