"""What app and engine say to each other over the local stream socket: plain values as JSON.

Each frame is a 4-byte big-endian length and a JSON object. The engine begins with
``{"hello": {"protocol": 1, "media_epoch": n}}``; then

* app -> engine: ``{"id": n, "call": "permit", "args": [...]}``
* engine -> app: ``{"re": n, "result": ...}`` or ``{"re": n, "error": kind, "message": text}``
* engine -> app: ``{"event": "SlotMapped", "value": {...}}``
"""

import dataclasses
import json
import struct
import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any

from app.ids import LessonId, MediaSessionId, ParticipantId, PublicationId
from app.media.port import (
    ClientNetwork,
    EngineMetrics,
    EngineSnapshot,
    IceRestarted,
    MalformedDescription,
    MediaEvent,
    MediaGrant,
    MediaPermissions,
    NegotiationFailed,
    NoSuchSession,
    NotAdmitted,
    RtpSink,
    SessionAnswer,
    SlotGroup,
    Source,
)

PROTOCOL = 1
MAX_FRAME_BYTES = 8 * 1024 * 1024

CALLS: Mapping[str, tuple[tuple[Any, ...], Any]] = {
    "open_room": ((LessonId,), type(None)),
    "admit": (
        (LessonId, ParticipantId, MediaPermissions, tuple[SlotGroup, ...]),
        MediaGrant,
    ),
    "permit": ((LessonId, ParticipantId, MediaPermissions), type(None)),
    "remove": ((LessonId, ParticipantId), type(None)),
    "close_page": ((LessonId, ParticipantId), type(None)),
    "close_room": ((LessonId,), type(None)),
    "attach_sink": ((RtpSink,), type(None)),
    "detach_sink": ((LessonId, PublicationId), type(None)),
    "request_keyframe": ((LessonId, PublicationId), type(None)),
    "snapshot": ((), EngineSnapshot),
    "stats": ((LessonId,), Any),
    "metrics": ((), EngineMetrics),
    "answer": (
        (LessonId, ParticipantId, str, Mapping[str, Source], ClientNetwork),
        str,
    ),
    "offer": ((LessonId, ParticipantId, ClientNetwork, bool), str),
    "accept": ((LessonId, ParticipantId, str), type(None)),
    "probe": ((str, ClientNetwork), str),
}
"""Name to argument types and result type: the calls of MediaEngine and Negotiator."""

_SESSION = (LessonId, ParticipantId, MediaSessionId)
SESSION_CALLS: Mapping[str, tuple[tuple[Any, ...], Any]] = {
    "open_publishing": ((*_SESSION, str, Source, ClientNetwork, str), SessionAnswer),
    "open_viewing": ((*_SESSION, str, ParticipantId | None, ClientNetwork, str), SessionAnswer),
    "show": ((*_SESSION, ParticipantId | None), type(None)),
    "restart_ice": ((*_SESSION, str, ClientNetwork), IceRestarted),
    "close_session": (_SESSION, type(None)),
}
"""The calls of SessionNegotiator."""

EVENTS: Mapping[str, Any] = {kind.__name__: kind for kind in typing.get_args(MediaEvent)}

BAD_CALL, OVERLOADED, INTERNAL = "bad_call", "overloaded", "internal"

NEGOTIATION_ERRORS: Mapping[str, type[NegotiationFailed]] = {
    "negotiation_failed": NegotiationFailed,
    "malformed_description": MalformedDescription,
    "not_admitted": NotAdmitted,
    "no_such_session": NoSuchSession,
}
"""Error code on the link to what the caller gets."""


def negotiation_error_code(error: NegotiationFailed) -> str:
    """The code of `NEGOTIATION_ERRORS` for this refusal."""
    return next(code for code, kind in NEGOTIATION_ERRORS.items() if type(error) is kind)


def encode(value: object) -> Any:
    """A port value as JSON types: dataclass to object, sets and tuples to arrays."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(encode(item) for item in value)
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return value


def decode(kind: Any, value: Any) -> Any:
    """JSON types back to a value of type `kind`. Raises ValueError if they do not fit."""
    if kind is Any or kind is object:
        return value
    if isinstance(kind, typing.NewType):
        return decode(kind.__supertype__, value)
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(kind, value)
    origin = typing.get_origin(kind)
    if origin is not None:
        return _decode_generic(origin, typing.get_args(kind), value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"expected {kind.__name__}, got {type(value).__name__}")
    return value


def _decode_dataclass(kind: Any, value: Any) -> Any:
    hints = _hints(kind)
    if not isinstance(value, dict) or not value.keys() <= hints.keys():
        raise ValueError(f"not a {kind.__name__}")
    try:
        return kind(**{name: decode(hints[name], item) for name, item in value.items()})
    except TypeError as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error


def _decode_generic(origin: Any, arguments: tuple[Any, ...], value: Any) -> Any:
    if origin is typing.Literal:
        if value not in arguments:
            raise ValueError(f"{value!r} is not one of {arguments}")
        return value
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in arguments:
            return None
        (only,) = (one for one in arguments if one is not type(None))
        return decode(only, value)
    if issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise ValueError("expected an object")
        return {decode(arguments[0], key): decode(arguments[1], v) for key, v in value.items()}
    if not isinstance(value, list):
        raise ValueError("expected an array")
    return origin(decode(arguments[0], item) for item in value)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


_LENGTH = struct.Struct("!I")


def pack_frame(message: Mapping[str, object]) -> bytes:
    """One message, ready to write."""
    body = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()
    return _LENGTH.pack(len(body)) + body


class LinkReader:
    """Splits a byte stream into messages; raises ValueError on what is not one."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Yield every message that is complete."""
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if length > MAX_FRAME_BYTES:
                raise ValueError(f"link frame of {length} bytes, at most {MAX_FRAME_BYTES}")
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_LENGTH.size : end])
            del self._buffer[:end]
            try:
                message = json.loads(body)
            except RecursionError as error:
                raise ValueError("link message is nested too deeply") from error
            if not isinstance(message, dict):
                raise ValueError("link message is not an object")
            yield message
