"""One socket: a reader, a single writer with a bounded outbox, and a clock. A slow client is dropped, never awaited."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

from app.accounts.tokens import Ticket
from app.ids import DeviceId
from app.media.port import ClientNetwork
from app.signaling.codes import CloseCode, Refusal
from app.signaling.feed import encode
from app.signaling.limits import Limits
from app.signaling.messages import (
    ChatSend,
    MediaAccept,
    MediaPublish,
    MediaSubscribe,
    PageStep,
    PenDraw,
    PenDrawn,
    PointerMove,
    PointerMoved,
    RoomJoin,
    RoomLeave,
    RoomResume,
    ScreenReport,
    ServerMessage,
    SlideReport,
    StillSend,
)
from app.signaling.requests import CommandRequest
from app.signaling.session import (
    Close,
    Converse,
    EnterRoom,
    Execute,
    LeaveRoom,
    Negotiate,
    Now,
    PassOn,
    Reply,
    Session,
    refusal,
)
from app.signaling.viewer import Viewer

_CLOSE_FRAME_TIMEOUT_S = 1.0
_LATE_AFTER = 8
"""Messages that wait: what is worth nothing late is not put behind them."""

log = logging.getLogger(__name__)


class Socket(Protocol):
    """A WebSocket after its opening handshake."""

    async def receive(self) -> str | bytes | None:
        """The next message; None once the client is gone."""
        ...

    async def send(self, text: str) -> None:
        """Returns once the network has room again. Raises `ConnectionError` when the client is gone."""
        ...

    async def close(self, code: int, reason: str) -> None: ...


class Desk(Protocol):
    """Who answers the requests of a connection (the hub)."""

    async def enter(self, connection: "Connection", request: RoomJoin | RoomResume) -> None: ...
    async def leave(self, connection: "Connection", request: RoomLeave) -> None: ...
    async def execute(self, connection: "Connection", request: CommandRequest) -> None: ...
    async def converse(self, connection: "Connection", request: ChatSend) -> None: ...
    async def negotiate(
        self,
        connection: "Connection",
        request: MediaPublish | MediaSubscribe | MediaAccept | StillSend,
    ) -> None: ...
    async def pass_on(
        self,
        connection: "Connection",
        request: PointerMove | PenDraw | SlideReport | ScreenReport | PageStep,
    ) -> None: ...


class Connection:
    """`run` is the socket's life; `send`, `send_text` and `close` never wait and may be called from any task."""

    def __init__(
        self,
        socket: Socket,
        session: Session,
        desk: Desk,
        network: ClientNetwork,
        clock: Callable[[], Now],
        limits: Limits,
    ) -> None:
        self.session = session
        self.network = network
        self._socket = socket
        self._desk = desk
        self._clock = clock
        self._limits = limits
        self._outbox: deque[str] = deque()
        self._outbox_bytes = 0
        self._wake = asyncio.Event()
        self._closing: Close | None = None
        self._is_dropped = False
        self._end = asyncio.Event()

    @property
    def ticket(self) -> Ticket:
        """Only after `auth`."""
        if self.session.ticket is None:
            raise RuntimeError("the connection is not authenticated")
        return self.session.ticket

    @property
    def viewer(self) -> Viewer:
        return self.session.viewer

    @property
    def device_id(self) -> DeviceId:
        return self.session.device_id

    @property
    def is_closing(self) -> bool:
        return self._closing is not None

    def send(self, message: ServerMessage) -> None:
        self.send_text(encode(message))

    def send_passing(self, message: PointerMoved | PenDrawn) -> None:
        """Queue what is worth nothing late; dropped where others still wait to be read."""
        if len(self._outbox) < _LATE_AFTER:
            self.send(message)

    def send_text(self, text: str) -> None:
        """Queue one encoded message. An outbox over its bound drops the connection: its client does not read."""
        if self._closing is not None:
            return
        # Characters for bytes: names are the only text beyond ASCII, and the bound is a guard, not an account.
        self._outbox_bytes += len(text)
        self._outbox.append(text)
        limits = self._limits
        is_over = len(self._outbox) > limits.outbox_messages
        if is_over or self._outbox_bytes > limits.outbox_bytes:
            log.info("connection %s: dropped, the client is too slow", self.session.connection_id)
            self._outbox.clear()
            self._is_dropped = True
            self.close(CloseCode.TOO_SLOW, "too slow")
        self._wake.set()

    def close(self, code: CloseCode, reason: str = "") -> None:
        """Close after what is queued; the first reason counts."""
        if self._closing is None:
            self.session.close(code, reason)
            self._closing = Close(code, reason)
            self._wake.set()
            self._end.set()

    def check_ticket(self) -> None:
        """Close if the ticket counts no more."""
        for action in self.session.check_ticket(self._clock()):
            self._apply(action)

    async def run(self) -> None:
        """Serve the socket until one side closes it; the socket is closed afterwards."""
        tasks = {
            asyncio.create_task(self._read(), name="signaling reader"),
            asyncio.create_task(self._write(), name="signaling writer"),
            asyncio.create_task(self._watch(), name="signaling clock"),
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if not task.cancelled() and (error := task.exception()) is not None:
                    log.error("connection %s: failed", self.session.connection_id, exc_info=error)
                    self.close(CloseCode.RESTARTING, "internal")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.session.close(CloseCode.NORMAL)
            await self._close_socket()

    def _apply(self, action: Reply | Close) -> None:
        if isinstance(action, Reply):
            self.send(action.message)
        else:
            self.close(action.code, action.reason)

    async def _read(self) -> None:
        while (data := await self._socket.receive()) is not None:
            for action in self.session.receive(data, self._clock()):
                if isinstance(action, Reply | Close):
                    self._apply(action)
                else:
                    await self._answer(action)
            # While a request is carried out nothing is read: that is not the client's silence.
            self.session.hear(self._clock())

    async def _answer(
        self, action: EnterRoom | LeaveRoom | Execute | Converse | Negotiate | PassOn
    ) -> None:
        """The root of each request: a fault of the server's own is logged and answered, and the socket goes on."""
        try:
            match action:
                case EnterRoom():
                    await self._desk.enter(self, action.request)
                case LeaveRoom():
                    await self._desk.leave(self, action.request)
                case Execute():
                    await self._desk.execute(self, action.request)
                case Converse():
                    await self._desk.converse(self, action.request)
                case Negotiate():
                    await self._desk.negotiate(self, action.request)
                case PassOn():
                    await self._desk.pass_on(self, action.request)
        except Exception:
            request = action.request
            log.exception("connection %s: %s failed", self.session.connection_id, request.type)
            self.send(refusal(request.id, Refusal.INTERNAL))

    async def _write(self) -> None:
        while True:
            while self._outbox:
                text = self._outbox.popleft()
                self._outbox_bytes -= len(text)
                try:
                    await self._socket.send(text)
                except ConnectionError:
                    return
            if self._closing is not None:
                return
            self._wake.clear()
            await self._wake.wait()

    async def _watch(self) -> None:
        """Heartbeats and deadlines; ends when a closing socket does not drain, at once if it was dropped."""
        while self._closing is None:
            wait_s = self.session.next_deadline_s() - self._clock().mono_s
            try:
                # Not wait_for: in Python 3.11 it swallows a cancellation that comes with the event.
                async with asyncio.timeout(max(0.0, wait_s)):
                    await self._end.wait()
            except TimeoutError:
                for action in self.session.on_time(self._clock()):
                    self._apply(action)
        if not self._is_dropped:
            await asyncio.sleep(self._limits.close_timeout_s)

    async def _close_socket(self) -> None:
        closing = self._closing or Close(CloseCode.NORMAL)
        try:
            async with asyncio.timeout(_CLOSE_FRAME_TIMEOUT_S):
                await self._socket.close(closing.code, closing.reason)
        except (TimeoutError, ConnectionError):
            log.debug("connection %s: gone before its close frame", self.session.connection_id)
