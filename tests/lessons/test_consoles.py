import asyncio
from typing import Any

import httpx
import pytest

from app.accounts.console_codes import KEPT_MS, LIFETIME_MS
from app.errors import NotAuthenticated
from app.ids import UserId
from app.rooms.state import Role
from tests.support.clock import START_MS
from tests.support.county import MINUTE_MS, SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi

GRACE_MS = 30 * MINUTE_MS


async def seat_ticket(api: LessonApi, who: UserId, seat_id: str = "sea_1") -> dict[str, str]:
    """The header with which a classroom's own page asks."""
    async with api.client(who) as client:
        answer = await client.post("/lessons/les_1/tickets", json={"seat_id": seat_id})
    return {"X-Tongtang-Ticket": answer.json()["token"]}


async def invite(client: httpx.AsyncClient, ticket: dict[str, str]) -> dict[str, Any]:
    answer = await client.post("/consoles/codes", headers=ticket)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@on_both_databases
async def test_a_phone_enters_by_the_code_on_the_classrooms_screen_as_console_only(
    api: LessonApi, county: SmallCounty
) -> None:
    ticket = await seat_ticket(api, county.onsite)
    async with api.client(base_url="http://192.0.2.7:8080") as client:
        made = await invite(client, ticket)
        assert made["url"] == f"http://192.0.2.7:8080/p/{made['code']}"
        typed = f"{made['code'][:4]} {made['code'][4:]}"
        answer = await client.post("/consoles", json={"code": typed})
    body = answer.json()
    assert (answer.status_code, body["participant_id"], body["role"]) == (200, "sea_1", "classroom")
    console = api.book.read_any_ticket(body["token"], START_MS)
    assert console.is_console
    assert (console.role, console.classroom_id) == (Role.CLASSROOM, "cls_1")
    assert console.expires_at_ms == county.ends_at_ms + GRACE_MS


@on_both_databases
async def test_of_two_phones_with_one_code_one_gets_in(api: LessonApi, county: SmallCounty) -> None:
    ticket = await seat_ticket(api, county.onsite)
    async with api.client() as client:
        code = (await invite(client, ticket))["code"]
        answers = await asyncio.gather(
            *(client.post("/consoles", json={"code": code}) for _ in range(3))
        )
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
    assert {a.json()["code"] for a in answers if a.status_code == 404} == {"code_unknown"}


async def test_a_code_lasts_five_minutes_and_a_new_one_replaces_it(
    api: LessonApi, county: SmallCounty
) -> None:
    ticket = await seat_ticket(api, county.onsite)
    async with api.client() as client:
        first, second = await invite(client, ticket), await invite(client, ticket)
        answer = await client.post("/consoles", json={"code": first["code"]})
        assert answer.json()["code"] == "code_unknown"
        api.time.now_ms += LIFETIME_MS
        answer = await client.post("/consoles", json={"code": second["code"]})
        assert (answer.status_code, answer.json()["code"]) == (410, "code_expired")
        api.time.now_ms += KEPT_MS + 1
        other = await seat_ticket(api, county.other_onsite, "sea_3")
        await invite(client, other)
        answer = await client.post("/consoles", json={"code": second["code"]})
        assert answer.json()["code"] == "code_unknown"


async def test_codes_cannot_be_guessed_at_leisure(api: LessonApi, county: SmallCounty) -> None:
    ticket = await seat_ticket(api, county.onsite)
    async with api.client() as client:
        code = (await invite(client, ticket))["code"]
        wrong = "00000000" if code != "00000000" else "1" * 8
        statuses = [
            (await client.post("/consoles", json={"code": wrong})).status_code for _ in range(6)
        ]
    assert statuses == [404] * 5 + [429]


async def test_the_classroom_sends_its_phones_away_and_may_let_others_in(
    api: LessonApi, county: SmallCounty
) -> None:
    ticket = await seat_ticket(api, county.onsite)
    async with api.client() as client:
        code = (await invite(client, ticket))["code"]
        token = (await client.post("/consoles", json={"code": code})).json()["token"]
        open_code = (await invite(client, ticket))["code"]
        assert (await client.delete("/consoles", headers=ticket)).status_code == 204
        with pytest.raises(NotAuthenticated) as refused:
            api.book.read_any_ticket(token, api.time.now_ms)
        assert refused.value.code == "ticket_revoked"
        answer = await client.post("/consoles", json={"code": open_code})
        assert answer.json()["code"] == "code_unknown"
        api.time.now_ms += 1
        code = (await invite(client, ticket))["code"]
        token = (await client.post("/consoles", json={"code": code})).json()["token"]
    assert api.book.read_any_ticket(token, api.time.now_ms).is_console


async def test_only_a_classrooms_own_page_lets_phones_in(
    api: LessonApi, county: SmallCounty
) -> None:
    ticket = await seat_ticket(api, county.onsite)
    async with api.client(county.teacher) as client:
        lead = (await client.post("/lessons/les_1/tickets", json={"role": "lead"})).json()["token"]
        code = (await invite(client, ticket))["code"]
        phone = (await client.post("/consoles", json={"code": code})).json()["token"]
        for token, status in ((lead, 403), (phone, 401), ("tt1.no.ticket", 401)):
            header = {"X-Tongtang-Ticket": token}
            assert (await client.post("/consoles/codes", headers=header)).status_code == status
            assert (await client.delete("/consoles", headers=header)).status_code == status
        await client.post("/lessons/les_1/end")
        answer = await client.post("/consoles/codes", headers=ticket)
        assert (answer.status_code, answer.json()["code"]) == (409, "lesson_ended")


async def test_a_phone_calls_the_roll_of_its_own_classroom_only(
    api: LessonApi, county: SmallCounty
) -> None:
    ticket = await seat_ticket(api, county.onsite)
    async with api.client() as client:
        code = (await invite(client, ticket))["code"]
        token = (await client.post("/consoles", json={"code": code})).json()["token"]
        phone = {"X-Tongtang-Ticket": token}
        roll = await client.get("/lessons/les_1/seats/sea_1/roll-call", headers=phone)
        assert [pupil["pupil_id"] for pupil in roll.json()["pupils"]] == ["pup_0"]
        other = await client.get("/lessons/les_1/seats/sea_3/roll-call", headers=phone)
        assert other.status_code == 403
