"""Staff over HTTP: who is added, invited, changed and closed, by whom, and what a link is good for."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.accounts import endpoints as accounts
from app.accounts.passwords import Passwords
from app.accounts.rate_limit import RateLimiter
from app.db.engine import Database
from app.db.models import AuditEntry, Classroom
from app.errors import AppError, NotFound
from app.settings import Settings
from app.staff import endpoints
from app.staff.founding import found
from app.staff.invitations import LIFETIME_MS, Invitations
from app.staff.people import Staff
from app.staff.rescue import invite
from tests.support.api import Api, Time
from tests.support.clock import START_MS
from tests.support.county import FAST_HASHER, PASSWORD, SmallCounty, make_county
from tests.support.database import on_both_databases

NEW = {
    "name": "孙老师",
    "logins": ["T900", "138 0000 0000"],
    "roles": ["teacher"],
    "school_id": "sch_city",
}
CHOSEN = "seven green apples"
CSRF = {"X-Requested-With": "tongtang"}


@pytest.fixture
async def county(database: Database) -> SmallCounty:
    return await make_county(database)


@pytest.fixture
async def api(database: Database, county: SmallCounty) -> Api:
    api = Api(database, Time(START_MS))
    invitations = Invitations(database, Passwords(FAST_HASHER))
    return api.include(
        accounts.build_router(api.sessions, api.signing_in, api.authenticate),
        endpoints.build_router(
            Staff(database), invitations, api.sessions, api.authenticate, api.time
        ),
        endpoints.build_invitation_router(
            invitations, api.sessions, api.signing_in, RateLimiter(20, 300), api.time
        ),
    )


@pytest.fixture
async def admin(api: Api, county: SmallCounty) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client(county.admin) as client:
        yield client


@pytest.fixture
async def stranger(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client() as client:
        yield client


async def add(admin: httpx.AsyncClient, **change: Any) -> dict[str, Any]:
    answer = await admin.post("/staff", json=NEW | change)
    assert answer.status_code == 201, answer.text
    added: dict[str, Any] = answer.json()
    return added


def token_of(invitation: dict[str, Any]) -> str:
    url: str = invitation["url"]
    assert url.startswith("http://localhost:8080/welcome/")
    return url.rpartition("/")[2]


async def sign_in(client: httpx.AsyncClient, login: str, password: str) -> int:
    body = {"login": login, "password": password}
    return (await client.post("/auth/token", json=body)).status_code


@on_both_databases
async def test_a_person_is_added_and_comes_in_by_a_link(
    api: Api, admin: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    added = await add(admin)
    person = added["person"]
    assert person["logins"] == ["13800000000", "t900"] and not person["has_password"]
    assert (person["school_name"], person["invited_until"] is not None) == ("sch_city", True)
    assert await sign_in(stranger, "T900", "") == 422
    assert await sign_in(stranger, "T900", "anything at all") == 401
    token = token_of(added["invitation"])

    found = await stranger.post("/invitations/check", json={"token": token})
    assert found.json() == {"name": "孙老师", "login": "13800000000"}
    for weak in ("short", "13800000000"):
        answer = await stranger.post("/invitations/accept", json={"token": token, "password": weak})
        assert (answer.status_code, answer.json()["code"]) == (422, "password_weak")
    accept = {"token": token, "password": CHOSEN}
    answer = await stranger.post("/invitations/accept", json=accept)
    assert answer.json()["name"] == "孙老师" and "tongtang_session" in answer.cookies
    assert (await stranger.get("/auth/me")).json()["roles"] == ["teacher"]
    assert await sign_in(stranger, "138-0000-0000", CHOSEN) == 200

    again = await stranger.post("/invitations/accept", json=accept, headers=CSRF)
    assert (again.status_code, again.json()["code"]) == (410, "invitation_over")
    (listed,) = (await admin.get("/staff", params={"text": "孙"})).json()["items"]
    assert listed["has_password"] and listed["invited_until"] is None
    assert await api.audited(person["user_id"]) == ["staff.joined"]


@on_both_databases
async def test_a_link_pressed_twice_at_once_counts_once(
    admin: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    token = token_of((await add(admin))["invitation"])
    accepts = [
        stranger.post("/invitations/accept", json={"token": token, "password": f"{CHOSEN} {n}"})
        for n in range(3)
    ]
    assert sorted(a.status_code for a in await asyncio.gather(*accepts)) == [200, 410, 410]


@on_both_databases
async def test_a_new_link_resets_a_password_and_ends_old_links_and_sessions(
    api: Api, admin: httpx.AsyncClient, stranger: httpx.AsyncClient, county: SmallCounty
) -> None:
    path = f"/staff/{county.teacher}/invitation"
    first, second = [(await admin.post(path)).json() for _ in range(2)]
    gone = await stranger.post("/invitations/check", json={"token": token_of(first)})
    assert (gone.status_code, gone.json()["code"]) == (404, "invitation_unknown")
    async with api.client(county.teacher) as teacher:
        assert (await teacher.get("/auth/me")).status_code == 200
        assert await sign_in(stranger, "teacher1@example.org", PASSWORD) == 200
        accept = {"token": token_of(second), "password": CHOSEN}
        assert (await stranger.post("/invitations/accept", json=accept)).status_code == 200
        assert (await teacher.get("/auth/me")).status_code == 401
    assert await sign_in(stranger, "teacher1@example.org", PASSWORD) == 401
    assert await sign_in(stranger, "teacher1@example.org", CHOSEN) == 200


async def test_a_link_ends_after_a_week(
    api: Api, admin: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    token = token_of((await add(admin))["invitation"])
    api.time.now_ms += LIFETIME_MS
    answer = await stranger.post("/invitations/check", json={"token": token})
    assert (answer.status_code, answer.json()["code"]) == (410, "invitation_over")


async def test_guessing_links_is_slowed_down(stranger: httpx.AsyncClient) -> None:
    codes = [
        (await stranger.post("/invitations/check", json={"token": f"guess{n}"})).status_code
        for n in range(21)
    ]
    assert codes == [404] * 20 + [429]


@on_both_databases
async def test_a_person_is_changed_closed_and_opened_again(
    api: Api, admin: httpx.AsyncClient, stranger: httpx.AsyncClient, county: SmallCounty
) -> None:
    path = f"/staff/{county.onsite}"
    draft = {
        "name": "新名字",
        "logins": ["F900"],
        "roles": ["onsite", "teacher"],
        "school_id": "sch_2",
    }
    changed = (await admin.put(path, json=draft)).json()
    assert (changed["name"], changed["roles"], changed["school_id"]) == (
        "新名字",
        ["onsite", "teacher"],
        "sch_2",
    )
    assert await sign_in(stranger, "onsite1@example.org", PASSWORD) == 401
    assert await sign_in(stranger, "f900", PASSWORD) == 200
    async with api.client(county.onsite) as onsite:
        for _ in range(2):
            assert (await admin.delete(path)).status_code == 204
        assert (await onsite.get("/auth/me")).status_code == 401
    assert await sign_in(stranger, "f900", PASSWORD) == 401
    assert (await admin.post(f"{path}/invitation")).status_code == 404
    assert (await admin.post(f"{path}/reopening")).status_code == 204
    assert await sign_in(stranger, "f900", PASSWORD) == 200


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"logins": ["Teacher2@Example.org"]}, 409, "login_taken"),
        ({"roles": ["onsite"], "school_id": None}, 422, "school_needed"),
        ({"school_id": "sch_nowhere"}, 404, "not_found"),
        ({"logins": []}, 422, "invalid_input"),
        ({"logins": ["a", "b", "c", "d", "e"]}, 422, "invalid_input"),
        ({"logins": ["\u3000"]}, 422, "invalid_input"),
        ({"roles": ["king"]}, 422, "invalid_input"),
        ({"roles": []}, 422, "invalid_input"),
        ({"name": " "}, 422, "invalid_input"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_kept(
    admin: httpx.AsyncClient, change: dict[str, Any], status: int, code: str
) -> None:
    before = (await admin.get("/staff")).json()
    answer = await admin.post("/staff", json=NEW | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await admin.get("/staff")).json() == before


@on_both_databases
async def test_a_county_keeps_an_administrator(
    admin: httpx.AsyncClient, county: SmallCounty
) -> None:
    path = f"/staff/{county.admin}"
    draft = {
        "name": "Admin",
        "logins": ["admin@example.org"],
        "roles": ["teacher"],
        "school_id": None,
    }
    for answer in (await admin.delete(path), await admin.put(path, json=draft)):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
    await add(admin, roles=["admin"], school_id=None)
    assert (await admin.put(path, json=draft)).status_code == 200


@on_both_databases
async def test_everybody_is_found_page_by_page(admin: httpx.AsyncClient) -> None:
    for n in range(5):
        await add(admin, name=f"同名 {n % 2}", logins=[f"same{n}"])
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await admin.get("/staff", params=query)).json()
        seen += [one["user_id"] for one in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert len(seen) == len(set(seen)) == 10
    assert (await admin.get("/staff", params={"after": "!"})).status_code == 422
    for text, count in (("same", 5), ("100%", 0), ("_", 0), ("同名 1", 2)):
        assert len((await admin.get("/staff", params={"text": text})).json()["items"]) == count


async def test_only_admins_of_the_county_may(
    api: Api, stranger: httpx.AsyncClient, county: SmallCounty
) -> None:
    path = f"/staff/{county.teacher}"
    for user, status in ((county.teacher, 403), (county.onsite, 403), (None, 401)):
        async with api.client(user) as client:
            for answer in (
                await client.get("/staff"),
                await client.post("/staff", json=NEW),
                await client.put(path, json=NEW),
                await client.delete(path),
                await client.post(f"{path}/invitation"),
                await client.post(f"{path}/reopening"),
            ):
                assert answer.status_code == status
    async with api.client(county.admin) as admin:
        for answer in (
            await admin.delete("/staff/usr_x"),
            await admin.put("/staff/usr_x", json=NEW),
        ):
            assert answer.status_code == 404


async def test_every_change_is_noted_without_a_name(
    database: Database, admin: httpx.AsyncClient, county: SmallCounty
) -> None:
    user_id = (await add(admin))["person"]["user_id"]
    await admin.put(f"/staff/{user_id}", json=NEW)
    await admin.delete(f"/staff/{user_id}")
    await admin.post(f"/staff/{user_id}/reopening")
    async with database.reading() as session:
        entries = (await session.scalars(select(AuditEntry))).all()
    assert sorted(entry.action for entry in entries) == [
        "staff.added",
        "staff.changed",
        "staff.closed",
        "staff.invited",
        "staff.reopened",
    ]
    assert {(entry.user_id, entry.subject_id) for entry in entries} == {(county.admin, user_id)}
    assert "孙" not in str([entry.details for entry in entries])


async def test_the_terminal_lets_the_last_administrator_in(
    database: Database, stranger: httpx.AsyncClient, tmp_path: Path
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    settings = Settings(data_dir=tmp_path, database_url=url)
    token = await invite(settings, " Admin@Example.org", START_MS)
    accept = {"token": token, "password": CHOSEN}
    assert (await stranger.post("/invitations/accept", json=accept)).status_code == 200
    with pytest.raises(NotFound, match="nobody"):
        await invite(settings, "who@example.org", START_MS)


async def test_a_new_server_gets_its_county_and_first_administrator_from_the_terminal(
    database: Database, stranger: httpx.AsyncClient, tmp_path: Path
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    settings = Settings(data_dir=tmp_path, database_url=url)
    token = await found(settings, "新县", "马老师", " Ma@Example.org", START_MS)
    accept = {"token": token, "password": CHOSEN}
    assert (await stranger.post("/invitations/accept", json=accept)).status_code == 200
    (listed,) = (await stranger.get("/staff")).json()["items"]
    assert (listed["name"], listed["logins"], listed["roles"]) == (
        "马老师",
        ["ma@example.org"],
        ["admin"],
    )
    async with database.reading() as session:
        rooms = await session.scalars(select(Classroom.is_simulated).order_by(Classroom.name))
        assert sum(rooms) == 2
    for county, login, code in (
        ("新县", "other@example.org", "county_taken"),
        ("另一个县", "ma@example.org", "login_taken"),
        (" ", "other@example.org", "invalid_input"),
    ):
        with pytest.raises(AppError) as refused:
            await found(settings, county, "马老师", login, START_MS)
        assert refused.value.code == code
