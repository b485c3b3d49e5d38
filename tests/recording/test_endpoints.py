"""Who may watch what, over HTTP, on SQLite and PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.models import AccessLogEntry, RecordingTrack
from app.ids import LessonId, ParticipantId, RecordingId
from app.recording.endpoints import build_router
from app.recording.manifest import Chapter, Gap, Manifest, StageChange
from app.recording.repository import Recordings
from app.storage.obstore_storage import ObstoreStorage
from app.storage.signing import UrlSigner
from tests.support.api import Api, Time
from tests.support.clock import START_MS
from tests.support.county import SmallCounty, add_lesson, make_county
from tests.support.database import on_both_databases

CONTENT = bytes(range(256)) * 40
LEAD = ParticipantId("lead_usr_teacher1")


class RecordingApi(Api):
    county: SmallCounty
    recordings: Recordings
    recording_id: RecordingId


async def publish(
    api: RecordingApi, storage: ObstoreStorage, lesson_id: LessonId, at_ms: int
) -> RecordingId:
    recording_id = await api.recordings.begin(lesson_id, at_ms)
    await api.recordings.begin_finalizing(lesson_id)
    seat = api.county.seats[0]
    key = f"recordings/{recording_id}/x.webm"
    stored = await storage.put_bytes(key, CONTENT)
    tracks = [
        RecordingTrack(
            track_id=f"epo_{n}_{lesson_id}",
            recording_id=recording_id,
            participant_id=who,
            source="camera",
            codec="vp8",
            mime='video/webm; codecs="vp8"',
            starts_ms=n * 100,
            duration_ms=60_000,
            width=640,
            height=360,
            object_key=key,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            aligned_by="reports",
            is_recovered=False,
        )
        for n, who in enumerate((LEAD, seat))
    ]
    manifest = Manifest(
        duration_ms=60_100,
        stage=(StageChange(0, (LEAD,)), StageChange(9_000, (LEAD, ParticipantId(seat)))),
        chapters=(Chapter(0, "started"), Chapter(9_000, "called_up", ParticipantId(seat))),
        gaps=(Gap(20_000, 21_500, "recorder_lost"),),
    )
    await api.recordings.publish(recording_id, manifest, tracks)
    return recording_id


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[RecordingApi]:
    time = Time(START_MS)
    api = RecordingApi(database, time)
    api.county = await make_county(database)
    api.recordings = Recordings(database)
    storage = ObstoreStorage.local(tmp_path / "objects", UrlSigner(b"0123456789abcdef"))
    api.include(build_router(database, api.recordings, storage, api.authenticate, time))
    api.recording_id = await publish(api, storage, api.county.lesson, START_MS)
    yield api


@on_both_databases
async def test_lead_admin_and_schools_that_took_part_see_it_and_nobody_else(
    api: RecordingApi,
) -> None:
    path = f"/recordings/{api.recording_id}"
    for user in (api.county.teacher, api.county.admin, api.county.onsite, api.county.other_onsite):
        async with api.client(user) as client:
            assert [
                r["recording_id"] for r in (await client.get("/recordings")).json()["items"]
            ] == [api.recording_id]
            assert (await client.get(path)).status_code == 200
    async with api.client(api.county.other_teacher) as client:
        assert (await client.get("/recordings")).json()["items"] == []
        assert (await client.get(path)).json()["code"] == "not_found"
    async with api.client() as client:
        assert (await client.get(path)).status_code == 401
        assert (await client.get("/recordings")).status_code == 401


@on_both_databases
async def test_a_replay_names_people_and_places_everything_on_the_time_line(
    api: RecordingApi,
) -> None:
    async with api.client(api.county.teacher) as client:
        replay = (await client.get(f"/recordings/{api.recording_id}")).json()
    assert (replay["state"], replay["failure"], replay["teacher"]) == (
        "available",
        None,
        "Teacher One",
    )
    assert replay["duration_ms"] == 60_100 and replay["started_at"].endswith("Z")
    lead, seat = replay["tracks"]
    assert (lead["role"], lead["name"], lead["kind"], lead["starts_ms"]) == (
        "lead",
        "Teacher One",
        "video",
        0,
    )
    assert (seat["role"], seat["name"], seat["school"]) == ("classroom", "Class 1", "sch_1")
    assert replay["stage"][1] == {"at_ms": 9_000, "on_stage": [LEAD, api.county.seats[0]]}
    assert replay["chapters"][1] == {
        "at_ms": 9_000,
        "kind": "called_up",
        "participant_id": api.county.seats[0],
        "name": "Class 1",
    }
    assert replay["gaps"] == [{"from_ms": 20_000, "to_ms": 21_500, "reason": "recorder_lost"}]
    async with api.database.reading() as session:
        entries = list(await session.scalars(select(AccessLogEntry)))
    assert [(e.user_id, e.action, e.subject_id) for e in entries] == [
        (api.county.teacher, "recording.viewed", api.recording_id)
    ]


async def test_media_comes_in_ranges_to_whoever_holds_the_signed_url(api: RecordingApi) -> None:
    async with api.client(api.county.teacher) as client:
        replay = (await client.get(f"/recordings/{api.recording_id}")).json()
    url = replay["tracks"][0]["url"]
    assert urlsplit(url).path == f"/api/v1/recordings/{api.recording_id}/media/epo_0_les_1"
    async with api.client() as client:
        client.base_url = "http://localhost:8080"
        whole = await client.get(url)
        assert (whole.status_code, whole.content) == (200, CONTENT)
        assert whole.headers["content-type"] == 'video/webm; codecs="vp8"'
        assert whole.headers["accept-ranges"] == "bytes"
        part = await client.get(url, headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, CONTENT[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(CONTENT)}"
        head = await client.head(url, headers={"Range": "bytes=-5"})
        assert (head.status_code, head.headers["content-length"]) == (206, "5")
        beyond = await client.get(url, headers={"Range": f"bytes={len(CONTENT)}-"})
        assert beyond.status_code == 416
        for wrong in (
            url.replace("signature=", "signature=0"),
            url.replace("epo_0", "epo_1"),
            url.replace("expires=", "expires=9"),
        ):
            refused = await client.get(wrong)
            assert (refused.status_code, refused.json()["code"]) == (403, "link_invalid")


@on_both_databases
async def test_the_list_goes_on_where_the_page_before_ended(
    api: RecordingApi, tmp_path: Path
) -> None:
    storage = ObstoreStorage.local(tmp_path / "objects", UrlSigner(b"0123456789abcdef"))
    expected = [api.recording_id]
    for n in range(4):
        lesson_id = LessonId(f"les_more_{n}")
        await add_lesson(api.database, api.county, lesson_id)
        # Two begin at the same millisecond.
        expected.append(await publish(api, storage, lesson_id, START_MS + 1_000 * (n // 2)))
    found: list[str] = []
    before = ""
    async with api.client(api.county.teacher) as client:
        while True:
            page = (await client.get(f"/recordings?limit=2{before}")).json()
            found += [item["recording_id"] for item in page["items"]]
            if page["next"] is None:
                break
            before = f"&before={page['next']}"
    assert sorted(found) == sorted(expected) and found[-1] in expected[:3]
    assert len(found) == 5
