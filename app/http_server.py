"""The app process's listeners: http, and with TLS https beside it, both over one ASGI application and one lifespan."""

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette

from app import tls
from app.settings import Settings

logger = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 262_144
"""Largest WebSocket message; an SDP is at most 100,000 characters."""
SHUTDOWN_GRACE_S = 2
BACKLOG = 256
DEAD_CLIENT_MS = 20_000

BeforeClose = Callable[[], Awaitable[None]]
"""`application.state.before_close`: awaited while clients can still be told that the server goes away."""


class _Listener(uvicorn.Server):
    """One uvicorn server of several in this process; whoever starts them owns the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listening_socket(host: str, port: int) -> socket.socket:
    """A bound TCP socket; `::` takes IPv4 too, and falls back to IPv4 alone where the machine has no IPv6."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # The protocol spelled out: else asyncio leaves out TCP_NODELAY on what is accepted.
        sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                # Inherited too: data for a client whose network is gone is not kept for 15 minutes.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_CLIENT_MS)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            sock.bind((host, port))
        except OSError:
            sock.close()
            raise
    except OSError as error:
        if host == "::" and error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            return listening_socket("0.0.0.0", port)
        raise
    sock.set_inheritable(False)
    return sock


async def serve_http(application: Starlette, settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; returns when connections are closed and the lifespan has ended.

    Raises OSError when a port is taken and `tls.TlsUnusable` when the certificate cannot be loaded.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    listeners = [(_config(application, settings, None), settings.http_port)]
    context: ssl.SSLContext | None = None
    if settings.tls:
        files = tls.ensure_certificates(settings, tls.server_names(settings), datetime.now(UTC))
        context = tls.server_context(files)
        listeners.append((_config(application, settings, context), settings.https_port))
    async with contextlib.AsyncExitStack() as stack:
        sockets = [
            stack.enter_context(listening_socket(settings.http_host, port)) for _, port in listeners
        ]
        await stack.enter_async_context(application.router.lifespan_context(application))
        if context is not None:
            renewal = asyncio.create_task(tls.keep_current(settings, context))
            stack.push_async_callback(_end, renewal)
        before_close: BeforeClose = getattr(application.state, "before_close", _nothing)
        await _run([_Listener(config) for config, _ in listeners], sockets, stop, before_close)


async def _nothing() -> None:
    pass


async def _run(
    servers: list[_Listener],
    sockets: list[socket.socket],
    stop: asyncio.Event,
    before_close: BeforeClose,
) -> None:
    tasks = [
        asyncio.create_task(server.serve(sockets=[sock]))
        for server, sock in zip(servers, sockets, strict=True)
    ]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        try:
            # First: a listener that exits closes its sockets without a word of ours.
            await before_close()
        finally:
            for server in servers:
                server.should_exit = True
            await asyncio.gather(*tasks)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _config(
    application: Starlette, settings: Settings, context: ssl.SSLContext | None
) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # The application knows which proxies to believe (app/http.py); here the peer's own address counts.
        proxy_headers=False,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        timeout_graceful_shutdown=SHUTDOWN_GRACE_S,
        backlog=BACKLOG,
        ssl_context_factory=None if context is None else (lambda _config, _default: context),
    )
