"""Slides: one page for all, lines that belong to their page, and bounds on how many."""

import pytest

from app.ids import DeckId, ParticipantId, StrokeId
from app.rooms.commands import (
    ClearStrokes,
    DrawStroke,
    EndLesson,
    HideSlides,
    Leave,
    TurnSlides,
    UndoStroke,
)
from app.rooms.events import SlidesTurned, StrokeUndone
from app.rooms.slides import MAX_STROKES_PER_PAGE, may_point
from app.rooms.state import SlidePosition
from tests.rooms.lesson import DECK, LEAD, A, Told, join_of, live_lesson

OTHER = DeckId("dck_0000000000000002")
LINE = "10,10 20,20"


def stroke_id(number: int) -> StrokeId:
    return StrokeId(f"str_{number:08}")


def drawn(told: Told, number: int) -> None:
    told.does(DrawStroke(LEAD, stroke_id(number), "red", LINE))


def numbers_on(told: Told, page: int, deck: DeckId = DECK) -> list[str]:
    return [s.stroke_id for s in told.room.slides.strokes_of(SlidePosition(deck, page))]


def test_lines_stay_with_their_page_while_pages_are_turned() -> None:
    told = live_lesson()
    told.does(TurnSlides(LEAD, DECK, 1))
    drawn(told, 1)
    told.does(TurnSlides(LEAD, DECK, 2))
    drawn(told, 2)
    drawn(told, 3)
    told.does(TurnSlides(LEAD, OTHER, 1))
    drawn(told, 4)
    told.does(HideSlides(LEAD))
    told.does(TurnSlides(LEAD, DECK, 1))
    assert numbers_on(told, 1) == [stroke_id(1)]
    assert numbers_on(told, 2) == [stroke_id(2), stroke_id(3)]
    assert numbers_on(told, 1, OTHER) == [stroke_id(4)]


def test_undo_takes_the_last_line_of_the_shown_page_and_clear_all_of_them() -> None:
    told = live_lesson()
    told.does(TurnSlides(LEAD, DECK, 1))
    drawn(told, 1)
    told.does(TurnSlides(LEAD, DECK, 2))
    drawn(told, 2)
    drawn(told, 3)
    assert told.does(UndoStroke(LEAD)) == (StrokeUndone(LEAD, DECK, 2, stroke_id(3)),)
    assert numbers_on(told, 2) == [stroke_id(2)]
    told.does(ClearStrokes(LEAD))
    assert (numbers_on(told, 1), numbers_on(told, 2)) == ([stroke_id(1)], [])
    assert told.does(UndoStroke(LEAD)) == told.does(ClearStrokes(LEAD)) == ()


def test_a_line_that_is_sent_twice_is_drawn_once() -> None:
    told = live_lesson()
    told.does(TurnSlides(LEAD, DECK, 1))
    drawn(told, 1)
    assert told.does(DrawStroke(LEAD, stroke_id(1), "red", LINE)) == ()


def test_a_full_page_takes_no_more_lines_and_says_so() -> None:
    told = live_lesson()
    told.does(TurnSlides(LEAD, DECK, 1))
    for number in range(MAX_STROKES_PER_PAGE):
        drawn(told, number)
    assert (
        told.refuses(DrawStroke(LEAD, stroke_id(MAX_STROKES_PER_PAGE), "red", LINE))
        == "too_many_strokes"
    )
    told.does(UndoStroke(LEAD))
    drawn(told, MAX_STROKES_PER_PAGE)


def test_without_slides_nothing_can_be_drawn() -> None:
    told = live_lesson()
    for command in (
        DrawStroke(LEAD, stroke_id(1), "red", LINE),
        UndoStroke(LEAD),
        ClearStrokes(LEAD),
    ):
        assert told.refuses(command) == "slides_hidden"
    assert told.does(HideSlides(LEAD)) == ()


def test_turning_to_the_shown_page_again_brings_back_who_went_elsewhere() -> None:
    told = live_lesson()
    told.does(TurnSlides(LEAD, DECK, 2))
    first_ms = told.room.slides.turned_ms
    told.now_ms += 5_000
    assert told.does(TurnSlides(LEAD, DECK, 2)) == (SlidesTurned(LEAD, DECK, 2),)
    assert told.room.slides.turned_ms == first_ms + 5_000


def test_slides_end_with_the_lesson_and_outlast_the_lead() -> None:
    told = live_lesson()
    told.does(TurnSlides(LEAD, DECK, 2))
    told.does(Leave(LEAD, told.who(LEAD).device_id or pytest.fail("the lead is there")))
    assert told.room.slides.shown == SlidePosition(DECK, 2)
    told.does(join_of(LEAD))
    told.does(EndLesson(LEAD))
    assert told.room.slides.shown is None


@pytest.mark.parametrize(("who", "may"), [(LEAD, True), (A, False)])
def test_only_the_lead_points_and_only_at_slides(who: ParticipantId, may: bool) -> None:
    told = live_lesson()
    assert not may_point(told.room, who)
    told.does(TurnSlides(LEAD, DECK, 1))
    assert may_point(told.room, who) is may
