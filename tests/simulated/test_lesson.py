"""Simulated classrooms in a real lesson: app, engine, recorder and simulator as `serve` starts them."""

import asyncio
import contextlib
import json
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from app.ids import LessonId, ParticipantId, new_id
from app.signaling.messages import (
    CallUpCall,
    LessonEnded,
    MediaGrant,
    Ok,
    ParticipantChanged,
    ParticipantView,
    RoomSnapshot,
    SlotMapped,
    StageSendDown,
)
from app.simulated.signaling_client import SignalingClient
from tests.support.guests import SocketNegotiator
from tests.support.rtc_peer import RtcPeer, allow_loopback
from tests.support.serve import Served, serving

DEADLINE_S = 90.0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("simulated") / "data") as server:
        yield server


class Api:
    """The HTTP interface as a teacher uses it."""

    def __init__(self, served: Served) -> None:
        self._base = f"http://127.0.0.1:{served.http_port}/api/v1"
        self._token = ""
        credentials = {"login": "teacher1@example.org", "password": served.password}
        self._token = self.call("POST", "/auth/token", credentials)["access_token"]

    def call(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            self._base + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                **({"Authorization": f"Bearer {self._token}"} if self._token else {}),
            },
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.loads(response.read())


class Lead:
    """The lead of one lesson: sees every place and can wait for what it wants to see."""

    def __init__(self, client: SignalingClient) -> None:
        self.client = client
        self.places: dict[str, ParticipantView] = {}
        self.slots: dict[str, str] = {}
        self.grant: MediaGrant | None = None
        self.has_ended = False
        self._changed = asyncio.Event()

    async def follow(self) -> None:
        self.see(await self.client.join())
        async for message in self.client.messages():
            self.see(message)

    def see(self, message: object) -> None:
        match message:
            case RoomSnapshot():
                self.places = {p.participant_id: p for p in message.room.participants}
            case ParticipantChanged():
                self.places[message.participant.participant_id] = message.participant
            case SlotMapped():
                self.slots[message.slot] = message.participant_id or ""
            case MediaGrant():
                self.grant = message
            case LessonEnded():
                self.has_ended = True
        self._changed.set()

    async def until(self, what: str, condition: Any) -> float:
        """Wait until `condition(self)`; the seconds it took."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(DEADLINE_S):
                while not condition(self):
                    self._changed.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), 0.2)
        except TimeoutError:
            pytest.fail(f"not within {DEADLINE_S} s: {what}; places: {self.places}")
        took = time.monotonic() - began
        print(f"{what}: {took:.2f} s")
        return took

    def simulated(self) -> list[ParticipantView]:
        return [place for place in self.places.values() if place.is_simulated]


@contextlib.asynccontextmanager
async def leading(api: Api, lesson_id: str) -> AsyncIterator[Lead]:
    ticket = await asyncio.to_thread(
        api.call, "POST", f"/lessons/{lesson_id}/tickets", {"role": "lead"}
    )
    client = SignalingClient(ticket["signal_url"], ticket["token"], new_id("dev"))
    await client.connect()
    lead = Lead(client)
    following = asyncio.create_task(lead.follow())
    try:
        yield lead
    finally:
        await client.close()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def rehearsing(api: Api) -> str:
    """A rehearsal that is live."""
    lesson = await asyncio.to_thread(api.call, "POST", "/rehearsals")
    if lesson["state"] != "live":
        lesson = await asyncio.to_thread(api.call, "POST", f"/lessons/{lesson['lesson_id']}/start")
    assert lesson["state"] == "live"
    return str(lesson["lesson_id"])


async def test_a_rehearsal_has_two_classrooms_that_are_seen_raise_a_hand_and_come_up(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow_loopback(monkeypatch)
    api = Api(served)
    lesson_id = await rehearsing(api)
    async with leading(api, lesson_id) as lead:
        await lead.until(
            "both present and sending",
            lambda lead: sum("camera" in p.publishing for p in lead.simulated()) == 2,
        )
        assert {codec for p in lead.simulated() for codec in p.publishing.values()} == {
            "vp8",
            "opus",
        }
        await lead.until(
            "a hand", lambda lead: any(p.hand_raised_ms is not None for p in lead.simulated())
        )

        # The lead sees moving pictures of both and hears nobody who is off stage.
        peer = RtcPeer(SocketNegotiator(lead.client), LessonId(lesson_id), ParticipantId(""))
        await lead.until("a grant", lambda lead: lead.grant is not None)
        await peer.subscribe()
        try:
            await lead.until(
                "pictures of both",
                lambda lead: sum(n >= 10 for mid, n in peer.received.frames.items()) >= 2,
            )

            first = lead.simulated()[0].participant_id
            await lead.client.request(
                CallUpCall(type="callup.call", id=lead.client.next_id(), seat_id=first), Ok
            )
            await lead.until("called", lambda lead: lead.places[first].place == "called")
            await lead.until("on stage", lambda lead: lead.places[first].place == "on")
            assert lead.places[first].hand_raised_ms is None
            before = dict(peer.received.frames)
            await lead.until(
                "sound from the stage",
                lambda lead: any(
                    n - before.get(mid, 0) >= 10
                    for mid, n in peer.received.frames.items()
                    if mid.endswith(".a")
                ),
            )

            await lead.client.request(
                StageSendDown(type="stage.send_down", id=lead.client.next_id(), seat_id=first), Ok
            )
            await lead.until("sent down", lambda lead: lead.places[first].place == "off")
        finally:
            await peer.close()

        await asyncio.to_thread(api.call, "POST", f"/lessons/{lesson_id}/end")
        await lead.until("the end", lambda lead: lead.has_ended)


async def test_classrooms_come_back_after_each_process_was_killed(served: Served) -> None:
    api = Api(served)
    lesson_id = await rehearsing(api)

    def sending(lead: Lead) -> bool:
        return sum("camera" in p.publishing for p in lead.simulated()) == 2

    async with leading(api, lesson_id) as lead:
        await lead.until("both sending", sending)

        served.kill("engine-0")
        await lead.until("engine gone is noticed", lambda lead: not sending(lead))
        await lead.until("both sending again after kill -9 of the engine", sending)

        served.kill("simulate")
        await lead.until(
            "both gone is noticed",
            lambda lead: [p.presence for p in lead.simulated()] == ["cut"] * 2,
        )
        await lead.until(
            "both back after kill -9 of the simulator",
            lambda lead: [p.presence for p in lead.simulated()] == ["present"] * 2,
        )
        await lead.until("and sending again", sending)

    served.kill("app")
    await asyncio.to_thread(served.wait_until_ready)
    async with leading(api, lesson_id) as lead:
        await lead.until(
            "both present again after kill -9 of the app",
            lambda lead: [p.presence for p in lead.simulated()] == ["present"] * 2,
        )
        await lead.until("and sending", sending)
        await asyncio.to_thread(api.call, "POST", f"/lessons/{lesson_id}/end")
