"""Published media of an S3 store: from our own addresses, in parts, and not a moment longer than it is published."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.db.engine import Database
from app.storage.obstore_storage import ObstoreStorage
from app.storage.signing import UrlSigner
from tests.support.recordings import OPEN, content_of, recording_api
from tests.support.s3 import S3Server, needs_s3, s3_server

__all__ = ["s3_server"]
pytestmark = [needs_s3, pytest.mark.recording]


async def test_only_those_who_took_part_get_addresses_of_the_store(
    s3_server: S3Server, database: Database, tmp_path: Path
) -> None:
    signer = UrlSigner(b"0123456789abcdef")
    storage = ObstoreStorage.from_settings(s3_server.settings("shared"), signer)
    async with recording_api(database, tmp_path / "objects", storage) as api:
        link = await api.make_link()
        async with api.client(api.county.teacher) as client:
            own = (await client.get(f"/recordings/{api.recording_id}")).json()
        assert all(track["url"].startswith(s3_server.endpoint) for track in own["tracks"])
        async with api.client() as stranger:
            opened = (await stranger.post(OPEN, json={"token": link["token"]})).json()
            (track,) = opened["replay"]["tracks"]
            url = f"http://localhost:8080{track['url']}"
            assert urlsplit(track["url"]).netloc == ""
            part = await stranger.get(url, headers={"Range": "bytes=100-199"})
            content = content_of(track["track_id"])
            assert (part.status_code, part.content) == (206, content[100:200])
            await api.sharing.unpublish(api.recording_id, api.county.teacher, api.time())
            gone = await stranger.get(url, headers={"Range": "bytes=100-199"})
            assert (gone.status_code, gone.json()["code"]) == (410, "link_revoked")
        await api.retention.delete_recording(api.recording_id, "by_hand", None, api.time())
        assert await storage.sizes(f"recordings/{api.recording_id}") == {}
