"""One's own account over HTTP: password, second factor, and where one is signed in."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pyotp
import pytest

from app.accounts import account_endpoints, endpoints
from app.accounts.signing_in import FAILURES_PER_LOGIN
from app.db.engine import Database
from tests.support.api import Api, Time
from tests.support.clock import START_MS
from tests.support.county import PASSWORD, SmallCounty, make_county
from tests.support.database import on_both_databases

ADMIN = {"login": "admin@example.org", "password": PASSWORD}
STEP_MS = 30_000


@pytest.fixture
async def county(database: Database) -> SmallCounty:
    return await make_county(database)


@pytest.fixture
async def api(database: Database, county: SmallCounty) -> Api:
    api = Api(database, Time(START_MS))
    return api.include(
        endpoints.build_router(api.sessions, api.signing_in, api.authenticate),
        account_endpoints.build_router(
            api.sessions, api.signing_in, api.factors, api.authenticate, api.time
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


async def sign_in(client: httpx.AsyncClient, **more: Any) -> tuple[int, str | None]:
    answer = await client.post("/auth/token", json=ADMIN | more)
    return answer.status_code, answer.json().get("code")


async def enrol(api: Api, admin: httpx.AsyncClient) -> pyotp.TOTP:
    begun = (await admin.post("/account/second-factor")).json()
    totp = pyotp.TOTP(begun["secret"])
    assert begun["uri"].startswith("otpauth://totp/Tongtang:Admin?secret=")
    code = {"code": totp.at(api.time.now_ms // 1000)}
    assert (await admin.post("/account/second-factor/confirmation", json=code)).status_code == 204
    return totp


@on_both_databases
async def test_with_a_second_factor_a_password_alone_is_not_enough(
    api: Api, admin: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    totp = await enrol(api, admin)
    assert (await admin.get("/account")).json()["has_second_factor"]
    assert await sign_in(stranger) == (401, "second_factor_needed")
    assert await sign_in(stranger, password="wrong") == (401, "wrong_credentials")
    assert await sign_in(stranger, code="000000") == (401, "second_factor_wrong")
    used = totp.at(api.time.now_ms // 1000)
    assert await sign_in(stranger, code=used) == (401, "second_factor_wrong"), "it confirmed"

    api.time.now_ms += STEP_MS
    code = totp.at(api.time.now_ms // 1000)
    assert await sign_in(stranger, code=f"{code[:3]} {code[3:]}") == (200, None)
    assert await sign_in(stranger, code=code) == (401, "second_factor_wrong"), "once only"
    # A telephone whose clock is half a minute ahead; two minutes are too much.
    ahead = totp.at(api.time.now_ms // 1000 + 30)
    assert await sign_in(stranger, code=totp.at(api.time.now_ms // 1000 + 120)) == (
        401,
        "second_factor_wrong",
    )
    assert await sign_in(stranger, code=ahead) == (200, None)


@on_both_databases
async def test_it_counts_only_once_it_is_confirmed_and_until_it_is_removed(
    api: Api, admin: httpx.AsyncClient, stranger: httpx.AsyncClient, county: SmallCounty
) -> None:
    first = (await admin.post("/account/second-factor")).json()["secret"]
    assert await sign_in(stranger) == (200, None)
    wrong = await admin.post("/account/second-factor/confirmation", json={"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "second_factor_wrong")
    totp = await enrol(api, admin)
    assert totp.secret != first
    again = await admin.post("/account/second-factor")
    assert (again.status_code, again.json()["code"]) == (409, "second_factor_there")
    path = "/account/second-factor/removal"
    refused = await admin.post(path, json={"password": "wrong"})
    assert (refused.status_code, refused.json()["code"]) == (401, "wrong_credentials")
    api.time.now_ms += STEP_MS
    for _ in range(2):
        assert (await admin.post(path, json={"password": PASSWORD})).status_code == 204
    assert await sign_in(stranger) == (200, None)
    assert await api.audited(county.admin) == [
        "account.second_factor_on",
        "account.second_factor_off",
    ]


async def test_guessing_codes_is_slowed_down_like_guessing_passwords(
    api: Api, admin: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await enrol(api, admin)
    answers = [await sign_in(stranger, code=f"{n:06}") for n in range(FAILURES_PER_LOGIN + 1)]
    assert answers[-1] == (429, "rate_limited")


@on_both_databases
async def test_one_sees_where_one_is_signed_in_and_ends_it(
    api: Api, admin: httpx.AsyncClient, stranger: httpx.AsyncClient, county: SmallCounty
) -> None:
    agent = {"User-Agent": "Mozilla/5.0 " + "x" * 300}
    token = (await stranger.post("/auth/token", json=ADMIN, headers=agent)).json()["access_token"]
    other = {"Authorization": f"Bearer {token}"}
    listed = (await admin.get("/account")).json()["sessions"]
    assert sorted((one["is_current"], len(one["agent"])) for one in listed) == [
        (False, 200),
        (True, 0),
    ]
    (theirs,) = [one["session_id"] for one in listed if not one["is_current"]]
    async with api.client(county.teacher) as teacher:
        assert (await teacher.delete(f"/account/sessions/{theirs}")).status_code == 404
    assert (await stranger.get("/auth/me", headers=other)).status_code == 200
    assert (await admin.delete(f"/account/sessions/{theirs}")).status_code == 204
    assert (await stranger.get("/auth/me", headers=other)).status_code == 401
    assert (await admin.delete(f"/account/sessions/{theirs}")).status_code == 404


@on_both_databases
async def test_a_changed_password_ends_every_other_session(
    api: Api, admin: httpx.AsyncClient, stranger: httpx.AsyncClient, county: SmallCounty
) -> None:
    token = (await stranger.post("/auth/token", json=ADMIN)).json()["access_token"]
    for old, new, code in (
        ("wrong", "seven green apples", "wrong_credentials"),
        (PASSWORD, "short", "password_weak"),
        (PASSWORD, PASSWORD, "password_weak"),
    ):
        change = {"old_password": old, "new_password": new}
        assert (await admin.put("/account/password", json=change)).json()["code"] == code
    change = {"old_password": PASSWORD, "new_password": "seven green apples"}
    assert (await admin.put("/account/password", json=change)).status_code == 204
    assert (await admin.get("/auth/me")).status_code == 200
    other = {"Authorization": f"Bearer {token}"}
    assert (await stranger.get("/auth/me", headers=other)).status_code == 401
    assert await sign_in(stranger) == (401, "wrong_credentials")
    assert await sign_in(stranger, password="seven green apples") == (200, None)
    assert await api.audited(county.admin) == ["account.password_changed"]


async def test_only_admins_have_a_second_factor_and_only_members_an_account(
    api: Api, stranger: httpx.AsyncClient, county: SmallCounty
) -> None:
    async with api.client(county.teacher) as teacher:
        assert (await teacher.post("/account/second-factor")).status_code == 403
        assert not (await teacher.get("/account")).json()["may_have_second_factor"]
    for method, path, body in (
        ("GET", "", None),
        ("PUT", "/password", {"old_password": "a", "new_password": "b"}),
        ("POST", "/second-factor", None),
        ("POST", "/second-factor/removal", {"password": "a"}),
        ("DELETE", "/sessions/ses_1", None),
    ):
        assert (await stranger.request(method, f"/account{path}", json=body)).status_code == 401
