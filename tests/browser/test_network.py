"""The media path: another WebRTC stack in the room, an engine that knows no codec, a network with a relay only."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.signaling.messages import (
    CallUpAccept,
    Ok,
)
from app.simulated.clip import Playback, load_clip
from tests.browser.conftest import OpenTab
from tests.support.coturn import turn_server
from tests.support.guests import guest_classroom
from tests.support.network import paths_of
from tests.support.office import Office
from tests.support.pages import (
    enter_as_classroom,
    enter_as_lead,
    eventually,
    press_on_card,
    start_lesson,
)
from tests.support.ports import free_port
from tests.support.rtc_peer import ColourTrack, RtcPeer, allow_loopback
from tests.support.serve import Served, serving

FRAMES = 15
CODEC = re.compile(r"lib(avcodec|vpx|opus|openh264|x264)[-.]")
TURN_SECRET = "willow-gate-7"
RELAY_ONLY = """
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = new Proxy(Native, {
    construct: (target, [configuration], newTarget) =>
      Reflect.construct(target, [{ ...configuration, iceTransportPolicy: "relay" }], newTarget),
  });
"""


@pytest.fixture(scope="module")
def turn_port() -> int:
    return free_port(udp=True)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, turn_port: int) -> Iterator[Served]:
    """A server that announces relays; whether any answers is for the test to arrange."""
    settings = {
        "TONGTANG_TURN_URLS": f'["turn:127.0.0.1:{turn_port}?transport=udp", '
        f'"turn:127.0.0.1:{turn_port}?transport=tcp"]',
        "TONGTANG_TURN_SECRET": TURN_SECRET,
    }
    with serving(tmp_path_factory.mktemp("served") / "data", settings=settings) as server:
        yield server


# --- another stack, and an engine that never decodes -------------------------------------------------


def codecs_in(pid: int) -> set[str]:
    """Codec libraries that are mapped into the memory of this process."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {Path(line.split()[-1]).name for line in maps if CODEC.search(line)}


@pytest.mark.browser
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


# --- a network with a relay only ---------------------------------------------------------------------


@pytest.fixture
def relay(turn_port: int, tmp_path: Path) -> Iterator[None]:
    """coturn on loopback, with our secret."""
    with turn_server(tmp_path, ip="127.0.0.1", port=turn_port, secret=TURN_SECRET):
        yield


@pytest.mark.network
@pytest.mark.usefixtures("relay")
async def test_a_lesson_reaches_pages_that_have_nothing_but_the_relay(
    served: Served, open_tab: OpenTab
) -> None:
    lesson = Office(served).plan_lesson(1)
    (seat,) = lesson.seats
    lead, classroom = await open_tab(), await open_tab()
    for screen in (lead, classroom):
        await screen.page.add_init_script(RELAY_ONLY)
    await enter_as_lead(lead, served, lesson)
    await enter_as_classroom(classroom, served, seat, lesson.lesson_id)
    await start_lesson(lead)
    print(
        f"measured: lead through the relay {await classroom.sees_and_hears(lesson.lead_id):.2f} s"
    )
    print(f"measured: classroom through the relay {await lead.sees_picture(seat.seat_id):.2f} s")
    for screen in (lead, classroom):
        paths = await paths_of(screen)
        assert [path.local_type for path in paths] == ["relay", "relay"], paths
