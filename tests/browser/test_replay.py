"""After the lesson: the replay page plays within seconds, everybody on one time line."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urljoin

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import OpenTab
from tests.support.accessibility import assert_accessible
from tests.support.browser import chromium
from tests.support.office import TEACHER, Office
from tests.support.pages import Screen, eventually, sign_in
from tests.support.replay_player import (
    LEFT_AT_MS,
    jump_to_chapter,
    load_less,
    look_along_the_bar,
    newest_replay,
    play_faster,
    write_captions,
)
from tests.support.replays import PLAYS_WITHIN_S, Playing, replay_of, replay_plays, teach
from tests.support.serve import Served

pytestmark = [pytest.mark.browser, pytest.mark.recording]

IN_SYNC_MS = 100.0
TAUGHT_S = 20.0
TRIES = 3
SOUNDED_S = 8.0
"""Four beeps; a browser that gets no processor time makes fewer samples than time passes, and proves nothing."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """Its pages bring their own camera and microphone."""
    async with chromium(tmp_path_factory.mktemp("browser")) as running:
        yield running


async def test_a_lesson_plays_again_in_sync_seconds_after_its_end(
    served: Served, open_tab: OpenTab
) -> None:
    office = Office(served)
    for _ in range(TRIES):
        taught = await teach(served, await open_tab(), await open_tab(), TAUGHT_S)
        replay = await replay_of(office, taught.plan)
        sounded_s = taught.sounded_s(replay)
        if sounded_s > SOUNDED_S:
            break
        print(f"measured: this machine is too busy: it made whole sound for {sounded_s:.0f} s only")
    lead_id, seat_id = taught.plan.lead_id, taught.plan.seats[0].seat_id
    assert {track["participant_id"] for track in replay["tracks"]} == {lead_id, seat_id}
    await _sounds_by_stage(taught.lead, replay, seat_id)
    await _keeps_together(taught.lead, replay)
    await _seeks(taught.lead, served, replay)

    measured = await asyncio.to_thread(taught.spreads, served, replay)
    for what, spread in measured.items():
        print(f"measured: in the files, {what}: {spread}")
    for what, spread in measured.items():
        assert spread.is_measured, what
        assert abs(spread.apart_ms) <= IN_SYNC_MS, what


async def _sounds_by_stage(screen: Screen, replay: dict[str, Any], seat_id: str) -> None:
    """Off stage the classroom is silent until somebody listens in; on stage everybody hears it."""
    at_ms = {chapter["kind"]: chapter["at_ms"] for chapter in replay["chapters"]}
    assert at_ms["called_up"] < at_ms["sent_down"]

    async def is_silent() -> bool:
        return all(one.is_muted for one in await Playing.of(screen, replay) if one.who == seat_id)

    await screen.page.get_by_role("button", name="上讲台").click()
    await screen.sees("发言中")
    assert not await is_silent()
    await screen.page.get_by_role("button", name="回座").click()
    await eventually("the classroom off stage is silent", is_silent)
    listen = screen.page.get_by_role("button", name="旁听")
    await listen.click()
    assert not await is_silent()
    await listen.click()
    assert await is_silent()


async def _keeps_together(screen: Screen, replay: dict[str, Any]) -> None:
    """While it plays, every element shows the same moment of the lesson, and the clock beside the bar too."""
    # From here on the classroom is heard: all tracks are on the page.
    beginning = screen.page.get_by_role("button", name="上讲台")
    play = screen.page.get_by_role("button", name="播放", exact=True)
    await beginning.click()
    apart_ms: list[float] = []

    async def are_together() -> bool:
        if await play.is_visible():
            # A busy machine came to the end of the short lesson first.
            await beginning.click()
            await play.click()
        playing = await Playing.of(screen, replay)
        running = [one for one in playing if not one.is_paused]
        if len(running) < len(replay["tracks"]):
            return False
        moments = [one.lesson_ms for one in running]
        apart_ms.append(max(moments) - min(moments))
        shown_ms = await screen.page.get_by_role("slider").evaluate("bar => Number(bar.value)")
        # The bar has steps of a second.
        return apart_ms[-1] <= IN_SYNC_MS and abs(shown_ms - moments[0]) <= 1_000 + IN_SYNC_MS

    await eventually("every track shows the same moment", are_together)
    for _ in range(10):
        await are_together()
        await asyncio.sleep(0.2)
    print(
        f"measured: on the page, tracks are {sorted(apart_ms)[len(apart_ms) // 2]:.0f} ms apart "
        f"(worst {max(apart_ms):.0f} ms)"
    )


async def _seeks(screen: Screen, served: Served, replay: dict[str, Any]) -> None:
    """The bar goes anywhere, and the server sends parts."""
    target_ms = replay["duration_ms"] - 4_000
    bar = screen.page.get_by_role("slider")
    await bar.fill(str(target_ms // 1000 * 1000))

    async def goes_on_there() -> bool:
        playing = await Playing.of(screen, replay)
        return bool(playing) and all(one.lesson_ms >= target_ms for one in playing)

    took = await eventually("everybody plays on from the new place", goes_on_there)
    print(f"measured: after a jump everybody plays on within {took:.1f} s")
    url = urljoin(served.url, replay["tracks"][0]["url"])
    part = await screen.page.request.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status, len(await part.body())) == (206, 100)
    assert part.headers["content-range"].startswith("bytes 100-199/")


async def test_the_player_jumps_speeds_up_shows_captions_and_saves_data(
    served: Served, open_tab: OpenTab
) -> None:
    """On the lesson that was taught above."""
    office = Office(served)
    replay = await asyncio.to_thread(newest_replay, office)
    path = f"/recordings/{replay['recording_id']}"
    screen = await open_tab()
    await sign_in(screen, served, TEACHER, path)
    await replay_plays(screen, PLAYS_WITHIN_S)
    await jump_to_chapter(screen, replay)
    await play_faster(screen, replay)
    await write_captions(screen)
    await look_along_the_bar(screen, office, replay)
    await assert_accessible(screen, "replay with captions")
    await screen.press("English")
    await screen.sees("Save data")
    await assert_accessible(screen, "replay in English")
    await screen.press("中文")
    await screen.page.get_by_role("slider").fill(str(LEFT_AT_MS))
    await screen.press("暂停")

    other_machine = await open_tab()
    await sign_in(other_machine, served, TEACHER)
    await load_less(other_machine, path, replay)
    await other_machine.page.goto(f"/lessons/{replay['lesson_id']}/attendance")
    await other_machine.sees("谁看了回看")
    sheet = await asyncio.to_thread(
        office.call, "GET", f"/lessons/{replay['lesson_id']}/attendance"
    )
    (watcher,) = sheet["replay"]["watchers"]
    assert 0 < watcher["watched_s"] <= sheet["replay"]["length_s"]
