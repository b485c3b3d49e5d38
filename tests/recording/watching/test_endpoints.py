"""Captions and watched seconds over HTTP, on SQLite and PostgreSQL."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from app.db.models import AccessLogEntry
from app.ids import RecordingId
from app.recording.watching.repository import Thumbnails
from tests.recording.watching.conftest import DURATION_MS
from tests.support.database import on_both_databases
from tests.support.recordings import RecordingApi

FILE = "WEBVTT\n\n00:01.000 --> 00:03.500\n同学们好！\n"
CUE = {"starts_ms": 1_000, "ends_ms": 3_500, "text": "同学们好！"}


def path(api: RecordingApi, part: str = "") -> str:
    return f"/recordings/{api.recording_id}{part}"


async def upload(client: httpx.AsyncClient, api: RecordingApi, revision: int, content: str) -> Any:
    return await client.put(
        path(api, f"/captions.vtt?revision={revision}"),
        content=content.encode(),
        headers={"Content-Type": "text/vtt"},
    )


@on_both_databases
async def test_captions_are_uploaded_edited_shown_and_downloaded(api: RecordingApi) -> None:
    async with api.client(api.county.teacher) as client:
        replay = (await client.get(path(api))).json()
        assert (replay["captions"], replay["may_edit_captions"]) == (
            {"revision": 0, "cues": []},
            True,
        )
        assert (await client.get(path(api, "/captions.vtt"))).status_code == 404
        assert (await upload(client, api, 0, FILE)).json() == {"revision": 1, "cues": [CUE]}
        second = {"starts_ms": 500, "ends_ms": 900, "text": "  early \n\n"}
        edited = await client.put(
            path(api, "/captions"), json={"revision": 1, "cues": [CUE, second]}
        )
        assert edited.json() == {"revision": 2, "cues": [{**second, "text": "early"}, CUE]}
    async with api.client(api.county.onsite) as client:
        replay = (await client.get(path(api))).json()
        assert (replay["captions"], replay["may_edit_captions"]) == (edited.json(), False)
        file = await client.get(path(api, "/captions.vtt"))
        assert file.headers["content-type"] == "text/vtt; charset=utf-8"
        assert file.text == (
            "WEBVTT\n\n00:00:00.500 --> 00:00:00.900\nearly\n\n"
            "00:00:01.000 --> 00:00:03.500\n同学们好！\n"
        )
    async with api.database.reading() as session:
        entries = await session.scalars(select(AccessLogEntry))
        assert ("captions.downloaded", api.county.onsite) in [
            (e.action, e.user_id) for e in entries
        ]


async def test_the_lead_and_the_countys_admins_write_captions_and_nobody_else(
    api: RecordingApi,
) -> None:
    async with api.client(api.county.admin) as client:
        assert (await upload(client, api, 0, FILE)).status_code == 200
    assert await api.audited(api.county.admin) == ["recording.captioned"]
    async with api.client(api.county.onsite) as client:
        refused = await upload(client, api, 1, FILE)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    async with api.client(api.county.other_teacher) as client:
        assert (await upload(client, api, 1, FILE)).status_code == 404
    async with api.client() as client:
        assert (await upload(client, api, 1, FILE)).status_code == 401


@on_both_databases
async def test_who_was_slower_overwrites_nothing(api: RecordingApi) -> None:
    async with api.client(api.county.teacher) as client:
        assert (await upload(client, api, 0, FILE)).status_code == 200
        late = await client.put(path(api, "/captions"), json={"revision": 0, "cues": []})
        assert (late.status_code, late.json()["code"]) == (409, "captions_changed")
        emptied = await client.put(path(api, "/captions"), json={"revision": 1, "cues": []})
        assert emptied.json() == {"revision": 2, "cues": []}


async def test_a_refused_file_says_which_line_is_wrong(api: RecordingApi) -> None:
    async with api.client(api.county.teacher) as client:
        wrong = await upload(client, api, 0, FILE + "\n00:04.000 --> 00:02.000\nx")
        assert (wrong.status_code, wrong.json()["code"], wrong.json()["line"]) == (
            422,
            "captions_time_order",
            6,
        )
        long_file = FILE + "".join(
            f"\n00:{n // 60:02}:{n % 60:02}.000 --> 00:{n // 60:02}:{n % 60:02}.900\n{'字' * 100}\n"
            for n in range(500)
        )
        assert len(long_file.encode()) > 64 * 1024
        assert (await upload(client, api, 0, long_file)).status_code == 200
        huge = await upload(client, api, 1, FILE + "NOTE\n" * 110_000)
        assert (huge.status_code, huge.json()["code"]) == (413, "body_too_large")


@on_both_databases
async def test_a_viewer_goes_on_where_they_stopped_on_any_machine(api: RecordingApi) -> None:
    async with api.client(api.county.onsite) as client:
        assert (await client.get(path(api))).json()["resume_ms"] is None
        report = {"position_ms": 90_000, "watched": [{"from_ms": 60_000, "to_ms": 90_000}]}
        told = await client.post(path(api, "/watched"), json=report)
        assert told.json() == {"watched_s": 30}
        assert (await client.get(path(api))).json()["resume_ms"] == 90_000
    async with api.client(api.county.teacher) as client:
        assert (await client.get(path(api))).json()["resume_ms"] is None


@on_both_databases
async def test_seconds_count_once_and_only_as_fast_as_time_passes(api: RecordingApi) -> None:
    everything = {"position_ms": 0, "watched": [{"from_ms": 0, "to_ms": 86_400_000}]}

    async def tell(client: httpx.AsyncClient) -> int:
        return (await client.post(path(api, "/watched"), json=everything)).json()["watched_s"]

    async with api.client(api.county.onsite) as client:
        assert [await tell(client), await tell(client)] == [60, 60]
        api.time.now_ms += 20_000
        assert await tell(client) == 100
        api.time.now_ms += 3_600_000
        assert await tell(client) == DURATION_MS // 1000 + 1
    watched = await api.watching.of_lesson(api.county.lesson)
    assert watched is not None and watched.length_s == 601
    assert [(w.name, w.school, w.watched_s) for w in watched.watchers] == [
        ("On-site One", "sch_1", 601)
    ]


async def test_reports_have_a_form_and_a_rate(api: RecordingApi) -> None:
    async with api.client(api.county.onsite) as client:
        for wrong in (
            {"position_ms": -1, "watched": []},
            {"position_ms": 0, "watched": [{"from_ms": 0, "to_ms": 86_400_001}]},
            {"position_ms": 0, "watched": [{"from_ms": 0, "to_ms": 1}] * 101},
        ):
            answer = await client.post(path(api, "/watched"), json=wrong)
            assert answer.json()["code"] == "invalid_input"
        report = {"position_ms": 0, "watched": []}
        codes = [
            (await client.post(path(api, "/watched"), json=report)).status_code for _ in range(31)
        ]
        assert (codes[0], codes[-1]) == (200, 429)
    async with api.client(api.county.other_teacher) as client:
        answer = await client.post(path(api, "/watched"), json=report)
        assert answer.status_code == 404


@pytest.fixture
async def pictured(api: RecordingApi) -> RecordingId:
    sheet = await api.storage.put_bytes(f"recordings/{api.recording_id}/thumbnails-0.jpg", b"jpeg")
    await api.watching.save_thumbnails(api.recording_id, Thumbnails(10_000, 61, (sheet,)))
    return api.recording_id


@on_both_databases
async def test_thumbnails_come_to_whoever_holds_the_signed_url(
    api: RecordingApi, pictured: RecordingId
) -> None:
    async with api.client(api.county.teacher) as client:
        found = (await client.get(path(api))).json()["thumbnails"]
        (url,) = found.pop("sheets")
        assert found == {
            "step_ms": 10_000,
            "count": 61,
            "columns": 10,
            "rows": 10,
            "width": 160,
            "height": 90,
        }
        assert urlsplit(url).path == f"/api/v1/recordings/{pictured}/thumbnails/0"
    async with api.client() as client:
        client.base_url = "http://localhost:8080"
        answer = await client.get(url)
        assert (answer.content, answer.headers["content-type"]) == (b"jpeg", "image/jpeg")
        other = await client.get(url.replace("thumbnails/0", "thumbnails/1"))
        assert (other.status_code, other.json()["code"]) == (403, "link_invalid")
