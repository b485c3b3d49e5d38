"""Weak links beside a good one in the same lesson: a real engine, raw peers, and links that are as bad as they say.

Short forms; the long ones with browsers are in `tests/soak/test_weak_link.py`.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from app.ids import ParticipantId, PublicationId
from app.media.port import MediaPermissions, Reception, SubscriptionPaused
from app.media.sfu.layer_choice import LayerChoice
from app.media.sfu.slot_stream import SlotStream
from tests.media.sfu.support import LESSON, LOOPBACK, STAGE, Engine, sender
from tests.support.link import Conditions, Link
from tests.support.raw_peer import Background, RawPeer, paced
from tests.support.reporting_receiver import ReportingReceiver, recent
from tests.support.simulcast_camera import RATES_BPS, TRACKS, SimulcastCamera
from tests.support.waiting import until


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine()
    engine.start()
    yield engine
    engine.close()


LEAD = ParticipantId("lead")
CAMERA = PublicationId("lead/camera")
SETTLE_S = 60.0
WINDOW_S = 3.0
"""What must hold, holds for so long without a break."""
SOUND_PACKETS_PER_S = 50


@dataclass
class Viewer:
    """One subscriber of the lead, behind a link of its own."""

    engine: Engine
    name: str
    link: Link
    receiver: ReportingReceiver
    spatials: list[tuple[float, int]] = field(default_factory=list)
    """Each 0.1 s: the spatial layer that is sent, -1 for none."""

    async def connect(self) -> None:
        who = ParticipantId(self.name)
        receive = {
            CAMERA: Reception("auto", "stage", 30),
            PublicationId("lead/microphone"): Reception("auto", "stage"),
        }
        self.engine.admit(LESSON, who, MediaPermissions(receive=receive), STAGE)
        offer = self.engine.offer(LESSON, who, LOOPBACK)
        self.engine.accept(LESSON, who, self.receiver.answer(offer))
        await self.receiver.peer.connect(self.link.rewrite(offer))

    @property
    def stream(self) -> SlotStream:
        peer = self.engine.rooms[LESSON].participants[ParticipantId(self.name)].subscribing
        assert peer is not None
        return peer.streams["stage.0.v"]

    @property
    def estimate_bps(self) -> int:
        peer = self.engine.rooms[LESSON].participants[ParticipantId(self.name)].subscribing
        assert peer is not None
        return peer.downlink.estimator.bitrate_bps

    def watch(self) -> None:
        current: LayerChoice | None = self.stream.current
        self.spatials.append((time.monotonic(), current.spatial if current else -1))

    def layers(self, since: float) -> set[int]:
        return {spatial for at, spatial in self.spatials if at >= since}

    def sound_lost(self, since: float) -> int:
        return sum(at >= since for at in self.receiver.of("stage.0.a").lost)

    def sound_arrived(self, since: float) -> int:
        return len(recent(self.receiver.of("stage.0.a").arrivals, since))

    def picture_bps(self, since: float) -> float:
        octets = sum(recent(self.receiver.of("stage.0.v").arrivals, since))
        return octets * 8 / (time.monotonic() - since)

    def longest_hole_s(self, since: float) -> float:
        return max(recent(self.receiver.of("stage.0.v").longest_holes, since), default=0.0)

    def hears_all(self, since: float) -> bool:
        """No packet of sound was missing for good, and it did come."""
        expected = SOUND_PACKETS_PER_S * (time.monotonic() - since)
        return self.sound_lost(since) == 0 and self.sound_arrived(since) > 0.8 * expected


@contextlib.asynccontextmanager
async def lesson(engine: Engine, *viewers: Viewer) -> AsyncIterator[RawPeer]:
    """The lead films and speaks, and everybody watches; the lead's peer."""
    peer = RawPeer()
    camera = SimulcastCamera(peer, 1_000)
    engine.admit(LESSON, LEAD, sender(), ())
    offer = peer.offer(*camera.sections())
    await peer.connect(engine.answer(LESSON, LEAD, offer, TRACKS, LOOPBACK))
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(peer.close)
        for viewer in viewers:
            await stack.enter_async_context(viewer.link)
            await viewer.connect()
            stack.push_async_callback(viewer.receiver.peer.close)
        running = [camera.run()]
        for viewer in viewers:
            running += [viewer.receiver.run(), paced(viewer.watch, 0.1)]
        await stack.enter_async_context(Background(*running))
        yield peer


async def for_a_while(condition: Callable[[float], bool], deadline_s: float = SETTLE_S) -> float:
    """Wait until `condition(since)` has held for `WINDOW_S`; the seconds until then."""
    began = since = time.monotonic()

    def holds() -> bool:
        nonlocal since
        now = time.monotonic()
        if not condition(since):
            since = now
        return now - since >= WINDOW_S

    await until(holds, deadline_s)
    return time.monotonic() - began - WINDOW_S


async def test_weak_links_get_what_they_carry_and_the_others_lose_nothing(engine: Engine) -> None:
    half = Conditions(delay_s=0.05)
    lossy_half = Conditions(delay_s=0.05, loss=0.05)

    def viewer(name: str, down: Conditions) -> Viewer:
        # Loss alone must do; a REMB measures the delays of a busy machine, and has its tests on a fake clock.
        receiver = ReportingReceiver(has_remb=False)
        return Viewer(engine, name, Link(seed=name, down=down, up=half), receiver)

    good = viewer("good", half)
    lossy = viewer("lossy", lossy_half)
    slow = viewer("slow", Conditions(rate_bps=300_000, delay_s=0.05))
    slower = viewer("slower", Conditions(rate_bps=150_000, delay_s=0.05))
    torn = viewer("torn", half)
    async with lesson(engine, good, lossy, slow, slower, torn):
        await until(lambda: good.layers(0.0) >= {2}, SETTLE_S)
        began = time.monotonic()
        took = await asyncio.gather(
            a_lossy_link_is_repaired(lossy),
            a_slow_link_carries_a_small_layer(slow),
            a_slower_link_spares_the_sound_and_recovers(slower),
            a_torn_link_is_whole_again(torn),
        )
        print(*took, sep="\n")
        elapsed_s = time.monotonic() - began
        rate_bps = good.picture_bps(began)
        print(f"measured: the good one got {rate_bps / 1e3:.0f} kbit/s over {elapsed_s:.0f} s")
        assert good.layers(began) == {2}
        assert good.stream.rtx.packets_repeated == 0
        assert good.sound_lost(began) == 0 and len(good.receiver.of("stage.0.v").lost) == 0
        assert abs(rate_bps / RATES_BPS[2] - 1) < 0.1
        paused = {e.participant_id for e in engine.events if isinstance(e, SubscriptionPaused)}
        assert paused <= {"slow", "slower"}
        publishing = engine.rooms[LESSON].participants[LEAD].publishing
        assert publishing is not None
        assert publishing.allowed_bitrate_bps == MediaPermissions().video_cap_bps


async def a_lossy_link_is_repaired(viewer: Viewer) -> str:
    """5 % loss both ways and a round trip of 100 ms."""
    stream = viewer.receiver.of("stage.0.v")
    begin = time.monotonic()
    await until(lambda: stream.recovered >= 30, SETTLE_S)
    await for_a_while(
        lambda since: (
            viewer.layers(since) == {2}
            and viewer.longest_hole_s(since) <= 0.5
            and viewer.hears_all(since)
        )
    )
    await until(lambda: viewer.stream.rtx.packets_repeated > 0, SETTLE_S)
    holes = recent(stream.longest_holes, begin)
    heard, lost = viewer.sound_arrived(begin), viewer.sound_lost(begin)
    return (
        f"measured: 5 % loss: {stream.recovered} packets recovered, {len(stream.lost)} not; the longest hole"
        f" {max(holes):.2f} s; {lost} of {heard + lost} packets of sound missing after RED"
    )


async def a_slow_link_carries_a_small_layer(viewer: Viewer) -> str:
    """300 kbit/s: the low layer, or the middle one at half its frames."""
    took_s = await for_a_while(
        lambda since: viewer.layers(since) <= {0, 1} and viewer.hears_all(since)
    )
    return f"measured: 300 kbit/s: a small layer and clean sound after {took_s:.1f} s"


async def a_slower_link_spares_the_sound_and_recovers(viewer: Viewer) -> str:
    """150 kbit/s, then 1500."""
    took_s = await for_a_while(
        lambda since: viewer.layers(since) <= {-1, 0} and viewer.hears_all(since)
    )
    viewer.link.change(down=Conditions(rate_bps=1_500_000, delay_s=0.05))
    opened_s = await until(lambda: viewer.spatials[-1][1] >= 1, 2 * SETTLE_S)
    return (
        f"measured: 150 kbit/s: clean sound after {took_s:.1f} s;"
        f" the middle layer {opened_s:.1f} s after the link has 1500"
    )


async def a_torn_link_is_whole_again(viewer: Viewer) -> str:
    """30 % loss for 6 s."""
    half = Conditions(delay_s=0.05)
    await for_a_while(lambda since: viewer.layers(since) == {2})
    begin = time.monotonic()
    viewer.link.change(down=Conditions(delay_s=0.05, loss=0.3))
    await asyncio.sleep(6.0)
    heard, lost = viewer.sound_arrived(begin), viewer.sound_lost(begin)
    viewer.link.change(down=half)
    took_s = await for_a_while(
        lambda since: (
            -1 not in viewer.layers(since)
            and viewer.picture_bps(since - 0.5) > 50_000
            and not viewer.receiver.of("stage.0.v").holes
            and viewer.sound_lost(since) == 0
        )
    )
    top_s = took_s + await for_a_while(lambda since: viewer.layers(since) == {2})
    return (
        f"measured: 30 % loss: {lost} of {heard + lost} packets of sound missing meanwhile; picture and sound"
        f" whole {took_s:.1f} s after it, the top layer {top_s:.1f} s"
    )
