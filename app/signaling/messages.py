"""The wire contract: every message that crosses the WebSocket, both ways.

Messages are `noun.verb`, events `noun.past`. Every request carries an `id`; its `ok` or `error` names it in `re`.
Every journalled event carries `seq` (the journal's: a viewer sees gaps where events are not for them) and `at_ms`
(lesson clock, UTC milliseconds). JSON Schema and TypeScript types are generated from this module.
"""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter
from typing_extensions import TypeAliasType

PROTOCOL_VERSION = 1

Id = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_.:/-]+$")]
Mid = Annotated[str, StringConstraints(min_length=1, max_length=16)]
Sdp = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
RoleName = TypeAliasType("RoleName", Literal["lead", "assistant", "observer", "classroom"])
SourceName = TypeAliasType("SourceName", Literal["camera", "microphone", "screen"])
SOURCES: tuple[SourceName, ...] = ("camera", "microphone", "screen")
PhaseName = TypeAliasType("PhaseName", Literal["waiting", "live", "ended"])
PresenceName = TypeAliasType("PresenceName", Literal["present", "cut", "absent"])
PlaceName = TypeAliasType("PlaceName", Literal["off", "called", "on"])
QualityName = TypeAliasType("QualityName", Literal["good", "fair", "poor", "lost"])
STILL_PARTS = 16
STILL_PART_CHARACTERS = 512
"""Of base64: a still has at most 6,144 bytes."""
StillPartIndex = Annotated[int, Field(ge=0, lt=STILL_PARTS)]
StillPartCount = Annotated[int, Field(ge=1, le=STILL_PARTS)]
StillData = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=STILL_PART_CHARACTERS, pattern=r"^[A-Za-z0-9+/]+={0,2}$"
    ),
]
RevokeReason = Literal["ended", "engine_lost"]


class Message(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_serialization_defaults_required=True,
        use_attribute_docstrings=True,
    )


class Request(Message):
    id: Id


# --- client -> server -------------------------------------------------------------------------


class Hello(Request):
    """First message. A `companion` gets a socket and no media peer (projector window, phone console)."""

    type: Literal["hello"]
    protocol: int
    device_id: Id
    kind: Literal["device", "companion"] = "device"


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


class LessonStart(Request):
    type: Literal["lesson.start"]


class LessonEnd(Request):
    type: Literal["lesson.end"]


class CallUpCall(Request):
    type: Literal["callup.call"]
    seat_id: Id


class CallUpCancel(Request):
    type: Literal["callup.cancel"]
    seat_id: Id


class CallUpAccept(Request):
    type: Literal["callup.accept"]


class CallUpDecline(Request):
    type: Literal["callup.decline"]


class StageSendDown(Request):
    type: Literal["stage.send_down"]
    seat_id: Id


class ListenStart(Request):
    type: Literal["listen.start"]
    seat_id: Id


class ListenStop(Request):
    type: Literal["listen.stop"]


class FloorOpen(Request):
    type: Literal["floor.open"]


class FloorClose(Request):
    type: Literal["floor.close"]


class ParticipantMute(Request):
    type: Literal["participant.mute"]
    participant_id: Id


class ParticipantUnmute(Request):
    type: Literal["participant.unmute"]
    participant_id: Id


class HandRaise(Request):
    type: Literal["hand.raise"]


class HandLower(Request):
    type: Literal["hand.lower"]
    participant_id: Id


class SourceSwitch(Request):
    """The people in the room close or open their own camera or microphone."""

    type: Literal["source.switch"]
    source: SourceName
    is_on: bool


class DataSavingSwitch(Request):
    """The on-site teacher asks for small pictures because the classroom's data costs money, or no longer does."""

    type: Literal["data_saving.switch"]
    is_on: bool


class MediaPublish(Request):
    """Offer of the publishing connection; `tracks` maps mid to source. Answered by `media.answer`."""

    type: Literal["media.publish"]
    sdp: Sdp
    tracks: Annotated[dict[Mid, SourceName], Field(max_length=8)]


class MediaSubscribe(Request):
    """Ask for the server's offer of the subscribing connection. Answered by `media.offer`."""

    type: Literal["media.subscribe"]
    is_ice_restart: bool = False


class MediaAccept(Request):
    """The browser's answer to `media.offer`."""

    type: Literal["media.accept"]
    sdp: Sdp


class StillSend(Request):
    """One part of a JPEG of this device's own picture, for those who get no moving one; see `stills.wanted`."""

    type: Literal["still.send"]
    source: SourceName
    still: Annotated[int, Field(ge=0, le=1_000_000_000)]
    """Grows with each picture."""
    part: StillPartIndex
    parts: StillPartCount
    data: StillData
    """Base64 of the picture, cut into pieces."""


class Ping(Request):
    type: Literal["ping"]


ClientMessage = Annotated[
    Hello
    | Auth
    | RoomJoin
    | RoomResume
    | RoomLeave
    | LessonStart
    | LessonEnd
    | CallUpCall
    | CallUpCancel
    | CallUpAccept
    | CallUpDecline
    | StageSendDown
    | ListenStart
    | ListenStop
    | FloorOpen
    | FloorClose
    | ParticipantMute
    | ParticipantUnmute
    | HandRaise
    | HandLower
    | SourceSwitch
    | DataSavingSwitch
    | MediaPublish
    | MediaSubscribe
    | MediaAccept
    | StillSend
    | Ping,
    Field(discriminator="type"),
]

# --- server -> client: answers and ephemeral messages -------------------------------------------


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


class Replaced(Message):
    """Terminal: another device took this place. The client must not reconnect by itself."""

    type: Literal["replaced"]


class ServerClosing(Message):
    """The server is going away (restart): reconnect with back-off."""

    type: Literal["server.closing"]


class ParticipantView(Message):
    """One place as this viewer may see it."""

    participant_id: str
    role: RoleName
    name: str
    """Classroom or staff name, for screens; never in the journal."""
    school: str
    presence: PresenceName
    place: PlaceName
    call_expires_ms: int | None
    hand_raised_ms: int | None
    is_muted: bool
    switched_off: list[SourceName]
    saves_data: bool
    """A classroom that chose small pictures."""
    publishing: dict[SourceName, str]
    """Live publications: source -> codec."""
    is_recorded: bool
    """What this place sends is being written (the lesson is recorded and the classroom consented)."""
    is_simulated: bool
    quality: QualityName | None
    """How its media link does (`lost`: nothing is heard of it); null: not measured yet."""


class RoomView(Message):
    """The room as this viewer may see it."""

    lesson_id: str
    title: str
    subject: str
    phase: PhaseName
    starts_at_ms: int
    ends_at_ms: int
    started_ms: int | None
    ended_ms: int | None
    end_reason: str | None
    closes_at_ms: int | None
    """When the lesson will end by itself if nothing changes (countdown); null while there is no reason to."""
    is_recorded: bool
    is_floor_open: bool
    listening: dict[str, str]
    """Listener -> seat. A classroom sees only who listens to itself."""
    participants: list[ParticipantView]


class RoomSnapshot(Message):
    """Answer to `room.join`, and to `room.resume` when the gap is too old. `seq` is the last event folded in."""

    type: Literal["room.snapshot"]
    re: str | None
    seq: int
    you: str
    room: RoomView


class Resumed(Message):
    """Answer to `room.resume`: the events after `seq` (the client's own `last_seq`) follow."""

    type: Literal["room.resumed"]
    re: Id
    seq: int


class MediaGrant(Message):
    """Media connections may be opened now. A new `media_epoch`: make new RTCPeerConnections at once."""

    type: Literal["media.grant"]
    engine: Literal["webrtc"]
    media_epoch: int
    ice_servers: list[dict[str, str]]
    publish: list[SourceName]
    """What may be sent now. Sent again whenever it changes."""
    video_cap_bps: int


class MediaRevoked(Message):
    """Close the media connections: the lesson is over, or the engine is being restarted (a grant follows)."""

    type: Literal["media.revoked"]
    reason: RevokeReason


class MediaAnswer(Message):
    type: Literal["media.answer"]
    re: Id
    sdp: str


class MediaOffer(Message):
    """Offer of the subscribing connection: fixed slots. The mid of a slot's track is `<slot>.a` or `<slot>.v`."""

    type: Literal["media.offer"]
    re: Id
    sdp: str


class SlotMapped(Message):
    """Who is in a slot (`lead.0`, `classrooms.2`, `screen.0`); null: nobody."""

    type: Literal["slot.mapped"]
    slot: str
    participant_id: str | None


class SubscriptionPaused(Message):
    """Video from this participant is paused or resumed because of this viewer's link."""

    type: Literal["subscription.paused"]
    participant_id: str
    source: SourceName
    is_paused: bool
    reason: Literal["loss", "bandwidth", ""]
    carries_stills: bool
    """The link has room for a still every few seconds (`still.part`); false: for sound alone."""


class StillsWanted(Message):
    """Somebody gets no moving picture from this device: send stills of this source, or no more."""

    type: Literal["stills.wanted"]
    source: SourceName
    is_wanted: bool


class StillPart(Message):
    """A part of a still of a picture that is paused for this viewer, as `still.send` had it."""

    type: Literal["still.part"]
    participant_id: str
    source: SourceName
    still: int
    part: int
    parts: int
    data: str


class DataUsed(Message):
    """What the media of this place carried in this lesson so far, over all its connections: bytes of IP packets."""

    type: Literal["data.used"]
    bytes_sent: int
    """By the server, to this place."""
    bytes_received: int


class LayersWanted(Message):
    """Which encodings of this device's video somebody needs: the others are to be switched off."""

    type: Literal["layers.wanted"]
    source: SourceName
    layers: list[bool]
    """In the order of the rids in the device's own offer; one entry where there are no rids."""


class SpeakersChanged(Message):
    """Who speaks now, of those whom this viewer hears or, as staff, watches over; the whole list each time."""

    type: Literal["speakers.changed"]
    participant_ids: list[str]


# --- server -> client: journalled events --------------------------------------------------------


class RoomEvent(Message):
    seq: int
    at_ms: int


class LessonStarted(RoomEvent):
    type: Literal["lesson.started"]


class LessonEnded(RoomEvent):
    type: Literal["lesson.ended"]
    reason: str


class ParticipantChanged(RoomEvent):
    """A place changed; `participant` is its whole new view. Covers joins, presence, stage, hands, mutes, sources and
    publications: one message, so that a screen has one way to fold it. `event` names what happened (`hand.raised`)."""

    type: Literal["participant.changed"]
    event: str
    participant: ParticipantView


class ListenStarted(RoomEvent):
    """Staff see every listen-in; a classroom sees only the ones on itself ("the lead is listening to you")."""

    type: Literal["listen.started"]
    listener_id: str
    seat_id: str


class ListenStopped(RoomEvent):
    type: Literal["listen.stopped"]
    listener_id: str
    seat_id: str


class FloorOpened(RoomEvent):
    type: Literal["floor.opened"]


class FloorClosed(RoomEvent):
    type: Literal["floor.closed"]


class ClosingChanged(Message):
    """When the lesson will end by itself (countdown), or null. Ephemeral."""

    type: Literal["closing.changed"]
    closes_at_ms: int | None


ServerMessage = Annotated[
    Welcome
    | Authenticated
    | Ok
    | ErrorMessage
    | Pong
    | Heartbeat
    | Replaced
    | ServerClosing
    | RoomSnapshot
    | Resumed
    | MediaGrant
    | MediaRevoked
    | MediaAnswer
    | MediaOffer
    | SlotMapped
    | SubscriptionPaused
    | StillsWanted
    | StillPart
    | LayersWanted
    | DataUsed
    | SpeakersChanged
    | LessonStarted
    | LessonEnded
    | ParticipantChanged
    | ListenStarted
    | ListenStopped
    | FloorOpened
    | FloorClosed
    | ClosingChanged,
    Field(discriminator="type"),
]

CLIENT_MESSAGES: tuple[type[Message], ...] = get_args(get_args(ClientMessage)[0])
SERVER_MESSAGES: tuple[type[Message], ...] = get_args(get_args(ServerMessage)[0])
CLIENT_MESSAGE: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
SERVER_MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)
