"""A file on its way in: to the disk as it comes, never as a whole in memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import ClientDisconnect

from app.errors import AppError, InvalidInput
from app.slides.formats import HEAD_BYTES, SlideFormat, format_of
from app.slides.limits import MAX_FILE_BYTES

PIECE_S = 60.0
"""A sender that is silent for so long is given up."""
WHOLE_S = 1_800.0


class FileTooLarge(AppError):
    code = "body_too_large"
    status = 413


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    format: SlideFormat
    size_bytes: int
    sha256: str


async def receive_file(chunks: AsyncIterator[bytes], path: Path) -> ReceivedFile:
    """Write what comes to `path`. InvalidInput for what is no slides, FileTooLarge, `upload_stalled`."""
    try:
        async with asyncio.timeout(WHOLE_S):
            return await _receive(chunks, path)
    except (TimeoutError, ClientDisconnect) as error:
        raise InvalidInput("the file stopped coming", code="upload_stalled") from error


async def _receive(chunks: AsyncIterator[bytes], path: Path) -> ReceivedFile:
    head = b""
    size = 0
    digest = hashlib.sha256()
    file = await asyncio.to_thread(path.open, "wb")
    with file:
        while chunk := await _next(chunks):
            size += len(chunk)
            if size > MAX_FILE_BYTES:
                raise FileTooLarge(f"a file may have {MAX_FILE_BYTES} bytes at most")
            if len(head) < HEAD_BYTES:
                head += chunk[: HEAD_BYTES - len(head)]
                _refuse_other(head)
            await asyncio.to_thread(file.write, chunk)
            digest.update(chunk)
    return ReceivedFile(_format(head), size, digest.hexdigest())


async def _next(chunks: AsyncIterator[bytes]) -> bytes:
    async with asyncio.timeout(PIECE_S):
        return await anext(chunks, b"")


def _refuse_other(head: bytes) -> None:
    """A file of another kind is refused as soon as enough of it has come to tell."""
    if len(head) >= HEAD_BYTES:
        _format(head)


def _format(head: bytes) -> SlideFormat:
    found = format_of(head)
    if found is None:
        raise InvalidInput("this is no PDF, JPEG, PNG or PPTX file", code="deck_type_unknown")
    return found
