"""Every refusal that signalling itself makes, and every close code. The domain's own codes pass through as they are."""

from enum import IntEnum, StrEnum


class Refusal(StrEnum):
    """`code` of an `error` message; the value is forever."""

    BAD_MESSAGE = "bad_message"
    PROTOCOL_ORDER = "protocol_order"
    PROTOCOL_VERSION = "protocol_version"
    RATE_LIMITED = "rate_limited"
    AUTH_TIMEOUT = "auth_timeout"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    TOO_MANY_COMPANIONS = "too_many_companions"
    COMPANION_NO_MEDIA = "companion_no_media"
    NOT_A_CLASSROOM = "not_a_classroom"
    KIND_NOT_ALLOWED = "kind_not_allowed"
    PUPIL_UNKNOWN = "pupil_unknown"
    CHAT_FULL = "chat_full"
    NOT_ADMITTED = "not_admitted"
    SOURCE_NOT_ALLOWED = "source_not_allowed"
    NEGOTIATION_FAILED = "negotiation_failed"
    MEDIA_UNAVAILABLE = "media_unavailable"
    LESSON_UNAVAILABLE = "lesson_unavailable"
    INTERNAL = "internal"


SENTENCES: dict[Refusal, str] = {
    Refusal.BAD_MESSAGE: "The message is not one of this protocol.",
    Refusal.PROTOCOL_ORDER: "This message cannot come now.",
    Refusal.PROTOCOL_VERSION: "This page is older or newer than the server; reload it.",
    Refusal.RATE_LIMITED: "Too many messages; wait a moment.",
    Refusal.AUTH_TIMEOUT: "No ticket came in time.",
    Refusal.TOO_MANY_CONNECTIONS: "Too many connections from this address; try again later.",
    Refusal.TOO_MANY_COMPANIONS: "Too many windows are open for this place.",
    Refusal.COMPANION_NO_MEDIA: "A companion window carries no media.",
    Refusal.NOT_A_CLASSROOM: "Only the device of a classroom tells what its screen shows.",
    Refusal.KIND_NOT_ALLOWED: "This kind of window may not do this.",
    Refusal.PUPIL_UNKNOWN: "There is no such pupil in this classroom.",
    Refusal.CHAT_FULL: "There is no room for more chat in this lesson.",
    Refusal.NOT_ADMITTED: "There is no media grant for this place now.",
    Refusal.SOURCE_NOT_ALLOWED: "This role may not send that source.",
    Refusal.NEGOTIATION_FAILED: "The media description cannot be used.",
    Refusal.MEDIA_UNAVAILABLE: "The media engine is restarting; a new grant will follow.",
    Refusal.LESSON_UNAVAILABLE: "The server cannot carry this out now; try again in a moment.",
    Refusal.INTERNAL: "Something went wrong on the server.",
}


class CloseCode(IntEnum):
    """WebSocket close codes (RFC 6455 §7.4.1; 4000-4999 are ours)."""

    NORMAL = 1000
    """After `room.leave`."""
    POLICY = 1008
    """Too many bad messages or a flood; wrong protocol version; no ticket in time."""
    RESTARTING = 1012
    """After `server.closing`: reconnect with back-off."""
    TOO_SLOW = 1013
    """The client did not read, or there are too many connections: reconnect with back-off."""
    REPLACED = 4001
    """After `replaced`: do not reconnect by itself."""
    SUPERSEDED = 4002
    """The same device opened a newer socket; this one is of no use any more."""
    NOT_AUTHENTICATED = 4003
    """The ticket is not valid (any more): get a new one."""
    SILENT = 4008
    """Nothing was heard for twice the heartbeat: reconnect."""
