"""A five-minute lesson in two browsers: its replay plays within ten seconds of its end, everybody in sync."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.support.browser import chromium
from tests.support.office import Office
from tests.support.pages import tab
from tests.support.replays import replay_of, teach
from tests.support.serve import serving

pytestmark = [pytest.mark.soak, pytest.mark.browser, pytest.mark.recording]

LESSON_S = float(os.environ.get("SOAK_LESSON_S", "300"))
REPLAY_S = 10.0
IN_SYNC_MS = 100.0


async def test_a_five_minute_lesson_plays_again_within_ten_seconds(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        async with (
            chromium(tmp_path) as browser,
            tab(browser, served) as lead,
            tab(browser, served) as classroom,
        ):
            taught = await teach(served, lead, classroom, LESSON_S)
            replay = await replay_of(Office(served), taught.plan)
            print(f"measured: whole sound for {taught.sounded_s(replay):.0f} s")
            measured = await asyncio.to_thread(taught.spreads, served, replay)
            size = sum(
                [
                    one["size_bytes"]
                    for one in Office(served).call("GET", "/recordings")["items"]
                    if one["lesson_id"] == taught.plan.lesson_id
                ]
            )
            print(f"measured: {replay['duration_ms'] / 1000:.0f} s are {size / 1e6:.1f} MB")
            for what, spread in measured.items():
                print(f"measured: in the files, {what}: {spread}")
            assert taught.took_s <= REPLAY_S
            for what, spread in measured.items():
                assert spread.is_measured, what
                assert abs(spread.apart_ms) <= IN_SYNC_MS, what
