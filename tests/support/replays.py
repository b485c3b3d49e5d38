"""The end of a lesson and the replay page, as a teacher sees them."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from playwright.async_api import Page

from tests.support.pages import Screen, eventually

WALL_FLASH = (Path(__file__).parent / "wall_flash.js").read_text()
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

    async def moves() -> bool:
        found = await screen.page.evaluate(ELEMENTS)
        return bool(found) and all(one["decoded"] > 0 and one["at"] > 0.1 for one in found)

    await eventually("picture and sound are decoded", moves, deadline_s)
    return time.monotonic() - began
