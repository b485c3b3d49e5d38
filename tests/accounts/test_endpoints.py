import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from fastapi import Request
from sqlalchemy import select, update

from app.accounts import doors, endpoints
from app.accounts.passwords import Passwords
from app.accounts.signing_in import BEARER_LIFETIME_MS, FAILURES_PER_LOGIN
from app.db.engine import Database
from app.db.models import Session, User
from tests.support.api import Api, Time
from tests.support.clock import START_MS
from tests.support.county import PASSWORD, SmallCounty, make_county

CSRF = {"X-Requested-With": "tongtang"}
TEACHER = {"login": "teacher1@example.org", "password": PASSWORD}


@dataclass
class OpenLesson:
    lesson_id: str
    free_seat_id: str


async def find_demo_lesson() -> OpenLesson | None:
    return OpenLesson("les_1", "sea_1")


def https_url(_request: Request) -> str | None:
    return "https://192.0.2.1:8443"


@pytest_asyncio.fixture
async def county(database: Database) -> SmallCounty:
    return await make_county(database)


@pytest_asyncio.fixture
async def api(database: Database, county: SmallCounty) -> AsyncIterator[Api]:
    api = Api(database, Time(START_MS))
    yield api.include(
        endpoints.build_router(api.sessions, api.signing_in, api.authenticate),
        doors.build_router(
            api.sessions,
            api.signing_in,
            api.authenticate,
            find_demo_lesson,
            is_demo=True,
            https_url=https_url,
            has_authority=True,
            host_names=["school.local"],
        ),
    )


async def test_a_bearer_token_lets_its_owner_in_until_it_expires(
    api: Api, county: SmallCounty
) -> None:
    async with api.client() as client:
        answer = await client.post("/auth/token", json=TEACHER)
        assert answer.status_code == 200
        body = answer.json()
        assert body["token_type"] == "bearer"
        assert body["expires_at"].endswith("Z")
        bearer = {"Authorization": f"Bearer {body['access_token']}"}

        me = await client.get("/auth/me", headers=bearer)
        assert me.json() == {
            "user_id": county.teacher,
            "name": "Teacher One",
            "roles": ["teacher"],
            "school": {"school_id": "sch_city", "name": "sch_city"},
        }

        api.time.now_ms += BEARER_LIFETIME_MS
        gone = await client.get("/auth/me", headers=bearer)
        assert (gone.status_code, gone.json()["code"]) == (401, "not_authenticated")


async def test_only_a_hash_of_the_token_is_stored(api: Api, database: Database) -> None:
    async with api.client() as client:
        token = (await client.post("/auth/token", json=TEACHER)).json()["access_token"]
    async with database.reading() as session:
        row = (await session.scalars(select(Session))).one()
    assert row.token_sha256 == hashlib.sha256(token.encode()).hexdigest()


@pytest.mark.parametrize("spelling", ["TEACHER1@example.org", " teacher1@EXAMPLE.ORG "])
async def test_the_spelling_of_a_login_does_not_matter(api: Api, spelling: str) -> None:
    async with api.client() as client:
        answer = await client.post("/auth/token", json={**TEACHER, "login": spelling})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "credentials",
    [
        {**TEACHER, "password": "wrong"},
        {**TEACHER, "login": "nobody@example.org"},
    ],
)
async def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(
    api: Api, credentials: dict[str, str]
) -> None:
    async with api.client() as client:
        answer = await client.post("/auth/token", json=credentials)
    assert answer.status_code == 401
    assert answer.json() == {
        "code": "wrong_credentials",
        "message": "login or password is wrong",
    }


async def test_an_unknown_login_costs_one_verification_like_a_wrong_password() -> None:
    class CountingHasher(PasswordHasher):
        verified = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            self.verified += 1
            return super().verify(hash, password)

    hasher = CountingHasher(time_cost=1, memory_cost=64, parallelism=1)
    passwords = Passwords(hasher)
    known = await passwords.hash("right")
    assert await passwords.verify(known, "right")
    assert not await passwords.verify(known, "wrong")
    assert not await passwords.verify(None, "wrong")
    assert not await passwords.verify(None, "the password of nobody")
    assert hasher.verified == 4


async def test_a_closed_account_can_no_longer_sign_in_nor_use_its_token(
    api: Api, database: Database, county: SmallCounty
) -> None:
    async with api.client(county.teacher) as client:
        assert (await client.get("/auth/me")).status_code == 200
        async with database.transaction() as session:
            await session.execute(
                update(User).where(User.user_id == county.teacher).values(is_active=False)
            )
        assert (await client.get("/auth/me")).status_code == 401
        assert (await client.post("/auth/token", json=TEACHER)).status_code == 401


async def test_guessing_a_password_is_stopped(api: Api) -> None:
    async with api.client() as client:
        for _ in range(FAILURES_PER_LOGIN):
            answer = await client.post("/auth/token", json={**TEACHER, "password": "no"})
            assert answer.status_code == 401
        answer = await client.post("/auth/token", json=TEACHER)
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        other = await client.post(
            "/auth/token", json={"login": "admin@example.org", "password": PASSWORD}
        )
        assert other.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"login": "x"},
        {"login": "x", "password": "y", "more": 1},
        {"login": "x" * 201, "password": "y"},
        {"login": "x", "password": "y" * 201},
        {"login": ["x"], "password": "y"},
    ],
)
async def test_malformed_credentials_are_told_which_field_is_wrong(
    api: Api, body: dict[str, object]
) -> None:
    async with api.client() as client:
        answer = await client.post("/auth/token", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"
    assert answer.json()["errors"][0]["field"] in ("login", "password", "more")


async def test_a_body_over_the_limit_is_refused_before_it_is_read(api: Api) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 10_000

    async with api.client() as client:
        for content in (b"x" * 70_000, endless()):
            answer = await client.post(
                "/auth/token", content=content, headers={"Content-Type": "application/json"}
            )
            assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_browser_session_is_an_http_only_cookie_that_sign_out_ends(api: Api) -> None:
    async with api.client() as client:
        answer = await client.post("/auth/session", json=TEACHER)
        assert answer.status_code == 200
        assert answer.json()["name"] == "Teacher One"
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("tongtang_session=")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" not in cookie
        token = client.cookies["tongtang_session"]

        assert (await client.get("/auth/me")).status_code == 200
        out = await client.delete("/auth/session", headers=CSRF)
        assert out.status_code == 204
        assert "tongtang_session" not in client.cookies

        client.cookies.set("tongtang_session", token, domain="localhost")
        assert (await client.get("/auth/me")).status_code == 401


async def test_on_https_the_cookie_is_secure_under_a_name_of_its_own(api: Api) -> None:
    async with api.client(base_url="https://localhost:8443") as client:
        answer = await client.post("/auth/session", json=TEACHER)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-tongtang_session=")
        assert "Secure" in cookie
        assert (await client.get("/auth/me")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**CSRF, "Origin": "https://evil.example"},
        {**CSRF, "Origin": "null"},
        {**CSRF, "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_another_site_cannot_use_the_cookie_to_change_anything(
    api: Api, headers: dict[str, str]
) -> None:
    async with api.client() as client:
        await client.post("/auth/session", json=TEACHER)
        answer = await client.delete("/auth/session", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
        assert (await client.get("/auth/me")).status_code == 200


async def test_our_own_page_may_use_the_cookie(api: Api) -> None:
    async with api.client() as client:
        await client.post("/auth/session", json=TEACHER)
        own = {**CSRF, "Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}
        assert (await client.delete("/auth/session", headers=own)).status_code == 204


async def test_another_site_cannot_sign_a_browser_in(api: Api) -> None:
    async with api.client() as client:
        answer = await client.post(
            "/auth/session", json=TEACHER, headers={"Origin": "https://evil.example"}
        )
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


@pytest.mark.parametrize("value", ["Bearer ", "Bearer nonsense", "Basic eDp5", "x" * 5000])
async def test_a_nonsense_authorization_header_is_a_stranger(api: Api, value: str) -> None:
    async with api.client() as client:
        answer = await client.get("/auth/me", headers={"Authorization": value})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


async def test_a_revoked_token_is_a_stranger(api: Api, county: SmallCounty) -> None:
    async with api.client(county.teacher) as client:
        assert (await client.delete("/auth/token")).status_code == 204
        assert (await client.get("/auth/me")).status_code == 401


# --- the demo's doors -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("door", "user", "redirect"),
    [
        ("teach", "Teacher One", "/lessons/les_1/join?role=lead"),
        ("classroom", "On-site One", "/lessons/les_1/join?seat=sea_1"),
        ("county", "Admin", "/lessons"),
    ],
)
async def test_a_door_signs_in_and_says_where_to_go(
    api: Api, door: str, user: str, redirect: str
) -> None:
    async with api.client() as client:
        answer = await client.post(f"/demo/doors/{door}", headers=CSRF)
        assert answer.json() == {"redirect": redirect}
        assert (await client.get("/auth/me")).json()["name"] == user


@pytest.mark.parametrize(
    ("peer", "base_url", "headers"),
    [
        ("192.0.2.7", "http://localhost:8080", {}),
        ("127.0.0.1", "http://192.0.2.1:8080", {}),
        ("127.0.0.1", "http://rebind.example:8080", {}),
        ("127.0.0.1", "http://localhost.evil.example", {}),
        ("127.0.0.1", "http://localhost:8080", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", "http://localhost:8080", {"X-Forwarded-Anything": "1"}),
        ("127.0.0.1", "http://localhost:8080", {"Forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", "http://localhost:8080", {"Via": "1.1 proxy"}),
        ("not an address", "http://localhost:8080", {}),
    ],
)
async def test_doors_are_closed_to_everybody_but_this_very_machine(
    api: Api, peer: str, base_url: str, headers: dict[str, str]
) -> None:
    async with api.client(base_url=base_url, peer=peer) as client:
        site = (await client.get("/site", headers=headers)).json()
        assert site["doors_open"] is False
        answer = await client.post("/demo/doors/county", headers={**CSRF, **headers})
        assert (answer.status_code, answer.json()["code"]) == (403, "doors_closed")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "localhost"])
async def test_doors_are_open_on_this_machine(api: Api, peer: str, host: str) -> None:
    async with api.client(peer=peer, base_url=f"http://{host}") as client:
        site = (await client.get("/site")).json()
    assert site == {
        "is_demo": True,
        "doors_open": True,
        "product": "Tongtang",
        "https_url": "https://192.0.2.1:8443",
        "has_authority": True,
        "host_names": ["school.local"],
        "signed_in_as": None,
    }


async def test_the_site_says_who_is_signed_in_and_never_refuses(
    api: Api, county: SmallCounty
) -> None:
    async with api.client(county.teacher) as client:
        assert (await client.get("/site")).json()["signed_in_as"] == "Teacher One"
    async with api.client() as client:
        answer = await client.get("/site", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()["signed_in_as"]) == (200, None)


async def test_a_form_on_another_site_cannot_open_a_door(api: Api) -> None:
    async with api.client() as client:
        answer = await client.post("/demo/doors/county", headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


async def test_a_database_that_is_no_demo_has_no_doors(
    database: Database, county: SmallCounty
) -> None:
    api = Api(database, Time(START_MS))
    api.include(
        doors.build_router(
            api.sessions,
            api.signing_in,
            api.authenticate,
            find_demo_lesson,
            is_demo=False,
            https_url=https_url,
            has_authority=True,
            host_names=[],
        )
    )
    async with api.client() as client:
        assert (await client.get("/site")).json()["doors_open"] is False
        assert (await client.post("/demo/doors/teach", headers=CSRF)).status_code == 403


async def test_every_answer_carries_the_security_headers(api: Api) -> None:
    async with api.client() as client:
        for path in ("/site", "/auth/me", "/nowhere"):
            headers = (await client.get(path)).headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "ws://localhost:8080" in headers["content-security-policy"]
            assert "camera=(self)" in headers["permissions-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
