"""What is deleted when, by whom, and what is left of it: one row for every deletion."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.db.models import ClipTrack, Deletion, Lesson, Recording, RecordingTrack, ShareLink
from app.ids import RecordingId
from tests.support.api import DAY_MS
from tests.support.clock import START_MS
from tests.support.database import on_both_databases
from tests.support.recordings import CHECK, OPEN, RecordingApi, content_of, refusal


async def deletions(api: RecordingApi) -> list[dict[str, Any]]:
    async with api.client(api.county.admin) as client:
        listed: list[dict[str, Any]] = (await client.get("/deletions")).json()["items"]
    return listed


async def track_ids(api: RecordingApi) -> list[str]:
    async with api.database.reading() as session:
        return sorted(await session.scalars(select(RecordingTrack.track_id)))


@on_both_databases
async def test_classrooms_go_after_thirty_days_and_the_rest_after_a_term(
    api: RecordingApi,
) -> None:
    folder = f"recordings/{api.recording_id}"
    lead, *classrooms, assistant = [f"epo_{n}_les_1" for n in range(4)]
    await api.retention.sweep(START_MS + 30 * DAY_MS)
    assert await track_ids(api) == [lead, *classrooms, assistant]

    await api.retention.sweep(START_MS + 30 * DAY_MS + 1)
    assert await track_ids(api) == [lead, assistant]
    assert {*await api.storage.sizes(folder)} == {f"{folder}/{n}.webm" for n in (lead, assistant)}
    await api.retention.sweep(START_MS + 31 * DAY_MS)

    await api.storage.put_bytes(f"{folder}/thumbnails-0.jpg", b"jpeg")
    await api.retention.sweep(START_MS + 180 * DAY_MS + 1)
    await api.retention.sweep(START_MS + 181 * DAY_MS)
    assert await api.storage.sizes(folder) == {}
    async with api.database.reading() as session:
        assert list(await session.scalars(select(Recording))) == []
        rows = list(await session.scalars(select(Deletion).order_by(Deletion.at_ms)))
    assert [(row.reason, row.user_id, row.lesson_id) for row in rows] == [
        ("classroom_tracks_expired", None, "les_1"),
        ("recording_expired", None, "les_1"),
    ]
    assert rows[0].object_keys == [f"{folder}/{name}.webm" for name in classrooms]
    assert rows[0].size_bytes == sum(len(content_of(name)) for name in classrooms)
    assert f"{folder}/thumbnails-0.jpg" in rows[1].object_keys
    listed = await deletions(api)
    assert [(one["reason"], one["deleted_by"], one["title"]) for one in listed] == [
        ("recording_expired", None, "分数的认识"),
        ("classroom_tracks_expired", None, "分数的认识"),
    ]


@on_both_databases
async def test_an_admin_deletes_by_hand_and_its_links_say_so(api: RecordingApi) -> None:
    link = await api.make_link()
    path = f"/recordings/{api.recording_id}"
    async with api.client(api.county.teacher) as client:
        assert await refusal(client.delete(path)) == (403, "not_allowed")
    async with api.client(api.county.admin) as client:
        (item,) = (await client.get("/recordings")).json()["items"]
        assert item["may_delete"]
        assert (await client.delete(path)).status_code == 204
        assert (await client.get(path)).status_code == 404
        assert await refusal(client.delete(path)) == (404, "not_found")
    async with api.client() as stranger:
        for ask in (OPEN, CHECK):
            pending = stranger.post(ask, json={"token": link["token"]})
            assert await refusal(pending) == (410, "link_revoked")
    (listed,) = await deletions(api)
    assert (listed["reason"], listed["deleted_by"], listed["object_count"]) == (
        "by_hand",
        "Admin",
        4,
    )
    async with api.database.reading() as session:
        row = await session.get_one(ShareLink, link["link_id"])
    assert (row.recording_id, row.revoked_because) == (None, "deleted")


async def test_a_deletion_that_was_interrupted_is_done_again_and_noted_once(
    api: RecordingApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted: list[str] = []
    delete = api.storage.delete

    async def delete_two(key: str) -> None:
        if len(deleted) == 2:
            raise OSError("the store is gone")
        deleted.append(key)
        await delete(key)

    late = START_MS + 200 * DAY_MS
    with monkeypatch.context() as patched:
        patched.setattr(api.storage, "delete", delete_two)
        with pytest.raises(OSError, match="gone"):
            await api.retention.sweep(late)
    assert len(await track_ids(api)) == 4 and await deletions(api) == []
    await api.retention.sweep(late)
    (row,) = await deletions(api)
    assert row["object_count"] == 4 and await track_ids(api) == []


async def test_a_recording_that_failed_takes_what_the_recorder_wrote_with_it(
    api: RecordingApi, tmp_path: Path
) -> None:
    async with api.database.transaction() as session:
        recording = await session.get_one(Recording, api.recording_id)
        recording.state, recording.failure = "failed", "finalizing_failed"
    copy = f"segments/{api.county.lesson}/epo_1/00000.mkv"
    await api.storage.put_bytes(copy, b"copy")
    written = tmp_path / "recordings" / api.county.lesson / "epo_1"
    written.mkdir(parents=True)
    await api.retention.sweep(START_MS + 181 * DAY_MS)
    assert not written.exists() and await api.storage.sizes("segments") == {}
    (row,) = await deletions(api)
    assert (row["reason"], row["object_count"]) == ("recording_expired", 5)


async def test_a_recording_in_the_making_is_nobodys_to_delete(api: RecordingApi) -> None:
    async with api.database.transaction() as session:
        recording = await session.get_one(Recording, api.recording_id)
        recording.state = "finalizing"
    await api.retention.sweep(START_MS + 200 * DAY_MS)
    assert len(await track_ids(api)) == 4
    async with api.client(api.county.admin) as client:
        refused = client.delete(f"/recordings/{api.recording_id}")
        assert await refusal(refused) == (409, "recording_not_available")


async def test_the_files_of_a_clip_go_when_its_link_ends(api: RecordingApi) -> None:
    link = await api.make_link(clip={"from_ms": 0, "to_ms": 5_000})
    key = f"clips/{link['link_id']}/epo_0_les_1.webm"
    stored = await api.storage.put_bytes(key, b"clip")
    async with api.database.transaction() as session:
        session.add(
            ClipTrack(
                track_id="clt_1",
                link_id=link["link_id"],
                participant_id="lead_usr_teacher1",
                source="camera",
                codec="vp8",
                mime="video/webm",
                starts_ms=0,
                duration_ms=5_000,
                width=640,
                height=360,
                object_key=key,
                size_bytes=stored.size_bytes,
                sha256=stored.sha256,
            )
        )
    await api.retention.sweep(api.time())
    assert await api.storage.size(key) == 4
    async with api.client(api.county.teacher) as client:
        await client.delete(f"/recordings/{api.recording_id}/links/{link['link_id']}")
    await api.retention.sweep(api.time())
    assert await api.storage.sizes(f"clips/{link['link_id']}") == {}
    (row,) = await deletions(api)
    assert (row["reason"], row["size_bytes"]) == ("clip_ended", 4)


@on_both_databases
async def test_deletions_come_page_by_page_the_newest_first(api: RecordingApi) -> None:
    async with api.database.transaction() as session:
        lesson = await session.get_one(Lesson, api.county.lesson)
        session.add_all(
            Deletion(
                deletion_id=f"del_{n}",
                # Two of one moment stand at the end of the first page.
                at_ms=START_MS + n // 2,
                county_id=lesson.county_id,
                reason="recording_expired",
                lesson_id=lesson.lesson_id,
                recording_id="rec_old",
                object_keys=[],
                size_bytes=n,
            )
            for n in range(5)
        )
    async with api.client(api.county.admin) as client:
        pages, cursor = [], {}
        while True:
            page = (await client.get("/deletions", params={"limit": 2, **cursor})).json()
            pages.append([row["size_bytes"] for row in page["items"]])
            if page["next"] is None:
                break
            cursor = {"after": page["next"]}
        assert pages == [[4, 3], [2, 1], [0]]
        wrong = client.get("/deletions", params={"after": "yesterday"})
        assert await refusal(wrong) == (422, "invalid_input")


async def test_only_admins_see_what_was_deleted(api: RecordingApi) -> None:
    async with api.client(api.county.teacher) as client:
        assert await refusal(client.get("/deletions")) == (403, "not_allowed")


async def test_deleting_what_is_gone_does_nothing(api: RecordingApi) -> None:
    await api.retention.delete_recording(RecordingId("rec_none"), "by_hand", None, START_MS)
    assert await deletions(api) == []
