"""The client's side of the WebSocket protocol (docs/protocol.md)."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator
from typing import TypeVar

from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from app.signaling.messages import (
    PROTOCOL_VERSION,
    SERVER_MESSAGE,
    Auth,
    Authenticated,
    ConnectionKind,
    ErrorMessage,
    Heartbeat,
    Hello,
    Ping,
    Pong,
    Request,
    Resumed,
    RoomJoin,
    RoomResume,
    RoomSnapshot,
    ServerMessage,
    Welcome,
)

logger = logging.getLogger(__name__)

REQUEST_TIMEOUT_S = 10.0
MAX_MESSAGE_BYTES = 1_000_000
MAX_QUEUED = 2_000
"""Events nobody has taken yet; over it the connection is closed."""

Expected = TypeVar("Expected")


class Refused(Exception):
    """The server said no; `code` is one of the protocol's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Disconnected(Exception):
    """The connection is gone, or silent for too long."""


class SignalingClient:
    """One WebSocket: `connect`, `join` or `resume`, then read `messages()` in one task; `request` in any."""

    def __init__(self, signal_url: str, token: str, device_id: str) -> None:
        self._signal_url = signal_url
        self._token = token
        self._device_id = device_id
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._beat: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[ServerMessage]] = {}
        self._messages: asyncio.Queue[ServerMessage | None] = asyncio.Queue(MAX_QUEUED)
        self._silence_s = REQUEST_TIMEOUT_S
        self.participant_id = ""

    def next_id(self) -> str:
        """A fresh request id."""
        return f"r{next(self._numbers)}"

    async def connect(self, *, kind: ConnectionKind = "device") -> None:
        """Open the socket, say hello and show the ticket. Raises `Disconnected` or `Refused`."""
        try:
            self._socket = await connect(
                self._signal_url,
                max_size=MAX_MESSAGE_BYTES,
                open_timeout=REQUEST_TIMEOUT_S,
                ping_interval=None,
                proxy=None,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            raise Disconnected(str(error)) from error
        self._reader = asyncio.create_task(self._read(self._socket))
        welcome = await self.request(
            Hello(
                type="hello",
                id=self.next_id(),
                protocol=PROTOCOL_VERSION,
                device_id=self._device_id,
                kind=kind,
            ),
            Welcome,
        )
        self._silence_s = 2 * welcome.heartbeat_s + 1
        self._beat = asyncio.create_task(self._ping(self._socket, welcome.heartbeat_s))
        authenticated = await self.request(
            Auth(type="auth", id=self.next_id(), token=self._token), Authenticated
        )
        self.participant_id = authenticated.participant_id

    async def join(self) -> RoomSnapshot:
        """Take the place."""
        return await self.request(RoomJoin(type="room.join", id=self.next_id()), RoomSnapshot)

    async def resume(self, last_seq: int) -> RoomSnapshot | Resumed:
        """Take the place again after a cut: the missed events follow, or a fresh snapshot is returned."""
        answer = await self._exchange(
            RoomResume(type="room.resume", id=self.next_id(), last_seq=last_seq)
        )
        if not isinstance(answer, RoomSnapshot | Resumed):
            raise Disconnected(f"room.resume was answered by {answer.type}")
        return answer

    async def request(self, message: Request, expected: type[Expected]) -> Expected:
        """Send a request and wait for its answer. Raises `Refused`, or `Disconnected` (also for another answer)."""
        answer = await self._exchange(message)
        if not isinstance(answer, expected):
            raise Disconnected(f"the answer is {answer.type}, expected {expected.__name__}")
        return answer

    async def _exchange(self, message: Request) -> ServerMessage:
        if self._socket is None:
            raise Disconnected("not connected")
        answered: asyncio.Future[ServerMessage] = asyncio.get_running_loop().create_future()
        self._waiting[message.id] = answered
        try:
            await self._socket.send(message.model_dump_json())
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                answer = await answered
        except (OSError, TimeoutError, WebSocketException) as error:
            raise Disconnected(f"no answer: {error}") from error
        finally:
            self._waiting.pop(message.id, None)
        if isinstance(answer, ErrorMessage):
            raise Refused(answer.code, answer.message)
        return answer

    async def messages(self) -> AsyncIterator[ServerMessage]:
        """Everything but answers to requests and heartbeats; ends with the connection."""
        while (message := await self._messages.get()) is not None:
            yield message

    async def close(self) -> None:
        """Hang up. Idempotent."""
        tasks = [task for task in (self._beat, self._reader) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    async def _ping(self, socket: ClientConnection, heartbeat_s: float) -> None:
        """The server drops whoever is silent. Nobody waits for the answer: a slow one must not delay the next."""
        while True:
            await asyncio.sleep(heartbeat_s)
            with contextlib.suppress(OSError, WebSocketException):
                await socket.send(Ping(type="ping", id=self.next_id()).model_dump_json())

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                async with asyncio.timeout(self._silence_s):
                    text = await socket.recv()
                self._take(SERVER_MESSAGE.validate_json(text))
        except (OSError, TimeoutError, WebSocketException, asyncio.QueueFull) as error:
            logger.info("signalling connection ended: %s", error or type(error).__name__)
        except ValidationError:
            logger.exception("the server sent something that is not in the protocol")
        finally:
            for answered in self._waiting.values():
                if not answered.done():
                    answered.set_exception(Disconnected("the connection ended"))
            if self._messages.full():
                self._messages.get_nowait()
            self._messages.put_nowait(None)

    def _take(self, message: ServerMessage) -> None:
        re = getattr(message, "re", None)
        answered = self._waiting.get(re) if isinstance(re, str) else None
        if answered is not None and not answered.done():
            answered.set_result(message)
        elif not isinstance(message, Pong | Heartbeat):
            self._messages.put_nowait(message)
