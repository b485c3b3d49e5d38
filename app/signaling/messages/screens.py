"""The confidence monitor: what a classroom's screen and loudspeaker really do, told by its own page. Ephemeral."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from app.signaling.messages.base import Message, Request

WallName = TypeAliasType("WallName", Literal["page", "projector"])
SoundName = TypeAliasType("SoundName", Literal["heard", "silent", "blocked"])
PictureAge = Annotated[int, Field(ge=0, le=86_400_000)]


class ScreenReport(Request):
    """From a classroom's device, every few seconds of a live lesson."""

    type: Literal["screen.report"]
    wall: WallName
    """Which window the pupils look at: the page itself, or its projector window."""
    is_hidden: bool
    """That window is covered or minimised."""
    picture_age_ms: PictureAge | None
    """How long the large picture has stood still; null: there is none to show."""
    sound: SoundName
    """The lead's sound: decoded and played lately, played without a sound in it, or not played by the browser."""


class ScreenReported(Message):
    """To the staff, as the classroom's page said it."""

    type: Literal["screen.reported"]
    participant_id: str
    at_ms: int
    """Lesson clock, UTC milliseconds; a page that is gone reports no more."""
    wall: WallName
    is_hidden: bool
    picture_age_ms: int | None
    sound: SoundName
