"""The film on the replay page: watched through hls.js and by the browser itself, downloaded, made again."""

import asyncio
from pathlib import Path

import av
import pytest

from tests.browser.conftest import OpenTab
from tests.browser.test_accessibility import assert_accessible
from tests.support.office import TEACHER, Office
from tests.support.pages import Screen, eventually, sign_in
from tests.support.serve import Served
from tests.support.stored_films import StoredFilm, store_film

pytestmark = [pytest.mark.browser, pytest.mark.recording]

STATE = """() => {
  const film = document.querySelector('video[aria-label="录像"]');
  return film && {
    at: film.currentTime, length: film.duration, width: film.videoWidth, height: film.videoHeight,
    frames: film.getVideoPlaybackQuality().totalVideoFrames, sound: film.webkitAudioDecodedByteCount,
    source: film.src,
  };
}"""


@pytest.fixture(scope="module")
def film(served: Served, tmp_path_factory: pytest.TempPathFactory) -> StoredFilm:
    plan = Office(served).plan_lesson(1, recorded=True, title="茉莉花 合唱")
    return asyncio.run(store_film(served, plan, tmp_path_factory.mktemp("film")))


async def plays(screen: Screen) -> dict[str, float]:
    """Wait until picture and sound are decoded and move."""

    async def moves() -> bool:
        state = await screen.page.evaluate(STATE)
        return state and state["at"] > 0.5 and state["frames"] > 5 and state["sound"] > 1_000

    await eventually("the film plays", moves, 30.0)
    state: dict[str, float] = await screen.page.evaluate(STATE)
    assert (state["width"], state["height"]) == (1280, 720)
    assert state["length"] == pytest.approx(12.0, abs=0.2)
    return state


async def test_a_film_is_watched_through_hls_js_and_downloaded_under_the_lessons_name(
    served: Served, film: StoredFilm, open_tab: OpenTab, tmp_path: Path
) -> None:
    teacher = await open_tab()
    page = teacher.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await sign_in(teacher, served, TEACHER, f"/recordings/{film.recording_id}")
    await teacher.button("播放录像").wait_for()
    assert not any("hls" in url for url in asked), "the player is loaded before anybody wants it"
    await assert_accessible(teacher, "replay with a film")
    await teacher.button("播放录像").click()
    state = await plays(teacher)
    assert str(state["source"]).startswith("blob:")
    assert any("hls/film.m3u8" in url for url in asked)

    await page.evaluate("document.querySelector('video[aria-label=\"录像\"]').currentTime = 9")

    async def is_there() -> bool:
        return 9.3 < (await page.evaluate(STATE))["at"] < 12

    await eventually("the film goes on after the jump", is_there, 20.0)
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="下载").click()
    download = await waiting.value
    assert download.suggested_filename.startswith("茉莉花 合唱 20")
    path = tmp_path / "downloaded.mp4"
    await download.save_as(path)
    with av.open(str(path)) as opened:
        assert opened.duration == pytest.approx(12e6, abs=1e5)


async def test_a_browser_without_media_source_plays_the_film_by_itself(
    served: Served, film: StoredFilm, open_tab: OpenTab
) -> None:
    teacher = await open_tab()
    await teacher.page.add_init_script("delete window.MediaSource")
    await sign_in(teacher, served, TEACHER, f"/recordings/{film.recording_id}")
    can_play = await teacher.page.evaluate(
        "document.createElement('video').canPlayType('application/vnd.apple.mpegurl')"
    )
    if not can_play:
        pytest.skip("this browser does not play HLS by itself")
    await teacher.button("播放录像").click()
    state = await plays(teacher)
    assert "hls/film.m3u8" in str(state["source"])


async def test_the_page_behind_a_share_link_offers_the_film_to_watch_and_to_keep(
    served: Served, film: StoredFilm, open_tab: OpenTab
) -> None:
    office = Office(served)
    office.call("PUT", f"/recordings/{film.recording_id}/publication")
    path = office.call("POST", f"/recordings/{film.recording_id}/links", {})["path"]
    stranger = await open_tab()
    await stranger.page.goto(served.url + path)
    await stranger.button("播放录像").click()
    await plays(stranger)
    await assert_accessible(stranger, "share link with a film")
    async with stranger.page.expect_download() as waiting:
        await stranger.page.get_by_role("link", name="下载").click()
    assert (await waiting.value).suggested_filename.startswith("茉莉花 合唱 20")


async def test_the_card_says_how_far_a_film_is_and_why_one_was_not_made(
    served: Served, film: StoredFilm, open_tab: OpenTab
) -> None:
    teacher = await open_tab()
    await film.set_state("running", progress=0.436)
    await sign_in(teacher, served, TEACHER, f"/recordings/{film.recording_id}")
    await teacher.sees("已完成 43% · 约还需 4 分钟")
    await film.set_state("queued")
    await teacher.sees("正在排队")
    await film.set_state("held", failure="track_missing")
    await teacher.sees("有一段录制文件已经删除")
    await assert_accessible(teacher, "replay with a film that could not be made")
    await teacher.button("再试一次").click()
    await eventually(
        "it is asked for again", lambda: teacher.page.get_by_text("录像没有做成").is_hidden()
    )
