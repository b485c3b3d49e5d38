"""A stored object as an HTTP answer, Range requests included: for stores that sign no URLs themselves."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse
from starlette.types import Send

from app.errors import NotFound
from app.storage.http_range import ByteRange, RangeNotSatisfiable, parse_range
from app.storage.port import ObjectNotFound, Storage
from app.storage.served_object import ServedObject

MAX_PART_BYTES = 512 * 1024
"""Of one answer to a Range request; a player asks for the rest when it wants it (RFC 9110 §14.2 lets us).

A browser has six connections to a host, and Chromium's player leaves a long answer half read while it has enough.
A replay of seven tracks and more then stands still after a jump, for no track gives its connection back. An answer that
fits into the buffers between network and player is read at once, and the connection is free again.
"""
LOOK_AGAIN_S = 5.0
"""How often an answer that is still being read asks whether it may go on."""

MayGoOn = Callable[[], Awaitable[bool]]


async def object_response(
    storage: Storage,
    served: ServedObject,
    range_header: str | None,
    *,
    is_head: bool,
    download_name: str = "",
    may_go_on: MayGoOn | None = None,
    max_part_bytes: int = MAX_PART_BYTES,
) -> Response:
    """200, 206 or 416 (RFC 9110 §14); raises NotFound if the object is gone.

    A part is never longer than `max_part_bytes`. With `download_name` a browser saves the object under that name
    instead of playing it, in parts of any length. With `may_go_on` no copy is kept in the browser or on the way, and an
    answer that somebody reads slowly breaks off once it is no.
    """
    size = served.size_bytes
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store" if may_go_on else "private, max-age=21600, immutable",
        "ETag": f'"{served.sha256}"',
        "Content-Type": served.mime,
        "Content-Disposition": _disposition(download_name),
    }
    try:
        part = parse_range(range_header, size)
    except RangeNotSatisfiable:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    if part is not None and not download_name:
        part = ByteRange(part.start, min(part.end, part.start + max_part_bytes))
    wanted = part or ByteRange(0, size)
    headers["Content-Length"] = str(wanted.end - wanted.start)
    if part is not None:
        headers["Content-Range"] = part.content_range(size)
    status = 206 if part is not None else 200
    if is_head:
        return Response(status_code=status, headers=headers)
    try:
        body = await _opened(storage.read(served.key, wanted.start, wanted.end))
    except ObjectNotFound:
        raise NotFound("the file is gone") from None
    if may_go_on is not None:
        body = _while_allowed(body, may_go_on)
    return _BreakableResponse(body, status_code=status, headers=headers)


class _BreakOff(Exception):
    """What is being read may not be read any more."""


class _BreakableResponse(StreamingResponse):
    """Leaves a body unfinished; the server then closes the connection, so that nobody takes a part for the whole."""

    async def stream_response(self, send: Send) -> None:
        with suppress(_BreakOff):
            await super().stream_response(send)


async def _while_allowed(chunks: AsyncIterator[bytes], may_go_on: MayGoOn) -> AsyncIterator[bytes]:
    asked_at = time.monotonic()
    async for chunk in chunks:
        if time.monotonic() - asked_at >= LOOK_AGAIN_S:
            asked_at = time.monotonic()
            if not await may_go_on():
                raise _BreakOff
        yield chunk


def _disposition(download_name: str) -> str:
    """RFC 6266; the name is of any script, so it travels as RFC 8187 says."""
    return (
        f"attachment; filename*=UTF-8''{quote(download_name, safe='')}"
        if download_name
        else "inline"
    )


async def _opened(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same chunks, after the first has come: what is missing is still an answer of ours then."""
    first = await anext(chunks, b"")

    async def all_chunks() -> AsyncIterator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    return all_chunks()
