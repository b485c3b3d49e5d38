"""Sound over a bad link, in real pages."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import OpenTab
from tests.support.browser import chromium
from tests.support.link import Conditions, Link
from tests.support.office import Office
from tests.support.pages import (
    Screen,
    card,
    enter_as_classroom,
    enter_as_lead,
    eventually,
    press_on_card,
    start_lesson,
)
from tests.support.serve import Served

pytestmark = pytest.mark.browser

LOSSY = Conditions(loss=0.10)
DOUBLED_BYTES = 120
"""More than this a packet are two of 32 kbit/s, less is one."""

SOUND = """(async (direction) => {
  const sum = { packets: 0, bytes: 0 };
  for (const peer of probe.peers) {
    if (peer.connectionState !== "connected") continue;
    for (const stat of (await peer.getStats()).values()) {
      if (stat.type !== direction || stat.kind !== "audio") continue;
      sum.packets += stat.packetsReceived ?? stat.packetsSent;
      sum.bytes += stat.bytesReceived ?? stat.bytesSent;
    }
  }
  return sum;
})"""
HEARD = """(async () => {
  const sum = { received: 0, lost: 0, samples: 0, concealed: 0 };
  for (const peer of probe.peers) {
    if (peer.connectionState !== "connected") continue;
    for (const stat of (await peer.getStats()).values()) {
      if (stat.type !== "inbound-rtp" || stat.kind !== "audio") continue;
      sum.received += stat.packetsReceived;
      sum.lost += stat.packetsLost;
      sum.samples += stat.totalSamplesReceived;
      sum.concealed += stat.concealedSamples;
    }
  }
  return sum;
})()"""
"""All that a page hears: packets and samples."""
PACKETS = 250
"""Five seconds."""


@pytest_asyncio.fixture(loop_scope="session")
async def browser(tmp_path: Path, microphone: Path) -> AsyncIterator[Browser]:
    """With the browser's own camera: an estimate of a link follows what flows, and a file's pictures are few."""
    async with chromium(tmp_path, microphone=microphone) as running:
        yield running


async def is_doubled(screen: Screen, direction: str) -> bool:
    """Whether the page sends or receives its sound twice now, by the size of its packets."""
    before = await screen.read(f"{SOUND}('{direction}')")
    await asyncio.sleep(0.5)
    after = await screen.read(f"{SOUND}('{direction}')")
    packets = after["packets"] - before["packets"]
    return packets > 0 and (after["bytes"] - before["bytes"]) / packets > DOUBLED_BYTES


async def heard_of_next_packets(screen: Screen, sender: Screen) -> dict[str, int]:
    """What `screen` hears while `sender` sends `PACKETS` more of sound."""
    began = (await sender.streams()).sent("audio").packets
    before = await screen.read(HEARD)
    await sender.until("sound sent", lambda now: now.sent("audio").packets >= began + PACKETS)
    after = await screen.read(HEARD)
    return {name: after[name] - before[name] for name in before}


async def test_over_a_lossy_link_the_sound_goes_twice_and_holes_are_filled(
    served: Served, open_tab: OpenTab
) -> None:
    plan = Office(served).plan_lesson(1)
    (seat,) = plan.seats
    lead = await open_tab()
    await enter_as_lead(lead, served, plan)
    async with Link(seed=1) as link:
        classroom = await open_tab()
        await link.carry(classroom.page)
        await enter_as_classroom(classroom, served, seat, plan.lesson_id)
        await start_lesson(lead)
        await press_on_card(lead, seat, "旁听")
        await lead.hears(seat.seat_id)
        await classroom.hears(plan.lead_id)
        assert not await is_doubled(classroom, "outbound-rtp")
        await card(lead, seat).locator("[data-speaking=true]").wait_for()

        link.change(up=LOSSY, down=LOSSY)

        took = await eventually(
            "the microphone is sent twice", lambda: is_doubled(classroom, "outbound-rtp")
        )
        print(f"measured: a lossy microphone is sent twice after {took:.1f} s")
        took = await eventually(
            "the lead comes twice", lambda: is_doubled(classroom, "inbound-rtp")
        )
        print(f"measured: and the lead's sound comes twice {took:.1f} s later")

        lost_before = link.up.counters.lost
        by_lead = await heard_of_next_packets(lead, classroom)
        lost = link.up.counters.lost - lost_before
        print(f"measured: {lost} datagrams lost on the way up")
        print(f"measured: the lead, on a good link, hears {by_lead}")
    assert lost > 0
    expected = by_lead["received"] + by_lead["lost"]
    assert by_lead["lost"] < expected * LOSSY.loss / 2, "most holes are filled by the server"
