"""The county's library: who finds what, and what of a published recording others get to see."""

from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import event, update

from app.db.models import Lesson
from app.ids import LessonId
from tests.support.clock import START_MS
from tests.support.county import add_lesson
from tests.support.database import on_both_databases
from tests.support.recordings import LEAD, RecordingApi, content_of

DAY_MS = 86_400_000


async def publish(api: RecordingApi) -> None:
    async with api.client(api.county.teacher) as client:
        answer = await client.put(f"/recordings/{api.recording_id}/publication")
    assert answer.status_code == 204


async def fetch(client: httpx.AsyncClient, url: str) -> httpx.Response:
    return await client.get(f"http://localhost:8080{url}")


@on_both_databases
async def test_what_is_published_shows_the_lead_and_only_classrooms_that_agreed(
    api: RecordingApi,
) -> None:
    agreed, other = api.county.seats
    await api.grant(api.county.classrooms[0], "shared")
    await publish(api)
    async with api.client(api.county.other_teacher) as client:
        (item,) = (await client.get("/recordings")).json()["items"]
        assert (item["is_published"], item["may_delete"]) == (True, False)
        replay = (await client.get(f"/recordings/{api.recording_id}")).json()
        assert [track["participant_id"] for track in replay["tracks"]] == [LEAD, agreed]
        assert [one["on_stage"] for one in replay["stage"]] == [[LEAD], [LEAD, agreed]]
        assert [one["name"] for one in replay["chapters"]] == [None, "Class 1"]
        assert other not in str(replay) and "Class 3" not in str(replay)
        assert not replay["may_share"]
        for track in replay["tracks"]:
            media = await fetch(client, track["url"])
            assert (media.status_code, media.content) == (200, content_of(track["track_id"]))
            assert media.headers["cache-control"] == "no-store"
    async with api.client(api.county.teacher) as client:
        own = (await client.get(f"/recordings/{api.recording_id}")).json()
    assert len(own["tracks"]) == 4 and own["may_share"]


@on_both_databases
async def test_media_of_the_library_stop_with_the_publication_and_with_the_consent(
    api: RecordingApi,
) -> None:
    await api.grant(api.county.classrooms[0], "shared")
    await publish(api)
    async with api.client(api.county.other_teacher) as client:
        replay = (await client.get(f"/recordings/{api.recording_id}")).json()
        urls = [track["url"] for track in replay["tracks"]]
        # An address of ours, of another track: the signature is of one path.
        forged = urls[0].replace("epo_0", "epo_2")
        assert (await fetch(client, forged)).json()["code"] == "link_invalid"
        await api.consent(api.county.classrooms[0], "shared", False)
        for url in urls:
            gone = await fetch(client, url)
            assert (gone.status_code, gone.json()["code"]) == (410, "not_published")
        assert (await client.get(f"/recordings/{api.recording_id}")).status_code == 404
        assert (await client.get("/recordings")).json()["items"] == []
    assert api.films == [(api.recording_id, "shared")]


async def test_only_the_lead_and_its_admin_publish_and_only_what_can_be_watched(
    api: RecordingApi,
) -> None:
    path = f"/recordings/{api.recording_id}/publication"
    for user, status in (
        (api.county.onsite, 403),
        (api.county.other_teacher, 404),
        (api.county.admin, 204),
        (api.county.teacher, 204),
    ):
        async with api.client(user) as client:
            assert (await client.put(path)).status_code == status
            assert (await client.delete(path)).status_code == status
    lesson_id = LessonId("les_running")
    await add_lesson(api.database, api.county, lesson_id)
    running = await api.recordings.begin(lesson_id, START_MS)
    async with api.client(api.county.teacher) as client:
        refused = await client.put(f"/recordings/{running}/publication")
    assert (refused.status_code, refused.json()["code"]) == (409, "recording_not_available")


@on_both_databases
async def test_a_search_narrows_down_by_everything_that_is_given(api: RecordingApi) -> None:
    for name in ("les_a", "les_b"):
        await add_lesson(api.database, api.county, LessonId(name))
        await api.finish(LessonId(name), START_MS + DAY_MS)
    async with api.database.transaction() as session:
        await session.execute(
            update(Lesson)
            .where(Lesson.lesson_id == "les_b")
            .values(title="茉莉花 100%_", subject="音乐")
        )
    every = ["les_1", "les_a", "les_b"]
    queries: list[tuple[dict[str, str], list[str]]] = [
        ({"text": "分数"}, ["les_1", "les_a"]),
        ({"text": "teacher ONE"}, every),
        ({"text": "100%_"}, ["les_b"]),
        ({"text": "nobody"}, []),
        ({"subject": "音乐"}, ["les_b"]),
        ({"school_id": "sch_city"}, every),
        ({"school_id": "sch_2"}, every),
        ({"school_id": "sch_none"}, []),
        ({"from": _iso(START_MS), "to": _iso(START_MS + DAY_MS)}, ["les_1"]),
        ({"from": _iso(START_MS + DAY_MS)}, ["les_a", "les_b"]),
        ({"subject": "音乐", "text": "分数"}, []),
    ]
    for query, found in queries:
        assert await _found(api, api.county.teacher, query) == found, query


@on_both_databases
async def test_a_search_by_school_does_not_tell_who_is_left_out(api: RecordingApi) -> None:
    await api.grant(api.county.classrooms[0], "shared")
    await publish(api)
    stranger = api.county.other_teacher
    assert await _found(api, stranger, {"school_id": "sch_1"}) == ["les_1"]
    assert await _found(api, stranger, {"school_id": "sch_2"}) == []
    assert await _found(api, api.county.other_onsite, {"school_id": "sch_2"}) == ["les_1"]


async def test_a_page_of_the_library_costs_one_statement(api: RecordingApi) -> None:
    for n in range(5):
        lesson_id = LessonId(f"les_more_{n}")
        await add_lesson(api.database, api.county, lesson_id)
        await api.finish(lesson_id, START_MS + n)
    statements: list[str] = []
    listen = lambda *given: statements.append(given[2])  # noqa: E731 - an event's signature
    async with api.client(api.county.teacher) as client:
        event.listen(api.database.engine.sync_engine, "before_cursor_execute", listen)
        items = (await client.get("/recordings?limit=5")).json()["items"]
        event.remove(api.database.engine.sync_engine, "before_cursor_execute", listen)
    assert len(items) == 5
    assert len([one for one in statements if "library_entry" in one]) == 1
    assert not [one for one in statements if "manifest" in one], "every stroke is in it"
    # The rest is who asks.
    assert not [one for one in statements if "recording_track" in one or "seat" in one]


async def test_choices_are_the_subjects_one_may_see_and_the_countys_schools(
    api: RecordingApi,
) -> None:
    async with api.client(api.county.other_teacher) as client:
        before = (await client.get("/recordings/choices")).json()
        await publish(api)
        after = (await client.get("/recordings/choices")).json()
    assert (before["subjects"], after["subjects"]) == ([], ["数学"])
    assert [one["school_id"] for one in after["schools"]] == ["sch_1", "sch_2", "sch_city"]


async def _found(api: RecordingApi, user: Any, query: dict[str, str]) -> list[str]:
    async with api.client(user) as client:
        answer = await client.get("/recordings", params=query)
    assert answer.status_code == 200
    return sorted(item["lesson_id"] for item in answer.json()["items"])


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()
