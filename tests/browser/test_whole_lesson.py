"""A music lesson from the first page to the replay, in a minute."""

import asyncio

import pytest
from playwright.async_api import Browser

from tests.support.office import Office
from tests.support.pages import PATIENCE_S, eventually
from tests.support.rtc_peer import allow_loopback
from tests.support.serve import Served
from tests.support.whole_lesson import replay_is_in_step, tells_the_story, whole_lesson

pytestmark = [pytest.mark.browser, pytest.mark.recording]


async def test_a_music_lesson_leaves_its_story_and_a_replay_in_step(
    served: Served, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_loopback(monkeypatch)
    office = Office(served)
    async with whole_lesson(served, browser, "音乐") as lesson:
        await lesson.call_the_roll()
        await lesson.show_slides()
        await lesson.teach(0, with_song=True)
        await lesson.end()
        tells_the_story(lesson)
        lesson_id = lesson.plan.lesson_id

        async def is_available() -> bool:
            listed = await asyncio.to_thread(office.call, "GET", "/recordings")
            return any(
                one["lesson_id"] == lesson_id and one["state"] == "available"
                for one in listed["items"]
            )

        await eventually("the lesson can be watched again", is_available, 3 * PATIENCE_S)
        listed = office.call("GET", "/recordings")["items"]
        (found,) = [one for one in listed if one["lesson_id"] == lesson_id]
        replay_is_in_step(lesson, office.call("GET", f"/recordings/{found['recording_id']}"))
