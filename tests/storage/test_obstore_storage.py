"""Local disk behind the storage port."""

import hashlib
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.settings import Settings
from app.storage.http_range import ByteRange, RangeNotSatisfiable, parse_range
from app.storage.obstore_storage import ObstoreStorage
from app.storage.port import ObjectNotFound, StoredObject
from app.storage.signing import UrlSigner

CONTENT = bytes(range(256)) * 3_000


@pytest.fixture
def storage(tmp_path: Path) -> ObstoreStorage:
    signer = UrlSigner(b"0123456789abcdef")
    return ObstoreStorage.from_settings(Settings(data_dir=tmp_path), signer)


async def test_a_file_is_stored_verified_read_in_parts_and_deleted(
    storage: ObstoreStorage, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    stored = await storage.put_file("a/b.webm", source)
    assert stored == StoredObject("a/b.webm", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert await storage.verify(stored)
    assert not await storage.verify(StoredObject("a/b.webm", len(CONTENT), "0" * 64))
    part = b"".join([chunk async for chunk in storage.read("a/b.webm", 1_000, 700_000)])
    assert part == CONTENT[1_000:700_000]
    await storage.delete("a/b.webm")
    await storage.delete("a/b.webm")
    with pytest.raises(ObjectNotFound):
        await storage.size("a/b.webm")
    with pytest.raises(ObjectNotFound):
        _ = [chunk async for chunk in storage.read("a/b.webm", 0, 1)]


@pytest.mark.parametrize("key", ["../x", "/etc/passwd", "a//b", "a/../b", "", "a b", ".hidden"])
async def test_a_key_cannot_leave_the_folder(storage: ObstoreStorage, key: str) -> None:
    with pytest.raises(ValueError):
        await storage.put_bytes(key, b"x")


async def test_a_signed_url_opens_one_path_until_it_expires(storage: ObstoreStorage) -> None:
    await storage.put_bytes("x", b"x")
    url = urlsplit(await storage.playable_url("x", "/media/1", valid_s=60))
    query = {k: v[0] for k, v in parse_qs(url.query).items()}
    expires, signature = int(query["expires"]), query["signature"]
    assert storage.allows("/media/1", expires, signature)
    assert not storage.allows("/media/2", expires, signature)
    assert not storage.allows("/media/1", expires + 1, signature)
    assert not storage.allows("/media/1", expires, signature[:-1] + "é")
    signer = UrlSigner(b"0123456789abcdef")
    past = int(time.time()) - 1
    assert not signer.is_valid(
        "/media/1",
        past,
        parse_qs(urlsplit(signer.sign("/media/1", past)).query)["signature"][0],
        time.time(),
    )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-", ByteRange(0, 100)),
        ("bytes=10-19", ByteRange(10, 20)),
        ("bytes=90-500", ByteRange(90, 100)),
        ("bytes=-10", ByteRange(90, 100)),
        ("bytes=-500", ByteRange(0, 100)),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
    ],
)
def test_range_headers_of_players(header: str | None, expected: ByteRange | None) -> None:
    assert parse_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=200-300", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        parse_range(header, 100)
