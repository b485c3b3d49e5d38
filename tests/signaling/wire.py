"""A signalling server on a real port with real rooms, and a client that speaks the protocol and folds it."""

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.accounts.tokens import TicketBook
from app.errors import NotFound
from app.ids import ClassroomId, DeviceId, LessonId, ParticipantId, PcId, PupilId, SeatId, UserId
from app.media.port import Negotiator
from app.rooms.runtime import Clock, Rooms
from app.rooms.state import LessonPlan, Role, Seat
from app.signaling.directory import LessonCard
from app.signaling.endpoint import PATH, build_router
from app.signaling.hub import Hub
from app.signaling.limits import Limits
from app.signaling.messages import ChatLine
from app.signaling.negotiation import IceServersOf, no_ice_servers
from tests.support.journal import MemoryJournal
from tests.support.waiting import until

LESSON = LessonId("les_1")
LEAD = ParticipantId("lead_usr_lead")
SEAT_1, SEAT_2 = ParticipantId("sea_1"), ParticipantId("sea_2")
DECK = "dck_0000000000000001"
HOUR_MS = 3_600_000
DEADLINE_S = 60.0
"""For whatever must happen at once: three times what the slowest machine took, and more."""
SECRET = b"a secret of a test that is long enough"

Message = dict[str, Any]


class Lessons:
    """Lesson rows and names, as the lessons package would read them."""

    def __init__(self, now_ms: int) -> None:
        seats = (
            Seat(SeatId(SEAT_1), ClassroomId("cls_1"), may_be_recorded=True),
            Seat(SeatId(SEAT_2), ClassroomId("cls_2")),
        )
        self.plans = {
            lesson_id: LessonPlan(
                lesson_id=lesson_id,
                lead_user_id=UserId("usr_lead"),
                starts_at_ms=now_ms,
                ends_at_ms=now_ms + HOUR_MS,
                is_recorded=True,
                seats=seats if lesson_id == LESSON else (),
            )
            for lesson_id in (LESSON, LessonId("les_2"))
        }
        self.names = {
            "cls_1": ("一年级一班", "河口小学"),
            "cls_2": ("二年级一班", "山口小学"),
            "usr_lead": ("李老师", "城关小学"),
        }

        self.pupils = {
            ClassroomId("cls_1"): {PupilId("pup_1"): "王小花"},
            ClassroomId("cls_2"): {PupilId("pup_2"): "赵大山"},
        }

    async def load_plan(self, lesson_id: LessonId) -> LessonPlan:
        if lesson_id not in self.plans:
            raise NotFound("no such lesson")
        return self.plans[lesson_id]

    async def lesson_card(self, lesson_id: LessonId, coming: UserId | None = None) -> LessonCard:
        return LessonCard(
            "春天的歌", "音乐", dict(self.names), frozenset({SEAT_2}), dict(self.pupils)
        )


class MemoryChat:
    """Where the lines of the staff chat are kept, without a database."""

    def __init__(self) -> None:
        self.lines: dict[LessonId, list[ChatLine]] = {}

    async def append(self, lesson_id: LessonId, line: ChatLine, max_lines: int) -> bool:
        lines = self.lines.setdefault(lesson_id, [])
        if len(lines) >= max_lines:
            return False
        lines.append(line)
        return True

    async def last(
        self, lesson_id: LessonId, classroom: ParticipantId | None, limit: int
    ) -> Sequence[ChatLine]:
        readable = [
            line
            for line in self.lines.get(lesson_id, [])
            if classroom is None
            or line.audience == "everybody"
            or (line.audience == "classroom" and line.participant_id == classroom)
        ]
        return readable[-limit:]


class SignalServer:
    """Everything behind the socket but the database: one process of the server, as long as it runs."""

    def __init__(
        self,
        journal: MemoryJournal,
        limits: Limits | None = None,
        negotiator: Negotiator | None = None,
        ice_servers_of: IceServersOf = no_ice_servers,
    ) -> None:
        self.clock = Clock()
        self.journal = journal
        self.tickets = TicketBook(SECRET)
        self.lessons = Lessons(self.clock.now_ms())
        self.rooms = Rooms(journal, self.lessons.load_plan, self.clock)
        self.chat = MemoryChat()
        self.hub = Hub(
            self.rooms,
            journal.load,
            self.lessons,
            self.tickets.read_any_ticket,
            lambda _: negotiator,
            self.clock,
            self.chat,
            limits,
            ice_servers_of,
        )
        self.url = ""
        self.listener: socket.socket | None = None

    def ticket(
        self,
        participant_id: ParticipantId,
        lesson_id: LessonId = LESSON,
        *,
        expires_in_ms: int = HOUR_MS,
        book: TicketBook | None = None,
        pc_id: PcId | None = None,
        is_console: bool = False,
    ) -> str:
        role_name, _, user = participant_id.partition("_")
        role = Role.CLASSROOM if role_name == "sea" else Role(role_name)
        now_ms = self.clock.now_ms()
        token, _ = (book or self.tickets).issue_ticket(
            lesson_id=lesson_id,
            participant_id=participant_id,
            role=role,
            user_id=None if role is Role.CLASSROOM else UserId(user),
            classroom_id=ClassroomId(f"cls_{user}") if role is Role.CLASSROOM else None,
            now_ms=now_ms,
            expires_at_ms=now_ms + expires_in_ms,
            pc_id=pc_id,
            is_console=is_console,
        )
        return token


@asynccontextmanager
async def running(server: SignalServer) -> AsyncIterator[SignalServer]:
    """The server on a port of its own until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    # asyncio sets it only on sockets whose protocol number is spelled out; without it an answer of two messages
    # waits 40 ms for the client's delayed ACK. Accepted sockets inherit it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    app = FastAPI()
    app.include_router(build_router(server.hub, ["https://school.example"]))
    config = uvicorn.Config(app, log_level="warning", lifespan="off", ws_max_size=512 * 1024)
    web = uvicorn.Server(config)
    # The loop's signal handlers belong to pytest.
    task = asyncio.create_task(web._serve([listener]))
    server.listener = listener
    server.url = f"ws://127.0.0.1:{listener.getsockname()[1]}{PATH}"
    await until(lambda: web.started)
    try:
        yield server
    finally:
        await server.hub.close()
        web.should_exit = True
        await task
        await server.rooms.close()
        listener.close()


class Screen:
    """Folds server messages as a page does: a snapshot, then events."""

    def __init__(self) -> None:
        self.room: Message = {}
        self.private: Message | None = None
        self.participants: dict[str, Message] = {}
        self.seq = 0

    def take(self, message: Message) -> None:
        match message["type"]:
            case "room.snapshot":
                self.room = {**message["room"]}
                self.private = message["private"]
                self.participants = {p["participant_id"]: p for p in self.room.pop("participants")}
            case "signal.raised" | "signal.cleared" | "pupil.named":
                self._take_private(message)
            case "participant.changed":
                view = message["participant"]
                self.participants[view["participant_id"]] = view
            case "lesson.started":
                self.room |= {"phase": "live", "started_ms": message["at_ms"]}
            case "lesson.ended":
                self.room |= {
                    "phase": "ended",
                    "ended_ms": message["at_ms"],
                    "end_reason": message["reason"],
                }
            case "floor.opened" | "floor.closed":
                self.room["is_floor_open"] = message["type"] == "floor.opened"
            case "sing_along.started" | "sing_along.stopped":
                self.room["is_sing_along"] = message["type"] == "sing_along.started"
            case "spotlight.moved":
                self.room["spotlight"] = message["participant_id"]
            case "lead.changed":
                self.room["lead"] = message["lead"]
            case "sound.switched":
                self.room["sound_preset"] = message["preset"]
            case "listen.started":
                listening = {**self.room["listening"], message["listener_id"]: message["seat_id"]}
                self.room["listening"] = listening
            case "listen.stopped":
                self.room["listening"] = {
                    k: v for k, v in self.room["listening"].items() if k != message["listener_id"]
                }
            case "closing.changed":
                self.room["closes_at_ms"] = message["closes_at_ms"]
            case "slides.turned":
                self.room["slides"] = message["slides"]
            case "slides.hidden":
                self.room["slides"] = None
            case "stroke.drawn" | "stroke.undone" | "strokes.cleared":
                self._draw(message)
            case _:
                pass
        self.seq = max(self.seq, message.get("seq", 0))

    def _draw(self, message: Message) -> None:
        """A line more or less on the page that is shown; one that comes twice is there once."""
        gone = message.get("stroke_id") or message.get("stroke", {}).get("stroke_id")
        slides = self.room["slides"]
        kept = [s for s in slides["strokes"] if gone is not None and s["stroke_id"] != gone]
        added = [message["stroke"]] if message["type"] == "stroke.drawn" else []
        self.room["slides"] = {**slides, "strokes": kept + added}

    def _take_private(self, message: Message) -> None:
        """A private event on a screen without private things is a leak, and breaks the test."""
        assert self.private is not None
        who = message["participant_id"]
        if message["type"] == "pupil.named":
            name, value = "pupils", message["pupil"]
        else:
            name, value = "signals", None
            if message["type"] == "signal.raised":
                value = {"signal": message["signal"], "raised_ms": message["at_ms"]}
        others = {k: v for k, v in self.private[name].items() if k != who}
        self.private = {**self.private, name: others if value is None else {**others, who: value}}

    @property
    def state(self) -> tuple[Message, Message | None, dict[str, Message]]:
        return self.room, self.private, self.participants


class WireClient:
    """One socket of a page. Everything that came is kept in `inbox`; `close_code` once it is closed."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.inbox: list[Message] = []
        self.screen = Screen()
        self.close_code: int | None = None
        self._ids = (f"r{i}" for i in itertools.count(1))
        self._answers: dict[str, Message] = {}
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for text in self.connection:
                message = json.loads(text)
                self.inbox.append(message)
                self.screen.take(message)
                if message.get("re") is not None:
                    self._answers[message["re"]] = message
                await self._tell()
        except ConnectionClosed:
            pass
        self.close_code = self.connection.close_code
        await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def seen(self, is_it: Callable[[Message], bool]) -> Message:
        """The first message, come or to come, that `is_it`."""
        at = 0
        async with asyncio.timeout(DEADLINE_S), self._news:
            while True:
                while at < len(self.inbox):
                    if is_it(self.inbox[at]):
                        return self.inbox[at]
                    at += 1
                assert self.close_code is None, self._history()
                await self._news.wait()

    def _history(self) -> str:
        return f"closed with {self.close_code} after {[m['type'] for m in self.inbox]}"

    async def closed(self) -> int:
        async with asyncio.timeout(DEADLINE_S), self._news:
            await self._news.wait_for(lambda: self.close_code is not None)
        assert self.close_code is not None
        return self.close_code

    async def send(self, type_: str, **fields: Any) -> str:
        request_id = next(self._ids)
        await self.connection.send(json.dumps({"type": type_, "id": request_id, **fields}))
        return request_id

    async def ask(self, type_: str, **fields: Any) -> Message:
        """Send a request and wait for what answers it."""
        request_id = await self.send(type_, **fields)
        async with asyncio.timeout(DEADLINE_S), self._news:
            while request_id not in self._answers:
                assert self.close_code is None, self._history()
                await self._news.wait()
        return self._answers[request_id]

    async def hello(self, device_id: str = "dev_1", kind: str = "device") -> Message:
        return await self.ask("hello", protocol=1, device_id=DeviceId(device_id), kind=kind)

    async def enter(
        self,
        token: str,
        device_id: str = "dev_1",
        kind: str = "device",
        last_seq: int | None = None,
    ) -> Message:
        """From `hello` to the answer of `room.join` (or of `room.resume` with `last_seq`)."""
        assert (await self.hello(device_id, kind))["type"] == "welcome"
        assert (await self.ask("auth", token=token))["type"] == "authenticated"
        if last_seq is None:
            return await self.ask("room.join")
        return await self.ask("room.resume", last_seq=last_seq)

    async def settle(self) -> None:
        """Everything that the server queued for this socket before now has come."""
        assert (await self.ask("ping"))["type"] == "pong"

    def of_type(self, type_: str) -> list[Message]:
        return [m for m in self.inbox if m["type"] == type_]

    async def close(self) -> None:
        await self.connection.close()
        await self._reader

    async def cut(self) -> None:
        """The link breaks: no close frame."""
        self.connection.transport.abort()
        await self._reader


@asynccontextmanager
async def client(server: SignalServer, **options: Any) -> AsyncIterator[WireClient]:
    connection = await connect(server.url, **options)
    wire = WireClient(connection)
    try:
        yield wire
    finally:
        await wire.close()
