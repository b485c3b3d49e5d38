"""What every answer under `/whip/` and `/whep/` carries, and the answer to OPTIONS (RFC 9725 §4.2, Fetch)."""

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.whip.sdpfrag import MEDIA_TYPE

SDP = "application/sdp"
ENDPOINT_METHODS = "OPTIONS, POST"
SESSION_METHODS = "DELETE, OPTIONS, PATCH"
_EXPOSED = "Accept-Patch, Accept-Post, ETag, Link, Location, Retry-After"


class WhipCors:
    """Pages of any origin may call: the ticket in the request is the only key, cookies count for nothing here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts = scope["path"].strip("/").split("/") if scope["type"] == "http" else []
        if len(parts) not in (2, 3) or parts[0] not in ("whip", "whep"):
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = "*"
                headers["Access-Control-Expose-Headers"] = _EXPOSED
            await send(message)

        if scope["method"] == "OPTIONS":
            await _options(is_session=len(parts) == 3)(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)


def _options(*, is_session: bool) -> Response:
    methods = SESSION_METHODS if is_session else ENDPOINT_METHODS
    accepted = ("Accept-Patch", MEDIA_TYPE) if is_session else ("Accept-Post", SDP)
    headers = {
        "Allow": methods,
        accepted[0]: accepted[1],
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status_code=200, headers=headers)
