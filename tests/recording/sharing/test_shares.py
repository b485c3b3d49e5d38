"""Share links: who makes them, what a stranger gets through one, and when it ends."""

from typing import Any

import httpx
from sqlalchemy import select

from app.db.models import AccessLogEntry, ShareLink
from app.ids import UserId
from tests.support.api import DAY_MS
from tests.support.database import on_both_databases
from tests.support.recordings import (
    CHECK,
    LEAD,
    OBSERVER,
    OPEN,
    RecordingApi,
    content_of,
    refusal,
)


async def media(client: httpx.AsyncClient, url: str) -> httpx.Response:
    return await client.get(f"http://localhost:8080{url}")


async def sharing_of(api: RecordingApi, user: UserId | None = None) -> dict[str, Any]:
    async with api.client(user or api.county.teacher) as client:
        answer = await client.get(f"/recordings/{api.recording_id}/sharing")
    found: dict[str, Any] = answer.json()
    return found


@on_both_databases
async def test_a_link_plays_the_lead_and_who_agreed_to_strangers(api: RecordingApi) -> None:
    agreed, other = api.county.seats
    await api.grant(api.county.classrooms[0], "shared", "public")
    # Enough for the library, not for a link.
    await api.grant(api.county.classrooms[2], "shared")
    link = await api.make_link()
    async with api.client() as stranger:
        opened = (await stranger.post(OPEN, json={"token": link["token"]})).json()
        assert not opened["needs_passphrase"]
        replay = opened["replay"]
        assert (replay["title"], replay["subject"], replay["teacher"], replay["may_share"]) == (
            "分数的认识",
            "数学",
            "Teacher One",
            False,
        )
        assert [track["participant_id"] for track in replay["tracks"]] == [LEAD, agreed]
        for hidden in (other, "Class 3", "sch_2", OBSERVER, "Admin"):
            assert hidden not in str(replay)
        for track in replay["tracks"]:
            assert (await media(stranger, track["url"])).content == content_of(track["track_id"])
        assert (await stranger.post(CHECK, json={"token": link["token"]})).status_code == 204
    assert (opened["film"], api.public_films) == (None, [api.recording_id])
    sharing = await sharing_of(api)
    assert sharing["left_out_of_links"] == ["sch_2 Class 3"]
    assert (sharing["left_out_of_library"], sharing["links"][0]["views"]) == ([], 1)


@on_both_databases
async def test_ended_links_answer_410_and_their_media_too(api: RecordingApi) -> None:
    revoked, expired, kept = [await api.make_link(days=days) for days in (7, 1, 30)]
    async with api.client() as stranger:

        async def urls_of(link: dict[str, Any]) -> list[str]:
            opened = (await stranger.post(OPEN, json={"token": link["token"]})).json()
            return [track["url"] for track in opened["replay"]["tracks"]]

        urls = {link["link_id"]: await urls_of(link) for link in (revoked, expired, kept)}
        async with api.client(api.county.teacher) as client:
            path = f"/recordings/{api.recording_id}/links/{revoked['link_id']}"
            assert (await client.delete(path)).status_code == 204
            assert (await client.delete(path)).status_code == 204
        api.time.now_ms += DAY_MS
        for link, code in ((revoked, "link_revoked"), (expired, "link_expired")):
            for path in (OPEN, CHECK):
                pending = stranger.post(path, json={"token": link["token"]})
                assert await refusal(pending) == (410, code)
        # A fresh address of a link that is over: nobody can have one, and it would not count.
        assert (await media(stranger, urls[expired["link_id"]][0])).status_code == 403
        api.time.now_ms -= DAY_MS
        assert await refusal(media(stranger, urls[revoked["link_id"]][0])) == (410, "link_revoked")
        assert (await media(stranger, urls[kept["link_id"]][0])).status_code == 200
    states = {one["link_id"]: one["state"] for one in (await sharing_of(api))["links"]}
    assert states[revoked["link_id"]] == "revoked" and states[kept["link_id"]] == "active"


@on_both_databases
async def test_a_link_does_not_outlive_the_publication(api: RecordingApi) -> None:
    link = await api.make_link()
    async with api.client(api.county.teacher) as client, api.client() as stranger:
        opened = (await stranger.post(OPEN, json={"token": link["token"]})).json()
        url = opened["replay"]["tracks"][0]["url"]
        publication = f"/recordings/{api.recording_id}/publication"
        await client.delete(publication)
        await client.put(publication)
        pending = stranger.post(OPEN, json={"token": link["token"]})
        assert await refusal(pending) == (410, "link_revoked")
        assert await refusal(media(stranger, url)) == (410, "link_revoked")
        (listed,) = (await sharing_of(api))["links"]
        assert (listed["state"], listed["revoked_because"]) == ("revoked", "unpublished")
        await client.delete(publication)
        links = f"/recordings/{api.recording_id}/links"
        assert await refusal(client.post(links, json={})) == (409, "not_published")


@on_both_databases
async def test_withdrawn_consent_ends_links_at_once(api: RecordingApi) -> None:
    classroom, seat = api.county.classrooms[0], api.county.seats[0]
    await api.grant(classroom, "shared", "public")
    link = await api.make_link()
    async with api.client() as stranger:
        replay = (await stranger.post(OPEN, json={"token": link["token"]})).json()["replay"]
        (url,) = [one["url"] for one in replay["tracks"] if one["participant_id"] == seat]
        await api.consent(classroom, "public", False)
        pending = stranger.post(OPEN, json={"token": link["token"]})
        assert await refusal(pending) == (410, "link_revoked")
        assert await refusal(media(stranger, url)) == (410, "link_revoked")
    assert api.films == [(api.recording_id, "public")]
    sharing = await sharing_of(api)
    assert sharing["publication"] is not None
    assert sharing["links"][0]["revoked_because"] == "consent_withdrawn"
    # A new link leaves it out; that it never agreed again ends no link.
    link = await api.make_link()
    await api.consent(classroom, "public", False)
    async with api.client() as stranger:
        replay = (await stranger.post(OPEN, json={"token": link["token"]})).json()["replay"]
    assert [track["participant_id"] for track in replay["tracks"]] == [LEAD]


@on_both_databases
async def test_withdrawing_to_be_recorded_withdraws_everything(api: RecordingApi) -> None:
    classroom = api.county.classrooms[0]
    await api.grant(classroom, "shared", "public")
    await api.make_link()
    await api.consent(classroom, "recorded", False)
    sharing = await sharing_of(api)
    assert sharing["publication"] is None
    assert sharing["links"][0]["revoked_because"] == "consent_withdrawn"
    assert api.films == [(api.recording_id, p) for p in ("public", "recorded", "shared")]


async def test_films_are_made_anew_also_of_what_is_not_published(api: RecordingApi) -> None:
    await api.grant(api.county.classrooms[0], "shared")
    await api.consent(api.county.classrooms[0], "shared", False)
    assert api.films == [(api.recording_id, "shared")]
    # Classroom 2 took part in nothing.
    await api.grant(api.county.classrooms[1], "recorded")
    await api.consent(api.county.classrooms[1], "recorded", False)
    assert len(api.films) == 1


async def test_a_wrong_passphrase_is_refused_and_guessing_comes_to_an_end(
    api: RecordingApi,
) -> None:
    link = await api.make_link(passphrase=" 春天 的风 ")
    key = {"token": link["token"]}
    async with api.client() as stranger:
        locked = await stranger.post(OPEN, json=key)
        assert locked.json() == {"needs_passphrase": True, "replay": None, "film": None}
        wrong = {**key, "passphrase": "春天"}
        assert await refusal(stranger.post(OPEN, json=wrong)) == (403, "passphrase_wrong")
        right = {**key, "passphrase": "春天 的风"}
        assert (await stranger.post(OPEN, json=right)).json()["replay"] is not None
        for _ in range(10):
            assert await refusal(stranger.post(OPEN, json=wrong)) == (403, "passphrase_wrong")
        for guess in (wrong, right):
            assert await refusal(stranger.post(OPEN, json=guess)) == (429, "rate_limited")
    async with api.client(peer="192.0.2.7") as elsewhere:
        assert (await elsewhere.post(OPEN, json=right)).status_code == 200
    async with api.database.reading() as session:
        row = await session.get_one(ShareLink, link["link_id"])
    assert row.passphrase_hash is not None and row.passphrase_hash.startswith("$argon2id$")
    assert link["token"] not in (row.token_sha256, row.link_id)


async def test_tokens_cannot_be_guessed_in_numbers(api: RecordingApi) -> None:
    async with api.client() as stranger:
        for n in range(60):
            pending = stranger.post(OPEN, json={"token": f"{n:032}"})
            assert await refusal(pending) == (404, "link_unknown")
        assert (await stranger.post(OPEN, json={"token": "0" * 32})).status_code == 429
        assert (await stranger.post(OPEN, json={"token": "../../etc"})).status_code == 422


@on_both_databases
async def test_a_visit_is_counted_once_and_noted_without_a_name(api: RecordingApi) -> None:
    link = await api.make_link()
    for _ in range(2):
        async with api.client() as browser:
            for _ in range(3):
                await browser.post(OPEN, json={"token": link["token"]})
    assert (await sharing_of(api))["links"][0]["views"] == 2
    async with api.database.reading() as session:
        entries = list(await session.scalars(select(AccessLogEntry)))
    assert [(e.user_id, e.action, e.subject_id) for e in entries] == [
        (None, "share.viewed", link["link_id"])
    ] * 2


async def test_drafts_have_bounds(api: RecordingApi) -> None:
    async with api.client(api.county.teacher) as client:
        await client.put(f"/recordings/{api.recording_id}/publication")
        for draft in (
            {"days": 0},
            {"days": 366},
            {"passphrase": "abc"},
            {"passphrase": "x" * 101},
            {"more": 1},
            {"clip": {"from_ms": 0, "to_ms": 999}},
            {"clip": {"from_ms": 9_000, "to_ms": 5_000}},
            {"clip": {"from_ms": 59_000, "to_ms": 61_000}},
            {"clip": {"from_ms": -1, "to_ms": 5_000}},
        ):
            answer = await client.post(f"/recordings/{api.recording_id}/links", json=draft)
            assert answer.status_code == 422, draft
    assert (await sharing_of(api))["links"] == [] and api.clips == []


async def test_a_link_lasts_thirty_days_unless_said_otherwise(api: RecordingApi) -> None:
    link = await api.make_link()
    async with api.database.reading() as session:
        row = await session.get_one(ShareLink, link["link_id"])
    assert row.expires_at_ms - row.created_at_ms == 30 * DAY_MS


async def test_only_the_lead_and_its_admin_handle_links(api: RecordingApi) -> None:
    link = await api.make_link()
    folder = f"/recordings/{api.recording_id}"
    for user in (api.county.other_teacher, api.county.onsite):
        async with api.client(user) as client:
            for pending in (
                client.get(f"{folder}/sharing"),
                client.post(f"{folder}/links", json={}),
                client.delete(f"{folder}/links/{link['link_id']}"),
            ):
                assert await refusal(pending) == (403, "not_allowed")
    async with api.client(api.county.admin) as client:
        assert (await client.get(f"{folder}/sharing")).status_code == 200
        missing = client.delete(f"{folder}/links/lnk_none")
        assert await refusal(missing) == (404, "not_found")


@on_both_databases
async def test_no_published_address_reaches_anything_unpublished(api: RecordingApi) -> None:
    """Every address of every published body, as it is and bent towards every other object there is."""
    await api.grant(api.county.classrooms[0], "shared", "public")
    link = await api.make_link()
    clip = await api.make_link(clip={"from_ms": 1_000, "to_ms": 5_000})
    unpublished = [f"epo_{n}_{api.county.lesson}" for n in (2, 3)]
    async with api.client(api.county.other_teacher) as staff, api.client() as stranger:
        bodies = [
            (await staff.get(f"/recordings/{api.recording_id}")).json(),
            (await stranger.post(OPEN, json={"token": link["token"]})).json()["replay"],
        ]
        urls = [url for body in bodies for url in _addresses(body)]
        assert len(urls) == 4
        for url in urls:
            assert (await media(stranger, url)).status_code == 200
            own_track = url.partition("?")[0].rpartition("/")[2]
            for other in unpublished:
                for bent in (
                    url.replace(own_track, other),
                    url.replace(own_track, f"{own_track}/../{other}"),
                    url.replace(own_track, f"..%2f{other}"),
                    url.replace(link["link_id"], clip["link_id"]),
                    url.replace("/library/", "/recordings/").replace(own_track, other),
                ):
                    answer = await media(stranger, bent)
                    assert bent == url or answer.status_code in (403, 404, 422), bent
                    assert content_of(other) not in answer.content


def _addresses(value: Any) -> list[str]:
    """Every text in a body that is an address of ours."""
    if isinstance(value, str):
        return [value] if value.startswith("/") else []
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for part in parts for one in _addresses(part)]
