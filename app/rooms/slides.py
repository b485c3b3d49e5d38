"""Decisions about slides: which page all screens show, and what is drawn on it.

The room knows decks by their ids alone; whether there is such a page is for whoever serves its picture to say.
"""

from app.ids import ParticipantId
from app.rooms.commands import ClearStrokes, DrawStroke, HideSlides, TurnSlides, UndoStroke
from app.rooms.draft import Draft
from app.rooms.events import SlidesHidden, SlidesTurned, StrokeDrawn, StrokesCleared, StrokeUndone
from app.rooms.refusals import rejected
from app.rooms.state import Phase, Presence, Role, Room, SlidePosition

MAX_STROKES_PER_PAGE = 256
"""Some thirty characters written by hand."""
MAX_STROKES = 1_000
"""Of a lesson: the journal and every replay carry them."""


def turn_slides(draft: Draft, command: TurnSlides) -> None:
    """Turning to the page that is shown is an event too: it brings back screens that turned pages by themselves."""
    draft.emit(SlidesTurned(command.by, command.deck_id, command.page))


def hide_slides(draft: Draft, command: HideSlides) -> None:
    if draft.room.slides.shown is not None:
        draft.emit(SlidesHidden(command.by))


def draw_stroke(draft: Draft, command: DrawStroke) -> None:
    """On the page that is shown; a stroke that is there already changes nothing."""
    page = _shown(draft.room)
    strokes = draft.room.slides.strokes_of(page)
    if any(stroke.stroke_id == command.stroke_id for stroke in strokes):
        return
    if len(strokes) >= MAX_STROKES_PER_PAGE or draft.room.slides.stroke_count >= MAX_STROKES:
        raise rejected("too_many_strokes")
    draft.emit(
        StrokeDrawn(
            command.by,
            page.deck_id,
            page.page,
            command.stroke_id,
            command.color,
            command.points,
        )
    )


def undo_stroke(draft: Draft, command: UndoStroke) -> None:
    page = _shown(draft.room)
    strokes = draft.room.slides.strokes_of(page)
    if strokes:
        draft.emit(StrokeUndone(command.by, page.deck_id, page.page, strokes[-1].stroke_id))


def clear_strokes(draft: Draft, command: ClearStrokes) -> None:
    page = _shown(draft.room)
    if draft.room.slides.strokes_of(page):
        draft.emit(StrokesCleared(command.by, page.deck_id, page.page))


def may_point(room: Room, participant_id: ParticipantId) -> bool:
    """Whether this participant's pointer and pen are passed on to the other screens now."""
    own = room.participants.get(participant_id)
    return (
        own is not None
        and own.role is Role.LEAD
        and own.presence is Presence.PRESENT
        and room.phase is Phase.LIVE
        and room.slides.shown is not None
    )


def _shown(room: Room) -> SlidePosition:
    if room.slides.shown is None:
        raise rejected("slides_hidden")
    return room.slides.shown
