"""The engine process and its client: either may die and come back."""

import asyncio
import contextlib
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.ids import LessonId, ParticipantId, PublicationId
from app.media.engine_link import pack_frame
from app.media.port import (
    ClientNetwork,
    EngineConnected,
    EngineLost,
    EngineUnavailable,
    MediaEvent,
    MediaPermissions,
    NegotiationFailed,
    PeerStateChanged,
    PublicationAdded,
    Reception,
    SlotGroup,
    SlotMapped,
    Source,
)
from app.media.remote import EngineCallFailed, RemoteEngine
from app.media.wire.addresses import LocalAddress
from app.media.wire.endpoint import MediaEndpoint
from app.media.worker import EXIT_PORT_IN_USE, EngineServer
from tests.support.ports import free_port
from tests.support.raw_peer import RawAudio, RawPeer, RawSection
from tests.support.waiting import until

LESSON, LEAD, SEAT = LessonId("les_1"), ParticipantId("lead"), ParticipantId("seat")
MICROPHONE = PublicationId("lead/microphone")
NETWORK = ClientNetwork(is_loopback=True, server_ip="127.0.0.1")
HEARS_LEAD = MediaPermissions(receive={MICROPHONE: Reception("auto", "lead")})
SLOTS = (SlotGroup("lead", 1, has_video=False),)


class App:
    """A RemoteEngine whose events are kept."""

    def __init__(self, socket_path: Path, **options: float) -> None:
        self.engine = RemoteEngine(socket_path, **options)
        self.events: list[MediaEvent] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> "App":
        self.engine.start()
        self._task = asyncio.create_task(self._collect())
        await until(lambda: self.engine.is_available)
        return self

    async def _collect(self) -> None:
        async for event in self.engine.events():
            self.events.append(event)

    async def stop(self) -> None:
        await self.engine.close()
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def of(self, kind: type) -> list[MediaEvent]:
        return [event for event in self.events if isinstance(event, kind)]


async def start_worker(port: int, socket_path: Path) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.media.worker"),
        *("--port", str(port), "--socket", str(socket_path)),
        stdin=PIPE,
        stderr=PIPE,
    )


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[tuple[Process, int, Path]]:
    port, socket_path = free_port(udp=True), tmp_path / "engine.sock"
    process = await start_worker(port, socket_path)
    yield process, port, socket_path
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.communicate()


async def connect_lead_and_seat(app: App) -> tuple[RawPeer, RawAudio, RawPeer]:
    """A publisher and a subscriber with sound flowing."""
    engine = app.engine
    await engine.admit(LESSON, LEAD, MediaPermissions(publish=frozenset({Source.MICROPHONE})), ())
    await engine.admit(LESSON, SEAT, HEARS_LEAD, SLOTS)
    lead, seat = RawPeer(), RawPeer()
    section = RawSection("0", "audio", 5, 111, "opus/48000/2")
    answer = await engine.answer(
        LESSON, LEAD, lead.offer(section), {"0": Source.MICROPHONE}, NETWORK
    )
    offer = await engine.offer(LESSON, SEAT, NETWORK)
    await engine.accept(LESSON, SEAT, seat.answer(offer))
    await lead.connect(answer)
    await seat.connect(offer)
    audio = RawAudio(lead, 5)
    audio.packet()
    await until(lambda: len(seat.rtp) == 1)
    return lead, audio, seat


async def test_media_goes_on_while_the_app_is_away_and_the_next_app_finds_it(
    worker: tuple[Process, int, Path],
) -> None:
    _, _, socket_path = worker
    app = await App(socket_path).start()
    lead, audio, seat = await connect_lead_and_seat(app)
    await until(lambda: bool(app.of(PublicationAdded)))
    before = await app.engine.snapshot()
    await app.stop()

    for _ in range(10):
        audio.packet()
    await until(lambda: len(seat.rtp) == 11)

    successor = await App(socket_path).start()
    after = await successor.engine.snapshot()
    assert after == before
    participant = after.rooms[LESSON]
    assert participant[SEAT].slots == {"lead.0": LEAD}
    assert participant[LEAD].publications == {MICROPHONE: "opus"}
    assert participant[LEAD].publish_state == participant[SEAT].subscribe_state == "connected"
    await successor.engine.permit(LESSON, SEAT, MediaPermissions())
    audio.packet()
    await until(lambda: bool(successor.of(SlotMapped)))
    await successor.engine.stats(LESSON)
    assert len(seat.rtp) == 11
    await lead.close()
    await until(lambda: any(e.state == "closed" for e in successor.of(PeerStateChanged)))  # type: ignore[attr-defined]
    await seat.close()
    await successor.stop()


async def test_a_killed_engine_is_noticed_and_its_successor_has_another_epoch(
    worker: tuple[Process, int, Path],
) -> None:
    process, port, socket_path = worker
    app = await App(socket_path).start()
    first_epoch = app.engine.media_epoch
    await app.engine.open_room(LESSON)
    process.kill()
    took = await until(lambda: bool(app.of(EngineLost)))
    print(f"loss noticed after {took:.3f} s")
    assert not app.engine.is_available
    with pytest.raises(EngineUnavailable):
        await app.engine.open_room(LESSON)

    successor = await start_worker(port, socket_path)
    took = await until(lambda: len(app.of(EngineConnected)) == 2)
    print(f"connected again after {took:.2f} s")
    assert app.engine.media_epoch > first_epoch
    assert (await app.engine.snapshot()).rooms == {}
    kinds = [type(event) for event in app.events]
    assert kinds == [EngineConnected, EngineLost, EngineConnected]
    await app.stop()
    successor.kill()
    await successor.communicate()


async def test_the_engine_exits_when_its_parents_pipe_closes(
    worker: tuple[Process, int, Path],
) -> None:
    process, _, socket_path = worker
    app = await App(socket_path).start()
    assert process.stdin is not None
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 15) == 0
    await until(lambda: bool(app.of(EngineLost)))
    await app.stop()


async def test_the_engine_ends_cleanly_on_sigterm(worker: tuple[Process, int, Path]) -> None:
    process, _, socket_path = worker
    app = await App(socket_path).start()
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 15) == 0
    await app.stop()


async def test_a_busy_media_port_is_one_sentence_and_its_own_exit_code(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        process = await start_worker(taken.getsockname()[1], tmp_path / "e.sock")
        _, errors = await process.communicate()
    assert process.returncode == EXIT_PORT_IN_USE
    assert b"is in use" in errors and b"Traceback" not in errors


async def test_only_the_owner_may_command_the_engine(worker: tuple[Process, int, Path]) -> None:
    _, _, socket_path = worker
    app = await App(socket_path).start()
    assert socket_path.stat().st_mode & 0o077 == 0
    await app.stop()


async def test_refusals_travel_as_what_they_are(worker: tuple[Process, int, Path]) -> None:
    _, _, socket_path = worker
    app = await App(socket_path).start()
    with pytest.raises(NegotiationFailed, match="not admitted"):
        await app.engine.offer(LESSON, SEAT, NETWORK)
    await app.engine.admit(LESSON, SEAT, HEARS_LEAD, SLOTS)
    await app.engine.offer(LESSON, SEAT, NETWORK)
    with pytest.raises(NegotiationFailed, match="v=0"):
        await app.engine.accept(LESSON, SEAT, "no sdp")
    with pytest.raises(EngineCallFailed, match="bad_call"):
        await app.engine.permit(LESSON, SEAT, "everything")  # type: ignore[arg-type]
    await app.engine.remove(LESSON, ParticipantId("nobody"))
    await app.engine.close_room(LessonId("nowhere"))
    assert await app.engine.stats(LessonId("nowhere")) == {}
    await app.stop()


LOOPBACK_ONLY = LocalAddress("127.0.0.1", is_loopback=True, is_ipv6=False)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[EngineServer, Path]]:
    """An engine server in this process, with rooms that are abandoned soon."""
    server = EngineServer(
        MediaEndpoint(0, addresses=lambda: [LOOPBACK_ONLY]), abandoned_after_s=0.3
    )
    path = tmp_path / "engine.sock"
    await server.start(path)
    yield server, path
    await server.close()


async def test_rooms_without_an_app_are_closed_after_a_while(
    server: tuple[EngineServer, Path],
) -> None:
    engine_server, path = server
    app = await App(path).start()
    await app.engine.open_room(LESSON)
    await asyncio.sleep(0.5)
    assert LESSON in engine_server.engine.rooms, "not while an app is there"
    await app.stop()
    await until(lambda: not engine_server.engine.rooms)


async def test_a_newer_app_connection_replaces_the_older(
    server: tuple[EngineServer, Path],
) -> None:
    _, path = server
    older = await App(path).start()
    newer = RemoteEngine(path)
    newer.start()
    await until(lambda: bool(older.of(EngineLost)))
    await older.engine.close()
    await until(lambda: newer.is_available)
    await newer.open_room(LESSON)
    await newer.close()
    await older.stop()


async def test_an_app_that_does_not_read_is_reset_and_a_liar_is_hung_up_on(
    server: tuple[EngineServer, Path],
) -> None:
    engine_server, path = server
    for seat in range(40):
        engine_server.engine.admit(LESSON, ParticipantId(f"s{seat}"), HEARS_LEAD, SLOTS)
    reader, writer = await asyncio.open_unix_connection(str(path), limit=1)
    request = pack_frame({"id": 1, "call": "snapshot", "args": []})
    with pytest.raises(ConnectionError):
        while True:
            writer.write(request * 50)
            await writer.drain()
            await asyncio.sleep(0)
    del reader

    for lie in (b"\xff\xff\xff\xff", pack_frame({"id": "x"}), pack_frame({"call": "snapshot"})):
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(lie)
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 15)
        writer.close()
    app = await App(path).start()
    assert len((await app.engine.snapshot()).rooms[LESSON]) == 40
    await app.stop()


async def test_an_engine_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    async def hello_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(pack_frame({"hello": {"protocol": 1, "media_epoch": 9}}))
        await reader.read()

    path = tmp_path / "mute.sock"
    mute = await asyncio.start_unix_server(hello_only, str(path))
    app = await App(path, request_timeout_s=0.2).start()
    with pytest.raises(EngineUnavailable, match="did not answer"):
        await app.engine.snapshot()
    await app.stop()
    mute.close()
