"""The on-site teacher's console: the standing accept, and what only staff and consoles are told."""

from typing import Literal

from typing_extensions import TypeAliasType

from app.signaling.messages.base import Id, Message, Request, RoomEvent

SignalName = TypeAliasType(
    "SignalName", Literal["slower", "repeat", "frozen", "no_sound", "two_minutes", "ready"]
)


class AutoAcceptSwitch(Request):
    """The on-site teacher lets calls bring the classroom up by themselves in this lesson, or no longer."""

    type: Literal["auto_accept.switch"]
    is_on: bool


class PrivateRequest(Request):
    """Only a console or a page of the staff may send it: what answers it, and what follows, is private."""


class SignalRaise(PrivateRequest):
    """One touch that tells the staff something; it takes the place of the signal before it."""

    type: Literal["signal.raise"]
    signal: SignalName


class SignalClear(PrivateRequest):
    """Staff have taken note, or the classroom takes its signal back."""

    type: Literal["signal.clear"]
    participant_id: Id


class PupilName(PrivateRequest):
    """Who speaks on the stage, out of the classroom's roster; null: nobody in particular."""

    type: Literal["pupil.name"]
    pupil_id: Id | None


class PageStep(PrivateRequest):
    """While the lead is gone: the classroom's own screen turns one page on or back. Passed on to its page, not kept."""

    type: Literal["page.step"]
    step: Literal[1, -1]


class PageStepped(Message):
    """To a classroom's own page: a console of it asks for another page."""

    type: Literal["page.stepped"]
    step: Literal[1, -1]


class SignalView(Message):
    signal: SignalName
    raised_ms: int


class PupilView(Message):
    pupil_id: str
    name: str
    """Empty once the pupil was erased."""


class PrivateView(Message):
    """What no pupil should read, of every classroom for the staff and of its own for a console."""

    signals: dict[str, SignalView]
    """By participant id."""
    pupils: dict[str, PupilView]
    """Who speaks on the stage, by participant id."""


class SignalRaised(RoomEvent):
    type: Literal["signal.raised"]
    participant_id: str
    signal: SignalName


class SignalCleared(RoomEvent):
    type: Literal["signal.cleared"]
    participant_id: str
    by: str | None
    """Who took note of it or took it back; null: the classroom left."""


class PupilNamed(RoomEvent):
    type: Literal["pupil.named"]
    participant_id: str
    pupil: PupilView | None
