"""`kill -9` in the middle of a lesson: nothing that was said before is lost, and everybody is back by themselves."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support.kills import FEW_FRAMES, KilledLesson, Victim
from tests.support.office import Office
from tests.support.pages import (
    Screen,
    Streams,
    enter_as_classroom,
    enter_as_lead,
    start_lesson,
    tab,
)
from tests.support.serve import Served, serving

pytestmark = [pytest.mark.browser, pytest.mark.recording]

PAGES_BACK_S = 60.0
"""Deadline; ICE alone takes up to 30 s to notice that its other side is gone."""
BETWEEN_S = 3.0
"""Long enough that more than `MAX_LOST_MS` was recorded before each kill."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """To be killed; the lesson is on one of its two engines."""
    with serving(tmp_path / "data", settings={"TONGTANG_MEDIA_WORKERS": "2"}) as server:
        yield server


async def test_pages_come_back_by_themselves_and_a_recording_loses_seconds_at_most(
    served: Served, browser: Browser
) -> None:
    office = Office(served)
    plan = office.plan_lesson(1, recorded=True)
    lesson = KilledLesson(served, office, plan)
    async with tab(browser, served) as lead, tab(browser, served) as classroom:
        await enter_as_lead(lead, served, plan)
        await enter_as_classroom(classroom, served, plan.seats[0], plan.lesson_id)
        await start_lesson(lead)
        await _see_each_other(lesson, lead, classroom)
        await lesson.is_recorded_since(0)
        for victim in ("app", "recorder", "engine", "all"):
            await asyncio.sleep(BETWEEN_S)
            await _kill_under_pages(lesson, victim, lead, classroom)
        await asyncio.sleep(BETWEEN_S)
        await lesson.end()
    for loss in await lesson.conclude():
        print(f"measured: {loss}")


async def _kill_under_pages(
    lesson: KilledLesson, victim: Victim, lead: Screen, classroom: Screen
) -> None:
    written = lesson.open_epochs()
    kill = await lesson.kill(victim)
    serving_s = await lesson.serve_again()
    began = time.monotonic()
    await lesson.all_are_in()
    await _see_each_other(lesson, lead, classroom)
    seen_s = time.monotonic() - began
    recorded_s = await lesson.is_recorded_since(kill.mono_ns)
    print(
        f"measured: kill -9 of {victim}: served again after {serving_s:.1f} s, pages see each other "
        f"{seen_s:.1f} s later, all recorded again after {recorded_s:.1f} s"
    )
    # The engine and the recorder go on without the app: the same files are still being written.
    assert (lesson.open_epochs() == written) is (victim == "app")


async def _see_each_other(lesson: KilledLesson, lead: Screen, classroom: Screen) -> None:
    """New frames on both pages."""
    (seat,) = lesson.plan.seats
    await asyncio.gather(_sees(lead, seat.seat_id), _sees(classroom, lesson.plan.lead_id))


async def _sees(screen: Screen, participant_id: str) -> None:
    """A few more frames are decoded, be it on the old connection or on a new one, which counts from zero."""
    fewest = float("inf")

    def grows(now: Streams) -> bool:
        nonlocal fewest
        frames = now.received("video", participant_id).frames
        fewest = min(fewest, frames)
        return frames >= fewest + FEW_FRAMES

    await screen.until(f"a picture of {participant_id}", grows, PAGES_BACK_S)
