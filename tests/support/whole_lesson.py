"""A lesson as a teacher gives it, from the first page to the replay: slides, stage, singing, a phone, a helper.

Lead, one classroom and its phone are pages in Chromium; two more classrooms, an assistant and an observer are peers
without a browser.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from playwright.async_api import Browser

from app.rooms.console import SIGNAL_PAUSE_MS
from app.signaling.messages import CallUpAccept, CallUpCall, StageSendDown
from tests.support.lesson_peers import LessonPeer
from tests.support.office import ADMIN, Office, PlannedLesson, Seat
from tests.support.pages import (
    PATIENCE_S,
    Screen,
    card,
    enter_as_classroom,
    enter_as_lead,
    press_on_card,
    start_lesson,
    tab,
)
from tests.support.phones import connect_phone
from tests.support.replays import end_lesson
from tests.support.serve import Served
from tests.support.slide_files import pdf_file
from tests.support.slide_pages import page_on
from tests.support.waiting import until

PAGES = 4
DECODES_S = 90.0
"""Peers without a browser decode pictures in Python, four of them beside three pages."""
CAMERA_S = 2.0
CLOCKS_AGREE_MS = 100.0
"""Between what the journal says and where the replay shows it."""


@dataclass
class WholeLesson:
    """Everybody in a live lesson, and what was done so far."""

    served: Served
    plan: PlannedLesson
    lead: Screen
    classroom: Screen
    phone: Screen
    peers: tuple[LessonPeer, ...]
    assistant: LessonPeer
    observer: LessonPeer
    page: int = 1
    turns: int = 0
    strokes: int = 0
    wipes: int = 0
    drawn_on: set[int] = field(default_factory=set)
    call_ups: int = 0
    songs: int = 0
    signals: int = 0
    signalled_at: float = 0.0
    """On the monotonic clock."""

    @property
    def seats(self) -> tuple[Seat, ...]:
        return self.plan.seats

    def check(self) -> None:
        """Nobody was lost on the way."""
        for peer in (*self.peers, self.assistant, self.observer):
            peer.check()

    async def cameras_are_smooth(self) -> None:
        """No page keeps pictures until its camera has none left to fill."""
        for screen in (self.lead, self.classroom):
            before = await screen.read("probe.cameras()")
            await asyncio.sleep(CAMERA_S)
            after = await screen.read("probe.cameras()")
            taken, used = (after[name] - before[name] for name in ("taken", "used"))
            assert taken > 0, f"{screen.page.url}: no picture was taken"
            assert used >= taken / 2, f"{screen.page.url}: {used} of {taken} pictures came out"

    async def show_slides(self) -> None:
        await self.lead.page.locator("input[type=file]").set_input_files(
            {"name": "课文.pdf", "mimeType": "application/pdf", "buffer": pdf_file(PAGES)}
        )
        row = self.lead.page.get_by_role("listitem").filter(has_text="课文.pdf")
        await row.get_by_role("button", name="展示").click()
        self.turns += 1
        await page_on(self.classroom, 1).wait_for()

    async def call_the_roll(self) -> None:
        """On the phone: everybody is there."""
        await self.phone.press("点名")
        await self.phone.press("其余全到")
        await self.phone.sees("已保存")
        await self.phone.press("课堂")

    async def explain(self, number: int) -> None:
        """Turn to a page, wipe it when it was drawn on before, and draw on it; the classroom sees all of it."""
        while self.page != number:
            step = 1 if number > self.page else -1
            await self.lead.page.keyboard.press("PageDown" if step > 0 else "PageUp")
            self.page += step
            self.turns += 1
            await page_on(self.lead, self.page).wait_for()
        await page_on(self.classroom, number).wait_for()
        lines = self.classroom.page.locator("polyline")
        if number in self.drawn_on:
            await lines.first.wait_for(state="attached")
            await self.lead.press("擦掉本页")
            await lines.first.wait_for(state="detached")
            self.wipes += 1
        self.drawn_on.add(number)
        await self.lead.page.get_by_role("button", name="红笔").click()
        box = await page_on(self.lead, number).bounding_box()
        assert box is not None
        mouse = self.lead.page.mouse
        await mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.3)
        await mouse.down()
        await mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.6, steps=6)
        await mouse.up()
        self.strokes += 1
        await lines.first.wait_for(state="attached")
        await self.lead.page.get_by_role("button", name="红笔").click()

    async def ask_the_classroom(self) -> None:
        """It is called up, its phone accepts, everybody sees it, it sits down again."""
        seat, peer = self.seats[0], self.peers[0]
        await press_on_card(self.lead, seat, "请上讲台")
        await self.phone.press("接受")
        seen = peer.video_from(seat.seat_id)
        await until(lambda: peer.video_from(seat.seat_id) > seen, DECODES_S, "seen by others")
        await until(
            lambda: self.observer.video_from(seat.seat_id) > 0, DECODES_S, "seen by the observer"
        )
        await self.phone.press("请回座")
        await card(self.lead, seat).get_by_role("button", name="请上讲台").wait_for()
        self.call_ups += 1

    async def let_the_assistant_ask(self) -> None:
        """The assistant calls another classroom up, and sends it down."""
        seat, peer = self.seats[1], self.peers[0]
        await self.assistant.request(
            lambda i: CallUpCall(type="callup.call", id=i, seat_id=seat.seat_id)
        )
        await until(lambda: peer.places[seat.seat_id].place == "called", PATIENCE_S, "called")
        await peer.request(lambda i: CallUpAccept(type="callup.accept", id=i))
        await self.classroom.sees_and_hears(seat.seat_id)
        await self.assistant.request(
            lambda i: StageSendDown(type="stage.send_down", id=i, seat_id=seat.seat_id)
        )
        self.call_ups += 1

    async def sing(self) -> None:
        await self.lead.press("跟唱")
        await self.classroom.sees("跟唱：跟着主讲教师唱")
        await press_on_card(self.lead, self.seats[-1], "旁听")
        await self.lead.hears(self.seats[-1].seat_id)
        await press_on_card(self.lead, self.seats[-1], "停止旁听")
        await self.lead.press("结束跟唱")
        await self.lead.button("跟唱").wait_for()
        self.songs += 1

    async def ask_to_go_slower(self) -> None:
        """Once a round, and not sooner after the last time than a classroom may."""
        await asyncio.sleep(self.signalled_at + SIGNAL_PAUSE_MS / 1000 - time.monotonic())
        await self.phone.press("请慢一点")
        # In place of what was noted the round before.
        await self.phone.sees("已发出")
        self.signalled_at = time.monotonic()
        note = card(self.lead, self.seats[0]).get_by_role("button", name=re.compile("请慢一点"))
        await note.click()
        await self.phone.sees("主讲教师知道了：请慢一点")
        self.signals += 1

    async def teach(self, seconds: float, *, with_song: bool) -> None:
        """Rounds of all of it until the time is over; at least one."""
        began = time.monotonic()
        number = 1
        while True:
            await self.explain(number)
            await self.ask_the_classroom()
            await self.let_the_assistant_ask()
            if with_song:
                await self.sing()
            await self.ask_to_go_slower()
            self.check()
            await self.lead.lets_pictures_go()
            await self.classroom.lets_pictures_go()
            if time.monotonic() - began > seconds:
                return
            number = number % PAGES + 1

    async def end(self) -> None:
        await end_lesson(self.lead)


@asynccontextmanager
async def whole_lesson(
    served: Served, browser: Browser, subject: str
) -> AsyncIterator[WholeLesson]:
    """Everybody is in, and the lesson has begun."""
    office, county = Office(served), Office(served, ADMIN)
    plan = await asyncio.to_thread(
        lambda: office.plan_lesson(3, recorded=True, title="完整的一课", subject=subject)
    )
    async with AsyncExitStack() as stack:
        lead, classroom, phone = [
            await stack.enter_async_context(tab(browser, served)) for _ in range(3)
        ]
        await enter_as_lead(lead, served, plan)
        await enter_as_classroom(classroom, served, plan.seats[0], plan.lesson_id)
        await connect_phone(classroom, phone)
        clips = ("classroom-a", "classroom-b")
        peers = [
            await stack.enter_async_context(
                LessonPeer(office, plan.lesson_id, {"seat_id": seat.seat_id}, clip)
            )
            for seat, clip in zip(plan.seats[1:], clips, strict=True)
        ]
        assistant, observer = [
            await stack.enter_async_context(
                LessonPeer(county, plan.lesson_id, {"role": role}, clips[0], watches=watches)
            )
            for role, watches in (("assistant", False), ("observer", True))
        ]
        everybody = (*peers, assistant, observer)
        await until(lambda: all(one.is_joined for one in everybody), PATIENCE_S, "all are in")
        await start_lesson(lead)
        await classroom.sees_and_hears(plan.lead_id)
        await phone.sees("观课")
        lesson = WholeLesson(
            served, plan, lead, classroom, phone, tuple(peers), assistant, observer
        )
        try:
            yield lesson
        except BaseException:
            path = f"/lessons/{plan.lesson_id}/media-stats"
            stats = await asyncio.to_thread(county.call, "GET", path)
            found = served.data_dir / "media-stats.json"
            found.write_text(json.dumps(stats, ensure_ascii=False, indent=1))
            print(f"\nwhat the server measured when it failed: {found}")
            raise
        assert [one for screen in (lead, classroom, phone) for one in screen.unexcused()] == []


def tells_the_story(lesson: WholeLesson) -> None:
    """The journal has everything that was done, as often and in an order that can be."""
    journal = Office(lesson.served).journal(lesson.plan.lesson_id)
    types = [row["type"] for row in journal]
    done = {
        "slides.turned": lesson.turns,
        "stroke.drawn": lesson.strokes,
        "strokes.cleared": lesson.wipes,
        "callup.accepted": lesson.call_ups,
        "stage.sent_down": lesson.call_ups,
        "sing_along.started": lesson.songs,
        "sing_along.stopped": lesson.songs,
        "signal.raised": lesson.signals,
        "signal.cleared": lesson.signals,
        "lesson.started": 1,
        "lesson.ended": 1,
    }
    assert {name: types.count(name) for name in done} == done
    assert types.count("heads.counted") >= 1
    assert (
        types.index("lesson.started") < types.index("slides.turned") < types.index("lesson.ended")
    )


def replay_is_in_step(lesson: WholeLesson, replay: dict[str, Any]) -> None:
    """Stage, pages and strokes stand in the replay where the journal has them."""
    journal = Office(lesson.served).journal(lesson.plan.lesson_id)
    began = datetime.fromisoformat(replay["started_at"])
    stage = [one["at_ms"] for one in replay["stage"]]
    shown = {
        "callup.accepted": stage,
        "stage.sent_down": stage,
        "slides.turned": [one["at_ms"] for one in replay["slides"]["changes"]],
        "stroke.drawn": [one["from_ms"] for one in replay["slides"]["strokes"]],
    }
    for row in journal:
        if row["type"] in shown:
            at_ms = (datetime.fromisoformat(row["at"]) - began).total_seconds() * 1000
            off_ms = min(abs(at_ms - one) for one in shown[row["type"]])
            assert off_ms <= CLOCKS_AGREE_MS, (
                f"{row['type']} at {at_ms:.0f} ms: {off_ms:.0f} ms off"
            )
