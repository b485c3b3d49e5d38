"""A music lesson and an art lesson of a quarter of an hour each, as a teacher gives them.

`SOAK_LESSON_S` is how long each goes on.
"""

import asyncio
import os
from pathlib import Path

import pytest

from tests.support.browser import chromium
from tests.support.office import Office
from tests.support.pages import PATIENCE_S, eventually
from tests.support.rtc_peer import allow_loopback
from tests.support.serve import serving
from tests.support.whole_lesson import replay_is_in_step, tells_the_story, whole_lesson

pytestmark = [pytest.mark.soak, pytest.mark.browser]

LESSON_S = float(os.environ.get("SOAK_LESSON_S", "900"))


@pytest.mark.parametrize("subject", ["音乐", "美术"])
async def test_a_lesson_of_a_quarter_of_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subject: str
) -> None:
    allow_loopback(monkeypatch)
    with serving(tmp_path / "data") as served:
        office = Office(served)
        async with (
            chromium(tmp_path) as browser,
            whole_lesson(served, browser, subject) as lesson,
        ):
            await lesson.call_the_roll()
            await lesson.show_slides()
            await lesson.teach(LESSON_S, with_song=subject == "音乐")
            await lesson.cameras_are_smooth()
            await lesson.end()
            tells_the_story(lesson)

            async def is_available() -> bool:
                (one,) = (await asyncio.to_thread(office.call, "GET", "/recordings"))["items"]
                return bool(one["state"] == "available")

            took = await eventually("the replay", is_available, 3 * PATIENCE_S)
            (found,) = office.call("GET", "/recordings")["items"]
            replay_is_in_step(lesson, office.call("GET", f"/recordings/{found['recording_id']}"))
            print(
                f"\nmeasured: {subject}: {LESSON_S:.0f} s, {lesson.turns} pages, {lesson.strokes} strokes,"
                f" {lesson.call_ups} call-ups, {lesson.songs} songs; replay after {took:.1f} s"
            )
