"""Which page is shown, and what is drawn on it."""

from dataclasses import dataclass
from typing import ClassVar

from app.ids import DeckId, ParticipantId, StrokeId
from app.rooms.state import StrokeColor


@dataclass(frozen=True, slots=True)
class SlidesTurned:
    """Every screen shows this page from now on, also one that turned pages by itself."""

    type: ClassVar[str] = "slides.turned"
    by: ParticipantId
    deck_id: DeckId
    page: int


@dataclass(frozen=True, slots=True)
class SlidesHidden:
    type: ClassVar[str] = "slides.hidden"
    by: ParticipantId


@dataclass(frozen=True, slots=True)
class StrokeDrawn:
    """A finished line; what it looked like while it grew is nobody's to keep."""

    type: ClassVar[str] = "stroke.drawn"
    by: ParticipantId
    deck_id: DeckId
    page: int
    stroke_id: StrokeId
    color: StrokeColor
    points: str


@dataclass(frozen=True, slots=True)
class StrokeUndone:
    type: ClassVar[str] = "stroke.undone"
    by: ParticipantId
    deck_id: DeckId
    page: int
    stroke_id: StrokeId


@dataclass(frozen=True, slots=True)
class StrokesCleared:
    """Nothing is drawn on this page any more."""

    type: ClassVar[str] = "strokes.cleared"
    by: ParticipantId
    deck_id: DeckId
    page: int
