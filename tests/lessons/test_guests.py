"""A guest teacher comes in by a link that counts once, leads the one lesson, and finds nothing else."""

import asyncio

import httpx
import pytest
from sqlalchemy import select

from app.db.models import AuditEntry, Lesson
from app.ids import UserId
from tests.support.county import SmallCounty
from tests.support.county_admins import add_school_admin
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi

CSRF = {"X-Requested-With": "tongtang"}
PATH = "/lessons/les_1/guest"
NAME = "古琴家 林先生"


async def invited(admin: httpx.AsyncClient, name: str = NAME) -> dict[str, str]:
    """What the link's page sends."""
    answer = await admin.post(PATH, json={"name": name})
    assert answer.status_code == 201, answer.text
    url: str = answer.json()["url"]
    assert url.startswith("http://localhost:8080/g/")
    return {"token": url.rpartition("/")[2]}


@on_both_databases
async def test_a_guest_leads_the_one_lesson_and_nothing_else(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as admin, api.client() as guest:
        link = await invited(admin)
        seen = (await guest.post("/guests/check", json=link)).json()
        assert (seen["name"], seen["title"]) == (NAME, "分数的认识")
        entered = await guest.post("/guests/enter", json=link)
        assert entered.json() == {"lesson_id": "les_1"} and "tongtang_session" in entered.cookies
        guest.headers.update(CSRF)
        (lesson,) = (await guest.get("/lessons")).json()["items"]
        assert (lesson["lead"]["name"], lesson["my_roles"]) == (NAME, ["lead"])
        assert not lesson["may_invite"]
        ticket = (await guest.post("/lessons/les_1/tickets", json={"role": "lead"})).json()
        assert (ticket["role"], ticket["is_guest"]) == ("lead", True)
        assert (await guest.post("/lessons/les_1/start")).status_code == 200
        for method, path in (
            ("GET", "/lessons/les_1/journal"),
            ("POST", "/rehearsals"),
            ("DELETE", f"/lessons/les_1/staff/{county.other_teacher}"),
            ("DELETE", "/lessons/les_1/tickets/sea_1"),
            ("POST", PATH),
        ):
            body = {"name": "x"} if path == PATH else None
            assert (await guest.request(method, path, json=body)).status_code == 403, path
        assert (await guest.post("/lessons/les_1/end")).status_code == 200
        # He is no colleague: nobody finds him among the staff.
        assert (
            NAME not in (await admin.get("/teachers")).text + (await admin.get("/colleagues")).text
        )
    async with api.database.reading() as session:
        actions = (await session.scalars(select(AuditEntry.action))).all()
    assert sorted(actions) == ["lesson.guest_invited", "lesson.substituted"]


@on_both_databases
async def test_a_link_pressed_twice_at_once_counts_once(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as admin, api.client() as guest:
        link = await invited(admin)
        tries = [guest.post("/guests/enter", json=link) for _ in range(3)]
        assert sorted(one.status_code for one in await asyncio.gather(*tries)) == [200, 410, 410]
        over = await guest.post("/guests/check", json=link)
        assert (over.status_code, over.json()["code"]) == (410, "guest_link_over")


async def test_a_fresh_link_is_for_the_same_guest_and_ends_what_the_old_one_opened(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as admin, api.client() as phone, api.client() as laptop:
        await phone.post("/guests/enter", json=await invited(admin))
        before = (await phone.get("/lessons/les_1")).json()["lead"]["user_id"]
        link = await invited(admin, "林默")
        assert (await phone.get("/lessons/les_1")).status_code == 401
        assert (await laptop.post("/guests/enter", json=link)).status_code == 200
        lead = (await laptop.get("/lessons/les_1")).json()["lead"]
        assert lead == {"user_id": before, "name": "林默"}


async def test_a_link_ends_with_the_lesson_and_with_another_teacher(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as admin, api.client() as guest:
        link = await invited(admin)
        substitute = {"lead_id": county.other_teacher}
        await admin.post("/lessons/les_1/substitution", json=substitute)
        assert (await guest.post("/guests/enter", json=link)).json()["code"] == "guest_link_over"
        link = await invited(admin)
        api.time.now_ms = county.ends_at_ms + 3 * 3_600_000
        assert (await guest.post("/guests/enter", json=link)).json()["code"] == "guest_link_over"
        refused = await admin.post(PATH, json={"name": NAME})
        assert (refused.status_code, refused.json()["code"]) == (409, "lesson_ended")
        unknown = await guest.post("/guests/check", json={"token": "no-such-token"})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "guest_link_unknown")


@pytest.mark.parametrize("is_theirs", [True, False])
async def test_a_school_admin_invites_to_lessons_of_the_school_only(
    api: LessonApi, county: SmallCounty, is_theirs: bool
) -> None:
    school_admin = await add_school_admin(api.database, county)
    if is_theirs:
        async with api.database.transaction() as session:
            lesson = await session.get_one(Lesson, county.lesson)
            lesson.lead_user_id = UserId(school_admin)
    async with api.client(school_admin) as client:
        answer = await client.post(PATH, json={"name": NAME})
        # A classroom of the school takes part in the other one: seen, and not changed.
        assert answer.status_code == (201 if is_theirs else 403)
        assert (await client.get("/lessons/les_1")).status_code == 200
