"""Who is at the other end of a socket, that it lives, and how a request was answered."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from typing_extensions import TypeAliasType

from app.signaling.messages.base import Id, Message, Request, RoleName

ConnectionKind = TypeAliasType("ConnectionKind", Literal["device", "projector", "console"])


class Hello(Request):
    """First message. A `projector` or a `console` is a companion: a socket of the same place without a media peer."""

    type: Literal["hello"]
    protocol: int
    device_id: Id
    kind: ConnectionKind = "device"
    """What stands at this end: a place's own page, a window for pupils' eyes, or the on-site teacher's phone."""


class Auth(Request):
    """Second message: the ticket of one seat or staff role of one lesson."""

    type: Literal["auth"]
    token: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class RoomJoin(Request):
    """Third message: take the place. Answered by `room.snapshot`."""

    type: Literal["room.join"]


class RoomResume(Request):
    """Instead of `room.join` after a cut: everything after `last_seq`, or a fresh snapshot."""

    type: Literal["room.resume"]
    last_seq: Annotated[int, Field(ge=0)]


class RoomLeave(Request):
    type: Literal["room.leave"]


class Ping(Request):
    type: Literal["ping"]


class Welcome(Message):
    """Answer to `hello`."""

    type: Literal["welcome"]
    re: Id
    connection_id: str
    protocol: int
    server_time_ms: int
    heartbeat_s: float
    """The server pings this often; a socket silent for twice as long is dropped."""


class Authenticated(Message):
    """Answer to `auth`: whose place this ticket is."""

    type: Literal["authenticated"]
    re: Id
    lesson_id: str
    participant_id: str
    role: RoleName


class Ok(Message):
    type: Literal["ok"]
    re: Id


class ErrorMessage(Message):
    """A refusal. `code` is forever; `re` is the request's id, or null when there was none."""

    type: Literal["error"]
    re: str | None
    code: str
    message: str


class Pong(Message):
    type: Literal["pong"]
    re: Id
    server_time_ms: int


class Heartbeat(Message):
    """Sent every `heartbeat_s` so that a client notices a dead link."""

    type: Literal["heartbeat"]
    server_time_ms: int


class ConsolesChanged(Message):
    """For a place's own page and its consoles; not told again to a new socket if it is 0 and false."""

    type: Literal["consoles.changed"]
    phones: int
    """Phones that are in as consoles of this place."""
    is_waiting: bool
    """Something private came, and no console of this place was there to show it."""


class Replaced(Message):
    """Terminal: another device took this place. The client must not reconnect by itself."""

    type: Literal["replaced"]


class ServerClosing(Message):
    """The server is going away (restart): reconnect with back-off."""

    type: Literal["server.closing"]


class Resumed(Message):
    """Answer to `room.resume`: the events after `seq` (the client's own `last_seq`) follow."""

    type: Literal["room.resumed"]
    re: Id
    seq: int
