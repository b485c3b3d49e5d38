"""The listener under everything: what its sockets are set to, and how it says goodbye."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from app.http_server import DEAD_CLIENT_MS, listening_socket, serve_http
from app.settings import Settings
from app.signaling.endpoint import PATH, build_router
from tests.signaling.wire import LEAD, SignalServer, client
from tests.support.journal import MemoryJournal
from tests.support.ports import free_port


async def test_pages_hear_that_the_server_goes_away_before_their_sockets_close(
    tmp_path: Path,
) -> None:
    server = SignalServer(MemoryJournal())
    settings = Settings(data_dir=tmp_path, http_host="127.0.0.1", http_port=free_port())
    started = asyncio.Event()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.include_router(build_router(server.hub))
        app.state.before_close = server.hub.close
        started.set()
        yield
        await server.rooms.close()

    serving = asyncio.create_task(serve_http(FastAPI(lifespan=lifespan), settings))
    await asyncio.wait_for(started.wait(), 15)
    server.url = f"ws://127.0.0.1:{settings.http_port}{PATH}"
    async with client(server) as lead:
        await lead.enter(server.ticket(LEAD))
        os.kill(os.getpid(), signal.SIGTERM)
        assert await lead.closed() == 1012
        assert lead.inbox[-1] == {"type": "server.closing"}
    await asyncio.wait_for(serving, 15)


def test_accepted_sockets_wait_neither_for_delayed_acks_nor_for_the_dead() -> None:
    with listening_socket("127.0.0.1", 0) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                # What asyncio looks at before it sets TCP_NODELAY.
                assert accepted.proto == socket.IPPROTO_TCP
                waited_ms = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert waited_ms == DEAD_CLIENT_MS
