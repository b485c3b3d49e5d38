"""`Storage` over obstore: a folder by default, an S3-compatible bucket by setting."""

import asyncio
import hashlib
import math
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import obstore
from obstore.store import LocalStore, S3Store

from app.settings import Settings
from app.storage.port import ObjectNotFound, ObjectReader, StoredObject
from app.storage.signing import UrlSigner

CHUNK_BYTES = 256 * 1024
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
        is_plain = settings.s3_endpoint.startswith("http://")
        store = S3Store.from_url(
            settings.storage_url, client_options={"allow_http": is_plain}, **config
        )
        return cls(store, signer)

    @classmethod
    def local(cls, folder: Path, signer: UrlSigner | None = None) -> "ObstoreStorage":
        return cls(folder, signer)

    async def put_file(self, key: str, path: Path, content_type: str = "") -> StoredObject:
        _check(key)
        expected = await asyncio.to_thread(_describe, key, path)
        # A folder has no room for attributes; our endpoint knows the type.
        is_served = content_type and self._local_folder is None
        attributes = {"Content-Type": content_type} if is_served else None
        await obstore.put_async(self._store, key, path, attributes=attributes)
        await self._make_durable(key)
        return expected

    async def put_bytes(self, key: str, content: bytes) -> StoredObject:
        _check(key)
        await obstore.put_async(self._store, key, content)
        await self._make_durable(key)
        return StoredObject(key, len(content), hashlib.sha256(content).hexdigest())

    async def verify(self, expected: StoredObject) -> bool:
        try:
            if await self.size(expected.key) != expected.size_bytes:
                return False
            digest = hashlib.sha256()
            async for chunk in self.read(expected.key, 0, expected.size_bytes):
                await asyncio.to_thread(digest.update, chunk)
        except ObjectNotFound:
            return False
        return digest.hexdigest() == expected.sha256

    async def size(self, key: str) -> int:
        _check(key)
        try:
            return (await obstore.head_async(self._store, key))["size"]
        except FileNotFoundError:
            raise ObjectNotFound(key) from None

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        _check(key)
        if start >= end:
            return
        try:
            result = await obstore.get_async(self._store, key, options={"range": (start, end)})
        except FileNotFoundError:
            raise ObjectNotFound(key) from None
        async for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(chunk)

    def open_reader(self, key: str) -> ObjectReader:
        _check(key)
        try:
            return _Reader(obstore.open_reader(self._store, key, buffer_size=READER_BYTES))
        except FileNotFoundError:
            raise ObjectNotFound(key) from None

    async def delete(self, key: str) -> None:
        _check(key)
        with suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)

    async def sizes(self, folder: str) -> dict[str, int]:
        _check(folder)
        found: dict[str, int] = {}
        async for batch in obstore.list(self._store, prefix=f"{folder}/"):
            found |= {one["path"]: one["size"] for one in batch}
        return found

    async def playable_url(self, key: str, endpoint_path: str, valid_s: int) -> str:
        _check(key)
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


def _check(key: str) -> None:
    if len(key) > 500 or not _KEY.fullmatch(key):
        raise ValueError(f"storage key {key!r}")


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
