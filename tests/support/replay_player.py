"""What a viewer does on the replay page, step by step."""

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Locator

from tests.support.office import Office
from tests.support.pages import Screen, eventually
from tests.support.replays import Playing

JUMP_DEADLINE_S = 30.0
LEFT_AT_MS = 7_000
"""Where the first machine is left."""
RATES = """
  [...document.querySelectorAll("video, audio")].map((one) => [one.playbackRate, one.preservesPitch])
"""
WRONG = b"WEBVTT\n\n00:02.000 --> 00:01.000\nx"
RIGHT = "WEBVTT\n\n00:00.000 --> 00:59.000\n好一朵茉莉花\n".encode()
THUMBNAILS_WITHIN_S = 90.0


def newest_replay(office: Office) -> dict[str, Any]:
    newest = office.call("GET", "/recordings")["items"][0]
    replay: dict[str, Any] = office.call("GET", f"/recordings/{newest['recording_id']}")
    return replay


async def jump_to_chapter(screen: Screen, replay: dict[str, Any]) -> None:
    """From the end of the lesson: every track of the chapter is decoded and moves soon after it was chosen."""
    at_ms = next(c["at_ms"] for c in replay["chapters"] if c["kind"] == "called_up")
    end_ms = (replay["duration_ms"] - 4_000) // 1000 * 1000
    await screen.page.get_by_role("slider").fill(str(end_ms))
    before: dict[tuple[str, str], int] = {}

    async def plays_at_the_end() -> bool:
        playing = await Playing.of(screen, replay)
        before.update({(one.who, one.kind): one.frames_or_bytes for one in playing})
        return bool(playing) and all(one.lesson_ms > end_ms + 100 for one in playing)

    async def plays_there() -> bool:
        playing = await Playing.of(screen, replay)
        return len(playing) == len(replay["tracks"]) and all(
            at_ms + 50 < one.lesson_ms < at_ms + 5_000
            and one.frames_or_bytes > before.get((one.who, one.kind), 0)
            for one in playing
        )

    await eventually("the end plays", plays_at_the_end)
    await screen.page.get_by_role("button", name="上讲台").click()
    took_s = await eventually("the chapter plays", plays_there, JUMP_DEADLINE_S)
    print(f"measured: a chapter plays {took_s:.2f} s after it was chosen")


async def play_faster(screen: Screen, replay: dict[str, Any]) -> None:
    """Twice as fast, the pitch kept; a key makes it slower."""
    speed = screen.page.get_by_label("速度")
    await speed.select_option("2")

    async def is_faster() -> bool:
        found = await screen.page.evaluate(RATES)
        return bool(found) and all(rate > 1.8 and keeps for rate, keeps in found)

    await eventually("everything plays twice as fast, in its own pitch", is_faster)
    await screen.page.get_by_role("slider").focus()
    for _ in range(3):
        await screen.page.keyboard.press("<")
    assert await speed.input_value() == "1"


async def write_captions(screen: Screen) -> None:
    """Uploaded with a mistake, then without; shown at their time, hidden, written line by line, downloaded."""
    page = screen.page
    file = page.get_by_label("上传字幕文件").and_(page.locator("input"))
    screen.excuse("422", "captions.vtt")
    await file.set_input_files({"name": "a.vtt", "mimeType": "text/vtt", "buffer": WRONG})
    await screen.sees("第 3 行：结束时间要在开始时间之后。")
    await file.set_input_files({"name": "a.vtt", "mimeType": "text/vtt", "buffer": RIGHT})
    said = page.get_by_text("好一朵茉莉花", exact=True)
    await _there_are(said, 2, "the caption is in the list and on the picture")
    await page.keyboard.press("c")
    await _there_are(said, 1, "the caption is in the list only")
    await page.keyboard.press("c")
    await screen.press("在这里加一条")
    await page.get_by_label("文字").fill("茉莉花开")
    await screen.press("保存")
    await page.get_by_role("button", name="茉莉花开").wait_for()
    address = await page.get_by_role("link", name="下载字幕").get_attribute("href")
    assert (await (await page.request.get(address or "")).text()).count("-->") == 2
    await screen.press("播放")


async def look_along_the_bar(screen: Screen, office: Office, replay: dict[str, Any]) -> None:
    """The picture under the pointer, once the thumbnails are made."""
    path = f"/recordings/{replay['recording_id']}"

    async def are_made() -> bool:
        return office.call("GET", path)["thumbnails"] is not None

    await eventually("the thumbnails are made", are_made, THUMBNAILS_WITHIN_S)
    position = await screen.page.get_by_role("slider").input_value()
    await screen.page.reload()
    bar = screen.page.get_by_role("slider")
    async with screen.page.expect_response(lambda r: "/thumbnails/0" in r.url) as response:
        await bar.hover()
    assert (await (await response.value).body()).startswith(b"\xff\xd8"), "a JPEG"
    await bar.fill(position)
    await screen.press("播放")


async def load_less(screen: Screen, path: str, replay: dict[str, Any]) -> None:
    """It goes on where the other machine was left, and loads no more than was asked for."""
    page = screen.page
    await page.evaluate("localStorage.setItem('tongtang.replay.view', 'sound')")
    received = await _bytes_by_track(screen, replay)
    await page.goto(path)
    await screen.sees(f"上次看到 0:0{LEFT_AT_MS // 1000}，从那里接着放")
    so_far: Counter[tuple[str, str]] = Counter()
    for words in ("只听声音", "省流量", "全部画面"):
        await page.get_by_text(words, exact=True).click()
        await _plays_on(screen, replay)
        so_far, before = Counter(received), so_far
        print(f"measured: {words}: {so_far.total() - before.total()} bytes more")
        kinds = {kind for kind, _ in so_far - before}
        match words:
            case "只听声音":
                assert kinds == {"audio"}
            case "省流量":
                assert {who for kind, who in so_far if kind == "video"} == {"lead"}
            case _:
                assert ("video", "classroom") in so_far


async def _plays_on(screen: Screen, replay: dict[str, Any]) -> None:
    """Play until everything on the page has moved a little; then pause."""
    before = {(one.who, one.kind): one.lesson_ms for one in await Playing.of(screen, replay)}

    async def has_moved() -> bool:
        playing = await Playing.of(screen, replay)
        return bool(playing) and all(
            one.frames_or_bytes > 0 and one.lesson_ms > before.get((one.who, one.kind), 0) + 200
            for one in playing
        )

    await screen.press("播放")
    await eventually("everything on the page plays", has_moved)
    await screen.press("暂停")


async def _bytes_by_track(screen: Screen, replay: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Counts from now on: kind and role of a track -> bytes that came for it."""
    tracks = {urlsplit(track["url"]).path: track for track in replay["tracks"]}
    received: Counter[tuple[str, str]] = Counter()
    of_request: dict[str, tuple[str, str]] = {}
    inspector = await screen.page.context.new_cdp_session(screen.page)
    await inspector.send("Network.enable")

    def asked(event: dict[str, Any]) -> None:
        track = tracks.get(urlsplit(event["request"]["url"]).path)
        if track is not None:
            of_request[event["requestId"]] = (track["kind"], track["role"])

    def came(event: dict[str, Any]) -> None:
        if event["requestId"] in of_request:
            received[of_request[event["requestId"]]] += event["dataLength"]

    inspector.on("Network.requestWillBeSent", asked)
    inspector.on("Network.dataReceived", came)
    return received


async def _there_are(found: Locator, count: int, what: str) -> None:
    async def are_there() -> bool:
        return await found.count() == count

    await eventually(what, are_there)
