"""One media device per place: replaced, superseded, cut, left; companions look on."""

from app.accounts.tokens import console_of
from app.ids import PcId
from tests.signaling.wire import LEAD, LESSON, SEAT_1, SEAT_2, SignalServer, WireClient, client
from tests.support.waiting import until


def _types(server: SignalServer) -> list[str]:
    return [row[3] for row in server.journal.rows["les_1"]]


async def test_second_device_replaces_the_first_which_does_not_take_the_place_back(
    server: SignalServer,
) -> None:
    token = server.ticket(SEAT_1)
    async with client(server) as first, client(server) as second:
        await first.enter(token, "dev_old")
        last_seq = first.screen.seq
        await second.enter(token, "dev_new")
        assert await first.closed() == 4001
        assert first.inbox[-1] == {"type": "replaced"}
        # The first comes back by itself, as if it had missed the message: it is told again.
        async with client(server) as again:
            assert (await again.hello("dev_old"))["type"] == "welcome"
            await again.ask("auth", token=token)
            await again.send("room.resume", last_seq=last_seq)
            assert await again.closed() == 4001
            assert again.inbox[-1] == {"type": "replaced"}
        await second.settle()
        assert second.of_type("replaced") == []
    await until(lambda: "participant.cut" in _types(server))
    assert _types(server).count("device.replaced") == 1
    assert _types(server).count("participant.joined") == 1


async def test_newer_socket_of_the_same_device_supersedes_the_older_silently(
    server: SignalServer,
) -> None:
    """A page whose link broke comes back before the server noticed: nobody is cut or replaced."""
    token = server.ticket(SEAT_1)
    async with client(server) as older, client(server) as newer:
        await older.enter(token, "dev_1")
        await newer.enter(token, "dev_1", last_seq=older.screen.seq)
        assert await older.closed() == 4002
        assert older.of_type("replaced") == []
        await newer.settle()
        assert (await newer.ask("source.switch", source="camera", is_on=False))["type"] == "ok"
        assert "participant.cut" not in _types(server)
        assert "device.replaced" not in _types(server)


async def test_a_lost_link_is_a_cut_and_the_same_place_comes_back(server: SignalServer) -> None:
    async with client(server) as lead:
        await lead.enter(server.ticket(LEAD))
        async with client(server) as classroom:
            await classroom.enter(server.ticket(SEAT_1))
            last_seq = classroom.screen.seq
            await classroom.cut()
        cut = await lead.seen(lambda m: m.get("event") == "participant.cut")
        assert cut["participant"]["presence"] == "cut"
        async with client(server) as back:
            answer = await back.enter(server.ticket(SEAT_1), last_seq=last_seq)
            assert (answer["type"], answer["seq"]) == ("room.resumed", last_seq)
            await back.settle()
            events = [m["event"] for m in back.of_type("participant.changed")]
            assert events == ["participant.cut", "participant.returned"]
        assert _types(server).count("participant.joined") == 2


async def test_a_removed_pc_leaves_its_seat_at_once_and_others_stay(server: SignalServer) -> None:
    removed, kept = PcId("cpc_1"), PcId("cpc_2")
    async with client(server) as first, client(server) as second, client(server) as window:
        await first.enter(server.ticket(SEAT_1, pc_id=removed))
        await window.enter(server.ticket(SEAT_1, pc_id=removed), "dev_2", kind="projector")
        await second.enter(server.ticket(SEAT_2, pc_id=kept))
        await server.hub.turn_out(removed)
        assert [await first.closed(), await window.closed()] == [4003, 4003]
        assert first.connection.close_reason == "pc_revoked"
        left = await second.seen(lambda m: m.get("event") == "participant.left")
        assert left["participant"]["participant_id"] == SEAT_1
        await until(lambda: server.hub.connection_count == 1)
        await second.settle()
        assert "participant.cut" not in _types(server)


async def test_leaving_is_not_a_cut(server: SignalServer) -> None:
    async with client(server) as lead, client(server) as classroom:
        await lead.enter(server.ticket(LEAD))
        await classroom.enter(server.ticket(SEAT_1))
        assert (await classroom.ask("room.leave"))["type"] == "ok"
        assert await classroom.closed() == 1000
        left = await lead.seen(lambda m: m.get("event") == "participant.left")
        assert left["participant"]["presence"] == "absent"
        await until(lambda: server.hub.connection_count == 1)
        await lead.settle()
        assert "participant.cut" not in _types(server)


async def test_a_console_commands_for_its_place_and_takes_no_media(server: SignalServer) -> None:
    token = server.ticket(SEAT_1)
    async with client(server) as lead, client(server) as pc, client(server) as phone:
        await lead.enter(server.ticket(LEAD))
        await pc.enter(token, "dev_pc")
        snapshot = await phone.enter(token, "dev_phone", kind="console")
        assert snapshot["type"] == "room.snapshot"
        await lead.ask("lesson.start")
        assert (await phone.ask("hand.raise"))["type"] == "ok"
        raised = await pc.seen(lambda m: m.get("event") == "hand.raised")
        assert raised["participant"]["participant_id"] == SEAT_1
        for type_, fields in {
            "media.publish": {"sdp": "v=0", "tracks": {"0": "camera"}},
            "media.subscribe": {"is_ice_restart": False},
            "media.accept": {"sdp": "v=0"},
        }.items():
            assert (await phone.ask(type_, **fields))["code"] == "companion_no_media"
        await pc.settle()
        assert pc.close_code is None
        assert (await phone.ask("room.leave"))["type"] == "ok"
        assert await phone.closed() == 1000
    assert _types(server).count("participant.joined") == 2
    assert "device.replaced" not in _types(server)


async def test_a_projector_looks_on_and_commands_nothing(server: SignalServer) -> None:
    token = server.ticket(SEAT_1)
    async with client(server) as lead, client(server) as pc, client(server) as wall:
        await lead.enter(server.ticket(LEAD))
        await pc.enter(token, "dev_pc")
        assert (await wall.enter(token, "dev_wall", kind="projector"))["type"] == "room.snapshot"
        await lead.ask("lesson.start")
        for type_ in ("hand.raise", "callup.accept"):
            assert (await wall.ask(type_))["code"] == "kind_not_allowed"
        await wall.settle()
        assert wall.screen.participants[SEAT_1]["hand_raised_ms"] is None
        assert (await wall.ask("room.leave"))["type"] == "ok"


async def test_a_console_ticket_lets_in_a_console_and_nothing_else(server: SignalServer) -> None:
    token = server.ticket(SEAT_1, is_console=True)
    for kind in ("device", "projector"):
        async with client(server) as page:
            await page.hello("dev_phone", kind)
            assert (await page.ask("auth", token=token))["code"] == "kind_not_allowed"
            assert await page.closed() == 4003
    async with client(server) as phone:
        assert (await phone.enter(token, kind="console"))["type"] == "room.snapshot"


async def test_the_page_of_a_place_knows_how_many_phones_are_in_and_the_wall_does_not(
    server: SignalServer,
) -> None:
    token = server.ticket(SEAT_1)

    def told(page: WireClient) -> list[int]:
        return [m["phones"] for m in page.of_type("consoles.changed")]

    async with client(server) as pc, client(server) as wall, client(server) as other:
        await pc.enter(token, "dev_pc")
        await wall.enter(token, "dev_wall", kind="projector")
        await other.enter(server.ticket(SEAT_2))
        async with client(server) as cover:
            # The page's own console, opened on the PC: no phone.
            await cover.enter(token, "dev_pc", kind="console")
        async with client(server) as phone:
            await phone.enter(server.ticket(SEAT_1, is_console=True), "dev_ph", kind="console")
            await phone.settle()
            assert told(phone) == [1]
            await pc.settle()
            assert told(pc) == [1]
        await until(lambda: server.hub.connection_count == 3)
        for page in (pc, wall, other):
            await page.settle()
        assert (told(pc), told(wall), told(other)) == ([1, 0], [], [])


async def test_a_phone_that_is_sent_away_is_out_at_once_and_the_page_stays(
    server: SignalServer,
) -> None:
    async with client(server) as pc, client(server) as phone:
        await pc.enter(server.ticket(SEAT_1), "dev_pc")
        token = server.ticket(SEAT_1, is_console=True)
        await phone.enter(token, "dev_ph", kind="console")
        server.tickets.revoke(LESSON, console_of(SEAT_1), server.clock.now_ms())
        server.hub.check_tickets(LESSON, SEAT_1)
        assert await phone.closed() == 4003
        assert [m["code"] for m in phone.of_type("error")] == ["ticket_revoked"]
        await pc.settle()
        assert pc.close_code is None
    async with client(server) as phone:
        await phone.hello("dev_ph", "console")
        assert (await phone.ask("auth", token=token))["code"] == "ticket_revoked"


async def test_a_place_has_four_companions_at_most(server: SignalServer) -> None:
    token = server.ticket(SEAT_1)
    async with (
        client(server) as a,
        client(server) as b,
        client(server) as c,
        client(server) as d,
        client(server) as e,
        client(server) as other,
    ):
        for n, page in enumerate((a, b, c, d)):
            answer = await page.enter(token, f"dev_{n}", kind="console")
            assert answer["type"] == "room.snapshot"
        assert (await e.enter(token, "dev_5", kind="console"))["code"] == "too_many_companions"
        assert (await other.enter(server.ticket(SEAT_2), kind="console"))["type"] == (
            "room.snapshot"
        )
        await a.close()
        await until(lambda: server.hub.connection_count == 5)
        assert (await e.ask("room.join"))["type"] == "room.snapshot"


async def test_a_classroom_sees_only_who_listens_to_itself_and_sees_the_observer(
    server: SignalServer,
) -> None:
    async with client(server) as lead, client(server) as one, client(server) as two:
        await lead.enter(server.ticket(LEAD))
        await one.enter(server.ticket(SEAT_1))
        await two.enter(server.ticket(SEAT_2))
        await lead.ask("lesson.start")
        await lead.ask("listen.start", seat_id=SEAT_1)
        await one.settle()
        await two.settle()
        assert [m["listener_id"] for m in one.of_type("listen.started")] == [LEAD]
        assert two.of_type("listen.started") == []
        assert len(lead.of_type("listen.started")) == 1
        server.lessons.names["usr_coach"] = ("王教研员", "县教研室")
        async with client(server) as observer:
            await observer.enter(server.ticket("observer_usr_coach"))
            seen = await two.seen(lambda m: m.get("participant", {}).get("role") == "observer")
            assert seen["participant"]["name"] == "王教研员"
            assert observer.screen.room["listening"] == {LEAD: SEAT_1}
        async with client(server) as phone:
            await phone.enter(server.ticket(SEAT_2), "dev_p", kind="console")
            assert phone.screen.room["listening"] == {}
