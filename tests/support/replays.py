"""The end of a lesson and the replay page, as a teacher sees them."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from playwright.async_api import Page

from tests.support.flashes import Spread, flashes_of
from tests.support.office import Office, PlannedLesson
from tests.support.pages import (
    Screen,
    call_up,
    enter_as_classroom,
    enter_as_lead,
    eventually,
    press_on_card,
    start_lesson,
)
from tests.support.serve import Served

WALL_FLASH = (Path(__file__).parent / "wall_flash.js").read_text()
PLAYS_WITHIN_S = 90.0
"""Deadline."""
ELEMENTS = """
  [...document.querySelectorAll("video, audio")].map((one) => ({
    path: new URL(one.src).pathname,
    at: one.currentTime,
    paused: one.paused,
    muted: one.muted,
    decoded: one instanceof HTMLVideoElement
      ? one.getVideoPlaybackQuality().totalVideoFrames : one.webkitAudioDecodedByteCount,
  }))
"""


async def wall_flashes(page: Page) -> None:
    """From the next page on, camera and microphone flash and beep at the even seconds of the wall clock."""
    await page.add_init_script(WALL_FLASH)


async def sound_is_whole_until(page: Page) -> float:
    """The wall clock (ms) up to which the page's tone came at full speed: a starved machine drops samples."""
    until: float = await page.evaluate("soundIsWholeUntil")
    return until


@dataclass(frozen=True)
class Playing:
    """One media element of the replay page."""

    who: str
    kind: str
    lesson_ms: float
    """Where on the lesson's time line it plays."""
    is_paused: bool
    is_muted: bool
    frames_or_bytes: int
    """Decoded so far: frames of video, bytes of audio."""

    @classmethod
    async def of(cls, screen: Screen, replay: dict[str, Any]) -> list[Self]:
        """Those on the page now."""
        tracks = {track["url"].partition("?")[0]: track for track in replay["tracks"]}
        found = await screen.page.evaluate(ELEMENTS)
        return [
            cls(
                track["participant_id"],
                track["kind"],
                track["starts_ms"] + 1000 * one["at"],
                one["paused"],
                one["muted"],
                one["decoded"],
            )
            for one in found
            for track in (tracks[one["path"]],)
        ]


async def end_lesson(lead: Screen) -> float:
    """End it as the lead does, up to the way to the replay; seconds since the key was pressed."""
    await lead.press("下课")
    began = time.monotonic()
    await lead.press("确定下课")
    await lead.page.get_by_role("link", name="看回看").click()
    return time.monotonic() - began


async def replay_plays(screen: Screen, deadline_s: float) -> float:
    """Press play as soon as there is something to play; seconds until picture and sound are decoded and move."""
    began = time.monotonic()
    play = screen.button("播放")
    await play.wait_for(timeout=deadline_s * 1000)
    await play.click()
    await picture_and_sound_move(screen, deadline_s)
    return time.monotonic() - began


async def picture_and_sound_move(screen: Screen, deadline_s: float) -> None:
    """All that is on the page is decoded and plays."""

    async def moves() -> bool:
        found = await screen.page.evaluate(ELEMENTS)
        return bool(found) and all(one["decoded"] > 0 and one["at"] > 0.1 for one in found)

    await eventually("picture and sound are decoded", moves, deadline_s)


@dataclass(frozen=True)
class Taught:
    """A lesson that is over; its replay plays on the lead's page."""

    plan: PlannedLesson
    lead: Screen
    took_s: float
    """From the end of the lesson to the moving replay."""
    whole_until_ms: dict[str, float]
    """Participant -> wall clock up to which its page could make sound at full speed."""

    def spreads(self, served: Served, replay: dict[str, Any]) -> dict[str, Spread]:
        """How far apart what happened at once lies in the stored files."""
        lead_id, seat_id = self.plan.lead_id, self.plan.seats[0].seat_id
        started_ms = _started_ms(replay)
        flashes = flashes_of(served.url, replay).with_whole_sound(
            {who: at_ms - started_ms for who, at_ms in self.whole_until_ms.items()}
        )
        return {
            "classroom after lead": flashes.between(lead_id, seat_id),
            "lead's sound after picture": flashes.of(lead_id),
            "classroom's sound after picture": flashes.of(seat_id),
        }

    def sounded_s(self, replay: dict[str, Any]) -> float:
        """How long both pages sounded without losing samples."""
        return (min(self.whole_until_ms.values()) - _started_ms(replay)) / 1000


async def teach(served: Served, lead: Screen, classroom: Screen, taught_s: float) -> Taught:
    """A lead and a classroom in two pages, one call-up, the end, the replay."""
    plan = await asyncio.to_thread(lambda: Office(served).plan_lesson(1, recorded=True))
    (seat,) = plan.seats
    for screen in (lead, classroom):
        await wall_flashes(screen.page)
    await enter_as_lead(lead, served, plan)
    await enter_as_classroom(classroom, served, seat, plan.lesson_id)
    await start_lesson(lead)
    began = time.monotonic()
    await lead.sees_picture(seat.seat_id)
    await call_up(lead, classroom, seat)
    await lead.sees_and_hears(seat.seat_id)
    await asyncio.sleep(taught_s / 2)
    await press_on_card(lead, seat, "请回座")
    await asyncio.sleep(max(0.0, taught_s - (time.monotonic() - began)))
    whole_until_ms = {
        plan.lead_id: await sound_is_whole_until(lead.page),
        seat.seat_id: await sound_is_whole_until(classroom.page),
    }
    took_s = await end_lesson(lead)
    await classroom.page.context.close()
    took_s += await replay_plays(lead, PLAYS_WITHIN_S)
    print(f"measured: the replay plays {took_s:.1f} s after the lesson was ended")
    return Taught(plan, lead, took_s, whole_until_ms)


def _started_ms(replay: dict[str, Any]) -> float:
    return datetime.fromisoformat(replay["started_at"]).timestamp() * 1000


async def replay_of(office: Office, plan: PlannedLesson) -> dict[str, Any]:
    """`GET /recordings/{id}` of this lesson."""
    lesson = await asyncio.to_thread(office.call, "GET", f"/lessons/{plan.lesson_id}")
    found: dict[str, Any] = await asyncio.to_thread(
        office.call, "GET", f"/recordings/{lesson['recording_id']}"
    )
    return found
