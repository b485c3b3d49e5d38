"""One media device per place: replaced, superseded, cut, left; companions look on."""

from app.ids import PcId
from tests.signaling.wire import LEAD, SEAT_1, SEAT_2, SignalServer, client, until


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
        await window.enter(server.ticket(SEAT_1, pc_id=removed), "dev_2", kind="companion")
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


async def test_companion_commands_for_its_place_and_takes_no_media(server: SignalServer) -> None:
    token = server.ticket(SEAT_1)
    async with client(server) as lead, client(server) as pc, client(server) as phone:
        await lead.enter(server.ticket(LEAD))
        await pc.enter(token, "dev_pc")
        snapshot = await phone.enter(token, "dev_phone", kind="companion")
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
            answer = await page.enter(token, f"dev_{n}", kind="companion")
            assert answer["type"] == "room.snapshot"
        assert (await e.enter(token, "dev_5", kind="companion"))["code"] == "too_many_companions"
        assert (await other.enter(server.ticket(SEAT_2), kind="companion"))["type"] == (
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
            await phone.enter(server.ticket(SEAT_2), "dev_p", kind="companion")
            assert phone.screen.room["listening"] == {}
