"""`Storage` over obstore: a folder by default, an S3-compatible bucket by setting."""

import asyncio
import hashlib
import math
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, S3Store

from app.settings import Settings
from app.storage.port import (
    ObjectNotFound,
    ObjectReader,
    StoredObject,
    StoreFull,
    StoreRefused,
    StoreUnreachable,
)
from app.storage.signing import UrlSigner

CHUNK_BYTES = 256 * 1024
MAX_WHOLE_BYTES = 64 * 1024 * 1024
"""Sent in one request, as a segment always is."""
CONNECT_TIMEOUT_S = 5.0
READER_BYTES = 128 * 1024
"""Fetched at a time by `open_reader`: a keyframe and its surroundings."""
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_EXPIRY_STEP_S = 3_600


class ObstoreStorage:
    """Local objects are served by our own endpoint with URLs from `signer`; S3 signs for itself."""

    def __init__(self, place: S3Store | Path, signer: UrlSigner | None) -> None:
        """`place`: a bucket, or a folder that is made with the first object.

        Without a signer nothing that stands in a folder can be played: for processes that give no URLs.
        """
        self._place = place
        self._signer = signer
        self._local_folder = place if isinstance(place, Path) else None

    @classmethod
    def from_settings(cls, settings: Settings, signer: UrlSigner | None = None) -> "ObstoreStorage":
        """The store that `storage_url` names; ValueError if it is neither empty, `file:` nor `s3:`."""
        if not settings.storage_url:
            return cls.local(settings.data_dir.resolve() / "objects", signer)
        if settings.storage_url.startswith("file://"):
            return cls.local(Path(settings.storage_url.removeprefix("file://")), signer)
        if not settings.storage_url.startswith("s3://"):
            raise ValueError("TONGTANG_STORAGE_URL must be empty or start with s3:// or file://")
        config: dict[str, Any] = {
            "region": settings.s3_region,
            # Stores on premises seldom have a name per bucket.
            "virtual_hosted_style_request": not settings.s3_endpoint,
        }
        if settings.s3_endpoint:
            config["endpoint"] = settings.s3_endpoint
        if settings.s3_access_key_id:
            config["access_key_id"] = settings.s3_access_key_id
            config["secret_access_key"] = settings.s3_secret_access_key.get_secret_value()
        store = S3Store.from_url(
            settings.storage_url,
            client_options={
                "allow_http": settings.s3_endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=CONNECT_TIMEOUT_S),
                "timeout": timedelta(seconds=settings.s3_timeout_s),
            },
            # Whoever asked tries again, for hours if need be, and says so; here it would only look like silence.
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=15)},
            **config,
        )
        return cls(store, signer)

    @classmethod
    def local(cls, folder: Path, signer: UrlSigner | None = None) -> "ObstoreStorage":
        return cls(folder, signer)

    def shares_disk_with(self, path: Path) -> bool:
        return self._local_folder is not None and _disk_of(self._local_folder) == _disk_of(path)

    async def put_file(self, key: str, path: Path, content_type: str = "") -> StoredObject:
        expected = await asyncio.to_thread(_describe, _checked(key), path)
        await self._put(expected, path, content_type)
        await self._make_durable(key)
        return expected

    async def put_bytes(self, key: str, content: bytes) -> StoredObject:
        with _failures(key, is_put=True):
            await obstore.put_async(self._store, _checked(key), content)
        await self._make_durable(key)
        return StoredObject(key, len(content), hashlib.sha256(content).hexdigest())

    async def move_in(self, expected: StoredObject, path: Path, content_type: str = "") -> None:
        _checked(expected.key)
        if self._local_folder is not None and self.shares_disk_with(path):
            await asyncio.to_thread(_rename, path, self._local_folder / expected.key)
            return
        await self._put(expected, path, content_type)
        await asyncio.to_thread(path.unlink)

    async def verify(self, expected: StoredObject) -> bool:
        try:
            if await self.size(expected.key) != expected.size_bytes:
                return False
            if self._local_folder is not None:
                await self._make_durable(expected.key)
                found = await asyncio.to_thread(
                    _describe, expected.key, self._local_folder / expected.key
                )
                return found == expected
            digest = hashlib.sha256()
            async for chunk in self.read(expected.key, 0, expected.size_bytes):
                await asyncio.to_thread(digest.update, chunk)
        except ObjectNotFound:
            return False
        return digest.hexdigest() == expected.sha256

    async def size(self, key: str) -> int:
        with _failures(key):
            return (await obstore.head_async(self._store, _checked(key)))["size"]

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        _checked(key)
        if start >= end:
            return
        with _failures(key):
            result = await obstore.get_async(self._store, key, options={"range": (start, end)})
            async for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(chunk)

    async def fetch(self, key: str, path: Path) -> None:
        size = await self.size(key)
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            async for chunk in self.read(key, 0, size):
                await asyncio.to_thread(file.write, chunk)
        partial.replace(path)

    def open_reader(self, key: str) -> ObjectReader:
        with _failures(key):
            return _Reader(
                obstore.open_reader(self._store, _checked(key), buffer_size=READER_BYTES)
            )

    async def delete(self, key: str) -> None:
        with suppress(ObjectNotFound), _failures(key):
            await obstore.delete_async(self._store, _checked(key))

    async def sizes(self, folder: str = "") -> dict[str, int]:
        found: dict[str, int] = {}
        prefix = f"{_checked(folder)}/" if folder else None
        with _failures(folder):
            async for batch in obstore.list(self._store, prefix=prefix):
                found |= {one["path"]: one["size"] for one in batch}
        return found

    async def playable_url(self, key: str, endpoint_path: str, valid_s: int) -> str:
        _checked(key)
        if isinstance(self._place, S3Store):
            return await obstore.sign_async(self._place, "GET", key, timedelta(seconds=valid_s))
        assert self._signer is not None, "this process gives no URLs"
        # The same URL for a while, so that a reloaded page finds its media in the browser's cache.
        expires = math.ceil((time.time() + valid_s) / _EXPIRY_STEP_S) * _EXPIRY_STEP_S
        return self._signer.sign(endpoint_path, expires)

    def allows(self, endpoint_path: str, expires: int, signature: str) -> bool:
        """Whether a request to `endpoint_path` carries a URL that `playable_url` made."""
        assert self._signer is not None, "this process gives no URLs"
        return self._signer.is_valid(endpoint_path, expires, signature, time.time())

    @cached_property
    def _store(self) -> LocalStore | S3Store:
        if isinstance(self._place, Path):
            return LocalStore(prefix=self._place, mkdir=True)
        return self._place

    async def _put(self, expected: StoredObject, path: Path, content_type: str) -> None:
        # A folder has no room for attributes; our endpoint knows the type.
        is_served = content_type and self._local_folder is None
        with _failures(expected.key, is_put=True):
            await obstore.put_async(
                self._store,
                expected.key,
                path,
                attributes={"Content-Type": content_type} if is_served else None,
                # In one piece it is there or it is not, and a death on the way leaves no parts that somebody pays for.
                use_multipart=expected.size_bytes > MAX_WHOLE_BYTES,
            )

    async def _make_durable(self, key: str) -> None:
        # obstore renames into place but does not sync, and the segments are deleted after this.
        if self._local_folder is not None:
            await asyncio.to_thread(_sync, self._local_folder / key)


class _Reader:
    """What obstore reads, as the `bytes` that others expect."""

    def __init__(self, file: "obstore.ReadableFile") -> None:
        self._file = file

    def read(self, size: int, /) -> bytes:
        return bytes(self._file.read(size))

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def _checked(key: str) -> str:
    if len(key) > 500 or not _KEY.fullmatch(key):
        raise ValueError(f"storage key {key!r}")
    return key


@contextmanager
def _failures(key: str, *, is_put: bool = False) -> Iterator[None]:
    """What obstore raises, in the words of the port."""
    try:
        yield
    except FileNotFoundError as error:
        if is_put:
            raise StoreRefused("there is no such bucket") from error
        raise ObjectNotFound(key) from None
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise StoreRefused(_sentence(error)) from error
    except (BaseError, OSError) as error:
        sentence = _sentence(error)
        if "os error 28" in sentence:
            raise StoreFull(sentence) from error
        raise StoreUnreachable(sentence) from error


def _sentence(error: Exception) -> str:
    """Its first line; what follows is for programmers."""
    return str(error).strip().partition("\n")[0][:400]


def _disk_of(path: Path) -> int:
    """The device of the nearest folder that exists."""
    while not path.exists():
        path = path.parent
    return path.stat().st_dev


def _rename(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)


def _describe(key: str, path: Path) -> StoredObject:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return StoredObject(key, file.tell(), digest)


def _sync(path: Path) -> None:
    for place in (path, path.parent):
        fd = os.open(place, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
