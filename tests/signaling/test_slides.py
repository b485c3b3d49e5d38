"""Pointer, growing lines and reports pass between the screens of a lesson, and leave no trace in its journal."""

from typing import Any

from app.ids import ParticipantId
from app.signaling.slides import PASSING_AT_ONCE
from tests.signaling.wire import DECK, LEAD, SEAT_1, SEAT_2, SignalServer, client

OBSERVER = ParticipantId("observer_usr_o")
PIECE: dict[str, Any] = {"stroke_id": "str_00000001", "color": "blue", "points": "5,5 6,6"}


async def test_pointer_and_growing_line_reach_the_others_and_not_the_journal(
    server: SignalServer,
) -> None:
    async with client(server) as lead, client(server) as one, client(server) as two:
        await lead.enter(server.ticket(LEAD))
        await one.enter(server.ticket(SEAT_1))
        await two.enter(server.ticket(SEAT_2))
        await lead.ask("lesson.start")
        await lead.ask("slides.turn", deck_id=DECK, page=2)
        rows = len(server.journal.rows["les_1"])
        assert (await lead.ask("pointer.move", at="5000,2500"))["type"] == "ok"
        assert (await lead.ask("pen.draw", **PIECE))["type"] == "ok"
        assert (await lead.ask("pointer.move", at=None))["type"] == "ok"
        assert (await one.ask("pointer.move", at="1,1"))["type"] == "ok"
        for page in (one, two):
            await page.settle()
            assert [m["at"] for m in page.of_type("pointer.moved")] == ["5000,2500", None]
            assert page.of_type("pen.drawn") == [{"type": "pen.drawn", **PIECE}]
        await lead.settle()
        assert lead.of_type("pointer.moved") == []
        assert len(server.journal.rows["les_1"]) == rows


async def test_staff_learn_which_page_each_screen_shows_also_when_they_come_later(
    server: SignalServer,
) -> None:
    async with client(server) as lead, client(server) as one, client(server) as two:
        await lead.enter(server.ticket(LEAD))
        await one.enter(server.ticket(SEAT_1))
        await two.enter(server.ticket(SEAT_2))
        await lead.ask("lesson.start")
        await lead.ask("slides.turn", deck_id=DECK, page=2)
        for page in (2, 2):
            await one.ask("slide.report", deck_id=DECK, page=page)
        await lead.settle()
        shown = {"type": "slide.shown", "participant_id": SEAT_1, "deck_id": DECK, "page": 2}
        assert lead.of_type("slide.shown") == [shown]
        await two.settle()
        assert two.of_type("slide.shown") == []
        async with client(server) as observer:
            await observer.enter(server.ticket(OBSERVER))
            await observer.settle()
            assert observer.of_type("slide.shown") == [shown]
        await one.ask("room.leave")
        async with client(server) as observer:
            await observer.enter(server.ticket(OBSERVER))
            await observer.settle()
            assert observer.of_type("slide.shown") == []


async def test_a_pointer_that_moves_too_fast_is_refused_and_nothing_else(
    server: SignalServer,
) -> None:
    async with client(server) as lead:
        await lead.enter(server.ticket(LEAD))
        await lead.ask("lesson.start")
        await lead.ask("slides.turn", deck_id=DECK, page=1)
        answers = [
            await lead.ask("pointer.move", at="1,1") for _ in range(int(PASSING_AT_ONCE) + 5)
        ]
        assert answers[0]["type"] == "ok"
        assert answers[-1]["code"] == "rate_limited"
        assert (await lead.ask("slides.hide"))["type"] == "ok"


async def test_nothing_but_ids_and_numbers_gets_into_the_journal(server: SignalServer) -> None:
    async with client(server) as lead:
        await lead.enter(server.ticket(LEAD))
        await lead.ask("lesson.start")
        for fields in (
            {"deck_id": "dck_Li_Hua", "page": 1},
            {"deck_id": DECK, "page": 0},
            {"deck_id": DECK, "page": 201},
        ):
            assert (await lead.ask("slides.turn", **fields))["code"] == "bad_message"
        await lead.ask("slides.turn", deck_id=DECK, page=1)
        points = " ".join(["1,1"] * 400)
        refused = await lead.ask(
            "stroke.draw", stroke_id="str_00000001", color="red", points=points
        )
        assert refused["code"] == "bad_message"
