"""The bottom of the ladder: a link that carries sound and a picture every few seconds."""

from pathlib import Path

import pytest

from tests.support.browser import chromium
from tests.support.link import Conditions, Link
from tests.support.office import Office
from tests.support.pages import (
    Screen,
    enter_as_classroom,
    enter_as_lead,
    eventually,
    start_lesson,
    tab,
)
from tests.support.serve import Served

pytestmark = pytest.mark.browser

WORDS = "网络较弱，每几秒一张画面"
NARROW = Conditions(rate_bps=75_000, delay_s=0.03)
STILL = """document.querySelector('figure img[src^="data:image/jpeg;base64,"]')"""
WATCH = f"""(() => {{
  probe.stills = new Map();
  setInterval(() => {{
    const still = {STILL};
    if (still?.complete) probe.stills.set(still.src, still.naturalWidth);
  }}, 200);
}})()"""
"""Keeps what is shown: a moving picture may come in between, where its least layer just fits."""
SEEN = "[...probe.stills].map(([source, width]) => [source.length, width])"
MOST_CHARACTERS = 8_192 + len("data:image/jpeg;base64,")
PATIENCE_S = 60.0


async def shown(screen: Screen, count: int) -> float:
    """Wait for so many different stills, whole and small; the seconds it took."""

    async def are_there() -> bool:
        return len(await screen.read(SEEN)) >= count

    took_s = await eventually(f"{count} stills", are_there, PATIENCE_S)
    assert all(size <= MOST_CHARACTERS and width for size, width in await screen.read(SEEN))
    return took_s


async def test_a_narrow_link_shows_stills_says_so_and_moves_again_when_it_is_wide(
    served: Served, tmp_path: Path
) -> None:
    plan = Office(served).plan_lesson(1)
    async with (
        Link(seed=1, down=NARROW) as link,
        chromium(tmp_path) as browser,
        tab(browser, served) as lead,
        tab(browser, served) as classroom,
    ):
        await link.carry(classroom.page)
        await enter_as_lead(lead, served, plan)
        await enter_as_classroom(classroom, served, plan.seats[0], plan.lesson_id)
        await start_lesson(lead)
        await classroom.read(WATCH)
        first_s = await classroom.sees(WORDS, PATIENCE_S)
        await shown(classroom, 1)
        next_s = await shown(classroom, 2)
        await classroom.hears(plan.lead_id)
        print(f"measured: a still after {first_s:.1f} s, the next one {next_s:.1f} s later")
        link.change(down=Conditions(delay_s=0.03))

        async def moves() -> bool:
            words = str(await classroom.read("document.body.innerText"))
            return WORDS not in words and not await classroom.read(f"!!{STILL}")

        moves_s = await eventually("a picture that moves", moves, PATIENCE_S)
        await classroom.sees_picture(plan.lead_id)
        print(f"measured: it moves {moves_s:.1f} s after the link is wide")
    assert not classroom.unexcused()
