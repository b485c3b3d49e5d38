"""What is private reaches consoles and the staff's pages, and no screen that pupils may see."""

import json
from contextlib import AsyncExitStack
from typing import Any

import pytest

from app.ids import ClassroomId, ParticipantId, PupilId
from tests.signaling.wire import LEAD, SEAT_1, SEAT_2, SignalServer, WireClient, client
from tests.support.waiting import until

OBSERVER = ParticipantId("observer_usr_o")
PAGES = (
    ("lead", LEAD, "device"),
    ("observer", OBSERVER, "device"),
    ("pc", SEAT_1, "device"),
    ("wall", SEAT_1, "projector"),
    ("console", SEAT_1, "console"),
    ("other_pc", SEAT_2, "device"),
    ("other_console", SEAT_2, "console"),
)


class Class:
    """A live lesson with every kind of screen in it."""

    def __init__(self, pages: dict[str, WireClient]) -> None:
        self.pages = pages

    def __getattr__(self, name: str) -> WireClient:
        return self.pages[name]

    async def who_got(self, word: str) -> set[str]:
        """The screens to which anything was sent that has this word in it."""
        for page in self.pages.values():
            await page.settle()
        return {
            name
            for name, page in self.pages.items()
            if any(word in json.dumps(m, ensure_ascii=False) for m in page.inbox)
        }


async def everybody(server: SignalServer, stack: AsyncExitStack) -> Class:
    pages = {}
    for name, who, kind in PAGES:
        pages[name] = await stack.enter_async_context(client(server))
        await pages[name].enter(server.ticket(who), f"dev_{name}", kind)
    await pages["lead"].ask("lesson.start")
    return Class(pages)


async def test_signals_reach_the_staff_and_the_classrooms_own_console(server: SignalServer) -> None:
    async with AsyncExitStack() as stack:
        here = await everybody(server, stack)
        assert (await here.console.ask("signal.raise", signal="frozen"))["type"] == "ok"
        assert await here.who_got("frozen") == {"lead", "observer", "console"}
        raised_ms = here.lead.of_type("signal.raised")[0]["at_ms"]
        standing = {SEAT_1: {"signal": "frozen", "raised_ms": raised_ms}}
        assert here.lead.screen.private["signals"] == standing
        again = await stack.enter_async_context(client(server))
        snapshot = await again.enter(server.ticket(SEAT_1), "dev_again", "console")
        assert snapshot["private"] == {"signals": standing, "pupils": {}}
        assert (await here.lead.ask("signal.clear", participant_id=SEAT_1))["type"] == "ok"
        assert await here.who_got("signal.cleared") == {"lead", "observer", "console"}
        assert here.console.screen.private["signals"] == {}
        assert here.console.of_type("signal.cleared")[0]["by"] == LEAD


async def test_the_name_of_who_speaks_reaches_only_those_who_may_read_it(
    server: SignalServer,
) -> None:
    async with AsyncExitStack() as stack:
        here = await everybody(server, stack)
        await here.lead.ask("callup.call", seat_id=SEAT_1)
        await here.console.ask("callup.accept")
        assert (await here.console.ask("pupil.name", pupil_id="pup_1"))["type"] == "ok"
        told = {"lead", "observer", "console"}
        assert await here.who_got("王小花") == told
        assert await here.who_got("pup_1") == told
        assert here.lead.screen.private["pupils"] == {
            SEAT_1: {"pupil_id": "pup_1", "name": "王小花"}
        }
        journal = json.dumps(server.journal.rows["les_1"], default=str, ensure_ascii=False)
        assert "pup_1" in journal
        assert "王小花" not in journal
        await here.lead.ask("stage.send_down", seat_id=SEAT_1)
        await here.lead.settle()
        assert here.lead.screen.private["pupils"] == {}


async def test_only_pupils_of_the_classrooms_own_roster_are_named(server: SignalServer) -> None:
    async with AsyncExitStack() as stack:
        here = await everybody(server, stack)
        await here.lead.ask("callup.call", seat_id=SEAT_1)
        await here.console.ask("callup.accept")
        for stranger in ("pup_2", "wang-xiaohua"):
            answer = await here.console.ask("pupil.name", pupil_id=stranger)
            assert answer["code"] == "pupil_unknown"
        server.lessons.pupils[ClassroomId("cls_1")][PupilId("pup_new")] = "新同学"
        assert (await here.console.ask("pupil.name", pupil_id="pup_new"))["type"] == "ok"


@pytest.mark.parametrize("page", ["pc", "wall"])
@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        ("signal.raise", {"signal": "slower"}),
        ("signal.clear", {"participant_id": SEAT_1}),
        ("pupil.name", {"pupil_id": None}),
        ("page.step", {"step": 1}),
    ],
)
async def test_a_screen_that_pupils_may_see_asks_for_nothing_private(
    server: SignalServer, page: str, type_: str, fields: dict[str, Any]
) -> None:
    async with AsyncExitStack() as stack:
        here = await everybody(server, stack)
        assert (await here.pages[page].ask(type_, **fields))["code"] == "kind_not_allowed"
        assert here.pages[page].screen.private is None


async def test_a_console_that_was_away_learns_what_changed_meanwhile(server: SignalServer) -> None:
    async with AsyncExitStack() as stack:
        here = await everybody(server, stack)
        await here.console.ask("signal.raise", signal="slower")
        last = here.console.screen
        await here.console.cut()
        await until(lambda: server.hub.connection_count == len(PAGES) - 1)
        await here.lead.ask("signal.clear", participant_id=SEAT_1)
        back = await stack.enter_async_context(client(server))
        back.screen = last
        answer = await back.enter(server.ticket(SEAT_1), "dev_console", "console", last.seq)
        assert answer["type"] == "room.resumed"
        await back.settle()
        assert last.private == {"signals": {}, "pupils": {}}


async def test_a_console_turns_pages_on_its_own_classrooms_screen_alone(
    server: SignalServer,
) -> None:
    async with AsyncExitStack() as stack:
        here = await everybody(server, stack)
        assert (await here.console.ask("page.step", step=1))["type"] == "ok"
        assert await here.who_got("page.stepped") == {"pc"}
        assert (await here.console.ask("page.step", step=7))["code"] == "bad_message"
