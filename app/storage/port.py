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


class StoreFailed(Exception):
    """The store did not do it, and that is not the caller's fault; the message has the store's own words."""


class StoreUnreachable(StoreFailed):
    """No answer, or none in time."""


class StoreRefused(StoreFailed):
    """It answers and does not let us: wrong key, no such bucket."""


class StoreFull(StoreFailed):
    """There is no room left."""


class Storage(Protocol):
    """No path of a stored file leaves an implementation; keys are `/`-separated, of letters, digits, `._-`.

    Everything that speaks to the store may raise `StoreFailed`.
    """

    def shares_disk_with(self, path: Path) -> bool:
        """Whether objects lie on the same disk as `path`: a copy there would be lost with the original."""
        ...

    async def put_file(self, key: str, path: Path, content_type: str = "") -> StoredObject:
        """Store the file's content under `key`, atomically, replacing what was there.

        A store that serves objects itself sends `content_type` with it.
        """
        ...

    async def put_bytes(self, key: str, content: bytes) -> StoredObject: ...

    async def move_in(self, expected: StoredObject, path: Path, content_type: str = "") -> None:
        """Store a file of known size and digest and take it away from where it was; on the store's own disk a rename.

        It can be read at once, but a power cut may take it until `verify` has said yes.
        """
        ...

    async def verify(self, expected: StoredObject) -> bool:
        """Whether the object is there for good with this size and this digest; reads it back."""
        ...

    async def fetch(self, key: str, path: Path) -> None:
        """The object as a file at `path`, whole or not at all. Raises ObjectNotFound."""
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

    async def sizes(self, folder: str = "") -> dict[str, int]:
        """Every key below `folder/` (of the whole store without one), with the size of its object in bytes."""
        ...

    async def playable_url(self, key: str, endpoint_path: str, valid_s: int) -> str:
        """A URL that plays without further credentials until it expires, Range requests included.

        A store that can sign gives a URL of its own; otherwise it is `endpoint_path` (an endpoint of ours
        that serves this object), signed.
        """
        ...
