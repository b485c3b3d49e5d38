"""Slides: the page that all screens show, what is drawn on it, and which page each screen really shows."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from typing_extensions import TypeAliasType

from app.signaling.messages.base import Message, Request, RoomEvent

_POINT = r"(?:10000|\d{1,4}),(?:10000|\d{1,4})"
MAX_POINTS = 128
"""Of one line, or of one piece of a line that still grows."""
MAX_PAGES = 200
"""Of one deck."""

DeckIdText = Annotated[str, StringConstraints(pattern=r"^dck_[0-9a-z]{16}$")]
StrokeIdText = Annotated[str, StringConstraints(pattern=r"^str_[0-9a-z]{8,20}$")]
PageNumber = Annotated[int, Field(ge=1, le=MAX_PAGES)]
ColorName = TypeAliasType("ColorName", Literal["red", "blue", "green"])
Point = Annotated[str, StringConstraints(pattern=rf"^{_POINT}$")]
"""`x,y`: 0..10000 of the page's width and height."""
Points = Annotated[
    str, StringConstraints(max_length=12 * MAX_POINTS, pattern=rf"^{_POINT}(?: {_POINT})*$")
]
"""`x,y x,y ...`"""


class SlidesTurn(Request):
    """Show this page on every screen."""

    type: Literal["slides.turn"]
    deck_id: DeckIdText
    page: PageNumber


class SlidesHide(Request):
    type: Literal["slides.hide"]


class StrokeDraw(Request):
    """A finished line on the page that is shown."""

    type: Literal["stroke.draw"]
    stroke_id: StrokeIdText
    color: ColorName
    points: Points


class StrokeUndo(Request):
    type: Literal["stroke.undo"]


class StrokesClear(Request):
    type: Literal["strokes.clear"]


class PointerMove(Request):
    """Where the lead points now; null: nowhere. Passed on, not kept."""

    type: Literal["pointer.move"]
    at: Point | None


class PenDraw(Request):
    """The next piece of a line that still grows; the whole line follows as `stroke.draw`. Passed on, not kept."""

    type: Literal["pen.draw"]
    stroke_id: StrokeIdText
    color: ColorName
    points: Points


class SlideReport(Request):
    """This place's screen has really painted this page."""

    type: Literal["slide.report"]
    deck_id: DeckIdText
    page: PageNumber


class StrokeView(Message):
    stroke_id: str
    color: ColorName
    points: str


class SlidesView(Message):
    """The page that all screens show, with what is drawn on it."""

    deck_id: str
    page: int
    turned_ms: int
    """When somebody last turned to a page: a screen that turned pages by itself before that follows again."""
    strokes: list[StrokeView]


class SlidesTurned(RoomEvent):
    type: Literal["slides.turned"]
    slides: SlidesView


class SlidesHidden(RoomEvent):
    type: Literal["slides.hidden"]


class StrokeDrawn(RoomEvent):
    type: Literal["stroke.drawn"]
    stroke: StrokeView


class StrokeUndone(RoomEvent):
    type: Literal["stroke.undone"]
    stroke_id: str


class StrokesCleared(RoomEvent):
    """Nothing is drawn on the shown page any more."""

    type: Literal["strokes.cleared"]


class PointerMoved(Message):
    type: Literal["pointer.moved"]
    at: str | None


class PenDrawn(Message):
    type: Literal["pen.drawn"]
    stroke_id: str
    color: ColorName
    points: str


class SlideShown(Message):
    """What a place's screen really shows, as it last said. To the staff; told again after a cut."""

    type: Literal["slide.shown"]
    participant_id: str
    deck_id: str
    page: int
