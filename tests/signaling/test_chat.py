"""The staff chat: who writes to whom, who reads it, and what it may cost."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from app.ids import LessonId, ParticipantId
from app.signaling import chat
from app.signaling.messages import CHAT_CHARACTERS, ChatLine
from tests.signaling.test_private import OBSERVER, Class, everybody
from tests.signaling.wire import LEAD, SEAT_1, SEAT_2, Message, SignalServer, WireClient, client

STAFF = {"lead", "observer"}


async def say(
    page: WireClient, audience: str, text: str = "下课后留一下", to: str | None = None
) -> Message:
    return await page.ask("chat.send", audience=audience, participant_id=to, text=text)


@pytest.mark.parametrize(
    ("writer", "audience", "to", "readers"),
    [
        ("lead", "everybody", None, STAFF | {"console", "other_console"}),
        ("lead", "staff", None, STAFF),
        ("lead", "classroom", SEAT_1, STAFF | {"console"}),
        ("observer", "staff", None, STAFF),
        ("console", "classroom", SEAT_1, STAFF | {"console"}),
    ],
)
async def test_a_line_reaches_whom_it_is_for_and_no_screen_that_pupils_may_see(
    server: SignalServer, writer: str, audience: str, to: str | None, readers: set[str]
) -> None:
    async with AsyncExitStack() as stack:
        here = await everybody(server, stack)
        assert (await say(here.pages[writer], audience, to=to))["type"] == "ok"
        assert await here.who_got("下课后留一下") == readers
        assert await here.who_got("chat.sent") == readers
        journal = str(server.journal.rows["les_1"])
        assert "chat" not in journal and "下课" not in journal


@pytest.mark.parametrize(
    ("writer", "audience", "to", "code"),
    [
        ("observer", "everybody", None, "not_allowed"),
        ("observer", "classroom", SEAT_1, "not_allowed"),
        ("console", "everybody", None, "not_allowed"),
        ("console", "staff", None, "not_allowed"),
        ("console", "classroom", SEAT_2, "not_allowed"),
        ("lead", "classroom", None, "seat_unknown"),
        ("lead", "classroom", "sea_none", "seat_unknown"),
        ("lead", "staff", SEAT_1, "seat_unknown"),
        ("pc", "classroom", SEAT_1, "kind_not_allowed"),
        ("wall", "classroom", SEAT_1, "kind_not_allowed"),
    ],
)
async def test_who_may_not_write_to_whom(
    server: SignalServer, writer: str, audience: str, to: str | None, code: str
) -> None:
    async with AsyncExitStack() as stack:
        here = await everybody(server, stack)
        assert (await say(here.pages[writer], audience, to=to))["code"] == code
        assert await here.who_got("下课后留一下") == set()


@pytest.mark.parametrize("text", ["", "   ", "a\nb", "nul\x00", "长" * (CHAT_CHARACTERS + 1)])
async def test_a_line_is_one_line_and_not_too_long(server: SignalServer, text: str) -> None:
    async with client(server) as lead:
        await lead.enter(server.ticket(LEAD))
        assert (await say(lead, "staff", text))["code"] == "bad_message"
        assert (await say(lead, "staff", "长" * CHAT_CHARACTERS))["type"] == "ok"


async def test_who_writes_too_fast_waits(server: SignalServer) -> None:
    async with AsyncExitStack() as stack:
        here = await everybody(server, stack)
        answers = [await say(here.lead, "everybody", f"{n}") for n in range(chat.LINES_AT_ONCE + 2)]
        assert [answer.get("code") for answer in answers].count("rate_limited") >= 1
        assert (await say(here.console, "classroom", to=SEAT_1))["type"] == "ok"


async def test_a_lesson_has_room_for_so_many_lines(
    server: SignalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "MAX_LINES", 2)
    async with client(server) as lead:
        await lead.enter(server.ticket(LEAD))
        answers = [await say(lead, "staff") for _ in range(3)]
    assert [answer.get("code") for answer in answers] == [None, None, "chat_full"]


def line(n: int, audience: Any, to: str | None = None) -> ChatLine:
    return ChatLine(
        line_id=f"msg_{n:03}",
        at_ms=n,
        sender_id=LEAD,
        audience=audience,
        participant_id=to,
        text=f"line {n}",
    )


async def test_who_comes_later_reads_the_last_lines_that_are_for_it(server: SignalServer) -> None:
    kept = [line(n, "everybody") for n in range(chat.HISTORY_LINES)]
    kept += [line(101, "staff"), line(102, "classroom", SEAT_1), line(103, "classroom", SEAT_2)]
    server.chat.lines[LessonId("les_1")] = kept

    async def history(who: ParticipantId, kind: str) -> list[list[str]]:
        async with client(server) as page:
            await page.enter(server.ticket(who), "dev_x", kind)
            await page.settle()
            return [[one["line_id"] for one in m["lines"]] for m in page.of_type("chat.history")]

    everything = [one.line_id for one in kept]
    for staff in (LEAD, OBSERVER):
        assert await history(staff, "device") == [everything[-chat.HISTORY_LINES :]]
    own = [*everything[: chat.HISTORY_LINES], "msg_102"]
    assert await history(SEAT_1, "console") == [own[-chat.HISTORY_LINES :]]
    for kind in ("device", "projector"):
        assert await history(SEAT_1, kind) == []


async def test_after_the_lesson_nobody_writes_any_more(server: SignalServer) -> None:
    async with AsyncExitStack() as stack:
        here: Class = await everybody(server, stack)
        await here.lead.ask("lesson.end")
        assert (await say(here.lead, "staff"))["code"] == "lesson_ended"


async def test_a_console_writes_also_while_its_pc_is_away(server: SignalServer) -> None:
    async with client(server) as lead, client(server) as phone:
        await lead.enter(server.ticket(LEAD))
        await phone.enter(server.ticket(SEAT_1, is_console=True), kind="console")
        assert (await say(phone, "classroom", "电脑打不开", SEAT_1))["type"] == "ok"
        await lead.seen(lambda m: m["type"] == "chat.sent" and m["line"]["text"] == "电脑打不开")


async def test_a_page_without_a_console_learns_that_something_waits_and_nothing_else(
    server: SignalServer,
) -> None:
    def told(page: WireClient) -> list[bool]:
        return [m["is_waiting"] for m in page.of_type("consoles.changed")]

    async with client(server) as lead, client(server) as pc, client(server) as wall:
        await lead.enter(server.ticket(LEAD))
        await pc.enter(server.ticket(SEAT_1), "dev_pc")
        await wall.enter(server.ticket(SEAT_1), "dev_wall", "projector")
        await say(lead, "staff")
        await say(lead, "classroom", to=SEAT_2)
        await pc.settle()
        assert told(pc) == []
        await say(lead, "everybody")
        await say(lead, "classroom", to=SEAT_1)
        await pc.settle()
        assert told(pc) == [True]
        async with client(server) as again:
            await again.enter(server.ticket(SEAT_1), "dev_pc")
            await again.settle()
            assert told(again) == [True]
            async with client(server) as cover:
                await cover.enter(server.ticket(SEAT_1), "dev_cover", "console")
                await again.settle()
                assert told(again) == [True, False]
                await say(lead, "everybody")
                await again.settle()
            assert told(again) == [True, False]
        await wall.settle()
        assert wall.of_type("consoles.changed") == lead.of_type("consoles.changed") == []
