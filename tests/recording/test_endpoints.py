"""Who may watch what, over HTTP, on SQLite and PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.models import AccessLogEntry
from app.ids import LessonId
from tests.support.clock import START_MS
from tests.support.county import add_lesson
from tests.support.database import on_both_databases
from tests.support.recordings import DURATION_MS, LEAD, RecordingApi, content_of, recording_api


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[RecordingApi]:
    async with recording_api(database, tmp_path / "objects") as api:
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
    assert replay["duration_ms"] == DURATION_MS and replay["started_at"].endswith("Z")
    lead, seat, *others = replay["tracks"]
    assert (lead["role"], lead["name"], lead["kind"], lead["starts_ms"]) == (
        "lead",
        "Teacher One",
        "video",
        0,
    )
    assert (seat["role"], seat["name"], seat["school"]) == ("classroom", "Class 1", "sch_1")
    assert [one["role"] for one in others] == ["classroom", "observer"]
    stage = replay["stage"][1]
    assert (stage["at_ms"], stage["on_stage"]) == (9_000, [LEAD, api.county.seats[0]])
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
    url, content = replay["tracks"][0]["url"], content_of("epo_0_les_1")
    assert urlsplit(url).path == f"/api/v1/recordings/{api.recording_id}/media/epo_0_les_1"
    async with api.client() as client:
        client.base_url = "http://localhost:8080"
        whole = await client.get(url)
        assert (whole.status_code, whole.content) == (200, content)
        assert whole.headers["content-type"] == 'video/webm; codecs="vp8"'
        assert whole.headers["accept-ranges"] == "bytes"
        part = await client.get(url, headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, content[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(content)}"
        head = await client.head(url, headers={"Range": "bytes=-5"})
        assert (head.status_code, head.headers["content-length"]) == (206, "5")
        beyond = await client.get(url, headers={"Range": f"bytes={len(content)}-"})
        assert beyond.status_code == 416
        for wrong in (
            url.replace("signature=", "signature=0"),
            url.replace("epo_0", "epo_1"),
            url.replace("expires=", "expires=9"),
        ):
            refused = await client.get(wrong)
            assert (refused.status_code, refused.json()["code"]) == (403, "link_invalid")


@on_both_databases
async def test_the_list_goes_on_where_the_page_before_ended(api: RecordingApi) -> None:
    expected = [api.recording_id]
    for n in range(4):
        lesson_id = LessonId(f"les_more_{n}")
        await add_lesson(api.database, api.county, lesson_id)
        # Two begin at the same millisecond.
        expected.append(await api.finish(lesson_id, START_MS + 1_000 * (n // 2)))
    found: list[str] = []
    before = ""
    async with api.client(api.county.teacher) as client:
        while True:
            page = (await client.get(f"/recordings?limit=2{before}")).json()
            found += [item["recording_id"] for item in page["items"]]
            if page["next"] is None:
                break
            before = f"&before={page['next']}"
        wrong = await client.get("/recordings?before=nowhere")
    assert sorted(found) == sorted(expected) and found[-1] in expected[:3]
    assert len(found) == 5
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_input")
