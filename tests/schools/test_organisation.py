"""Schools and classrooms over HTTP: an admin adds and renames, nobody else does."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.models import AuditEntry
from app.schools import endpoints, organisation
from app.schools.organisation import Organisation
from tests.support.api import Api, Time
from tests.support.clock import START_MS
from tests.support.county import SmallCounty, make_county
from tests.support.database import on_both_databases


@pytest.fixture
async def county(database: Database) -> SmallCounty:
    return await make_county(database)


@pytest.fixture
async def api(database: Database, county: SmallCounty) -> Api:
    api = Api(database, Time(START_MS))
    desk = Organisation(database, api.time)
    return api.include(
        endpoints.build_router(database, api.authenticate),
        organisation.build_router(desk, api.authenticate),
    )


@pytest.fixture
async def admin(api: Api, county: SmallCounty) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client(county.admin) as client:
        yield client


@on_both_databases
async def test_a_school_with_classrooms_is_added_and_renamed(
    database: Database, admin: httpx.AsyncClient
) -> None:
    school = (await admin.post("/schools", json={"name": " 竹林小学 "})).json()
    path = f"/schools/{school['school_id']}"
    room = (await admin.post(f"{path}/classrooms", json={"name": "一年级"})).json()
    assert (await admin.put(path, json={"name": "竹林中心小学"})).status_code == 204
    answer = await admin.put(f"/classrooms/{room['classroom_id']}", json={"name": "一年级一班"})
    assert answer.status_code == 204
    listed = {one["name"]: one for one in (await admin.get("/schools")).json()["items"]}
    assert listed["竹林中心小学"]["classrooms"] == [room | {"name": "一年级一班"}]
    assert [one["name"] for one in listed["sch_1"]["classrooms"]] == ["Class 1", "Class 2"]
    planned = (await admin.get("/classrooms")).json()["items"]
    assert room["classroom_id"] in [one["classroom_id"] for one in planned]
    async with database.reading() as session:
        actions = (await session.scalars(select(AuditEntry.action))).all()
    assert sorted(actions) == [
        "classroom.added",
        "classroom.renamed",
        "school.added",
        "school.renamed",
    ]


async def test_two_of_one_name_are_refused_and_the_own_name_is_not(
    admin: httpx.AsyncClient,
) -> None:
    for method, path, name in (
        ("POST", "/schools", "sch_1"),
        ("PUT", "/schools/sch_2", "sch_1"),
        ("POST", "/schools/sch_1/classrooms", "Class 1"),
        ("PUT", "/classrooms/cls_2", "Class 1"),
    ):
        answer = await admin.request(method, path, json={"name": name})
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken"), path
    assert (await admin.put("/schools/sch_1", json={"name": "sch_1"})).status_code == 204
    # The same name in another school is fine.
    answer = await admin.post("/schools/sch_2/classrooms", json={"name": "Class 1"})
    assert answer.status_code == 201


async def test_what_is_not_there_or_nothing_is_refused(admin: httpx.AsyncClient) -> None:
    for method, path in (
        ("PUT", "/schools/sch_x"),
        ("POST", "/schools/sch_x/classrooms"),
        ("PUT", "/classrooms/cls_x"),
    ):
        assert (await admin.request(method, path, json={"name": "n"})).status_code == 404
    for name in ("", "  ", "n" * 121):
        assert (await admin.post("/schools", json={"name": name})).status_code == 422


async def test_only_admins_may(api: Api, county: SmallCounty) -> None:
    for user, status in ((county.teacher, 403), (county.onsite, 403), (None, 401)):
        async with api.client(user) as client:
            for method, path in (
                ("GET", "/schools"),
                ("GET", "/school-names"),
                ("POST", "/schools"),
                ("PUT", "/schools/sch_1"),
                ("POST", "/schools/sch_1/classrooms"),
                ("PUT", "/classrooms/cls_1"),
            ):
                body = None if method == "GET" else {"name": "n"}
                answer = await client.request(method, path, json=body)
                assert answer.status_code == status, path


@on_both_databases
async def test_schools_come_page_by_page_and_by_part_of_their_name(
    database: Database, admin: httpx.AsyncClient
) -> None:
    async def listed(**query: str) -> tuple[list[str], str | None]:
        page = (await admin.get("/schools", params=query)).json()
        return [one["name"] for one in page["items"]], page["next"]

    names = [one["name"] for one in (await admin.get("/school-names")).json()]
    assert names == ["sch_1", "sch_2", "sch_city"]
    first, cursor = await listed(limit="2")
    assert (first, cursor) == (["sch_1", "sch_2"], "sch_2")
    assert await listed(limit="2", after="sch_2") == (["sch_city"], None)
    assert await listed(text="CITY") == (["sch_city"], None)
    assert await listed(text="%") == ([], None)
    assert (await admin.get("/schools", params={"after": "a-b"})).status_code == 422
