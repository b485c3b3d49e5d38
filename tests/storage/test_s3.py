"""The same port over a real S3-compatible server."""

import hashlib
from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from app.storage.obstore_storage import ObstoreStorage
from app.storage.port import ObjectNotFound, StoredObject, StoreRefused, StoreUnreachable
from app.storage.signing import UrlSigner
from tests.support.s3 import S3Server, needs_s3

pytestmark = needs_s3
CONTENT = bytes(range(256)) * 30_000


async def test_objects_are_verified_and_played_through_presigned_urls(
    s3_server: S3Server, tmp_path: Path
) -> None:
    settings = s3_server.settings("lessons")
    storage = ObstoreStorage.from_settings(settings, UrlSigner(b"0123456789abcdef"))
    source = tmp_path / "x.webm"
    source.write_bytes(CONTENT)
    stored = await storage.put_file("recordings/r/x.webm", source, "video/webm")
    assert await storage.verify(stored)
    url = await storage.playable_url(stored.key, "/not/used", valid_s=60)
    async with httpx.AsyncClient() as client:
        part = await client.get(url, headers={"Range": "bytes=1000-1999"})
        assert (part.status_code, part.content) == (206, CONTENT[1_000:2_000])
        assert part.headers["content-type"] == "video/webm"
        forged = await client.get(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"))
        assert forged.status_code == 403
    await storage.delete(stored.key)
    with pytest.raises(ObjectNotFound):
        await storage.size(stored.key)


async def test_what_stands_in_a_folder_is_listed_fetched_and_moved_in(
    s3_server: S3Server, tmp_path: Path
) -> None:
    storage = ObstoreStorage.from_settings(s3_server.settings("moved"))
    assert not storage.shares_disk_with(tmp_path)
    source = tmp_path / "x.mkv"
    source.write_bytes(CONTENT)
    expected = StoredObject("a/b/x.mkv", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    await storage.move_in(expected, source)
    await storage.put_bytes("ab/y", b"y")
    assert not source.exists()
    assert await storage.sizes("a") == {"a/b/x.mkv": len(CONTENT)}
    await storage.fetch("a/b/x.mkv", tmp_path / "deep" / "x.mkv")
    assert (tmp_path / "deep" / "x.mkv").read_bytes() == CONTENT
    with pytest.raises(ObjectNotFound):
        await storage.fetch("a/nothing", tmp_path / "nothing")


async def test_a_store_that_refuses_is_told_from_one_that_does_not_answer(
    s3_server: S3Server,
) -> None:
    stranger = ObstoreStorage.from_settings(s3_server.settings("lessons", secret="wrong"))
    with pytest.raises(StoreRefused):
        await stranger.put_bytes("x", b"x")
    with pytest.raises(StoreRefused):
        await stranger.size("x")
    nowhere = ObstoreStorage.from_settings(
        Settings(storage_url="s3://lessons", s3_endpoint="http://127.0.0.1:1")
    )
    with pytest.raises(StoreUnreachable):
        await nowhere.put_bytes("x", b"x")
