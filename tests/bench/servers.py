"""The servers under measurement, each pinned to one core: our engine, and Debian's Janus."""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any, Protocol, Self

import websockets

from app.ids import LessonId, ParticipantId, PublicationId
from app.media.port import ClientNetwork, MediaPermissions, Reception, SlotGroup, Source
from app.media.remote import RemoteEngine
from tests.bench.peers import Publisher, Subscriber
from tests.bench.receiver import Receiver
from tests.support.ports import free_port
from tests.support.waiting import until

SERVER_CORE, LOAD_CORE = 1, 0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_CPUCLOCK_SCHED = 2
_SOURCES = (Source.CAMERA, Source.MICROPHONE)


def local_ip() -> str:
    """An address of this machine that is not loopback: Janus gathers no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        address: str = probe.getsockname()[0]
        return address


class Server(Protocol):
    """A media server: rooms of one publisher each."""

    name: str
    pid: int

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def publish(self, room: int, peer: Publisher) -> None:
        """Begin to connect `peer` as the publisher of `room`."""
        ...

    async def subscribe(self, room: int, peer: Subscriber, receiver: Receiver) -> None:
        """Begin to connect `peer`, so that it gets what the publisher sends."""
        ...


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, all threads, to the nanosecond (`clock_getcpuclockid(3)`)."""
    return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)


def stolen_seconds() -> float:
    """What the host of this virtual machine ran instead of it so far, on all cores."""
    return int(Path("/proc/stat").read_text().split()[8]) / TICKS_PER_S


def memory_kib(pid: int) -> int:
    """Proportional set size of a process."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise ValueError("no Pss in smaps_rollup")


class _Process:
    """A server process that ends with its `async with` block, also if it did not come up."""

    pid = 0

    def __init__(self) -> None:
        self._cleanup = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._cleanup.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._cleanup.aclose()

    async def _start(self) -> None:
        raise NotImplementedError

    async def _run(self, *command: str, output: int | IO[bytes]) -> None:
        process = await asyncio.create_subprocess_exec(
            *("taskset", "-c", str(SERVER_CORE)),
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=output,
        )
        self.pid = process.pid
        self._cleanup.push_async_callback(_end, process)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


class Engine(_Process):
    """Our engine process over the same link as the app's."""

    name = "tongtang"

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    async def _start(self) -> None:
        folder = self._cleanup.enter_context(tempfile.TemporaryDirectory())
        port, link = free_port(udp=True), Path(folder) / "engine.sock"
        await self._run(
            *(sys.executable, "-m", "app.media.worker"),
            *("--port", str(port), "--socket", str(link)),
            output=asyncio.subprocess.DEVNULL,
        )
        self._engine = RemoteEngine(link)
        self._engine.start()
        self._cleanup.push_async_callback(self._engine.close)
        ip = local_ip()
        self._ip = ip
        self._network = ClientNetwork(is_loopback=ip == "127.0.0.1", server_ip=ip)
        await until(lambda: self._engine.is_available)

    @property
    def engine(self) -> RemoteEngine:
        """For what only our own can do, as recording."""
        return self._engine

    async def publish(self, room: int, peer: Publisher) -> None:
        lesson, lead = lesson_of(room)
        await self._engine.admit(lesson, lead, MediaPermissions(publish=frozenset(_SOURCES)), ())
        peer.bind_towards(self._ip)
        tracks = {"0": Source.CAMERA, "1": Source.MICROPHONE}
        answer = await self._engine.answer(lesson, lead, peer.offer(), tracks, self._network)
        peer.start(answer)

    async def subscribe(self, room: int, peer: Subscriber, receiver: Receiver) -> None:
        lesson, lead = lesson_of(room)
        self._count += 1
        seat = ParticipantId(f"seat{self._count}")
        receive = {PublicationId(f"{lead}/{s}"): Reception("auto", "lead") for s in _SOURCES}
        await self._engine.admit(
            lesson, seat, MediaPermissions(receive=receive), (SlotGroup("lead", 1),)
        )
        sdp = await self._engine.offer(lesson, seat, self._network)
        peer.bind_towards(self._ip)
        await self._engine.accept(lesson, seat, peer.answer(sdp))
        peer.start(sdp, receiver)


def lesson_of(room: int) -> tuple[LessonId, ParticipantId]:
    """The lesson of a room of ours, and who publishes in it."""
    return LessonId(f"les_bench{room}"), ParticipantId(f"lead{room}")


class Janus(_Process):
    """Debian's `janus`: its own configuration with other ports, and `event_loops` if asked for."""

    def __init__(self, event_loops: int | None = None) -> None:
        self.name = "janus" if event_loops is None else f"janus event_loops={event_loops}"
        super().__init__()
        self._event_loops = event_loops
        self._replies: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._rooms: dict[int, tuple[int, int]] = {}

    @staticmethod
    def is_installed() -> bool:
        return shutil.which("janus") is not None and Path("/etc/janus/janus.jcfg").exists()

    async def _start(self) -> None:
        folder = Path(self._cleanup.enter_context(tempfile.TemporaryDirectory()))
        config = folder / "etc"
        shutil.copytree("/etc/janus", config)
        port = free_port()
        for name, old in (("websockets", "ws_port = 8188"), ("http", "http = true")):
            path = config / f"janus.transport.{name}.jcfg"
            new = f"ws_port = {port}" if name == "websockets" else "http = false"
            path.write_text(path.read_text().replace(old, new))
        if self._event_loops is not None:
            general = config / "janus.jcfg"
            text = general.read_text()
            assert "general: {" in text
            general.write_text(
                text.replace("general: {", f"general: {{\n\tevent_loops = {self._event_loops}", 1)
            )
        log = self._cleanup.enter_context((folder / "log").open("wb"))
        await self._run("janus", "--configs-folder", str(config), "--disable-colors", output=log)
        self._socket = await self._connect(port)
        self._cleanup.push_async_callback(self._socket.close)
        reading = asyncio.create_task(self._read())
        self._cleanup.callback(reading.cancel)
        self._session = (await self._ask({"janus": "create"}))["data"]["id"]
        alive = asyncio.create_task(self._keep_alive())
        self._cleanup.callback(alive.cancel)

    async def _connect(self, port: int) -> websockets.ClientConnection:
        protocol = websockets.Subprotocol("janus-protocol")
        for _ in range(300):
            try:
                return await websockets.connect(
                    f"ws://127.0.0.1:{port}", subprotocols=[protocol], max_size=None
                )
            except (OSError, websockets.InvalidHandshake):
                await asyncio.sleep(0.1)
        raise OSError("janus does not answer on its WebSocket port")

    # -- its API

    async def _read(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            queue = self._replies.get(message.get("transaction", ""))
            if queue is not None and message["janus"] != "ack":
                queue.put_nowait(message)

    async def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        transaction = secrets.token_hex(8)
        queue = self._replies[transaction] = asyncio.Queue()
        await self._socket.send(json.dumps({**message, "transaction": transaction}))
        reply = await asyncio.wait_for(queue.get(), 20)
        del self._replies[transaction]
        body = reply.get("plugindata", {}).get("data", {})
        if "error" in reply or "error" in body:
            raise ValueError(f"janus: {reply}")
        return reply

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(20)
            await self._ask({"janus": "keepalive", "session_id": self._session})

    async def _attach(self) -> int:
        reply = await self._ask(
            {
                "janus": "attach",
                "session_id": self._session,
                "plugin": "janus.plugin.videoroom",
            }
        )
        return int(reply["data"]["id"])

    async def _say(
        self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None
    ) -> dict[str, Any]:
        message = {"janus": "message", "session_id": self._session, "handle_id": handle}
        return await self._ask({**message, "body": body, **({"jsep": jsep} if jsep else {})})

    # -- Server

    async def publish(self, room: int, peer: Publisher) -> None:
        handle = await self._attach()
        number = 70_000 + room
        await self._say(handle, {"request": "create", "room": number, "bitrate": 0})
        joined = await self._say(handle, {"request": "join", "ptype": "publisher", "room": number})
        self._rooms[room] = (number, joined["plugindata"]["data"]["id"])
        peer.bind_towards(local_ip())
        jsep = {"type": "offer", "sdp": peer.offer()}
        reply = await self._say(handle, {"request": "publish"}, jsep)
        peer.start(reply["jsep"]["sdp"])

    async def subscribe(self, room: int, peer: Subscriber, receiver: Receiver) -> None:
        number, feed = self._rooms[room]
        handle = await self._attach()
        request = {"request": "join", "ptype": "subscriber", "room": number}
        reply = await self._say(handle, {**request, "streams": [{"feed": feed}]})
        sdp = reply["jsep"]["sdp"]
        peer.bind_towards(local_ip())
        # The path must be read before its answer can bring the first check.
        answer = {"type": "answer", "sdp": peer.answer(sdp)}
        peer.start(sdp, receiver)
        await self._say(handle, {"request": "start"}, answer)
