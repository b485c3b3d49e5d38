"""Chromium, Firefox, aiortc and libwebrtc in one room: everybody sees and hears the lead, who sees everybody."""

from pathlib import Path

import pytest

from tests.browser.conftest import OpenTab
from tests.support.firefox import enter_as_classroom, firefox
from tests.support.guests import GuestClassroom, guest_classroom
from tests.support.libwebrtc_peer import LibwebrtcPeer
from tests.support.office import Office
from tests.support.pages import enter_as_lead, eventually, start_lesson
from tests.support.rtc_peer import ColourTrack, RtcPeer, allow_loopback
from tests.support.serve import Served

pytestmark = pytest.mark.firefox

FRAMES = 10


async def test_four_stacks_in_one_room_one_of_which_sends_nothing_but_h264(
    served: Served, open_tab: OpenTab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_loopback(monkeypatch)
    lesson = Office(served).plan_lesson(3)
    in_firefox, with_aiortc, with_libwebrtc = lesson.seats
    lead = await open_tab()
    await enter_as_lead(lead, served, lesson)
    async with (
        firefox(tmp_path) as session,
        guest_classroom(served, lesson, with_aiortc) as first,
        guest_classroom(served, lesson, with_libwebrtc) as second,
    ):
        tab = await session.open_tab(served.url)
        await enter_as_classroom(tab, served, in_firefox, lesson.lesson_id)
        await start_lesson(lead)
        aiortc, libwebrtc = first.peer_of(RtcPeer), second.peer_of(LibwebrtcPeer)
        await first.may_send()
        await aiortc.publish(ColourTrack(200, (320, 180)), codec="video/H264")
        await aiortc.subscribe()
        await second.may_send()
        await libwebrtc.publish()
        await libwebrtc.subscribe()

        print(f"measured: Firefox has the lead {await tab.sees_and_hears(lesson.lead_id):.2f} s")

        async def aiortc_has_the_lead() -> bool:
            slots = first.slots_of(lesson.lead_id)
            return all(aiortc.frames_in(slots, kind) >= FRAMES for kind in "av")

        async def libwebrtc_has_the_lead() -> bool:
            return await _received(second, libwebrtc, lesson.lead_id) >= FRAMES

        print(f"measured: aiortc too {await eventually('aiortc', aiortc_has_the_lead):.2f} s")
        print(f"measured: libwebrtc too {await eventually('it', libwebrtc_has_the_lead):.2f} s")
        for seat, stack in zip(lesson.seats, ("Firefox", "aiortc", "libwebrtc"), strict=True):
            print(f"measured: the lead sees {stack} {await lead.sees_picture(seat.seat_id):.2f} s")
        codecs = {s.codec for s in (await lead.streams()).streams if s.type == "inbound-rtp"}
        assert {"video/H264", "video/VP8"} <= codecs


async def _received(classroom: GuestClassroom, peer: LibwebrtcPeer, participant_id: str) -> int:
    """What has come of somebody: the lesser of frames and packets of sound."""
    counts = {"a": 0, "v": 0}
    for slot in classroom.slots_of(participant_id):
        for kind in counts:
            counts[kind] += await peer.received(f"{slot}.{kind}")
    return min(counts.values())
