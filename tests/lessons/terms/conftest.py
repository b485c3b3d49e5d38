from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.db.engine import Database
from app.lessons.changes import LessonChanges
from app.lessons.terms import endpoints
from app.lessons.terms.courses import Courses
from app.lessons.terms.holidays import Holidays
from app.lessons.terms.planning import Planning
from app.lessons.terms.terms import Terms
from tests.support.county import SmallCounty, make_county
from tests.support.lessons import LessonApi, lesson_api

TERM = {"name": "春季学期", "first_day": "2027-03-01", "last_day": "2027-03-28"}
WEDNESDAYS = ["2027-03-03", "2027-03-10", "2027-03-17", "2027-03-24"]


@pytest.fixture
async def county(database: Database) -> SmallCounty:
    return await make_county(database)


@pytest.fixture
async def api(database: Database, county: SmallCounty) -> AsyncIterator[LessonApi]:
    async with lesson_api(database, larger_bodies=endpoints.LARGER_BODIES) as api:
        changes = LessonChanges(database, api.store, api.control, api.time)
        routers = endpoints.build_routers(
            Terms(database, "Asia/Shanghai", api.time),
            Planning(database, api.time),
            Courses(database, changes, api.time),
            Holidays(database, changes, api.time),
            api.authenticate,
        )
        api.include(*routers)
        yield api


@pytest.fixture
async def admin(api: LessonApi, county: SmallCounty) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client(county.admin) as client:
        yield client


@pytest.fixture
async def plan(admin: httpx.AsyncClient) -> str:
    """Path of the plan of a city school, a town school and one village school."""
    term = (await admin.post("/terms", json=TERM)).json()["id"]
    draft = {"name": "第一组", "city_id": "sch_city", "town_id": "sch_1", "village_ids": ["sch_2"]}
    group = (await admin.post("/school-groups", json=draft)).json()["id"]
    return f"/terms/{term}/groups/{group}"


async def lessons_of(client: httpx.AsyncClient, title: str) -> dict[str, dict[str, Any]]:
    """Those of this title, by day."""
    lessons = (await client.get("/lessons?limit=100")).json()["items"]
    return {
        one["starts_at"][:10]: one
        for one in sorted(lessons, key=lambda one: str(one["starts_at"]))
        if one["title"] == title
    }
