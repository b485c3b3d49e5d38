"""A browser as a school has it: no flag but the fake devices and the sandbox switch."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser.conftest import Meet
from tests.support.browser import chromium
from tests.support.pages import Screen, call_up

pytestmark = pytest.mark.browser

BLOCKED = "按任意键打开声音"


@pytest.fixture
async def browser(tmp_path: Path, camera: Path, microphone: Path) -> AsyncIterator[Browser]:
    """In place of the easy one: sound needs a gesture, and no loopback candidates."""
    async with chromium(tmp_path, camera=camera, microphone=microphone, is_bare=True) as running:
        yield running


async def test_a_lesson_needs_no_flag_and_at_most_one_worded_key(meet: Meet) -> None:
    meeting = await meet(2)
    lead, (first, second) = meeting.lead, meeting.classrooms
    seat = meeting.seats[0]
    for screen in (first, second):
        took = await screen.sees_and_hears(meeting.plan.lead_id)
        print(f"measured: the lead is seen and heard after {took:.2f} s, no key pressed")
        assert await screen.page.get_by_text(BLOCKED).count() == 0
    await call_up(lead, first, seat)
    for screen in (lead, second):
        took = await screen.sees_and_hears(seat.seat_id)
        print(f"measured: the stage is seen and heard after {took:.2f} s, no key pressed")

    # After a reload the browser has seen no gesture: it plays nothing until one worded key.
    await second.page.reload()
    await second.sees_picture(meeting.plan.lead_id)
    await second.sees(BLOCKED)
    before = (await second.streams()).received("audio", meeting.plan.lead_id)
    await second.page.keyboard.press("Space")
    took = await second.hears(meeting.plan.lead_id)
    print(f"measured: sound {took:.2f} s after one key; energy before it {before.energy}")
    await second.page.get_by_text(BLOCKED).first.wait_for(state="detached")
    assert await _plays_everything(second)


async def _plays_everything(screen: Screen) -> bool:
    """No sound of the page is held back."""
    is_playing: bool = await screen.page.evaluate("probe.sounds.every((one) => !one.paused)")
    return is_playing
