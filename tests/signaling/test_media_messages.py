"""Grants and SDP over the socket, with the real engine behind its link and real peers."""

import itertools
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from app.ids import DeviceId, LessonId, ParticipantId, UserId
from app.media.port import ClientNetwork, MediaGrant, MediaPermissions, NegotiationFailed, Source
from app.media.reactor import MediaReactor
from app.media.remote import RemoteEngine
from app.media.wire.endpoint import MediaEndpoint
from app.media.worker import EngineServer
from app.rooms.commands import AnswerLead, Join, ProposeLead, StartLesson
from app.rooms.state import Role
from app.rooms.views import may_publish
from app.signaling.negotiation import MAY_SEND
from tests.signaling.wire import (
    LEAD,
    LESSON,
    SEAT_1,
    SEAT_2,
    Message,
    SignalServer,
    WireClient,
    client,
    running,
)
from tests.support.journal import MemoryJournal
from tests.support.rtc_peer import RtcPeer, allow_loopback
from tests.support.waiting import until


class WireNegotiator:
    """A Negotiator for a test's peer: each call is a request on the page's socket."""

    def __init__(self, page: WireClient) -> None:
        self._page = page

    async def answer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        offer_sdp: str,
        tracks: Mapping[str, Source],
        network: ClientNetwork,
    ) -> str:
        named = {mid: source.value for mid, source in tracks.items()}
        return _sdp(await self._page.ask("media.publish", sdp=offer_sdp, tracks=named))

    async def offer(
        self,
        lesson_id: LessonId,
        participant_id: ParticipantId,
        network: ClientNetwork,
        *,
        is_ice_restart: bool = False,
    ) -> str:
        return _sdp(await self._page.ask("media.subscribe", is_ice_restart=is_ice_restart))

    async def accept(
        self, lesson_id: LessonId, participant_id: ParticipantId, answer_sdp: str
    ) -> None:
        answer = await self._page.ask("media.accept", sdp=answer_sdp)
        assert answer["type"] == "ok", answer


def _sdp(answer: Message) -> str:
    if answer["type"] == "error":
        raise NegotiationFailed(answer["code"])
    return str(answer["sdp"])


@dataclass
class MediaServer:
    signal: SignalServer
    engine: EngineServer


@pytest_asyncio.fixture
async def media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MediaServer]:
    """Signalling, reactor and engine, joined by the engine's own socket."""
    allow_loopback(monkeypatch)
    engine = EngineServer(MediaEndpoint(0))
    await engine.start(tmp_path / "engine.sock")
    remote = RemoteEngine(tmp_path / "engine.sock")
    remote.start()
    signal = SignalServer(MemoryJournal(), negotiator=remote)
    assigned: dict[LessonId, int] = {}

    async def load_engine(lesson_id: LessonId) -> int | None:
        return assigned.get(lesson_id)

    async def save_engine(lesson_id: LessonId, index: int) -> None:
        assigned[lesson_id] = index

    reactor = MediaReactor(signal.rooms, [remote], load_engine, save_engine)
    reactor.listeners.append(signal.hub.media)
    signal.rooms.add_listener(reactor.on_room_events)
    await reactor.start()
    async with running(signal):
        yield MediaServer(signal, engine)
        await reactor.close()
    await remote.close()
    await engine.close()


async def _granted(page: WireClient, *sources: str) -> Message:
    """The first grant with exactly these sources."""
    return await page.seen(lambda m: m["type"] == "media.grant" and m["publish"] == list(sources))


async def test_lead_and_classroom_see_each_other_through_their_sockets(
    media: MediaServer,
) -> None:
    server = media.signal
    async with client(server) as lead, client(server) as classroom:
        await lead.enter(server.ticket(LEAD))
        await classroom.enter(server.ticket(SEAT_1))
        waiting = await _granted(classroom)
        assert waiting["engine"] == "webrtc"
        await lead.ask("lesson.start")
        await _granted(lead, "camera", "microphone", "screen", "document")
        grant = await _granted(classroom, "camera", "microphone")
        assert grant["media_epoch"] == waiting["media_epoch"]
        assert grant["video_cap_bps"] == 200_000
        teacher = RtcPeer(WireNegotiator(lead), LESSON, LEAD)
        room = RtcPeer(WireNegotiator(classroom), LESSON, SEAT_1)
        try:
            await teacher.publish()
            await room.publish()
            await teacher.subscribe()
            await room.subscribe()
            await until(lambda: room.received.frames["lead.0.v"] > 5)
            await until(lambda: teacher.received.frames["classrooms.0.v"] > 5)
            mapped = await classroom.seen(
                lambda m: m["type"] == "slot.mapped" and m["participant_id"] == LEAD
            )
            assert mapped["slot"] == "lead.0"
            await classroom.seen(
                lambda m: (
                    m.get("event") == "publication.started"
                    and m["participant"]["publishing"] == {"camera": "vp8", "microphone": "opus"}
                    and m["participant"]["participant_id"] == LEAD
                )
            )
            measured = await lead.seen(
                lambda m: (
                    m.get("event") == "quality.changed"
                    and m["participant"]["participant_id"] == SEAT_1
                )
            )
            assert measured["participant"]["quality"] == "good"
            await lead.ask("lesson.end")
            revoked = await classroom.seen(lambda m: m["type"] == "media.revoked")
            assert revoked["reason"] == "ended"
        finally:
            await teacher.close()
            await room.close()


async def test_media_outlives_a_cut_socket_and_the_new_one_is_told_what_it_needs(
    media: MediaServer,
) -> None:
    server = media.signal
    async with client(server) as lead:
        await lead.enter(server.ticket(LEAD))
        await lead.ask("lesson.start")
        async with client(server) as classroom:
            await classroom.enter(server.ticket(SEAT_1))
            await _granted(lead, "camera", "microphone", "screen", "document")
            teacher = RtcPeer(WireNegotiator(lead), LESSON, LEAD)
            await teacher.publish()
            before = await _granted(classroom, "camera", "microphone")
            room = RtcPeer(WireNegotiator(classroom), LESSON, SEAT_1)
            await room.subscribe()
            await until(lambda: room.received.frames["lead.0.v"] > 2)
            await classroom.cut()
        try:
            await lead.seen(lambda m: m.get("event") == "participant.cut")
            async with client(server) as back:
                await back.enter(server.ticket(SEAT_1), last_seq=classroom.screen.seq)
                assert await _granted(back, "camera", "microphone") == before
                await back.seen(
                    lambda m: (
                        m["type"] == "slot.mapped"
                        and (m["slot"], m["participant_id"]) == ("lead.0", LEAD)
                    )
                )
                frames = room.received.frames["lead.0.v"]
                await until(lambda: room.received.frames["lead.0.v"] > frames + 5)
        finally:
            await teacher.close()
            await room.close()


async def test_a_new_device_gets_a_grant_of_its_own_and_the_old_one_negotiates_no_more(
    media: MediaServer,
) -> None:
    server = media.signal
    async with client(server) as first, client(server) as second:
        await first.enter(server.ticket(SEAT_1), "dev_a")
        old = await _granted(first)
        await second.enter(server.ticket(SEAT_1), "dev_b")
        new = await second.seen(
            lambda m: m["type"] == "media.grant" and m["media_epoch"] != old["media_epoch"]
        )
        assert new["publish"] == []
        assert await first.closed() == 4001


async def test_what_a_role_may_not_send_and_bad_descriptions_are_refused(
    media: MediaServer,
) -> None:
    server = media.signal
    async with client(server) as lead, client(server) as classroom, client(server) as observer:
        await lead.enter(server.ticket(LEAD))
        await classroom.enter(server.ticket(SEAT_1))
        await observer.enter(server.ticket(ParticipantId("observer_usr_o")))
        await lead.ask("lesson.start")
        for page, source, code in (
            (classroom, "screen", "source_not_allowed"),
            (observer, "camera", "source_not_allowed"),
            (observer, "microphone", "source_not_allowed"),
            (classroom, "camera", "negotiation_failed"),
            (lead, "screen", "negotiation_failed"),
        ):
            await page.seen(lambda m: m["type"] == "media.grant")
            answer = await page.ask("media.publish", sdp="v=0\r\nnonsense", tracks={"0": source})
            assert (answer["type"], answer["code"]) == ("error", code)
        answer = await classroom.ask("media.accept", sdp="v=0\r\n")
        assert (answer["type"], answer["code"]) == ("error", "negotiation_failed")
        bad = {"0": "projector"}
        answer = await classroom.ask("media.publish", sdp="v=0\r\n", tracks=bad)
        assert (answer["type"], answer["code"]) == ("error", "bad_message")


async def test_without_a_grant_nobody_negotiates(server: SignalServer) -> None:
    async with client(server) as page:
        await page.enter(server.ticket(SEAT_2))
        answer = await page.ask("media.subscribe", is_ice_restart=False)
        assert (answer["type"], answer["code"]) == ("error", "not_admitted")


async def test_relay_credentials_are_made_anew_each_time_a_grant_is_told() -> None:
    numbers = itertools.count(1)

    def relays(who: ParticipantId) -> list[dict[str, str]]:
        return [{"urls": "turn:relay", "username": f"{next(numbers)}:{who}", "credential": "c"}]

    server = SignalServer(MemoryJournal(), ice_servers_of=relays)
    grant = MediaGrant("webrtc", 1)
    async with running(server), client(server) as page:
        await page.enter(server.ticket(SEAT_1))
        server.hub.media.grant(LESSON, SEAT_1, grant, MediaPermissions())
        first = await _granted(page)
        assert [one["username"] for one in first["ice_servers"]] == ["1:sea_1"]
        server.hub.media.grant(LESSON, SEAT_1, grant, MediaPermissions())
        await page.cut()
        async with client(server) as back:
            await back.enter(server.ticket(SEAT_1), last_seq=page.screen.seq)
            again = await _granted(back)
            assert [one["username"] for one in again["ice_servers"]] == ["2:sea_1"]


async def test_while_the_engine_is_away_media_is_unavailable_and_the_socket_goes_on(
    media: MediaServer,
) -> None:
    server = media.signal
    async with client(server) as page:
        await page.enter(server.ticket(SEAT_1))
        await _granted(page)
        await media.engine.close()
        answer = await page.ask("media.subscribe", is_ice_restart=False)
        assert (answer["type"], answer["code"]) == ("error", "media_unavailable")
        revoked = await page.seen(lambda m: m["type"] == "media.revoked")
        assert revoked["reason"] == "engine_lost"
        assert (await page.ask("source.switch", source="camera", is_on=False))["type"] == "ok"


async def test_what_a_role_may_ever_send_is_what_the_room_lets_it_send_at_most(
    server: SignalServer,
) -> None:
    runtime = await server.rooms.get(LESSON)
    places = {
        Role.LEAD: LEAD,
        Role.OBSERVER: ParticipantId("observer_usr_o"),
        Role.CLASSROOM: SEAT_1,
        Role.ASSISTANT: ParticipantId("assistant_usr_a"),
    }
    await runtime.execute(StartLesson(LEAD))
    for role, place in places.items():
        user = None if role is Role.CLASSROOM else UserId(place.partition("_")[2])
        await runtime.execute(Join(place, role, DeviceId("dev"), user_id=user))
        if role is Role.ASSISTANT:
            await runtime.execute(ProposeLead(LEAD, place))
            await runtime.execute(AnswerLead(place, is_accepted=True))
        assert may_publish(runtime.room, place) == {source.value for source in MAY_SEND[role]}
