"""Getting in: the order of the first messages, and who is refused."""

import pytest
from websockets.exceptions import InvalidStatus

from app.accounts.tokens import TicketBook
from app.ids import LessonId, ParticipantId
from app.signaling.limits import Limits
from tests.signaling.wire import LEAD, SEAT_1, SignalServer, client, running
from tests.support.journal import MemoryJournal


async def test_hello_auth_join_gives_a_snapshot(server: SignalServer) -> None:
    async with client(server) as page:
        welcome = await page.hello()
        assert (welcome["type"], welcome["protocol"]) == ("welcome", 1)
        authenticated = await page.ask("auth", token=server.ticket(SEAT_1))
        assert authenticated == {
            "type": "authenticated",
            "re": "r2",
            "lesson_id": "les_1",
            "participant_id": SEAT_1,
            "role": "classroom",
        }
        snapshot = await page.ask("room.join")
        assert (snapshot["type"], snapshot["you"]) == ("room.snapshot", SEAT_1)
        room = snapshot["room"]
        assert (room["title"], room["phase"]) == ("春天的歌", "waiting")
        views = {p["participant_id"]: p for p in room["participants"]}
        assert views[SEAT_1]["presence"] == "present"
        assert views[SEAT_1]["name"] == "一年级一班"
        assert (views["sea_2"]["presence"], views["sea_2"]["is_simulated"]) == ("absent", True)
        assert (views[SEAT_1]["is_recorded"], views["sea_2"]["is_recorded"]) == (True, False)


@pytest.mark.parametrize("early", ["auth", "room.join", "ping", "hand.raise", "room.leave"])
async def test_nothing_comes_before_hello(server: SignalServer, early: str) -> None:
    fields = {"token": server.ticket(SEAT_1)} if early == "auth" else {}
    async with client(server) as page:
        error = await page.ask(early, **fields)
        assert (error["type"], error["code"]) == ("error", "protocol_order")
        assert (await page.hello())["type"] == "welcome"


@pytest.mark.parametrize("early", ["room.join", "lesson.start", "media.subscribe", "room.leave"])
async def test_nothing_is_asked_before_the_ticket_is_read(server: SignalServer, early: str) -> None:
    async with client(server) as page:
        await page.hello()
        fields = {"is_ice_restart": False} if early == "media.subscribe" else {}
        error = await page.ask(early, **fields)
        assert (error["type"], error["code"]) == ("error", "protocol_order")
    assert server.journal.rows == {}


async def test_a_second_hello_auth_or_join_is_out_of_order(server: SignalServer) -> None:
    async with client(server) as page:
        token = server.ticket(SEAT_1)
        await page.enter(token)
        for answer in (
            await page.hello(),
            await page.ask("auth", token=token),
            await page.ask("room.join"),
            await page.ask("room.resume", last_seq=0),
        ):
            assert (answer["type"], answer["code"]) == ("error", "protocol_order")
        await page.settle()


async def test_another_protocol_version_is_refused(server: SignalServer) -> None:
    async with client(server) as page:
        error = await page.ask("hello", protocol=2, device_id="dev_1", kind="device")
        assert (error["type"], error["code"]) == ("error", "protocol_version")
        assert await page.closed() == 1008


async def test_strangers_are_refused_with_the_reason(server: SignalServer) -> None:
    forged = TicketBook(b"another secret that is also long enough")
    tokens = {
        "ticket_expired": server.ticket(SEAT_1, expires_in_ms=-1),
        "ticket_invalid": server.ticket(SEAT_1, book=forged),
    }
    server.tickets.revoke(LessonId("les_1"), LEAD, server.clock.now_ms())
    tokens["ticket_revoked"] = server.ticket(LEAD)
    for code, token in tokens.items():
        async with client(server) as page:
            await page.hello()
            error = await page.ask("auth", token=token)
            assert (error["type"], error["code"]) == ("error", code)
            assert await page.closed() == 4003
    async with client(server) as page:
        await page.hello()
        error = await page.ask("auth", token="les_1")
        assert error["code"] == "ticket_invalid"
    assert server.journal.rows == {}


async def test_a_ticket_opens_its_own_lesson_only(server: SignalServer) -> None:
    """A seat of one lesson has no place in another, and what it may do there is nothing."""
    async with client(server) as page:
        error = await page.enter(server.ticket(SEAT_1, LessonId("les_2")))
        assert (error["type"], error["code"]) == ("error", "seat_unknown")
        assert (await page.ask("lesson.start"))["code"] == "protocol_order"
    async with client(server) as page:
        error = await page.enter(server.ticket(LEAD, LessonId("les_none")))
        assert (error["type"], error["code"]) == ("error", "not_found")
    async with client(server) as page:
        error = await page.enter(server.ticket(ParticipantId("lead_usr_other")))
        assert (error["type"], error["code"]) == ("error", "not_allowed")


async def test_a_ticket_withdrawn_during_the_lesson_closes_its_socket() -> None:
    limits = Limits(heartbeat_s=0.2)
    async with running(SignalServer(MemoryJournal(), limits)) as server, client(server) as page:
        await page.enter(server.ticket(SEAT_1))
        server.tickets.revoke(LessonId("les_1"), SEAT_1, server.clock.now_ms() + 1)
        assert await page.closed() == 4003
        assert page.of_type("error")[-1]["code"] == "ticket_revoked"


async def test_a_page_of_another_site_is_not_let_in(server: SignalServer) -> None:
    host = server.url.split("/")[2]
    for origin in (f"http://{host}", f"https://{host}", "https://school.example"):
        async with client(server, origin=origin) as page:
            assert (await page.hello())["type"] == "welcome"
    for origin in ("http://evil.example", "null", f"http://{host}.evil.example", "http://["):
        with pytest.raises(InvalidStatus) as refused:
            async with client(server, origin=origin):
                pass
        assert refused.value.response.status_code == 403
