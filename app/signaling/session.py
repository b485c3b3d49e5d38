"""One socket's side of the protocol without the socket: hello -> authenticated -> joined -> closed.

Text comes in, actions come out; time is an argument. `Connection` carries the actions out and reports back with
`enter`.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError
from pydantic_core import from_json

from app.accounts.tokens import Ticket
from app.errors import NotAuthenticated
from app.ids import ConnectionId, DeviceId
from app.signaling.codes import SENTENCES, CloseCode, Refusal
from app.signaling.limits import Limits, TokenBucket
from app.signaling.messages import (
    CLIENT_MESSAGE,
    PROTOCOL_VERSION,
    Auth,
    Authenticated,
    ChatSend,
    ClientMessage,
    ConnectionKind,
    ErrorMessage,
    Heartbeat,
    Hello,
    MediaAccept,
    MediaPublish,
    MediaSubscribe,
    Ok,
    PageStep,
    PenDraw,
    Ping,
    PointerMove,
    Pong,
    PrivateRequest,
    RoomJoin,
    RoomLeave,
    RoomResume,
    ScreenReport,
    ServerMessage,
    SlideReport,
    StillSend,
    Welcome,
)
from app.signaling.requests import CommandRequest
from app.signaling.viewer import Viewer

log = logging.getLogger(__name__)


TicketReader = Callable[[str, int], Ticket]
"""Token and lesson clock (ms) to ticket; raises NotAuthenticated with the code to tell."""


class State(StrEnum):
    CONNECTED = "connected"
    """Expects `hello`."""
    GREETED = "greeted"
    """Expects `auth`."""
    AUTHENTICATED = "authenticated"
    """Expects `room.join` or `room.resume`."""
    JOINED = "joined"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Now:
    """`mono_s` measures, `utc_ms` is shown (lesson clock)."""

    mono_s: float
    utc_ms: int


@dataclass(frozen=True, slots=True)
class Reply:
    message: ServerMessage


@dataclass(frozen=True, slots=True)
class Close:
    """Close after everything queued before it."""

    code: CloseCode
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EnterRoom:
    request: RoomJoin | RoomResume


@dataclass(frozen=True, slots=True)
class LeaveRoom:
    request: RoomLeave


@dataclass(frozen=True, slots=True)
class Execute:
    request: CommandRequest


@dataclass(frozen=True, slots=True)
class Converse:
    request: ChatSend


@dataclass(frozen=True, slots=True)
class Negotiate:
    request: MediaPublish | MediaSubscribe | MediaAccept | StillSend


@dataclass(frozen=True, slots=True)
class PassOn:
    request: PointerMove | PenDraw | SlideReport | ScreenReport | PageStep


Action = Reply | Close | EnterRoom | LeaveRoom | Execute | Converse | Negotiate | PassOn


def refusal(re: str | None, code: Refusal | str, message: str = "") -> ErrorMessage:
    """The `error` that answers request `re`; without a message, the code's own sentence."""
    sentence = message or (SENTENCES[code] if isinstance(code, Refusal) else code)
    return ErrorMessage(type="error", re=re, code=str(code), message=sentence)


class Session:
    """The protocol state of one socket."""

    def __init__(
        self, connection_id: ConnectionId, read_ticket: TicketReader, now: Now, limits: Limits
    ) -> None:
        self.connection_id = connection_id
        self.device_id = DeviceId("")
        self.kind: ConnectionKind = "device"
        self.ticket: Ticket | None = None
        self.state = State.CONNECTED
        self._limits = limits
        self._read_ticket = read_ticket
        self._token = ""
        self._opened_s = now.mono_s
        self._heard_s = now.mono_s
        self._beat_s = now.mono_s
        self._rate = TokenBucket(limits.message_burst, limits.messages_per_s, now.mono_s)
        self._forgiven_floods = TokenBucket(limits.limited_messages, 1.0, now.mono_s)
        self._forgiven_bad = TokenBucket(limits.bad_messages, 0.1, now.mono_s)

    @property
    def is_companion(self) -> bool:
        """A socket of the place beside its device: it takes nobody's place and carries no media."""
        return self.kind != "device"

    @property
    def viewer(self) -> Viewer:
        """Whose screen stands at the other end. Only after `auth`."""
        if self.ticket is None:
            raise RuntimeError("the session is not authenticated")
        ticket = self.ticket
        return Viewer(ticket.participant_id, ticket.role, self.kind, ticket.is_console)

    def receive(self, data: str | bytes, now: Now) -> Sequence[Action]:
        """What to do about one WebSocket message. Never raises for what a client may send."""
        self.hear(now)
        if self.state is State.CLOSED:
            return []
        if not self._rate.take(now.mono_s):
            if not self._forgiven_floods.take(now.mono_s):
                return self.close(CloseCode.POLICY, "flood")
            return [Reply(refusal(None, Refusal.RATE_LIMITED))]
        if isinstance(data, bytes):
            return self._bad(None, "Messages are text frames.", now)
        limit = self._limits.message_bytes
        # A character is one to four bytes, so most messages need not be encoded to be measured.
        if len(data) * 4 > limit and len(data.encode("utf-8", "surrogatepass")) > limit:
            return self._bad(None, f"A message has at most {limit} bytes.", now)
        try:
            message = CLIENT_MESSAGE.validate_json(data, strict=True)
        except ValidationError as error:
            return self._bad(_request_id(data), _first_fault(error), now)
        return self._dispatch(message, now)

    def hear(self, now: Now) -> None:
        """The client is alive, or was not listened to until now."""
        self._heard_s = now.mono_s

    def enter(self) -> None:
        """The place is taken: commands may come."""
        self._set_state(State.JOINED)

    def close(self, code: CloseCode, reason: str = "") -> Sequence[Close]:
        if self.state is State.CLOSED:
            return []
        self._set_state(State.CLOSED)
        return [Close(code, reason)]

    def next_deadline_s(self) -> float:
        """When `on_time` wants to be called, on the monotonic clock."""
        deadlines = [self._beat_s + self._limits.heartbeat_s, self._silent_s()]
        if self.ticket is None:
            deadlines.append(self._opened_s + self._limits.auth_timeout_s)
        return min(deadlines)

    def on_time(self, now: Now) -> Sequence[Reply | Close]:
        """Heartbeat, silence, a late ticket, one that expired or was revoked meanwhile."""
        if self.state is State.CLOSED:
            return []
        if self.ticket is None and now.mono_s >= self._opened_s + self._limits.auth_timeout_s:
            late = Reply(refusal(None, Refusal.AUTH_TIMEOUT))
            return [late, *self.close(CloseCode.POLICY, Refusal.AUTH_TIMEOUT)]
        if now.mono_s >= self._silent_s():
            return self.close(CloseCode.SILENT, "silent")
        if now.mono_s < self._beat_s + self._limits.heartbeat_s:
            return []
        self._beat_s = now.mono_s
        if self.state is State.CONNECTED:
            return []
        refused = self.check_ticket(now)
        return refused or [Reply(Heartbeat(type="heartbeat", server_time_ms=now.utc_ms))]

    def check_ticket(self, now: Now) -> Sequence[Reply | Close]:
        """Whether the ticket still counts; the end of the socket if it does not."""
        if self.ticket is None or self.state is State.CLOSED:
            return []
        try:
            self._read_ticket(self._token, now.utc_ms)
        except NotAuthenticated as error:
            return self._refuse(None, error)
        return []

    def _silent_s(self) -> float:
        return self._heard_s + 2 * self._limits.heartbeat_s

    def _dispatch(self, message: ClientMessage, now: Now) -> Sequence[Action]:
        if self.state is State.JOINED and isinstance(message, CommandRequest):
            return [self._checked(message) or Execute(message)]
        match (self.state, message):
            case (State.CONNECTED, Hello()):
                return self._greet(message, now)
            case (State.CONNECTED, _):
                return self._out_of_order(message, now)
            case (_, Ping()):
                return [Reply(Pong(type="pong", re=message.id, server_time_ms=now.utc_ms))]
            case (State.GREETED, Auth()):
                return self._authenticate(message, now)
            case (State.AUTHENTICATED, RoomJoin() | RoomResume()):
                return [EnterRoom(message)]
            case (State.JOINED, ChatSend()):
                return [self._checked(message) or Converse(message)]
            case (State.JOINED, RoomLeave()):
                return [LeaveRoom(message)]
            case (State.JOINED, MediaPublish() | MediaSubscribe() | MediaAccept() | StillSend()):
                return [self._media(message)]
            case (State.JOINED, PageStep()):
                return [self._checked(message) or PassOn(message)]
            case (State.JOINED, PointerMove() | PenDraw() | SlideReport() | ScreenReport()):
                return [PassOn(message)]
            case _:
                return self._out_of_order(message, now)

    def _greet(self, hello: Hello, now: Now) -> Sequence[Action]:
        if hello.protocol != PROTOCOL_VERSION:
            reply = Reply(refusal(hello.id, Refusal.PROTOCOL_VERSION))
            return [reply, *self.close(CloseCode.POLICY, Refusal.PROTOCOL_VERSION)]
        self.device_id = DeviceId(hello.device_id)
        self.kind = hello.kind
        self._set_state(State.GREETED)
        welcome = Welcome(
            type="welcome",
            re=hello.id,
            connection_id=self.connection_id,
            protocol=PROTOCOL_VERSION,
            server_time_ms=now.utc_ms,
            heartbeat_s=self._limits.heartbeat_s,
        )
        return [Reply(welcome)]

    def _authenticate(self, request: Auth, now: Now) -> Sequence[Action]:
        """One try per socket."""
        try:
            ticket = self._read_ticket(request.token, now.utc_ms)
        except NotAuthenticated as error:
            return self._refuse(request.id, error)
        if ticket.is_console and self.kind != "console":
            reply = Reply(refusal(request.id, Refusal.KIND_NOT_ALLOWED))
            return [reply, *self.close(CloseCode.NOT_AUTHENTICATED, Refusal.KIND_NOT_ALLOWED)]
        self.ticket, self._token = ticket, request.token
        self._set_state(State.AUTHENTICATED)
        answer = Authenticated(
            type="authenticated",
            re=request.id,
            lesson_id=ticket.lesson_id,
            participant_id=ticket.participant_id,
            role=ticket.role.value,
        )
        return [Reply(answer)]

    def _refuse(self, re: str | None, error: NotAuthenticated) -> Sequence[Reply | Close]:
        reply = Reply(refusal(re, error.code, error.message))
        return [reply, *self.close(CloseCode.NOT_AUTHENTICATED, error.code)]

    def _checked(self, request: CommandRequest | ChatSend | PageStep) -> Reply | None:
        """The refusal of what this kind of window may not ask for."""
        is_private = isinstance(request, PrivateRequest)
        if self.kind == "projector" or (is_private and not self.viewer.is_private):
            return Reply(refusal(request.id, Refusal.KIND_NOT_ALLOWED))
        return None

    def _media(self, request: MediaPublish | MediaSubscribe | MediaAccept | StillSend) -> Action:
        if self.is_companion:
            return Reply(refusal(request.id, Refusal.COMPANION_NO_MEDIA))
        return Negotiate(request)

    def _out_of_order(self, message: ClientMessage, now: Now) -> Sequence[Action]:
        sentence = f"{message.type} cannot come in state {self.state.value}."
        return self._fault(refusal(message.id, Refusal.PROTOCOL_ORDER, sentence), now)

    def _bad(self, re: str | None, sentence: str, now: Now) -> Sequence[Action]:
        return self._fault(refusal(re, Refusal.BAD_MESSAGE, sentence), now)

    def _fault(self, error: ErrorMessage, now: Now) -> Sequence[Action]:
        if self._forgiven_bad.take(now.mono_s):
            return [Reply(error)]
        return [Reply(error), *self.close(CloseCode.POLICY, error.code)]

    def _set_state(self, state: State) -> None:
        log.debug("connection %s: %s -> %s", self.connection_id, self.state.value, state.value)
        self.state = state


def ok(re: str) -> Ok:
    return Ok(type="ok", re=re)


def _request_id(data: str) -> str | None:
    """The `id` of a message that is not valid as a whole, if it has a usable one."""
    try:
        value = from_json(data)
    except (ValueError, TypeError):  # TypeError: text that is not UTF-8
        return None
    if not isinstance(value, dict):
        return None
    request_id = value.get("id")
    return request_id if isinstance(request_id, str) and 0 < len(request_id) <= 80 else None


def _first_fault(error: ValidationError) -> str:
    """One sentence without the input: pydantic's message and where, both bounded."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{first['msg']} ({where})"[:300] if where else str(first["msg"])[:300]
