"""The storage that features use: objects under keys, and URLs that a browser can play."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    key: str
    size_bytes: int
    sha256: str
    """Hex digest of the content."""


class ObjectReader(Protocol):
    """An object as a file that can be read anywhere; it blocks, so it is for processes that may wait."""

    def read(self, size: int, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...


class ObjectNotFound(Exception):
    """There is no object under this key."""


class Storage(Protocol):
    """No path of a stored file leaves an implementation; keys are `/`-separated, of letters, digits, `._-`."""

    async def put_file(self, key: str, path: Path, content_type: str = "") -> StoredObject:
        """Store the file's content under `key`, atomically, replacing what was there.

        A store that serves objects itself sends `content_type` with it.
        """
        ...

    async def put_bytes(self, key: str, content: bytes) -> StoredObject: ...

    async def verify(self, expected: StoredObject) -> bool:
        """Whether the object is there with this size and this digest; reads it back."""
        ...

    async def size(self, key: str) -> int:
        """Bytes of the object. Raises ObjectNotFound."""
        ...

    def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes `start` up to but not including `end`. Raises ObjectNotFound on the first step."""
        ...

    def open_reader(self, key: str) -> ObjectReader:
        """The object as a file of which only what is read is fetched. Raises ObjectNotFound."""
        ...

    async def delete(self, key: str) -> None:
        """Remove the object; nothing happens if there is none."""
        ...

    async def sizes(self, folder: str) -> dict[str, int]:
        """Every key below `folder/`, with the size of its object in bytes."""
        ...

    async def playable_url(self, key: str, endpoint_path: str, valid_s: int) -> str:
        """A URL that plays without further credentials until it expires, Range requests included.

        A store that can sign gives a URL of its own; otherwise it is `endpoint_path` (an endpoint of ours
        that serves this object), signed.
        """
        ...
