"""The WebSocket route. Tickets travel in the second message, never in the URL (proxies log URLs)."""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.requests import HTTPConnection

from app.media.port import ClientNetwork
from app.signaling.codes import CloseCode
from app.signaling.hub import Hub

PATH = "/api/v1/signal"


class _Socket:
    """Starlette's WebSocket as `connection.Socket`."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def receive(self) -> str | bytes | None:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text: str | None = message.get("text")
        return text if text is not None else bytes(message.get("bytes") or b"")

    async def send(self, text: str) -> None:
        try:
            await self._websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ConnectionError("the client is gone") from error

    async def close(self, code: int, reason: str) -> None:
        try:
            await self._websocket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ConnectionError("the client is gone") from error


def build_router(hub: Hub, allowed_origins: Collection[str] = ()) -> APIRouter:
    """The router of the signalling socket. `allowed_origins`: besides the server's own, e.g. `https://a.example`."""
    router = APIRouter()

    @router.websocket(PATH)
    async def signal(websocket: WebSocket) -> None:
        origin = websocket.headers.get("origin")
        if not is_origin_allowed(origin, websocket.headers.get("host", ""), allowed_origins):
            await websocket.close(CloseCode.POLICY, "origin")
            return
        await websocket.accept()
        client = websocket.client
        ip = plain_ip(client.host if client else "")
        await hub.serve(_Socket(websocket), client_network(websocket, ip), ip)

    return router


def is_origin_allowed(origin: str | None, host: str, allowed_origins: Collection[str]) -> bool:
    """Whether a page of this origin may connect: a page of this very host, or a configured one.

    Programs send no Origin and need a ticket like everybody.
    """
    if origin is None or origin in allowed_origins:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower() != ""


def client_network(connection: HTTPConnection, ip: str) -> ClientNetwork:
    """How this client reached the server; its media candidates are chosen by that."""
    server = connection.scope.get("server")
    server_ip = plain_ip(server[0]) if server else ""
    return ClientNetwork(is_loopback=_is_loopback(ip), server_ip=server_ip)


def plain_ip(host: str) -> str:
    """An address without IPv4 mapping (`::ffff:10.0.0.1` on a dual-stack socket) and zone; empty if it is none."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _is_loopback(ip: str) -> bool:
    return ip != "" and ipaddress.ip_address(ip).is_loopback
