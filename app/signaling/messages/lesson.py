"""The course of a lesson: its start and end, stage, floor, hands, and what a place switches."""

from typing import Literal

from app.signaling.messages.base import (
    Id,
    Message,
    Request,
    RoomEvent,
    SoundPresetName,
    SourceName,
)


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


class SingAlongStart(Request):
    type: Literal["sing_along.start"]


class SingAlongStop(Request):
    type: Literal["sing_along.stop"]


class SpotlightMove(Request):
    """Show the lead or a classroom on stage large on every screen; null: nobody more than usual."""

    type: Literal["spotlight.move"]
    participant_id: Id | None


class HelpCall(Request):
    """Ask the office for help."""

    type: Literal["help.call"]


class HelpClear(Request):
    type: Literal["help.clear"]
    participant_id: Id


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


class SoundSwitch(Request):
    """The lead chooses how the lesson sounds."""

    type: Literal["sound.switch"]
    preset: SoundPresetName


class LessonStarted(RoomEvent):
    type: Literal["lesson.started"]


class LessonEnded(RoomEvent):
    type: Literal["lesson.ended"]
    reason: str


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


class SingAlongStarted(RoomEvent):
    """Every room sings to the lead's sound: no classroom is heard, except by who listens in."""

    type: Literal["sing_along.started"]


class SingAlongStopped(RoomEvent):
    type: Literal["sing_along.stopped"]


class SpotlightMoved(RoomEvent):
    """All screens show this participant large; null: nobody more than usual."""

    type: Literal["spotlight.moved"]
    participant_id: str | None


class SoundSwitched(RoomEvent):
    """Every place treats its microphone in this way from now on."""

    type: Literal["sound.switched"]
    preset: SoundPresetName


class ClosingChanged(Message):
    """When the lesson will end by itself (countdown), or null. Ephemeral."""

    type: Literal["closing.changed"]
    closes_at_ms: int | None
