"""The wire contract: every message that crosses the WebSocket, both ways.

Messages are `noun.verb`, events `noun.past`. Every request carries an `id`; its `ok` or `error` names it in `re`.
Every journalled event carries `seq` (the journal's: a viewer sees gaps where events are not for them) and `at_ms`
(lesson clock, UTC milliseconds). JSON Schema and TypeScript types are generated from these modules,
one for each topic, both directions in it.
"""

from typing import Annotated, get_args

from pydantic import Field, TypeAdapter

from app.signaling.messages.base import (
    SOURCES,
    Message,
    PhaseName,
    PlaceName,
    Request,
    RoomEvent,
    SourceName,
)
from app.signaling.messages.chat import (
    CHAT_CHARACTERS,
    ChatHistory,
    ChatLine,
    ChatSend,
    ChatSent,
)
from app.signaling.messages.console import (
    AutoAcceptSwitch,
    PageStep,
    PageStepped,
    PrivateRequest,
    PrivateView,
    PupilName,
    PupilNamed,
    PupilView,
    SignalClear,
    SignalCleared,
    SignalName,
    SignalRaise,
    SignalRaised,
    SignalView,
)
from app.signaling.messages.leading import (
    LeadAnswer,
    LeadChanged,
    LeadProposalView,
    LeadPropose,
    LeadTake,
    LeadView,
)
from app.signaling.messages.lesson import (
    CallUpAccept,
    CallUpCall,
    CallUpCancel,
    CallUpDecline,
    ClosingChanged,
    DataSavingSwitch,
    FloorClose,
    FloorClosed,
    FloorOpen,
    FloorOpened,
    HandLower,
    HandRaise,
    HelpCall,
    HelpClear,
    LessonEnd,
    LessonEnded,
    LessonStart,
    LessonStarted,
    ListenStart,
    ListenStarted,
    ListenStop,
    ListenStopped,
    ParticipantMute,
    ParticipantUnmute,
    SingAlongStart,
    SingAlongStarted,
    SingAlongStop,
    SingAlongStopped,
    SoundSwitch,
    SoundSwitched,
    SourceSwitch,
    SpotlightMove,
    SpotlightMoved,
    StageSendDown,
)
from app.signaling.messages.media import (
    STILL_PART_CHARACTERS,
    STILL_PARTS,
    DataUsed,
    LayersWanted,
    MediaAccept,
    MediaAnswer,
    MediaGrant,
    MediaOffer,
    MediaPublish,
    MediaRevoked,
    MediaSubscribe,
    RevokeReason,
    SlotMapped,
    SpeakersChanged,
    StillPart,
    StillSend,
    StillsWanted,
    SubscriptionPaused,
)
from app.signaling.messages.screens import ScreenReport, ScreenReported
from app.signaling.messages.session import (
    Auth,
    Authenticated,
    ConnectionKind,
    ConsolesChanged,
    ErrorMessage,
    Heartbeat,
    Hello,
    Ok,
    Ping,
    Pong,
    Replaced,
    Resumed,
    RoomJoin,
    RoomLeave,
    RoomResume,
    ServerClosing,
    Welcome,
)
from app.signaling.messages.slides import (
    PenDraw,
    PenDrawn,
    PointerMove,
    PointerMoved,
    SlideReport,
    SlidesHidden,
    SlidesHide,
    SlideShown,
    SlidesTurn,
    SlidesTurned,
    SlidesView,
    StrokeDraw,
    StrokeDrawn,
    StrokesClear,
    StrokesCleared,
    StrokeUndo,
    StrokeUndone,
    StrokeView,
)
from app.signaling.messages.view import (
    ParticipantChanged,
    ParticipantView,
    RoomSnapshot,
    RoomView,
)

__all__ = [
    "CHAT_CHARACTERS",
    "CLIENT_MESSAGE",
    "CLIENT_MESSAGES",
    "PROTOCOL_VERSION",
    "SERVER_MESSAGE",
    "SERVER_MESSAGES",
    "SOURCES",
    "STILL_PARTS",
    "STILL_PART_CHARACTERS",
    "Auth",
    "Authenticated",
    "AutoAcceptSwitch",
    "CallUpAccept",
    "CallUpCall",
    "CallUpCancel",
    "CallUpDecline",
    "ChatHistory",
    "ChatLine",
    "ChatSend",
    "ChatSent",
    "ClientMessage",
    "ClosingChanged",
    "ConnectionKind",
    "ConsolesChanged",
    "DataSavingSwitch",
    "DataUsed",
    "ErrorMessage",
    "FloorClose",
    "FloorClosed",
    "FloorOpen",
    "FloorOpened",
    "HandLower",
    "HandRaise",
    "Heartbeat",
    "Hello",
    "HelpCall",
    "HelpClear",
    "LayersWanted",
    "LeadAnswer",
    "LeadChanged",
    "LeadProposalView",
    "LeadPropose",
    "LeadTake",
    "LeadView",
    "LessonEnd",
    "LessonEnded",
    "LessonStart",
    "LessonStarted",
    "ListenStart",
    "ListenStarted",
    "ListenStop",
    "ListenStopped",
    "MediaAccept",
    "MediaAnswer",
    "MediaGrant",
    "MediaOffer",
    "MediaPublish",
    "MediaRevoked",
    "MediaSubscribe",
    "Message",
    "Ok",
    "PageStep",
    "PageStepped",
    "ParticipantChanged",
    "ParticipantMute",
    "ParticipantUnmute",
    "ParticipantView",
    "PenDraw",
    "PenDrawn",
    "PhaseName",
    "Ping",
    "PlaceName",
    "PointerMove",
    "PointerMoved",
    "Pong",
    "PrivateRequest",
    "PrivateView",
    "PupilName",
    "PupilNamed",
    "PupilView",
    "Replaced",
    "Request",
    "Resumed",
    "RevokeReason",
    "RoomEvent",
    "RoomJoin",
    "RoomLeave",
    "RoomResume",
    "RoomSnapshot",
    "RoomView",
    "ScreenReport",
    "ScreenReported",
    "ServerClosing",
    "ServerMessage",
    "SignalClear",
    "SignalCleared",
    "SignalName",
    "SignalRaise",
    "SignalRaised",
    "SignalView",
    "SingAlongStart",
    "SingAlongStarted",
    "SingAlongStop",
    "SingAlongStopped",
    "SlideReport",
    "SlideShown",
    "SlidesHidden",
    "SlidesHide",
    "SlidesTurn",
    "SlidesTurned",
    "SlidesView",
    "SlotMapped",
    "SoundSwitch",
    "SoundSwitched",
    "SourceName",
    "SourceSwitch",
    "SpeakersChanged",
    "SpotlightMove",
    "SpotlightMoved",
    "StageSendDown",
    "StillPart",
    "StillSend",
    "StillsWanted",
    "StrokeDraw",
    "StrokeDrawn",
    "StrokeUndo",
    "StrokeUndone",
    "StrokeView",
    "StrokesClear",
    "StrokesCleared",
    "SubscriptionPaused",
    "Welcome",
]

PROTOCOL_VERSION = 1

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
    | SingAlongStart
    | SingAlongStop
    | SpotlightMove
    | LeadPropose
    | LeadAnswer
    | LeadTake
    | HelpCall
    | HelpClear
    | ParticipantMute
    | ParticipantUnmute
    | HandRaise
    | HandLower
    | SourceSwitch
    | DataSavingSwitch
    | SlidesTurn
    | SlidesHide
    | StrokeDraw
    | StrokeUndo
    | StrokesClear
    | PointerMove
    | PenDraw
    | SlideReport
    | SoundSwitch
    | AutoAcceptSwitch
    | SignalRaise
    | SignalClear
    | PupilName
    | ChatSend
    | PageStep
    | MediaPublish
    | MediaSubscribe
    | MediaAccept
    | StillSend
    | ScreenReport
    | Ping,
    Field(discriminator="type"),
]

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
    | ScreenReported
    | ConsolesChanged
    | PageStepped
    | ChatSent
    | ChatHistory
    | LessonStarted
    | LessonEnded
    | ParticipantChanged
    | SignalRaised
    | SignalCleared
    | PupilNamed
    | ListenStarted
    | ListenStopped
    | FloorOpened
    | FloorClosed
    | SlidesTurned
    | SlidesHidden
    | StrokeDrawn
    | StrokeUndone
    | StrokesCleared
    | PointerMoved
    | PenDrawn
    | SlideShown
    | SingAlongStarted
    | SingAlongStopped
    | SpotlightMoved
    | LeadChanged
    | SoundSwitched
    | ClosingChanged,
    Field(discriminator="type"),
]

CLIENT_MESSAGES: tuple[type[Message], ...] = get_args(get_args(ClientMessage)[0])
SERVER_MESSAGES: tuple[type[Message], ...] = get_args(get_args(ServerMessage)[0])
CLIENT_MESSAGE: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
SERVER_MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)
