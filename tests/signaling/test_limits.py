"""What a client that does not behave can do to itself, and cannot do to others."""

import asyncio
import contextlib
import json
import logging
import random
import socket
import string

import pytest
from websockets.exceptions import ConnectionClosed

from app.signaling.limits import Limits
from tests.signaling.wire import LEAD, SEAT_1, SEAT_2, SignalServer, WireClient, client, running
from tests.support.journal import MemoryJournal
from tests.support.waiting import until


async def test_slow_client_is_dropped_while_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "app.signaling")
    limits = Limits(outbox_messages=64, messages_per_s=5_000, message_burst=5_000)
    async with (
        running(SignalServer(MemoryJournal(), limits)) as server,
        client(server) as lead,
        client(server) as other,
    ):
        await lead.enter(server.ticket(LEAD))
        await other.enter(server.ticket(SEAT_2))
        await lead.ask("lesson.start")
        # From here on accepted sockets have a small buffer: the kernel would hold megabytes for a slow one.
        assert server.listener is not None
        server.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        async with client(server, sock=await _narrow_socket(server), compression=None) as slow:
            await slow.enter(server.ticket(SEAT_1))
            slow.connection.transport.pause_reading()
            told = 0
            while lead.screen.participants[SEAT_1]["presence"] == "present":
                verb = "unmute" if told % 2 else "mute"
                answer = await lead.ask(f"participant.{verb}", participant_id=SEAT_2)
                assert answer["type"] == "ok"
                told += 1
            print(f"dropped after {told} messages of some 500 bytes")
            assert "too slow" in caplog.text
            await other.settle()
            assert len(other.of_type("participant.changed")) >= told
            await until(lambda: server.hub.connection_count == 2)
            slow.connection.transport.abort()


async def _narrow_socket(server: SignalServer) -> socket.socket:
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    narrow.setblocking(False)
    host, port = server.url.split("/")[2].split(":")
    await asyncio.get_running_loop().sock_connect(narrow, (host, int(port)))
    return narrow


async def test_flood_is_refused_and_then_closed(server: SignalServer) -> None:
    async with client(server) as lead, client(server) as page:
        await lead.enter(server.ticket(LEAD))
        await page.enter(server.ticket(SEAT_1))
        sent = 0
        with contextlib.suppress(ConnectionClosed):
            while page.close_code is None:
                await page.send("ping")
                await asyncio.sleep(0)
                sent += 1
        assert await page.closed() == 1008
        codes = {m["code"] for m in page.of_type("error")}
        assert codes == {"rate_limited"}
        limits = server.hub.limits
        assert len(page.of_type("error")) >= limits.limited_messages
        pongs = len(page.of_type("pong"))
        assert limits.message_burst - 3 <= pongs
        print(f"{pongs} pings of a flood of {sent} were answered")
        assert (await lead.ask("lesson.start"))["type"] == "ok"


async def test_invalid_messages_are_answered_and_too_many_close_the_socket(
    server: SignalServer,
) -> None:
    bad = [
        "not json",
        "[]",
        '{"type": "hand.raise"}',
        '{"type": "no.such", "id": "7"}',
        '{"type": "callup.call", "id": "8", "seat_id": "sea 1; drop"}',
        '{"type": "ping", "id": "9", "extra": 1}',
    ]
    async with client(server) as page:
        await page.enter(server.ticket(SEAT_1))
        for text in bad[: server.hub.limits.bad_messages]:
            await page.connection.send(text)
        await page.settle()
        errors = page.of_type("error")
        assert [e["code"] for e in errors] == ["bad_message"] * len(errors)
        assert [e["re"] for e in errors] == [None, None, None, "7", "8"]
        await page.connection.send(bad[-1])
        assert await page.closed() == 1008
        assert page.of_type("error")[-1]["re"] == "9"


async def test_oversized_and_binary_messages_are_bad(server: SignalServer) -> None:
    limit = server.hub.limits.message_bytes
    async with client(server) as page:
        await page.hello()
        wide = "课" * (limit // 3 + 1)
        await page.connection.send(json.dumps({"type": "auth", "id": "a", "token": wide}))
        await page.connection.send("x" * (limit + 1))
        await page.connection.send(b'{"type": "ping", "id": "b"}')
        await page.settle()
        assert [e["code"] for e in page.of_type("error")] == ["bad_message"] * 3
        assert (await page.ask("auth", token=server.ticket(SEAT_1)))["type"] == "authenticated"


@pytest.mark.parametrize("seed", range(3))
async def test_random_text_never_breaks_the_server(server: SignalServer, seed: int) -> None:
    chance = random.Random(seed)
    valid = json.dumps({"type": "callup.call", "id": "1", "seat_id": "sea_1"})
    for _ in range(10):
        async with client(server) as page:
            await page.enter(server.ticket(SEAT_1), f"dev_{chance.random()}")
            for _ in range(5):
                text = list(valid)
                for _ in range(chance.randrange(1, 6)):
                    text[chance.randrange(len(text))] = chance.choice(string.printable)
                await page.connection.send("".join(text))
            await page.send("ping")
            await page.seen(lambda m: m["type"] == "pong" or m.get("code") == "bad_message")
    async with client(server) as page:
        assert (await page.enter(server.ticket(LEAD)))["type"] == "room.snapshot"


async def test_silent_socket_is_dropped_and_cut_and_late_ticket_is_refused() -> None:
    limits = Limits(heartbeat_s=0.2, auth_timeout_s=0.3)
    async with (
        running(SignalServer(MemoryJournal(), limits)) as server,
        client(server) as lead,
        client(server) as silent,
        client(server) as stranger,
    ):
        await lead.enter(server.ticket(LEAD))
        beating = asyncio.create_task(_answer_heartbeats(lead))
        await silent.enter(server.ticket(SEAT_1))
        await stranger.hello()
        assert await silent.closed() == 4008
        assert len(silent.of_type("heartbeat")) >= 1
        assert await stranger.closed() == 1008
        assert stranger.of_type("error")[-1]["code"] == "auth_timeout"
        await lead.seen(lambda m: m.get("event") == "participant.cut")
        assert lead.close_code is None
        beating.cancel()


async def _answer_heartbeats(page: WireClient) -> None:
    answered = 0
    while True:
        if len(page.of_type("heartbeat")) > answered:
            answered += 1
            await page.send("ping")
        await asyncio.sleep(0.01)


async def test_connections_are_bounded_per_address() -> None:
    limits = Limits(connections_per_ip=3)
    async with (
        running(SignalServer(MemoryJournal(), limits)) as server,
        client(server) as a,
        client(server),
        client(server),
    ):
        await until(lambda: server.hub.connection_count == 3)
        async with client(server) as late:
            assert await late.closed() == 1013
            assert late.of_type("error")[-1]["code"] == "too_many_connections"
        await a.close()
        await until(lambda: server.hub.connection_count == 2)
        async with client(server) as later:
            assert (await later.hello())["type"] == "welcome"
