"""Who decodes: a page and another WebRTC stack each other, the engine between them nothing."""

import os
import re
from pathlib import Path

import pytest

from app.signaling.messages import CallUpAccept, Ok
from app.simulated.clip import Playback, load_clip
from tests.browser.conftest import OpenTab
from tests.support.guests import guest_classroom
from tests.support.office import Office
from tests.support.pages import enter_as_lead, eventually, press_on_card, start_lesson
from tests.support.rtc_peer import ColourTrack, RtcPeer, allow_loopback
from tests.support.serve import Served

pytestmark = pytest.mark.browser

FRAMES = 15
CODEC = re.compile(r"lib(avcodec|vpx|opus|openh264|x264)[-.]")


def codecs_in(pid: int) -> set[str]:
    """Codec libraries that are mapped into the memory of this process."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {Path(line.split()[-1]).name for line in maps if CODEC.search(line)}


async def test_aiortc_and_chromium_decode_each_other_and_the_engine_has_no_codec(
    served: Served, open_tab: OpenTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_loopback(monkeypatch)
    lesson = Office(served).plan_lesson(1)
    (seat,) = lesson.seats
    lead = await open_tab()
    await enter_as_lead(lead, served, lesson)
    async with guest_classroom(served, lesson, seat) as classroom:
        peer = classroom.peer_of(RtcPeer)
        await start_lesson(lead)

        await classroom.may_send()
        choir = Playback(load_clip("classroom-a"))
        await peer.publish(ColourTrack(200), choir.microphone)
        await peer.subscribe()
        print(f"measured: Chromium decodes aiortc {await lead.sees_picture(seat.seat_id):.2f} s")
        await press_on_card(lead, seat, "请上讲台")
        await lead.button("取消").wait_for()
        accept = CallUpAccept(type="callup.accept", id=classroom.client.next_id())
        await classroom.client.request(accept, Ok)
        print(f"measured: Chromium hears aiortc {await lead.hears(seat.seat_id):.2f} s")

        async def decodes() -> bool:
            pictures, sounds = (
                peer.frames_in(classroom.slots_of(lesson.lead_id), kind) for kind in "va"
            )
            return pictures >= FRAMES and sounds >= FRAMES

        print(f"measured: aiortc decodes Chromium {await eventually('the lead', decodes):.2f} s")
        codecs = {video.codec for video in (await lead.streams()).streams if video.kind == "video"}
        assert codecs == {"video/VP8"}
    # This process decodes, so the same look at it must find what is not to be found in the engine.
    assert any(name.startswith("libvpx") for name in codecs_in(os.getpid()))
    assert codecs_in(served.pid_of("engine-0")) == set()
