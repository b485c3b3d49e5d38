"""An admin of a school has its people, and no others."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import select

from app.caller import Caller
from app.db.engine import Database
from app.db.models import AuditEntry
from app.ids import SchoolId, UserId
from app.scope import Scope
from tests.staff.test_staff import NEW, api, county
from tests.support.api import Api
from tests.support.county import SmallCounty
from tests.support.county_admins import add_person, add_school_admin
from tests.support.database import on_both_databases

__all__ = ["api", "county"]
OWN = NEW | {"school_id": "sch_1", "logins": ["own"]}


@pytest.fixture
async def admin(
    api: Api, database: Database, county: SmallCounty
) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client(await add_school_admin(database, county)) as client:
        yield client


@on_both_databases
async def test_the_own_people_are_listed_added_changed_and_closed(
    admin: httpx.AsyncClient, county: SmallCounty
) -> None:
    added = await admin.post("/staff", json=OWN | {"roles": ["teacher", "onsite", "school_admin"]})
    assert added.status_code == 201, added.text
    path = f"/staff/{added.json()['person']['user_id']}"
    assert (await admin.put(path, json=OWN)).json()["roles"] == ["teacher"]
    assert (await admin.post(f"{path}/invitation")).status_code == 201
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.post(f"{path}/reopening")).status_code == 204
    listed = [one["user_id"] for one in (await admin.get("/staff")).json()["items"]]
    assert county.onsite in listed and county.other_onsite not in listed
    assert county.admin not in listed


async def test_a_person_of_another_school_is_nobody(
    api: Api, admin: httpx.AsyncClient, database: Database, county: SmallCounty
) -> None:
    # An admin of the county who belongs to this very school is the county's.
    above = await add_person(database, county, UserId("usr_above"), "sch_1", "admin", "teacher")
    for user_id in (county.other_onsite, county.admin, above, "usr_nobody"):
        answers = [
            await admin.put(f"/staff/{user_id}", json=OWN),
            await admin.post(f"/staff/{user_id}/invitation"),
            await admin.delete(f"/staff/{user_id}"),
            await admin.post(f"/staff/{user_id}/reopening"),
        ]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [
            (404, "not_found")
        ] * 4, user_id
    async with api.client(above) as client:
        assert (await client.get("/auth/me")).status_code == 200


async def test_nobody_is_put_above_the_school_or_out_of_it(admin: httpx.AsyncClient) -> None:
    for change, refused in (
        ({"roles": ["admin"]}, (403, "not_allowed")),
        ({"school_id": "sch_2"}, (404, "not_found")),
        ({"school_id": "sch_nowhere"}, (404, "not_found")),
        ({"school_id": None}, (422, "school_needed")),
    ):
        answer = await admin.post("/staff", json=OWN | change)
        assert (answer.status_code, answer.json()["code"]) == refused, change
    assert "own" not in (await admin.get("/staff", params={"text": "own"})).text


def test_the_widest_of_the_asked_roles_counts() -> None:
    caller = Caller(
        UserId("usr"), "cou", SchoolId("sch"), "", "", frozenset({"admin", "onsite", "teacher"})
    )
    assert caller.scope_as("onsite") == Scope("cou", SchoolId("sch"))
    assert caller.scope_as("onsite", "admin") == caller.administered == Scope("cou")
    assert caller.scope_as("school_admin") is None
    assert not Scope("cou", SchoolId("sch")).holds("cou", None)
    assert not Scope("cou").holds("another", "sch")


async def test_somebody_is_signed_out_everywhere(
    api: Api, admin: httpx.AsyncClient, database: Database, county: SmallCounty
) -> None:
    path = f"/staff/{county.onsite}/sessions"
    async with api.client(county.onsite) as phone:
        (listed,) = (await admin.get(path)).json()
        assert (listed["kind"], listed["is_current"]) == ("bearer", False)
        assert (await admin.delete(path)).status_code == 204
        assert (await phone.get("/auth/me")).status_code == 401
    assert (await admin.get(path)).json() == []
    async with database.reading() as session:
        (noted,) = await session.scalars(select(AuditEntry))
    assert (noted.action, noted.subject_id, noted.school_id) == (
        "staff.signed_out", county.onsite, "sch_1",
    )  # fmt: skip
