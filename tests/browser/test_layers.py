"""A real browser's simulcast: who gets which size, and that nothing is sent that nobody needs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from app.media.sfu.wanted_layers import OFF_AFTER_S
from tests.browser.conftest import Meet
from tests.support.browser import chromium
from tests.support.pages import Screen, call_up, press_on_card

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(loop_scope="session")
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """With the browser's own fake camera, which has more sizes than a file."""
    async with chromium(tmp_path) as running:
        yield running


async def sends_only(screen: Screen, *rids: str) -> None:
    """Wait until these encodings are switched on and no others."""
    took = await screen.until(
        f"only {rids} are sent",
        lambda now: {rid for rid, one in now.encodings().items() if one.active} == {*rids},
        3 * OFF_AFTER_S,
    )
    print(f"measured: only {rids or 'nothing'} sent after {took:.2f} s")


async def test_each_gets_the_size_it_needs_and_no_other_is_sent(meet: Meet) -> None:
    meeting = await meet(1)
    lead, (classroom,), (seat,) = meeting.lead, meeting.classrooms, meeting.seats

    took = await lead.until(
        "three sizes are sent",
        lambda now: {rid for rid, one in now.encodings().items() if one.frames} == {*"lmh"},
    )
    print(f"measured: three sizes sent after {took:.2f} s")
    widths = {rid: one.width for rid, one in (await lead.streams()).encodings().items()}
    assert widths == {"l": 320, "m": 640, "h": 1280}

    took = await classroom.until(
        "the lead in full", lambda now: now.width(meeting.plan.lead_id) == 1280
    )
    print(f"measured: a classroom sees the lead in full after {took:.2f} s")
    took = await lead.until("a small picture", lambda now: now.width(seat.seat_id) == 320)
    print(f"measured: the lead sees a thumbnail after {took:.2f} s")
    await sends_only(lead, "h")
    await sends_only(classroom, "l")

    await call_up(lead, classroom, seat)
    took = await lead.until("a large picture", lambda now: now.width(seat.seat_id) == 640)
    print(f"measured: the lead sees the classroom on the stage in full after {took:.2f} s")
    await sends_only(classroom, "m")

    await press_on_card(lead, seat, "请回座")
    took = await lead.until("a small picture again", lambda now: now.width(seat.seat_id) == 320)
    print(f"measured: the lead sees a thumbnail again after {took:.2f} s")

    await classroom.press("离开课堂")
    await sends_only(lead)
    before = (await lead.streams()).sent("video").packets
    await lead.page.wait_for_timeout(1_000)
    assert (await lead.streams()).sent("video").packets == before
