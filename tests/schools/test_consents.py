"""What classrooms agreed to, as an admin sees and enters it."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.consent import Purpose
from app.db.models import Classroom, County, School
from app.ids import ClassroomId
from app.schools.consents import build_router
from tests.support.county import SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi

Lost = list[tuple[str, set[Purpose]]]


@pytest.fixture
def lost(api: LessonApi) -> Lost:
    """What was withdrawn, as whoever takes down recordings is told."""
    told: Lost = []

    async def withdraw(
        _session: AsyncSession, classroom_id: ClassroomId, lost: set[Purpose], _now_ms: int
    ) -> int:
        told.append((classroom_id, lost))
        return 3

    api.include(build_router(api.database, withdraw, api.authenticate, api.time))
    return told


@on_both_databases
async def test_an_admin_enters_answers_and_sees_by_whom_and_when(
    api: LessonApi, county: SmallCounty, lost: Lost
) -> None:
    first = county.classrooms[0]
    async with api.client(county.admin) as client:
        path = f"/classrooms/{first}/consents"
        for purpose, is_granted in (("shared", True), ("recorded", False)):
            answer = await client.put(f"{path}/{purpose}", json={"is_granted": is_granted})
            assert answer.json() == {"unpublished": 0 if is_granted else 3}
        rows = (await client.get("/consents")).json()
    assert lost == [(first, {"recorded", "shared"})]
    assert [row["classroom_id"] for row in rows] == county.classrooms
    answers = {one["purpose"]: one for one in rows[0]["answers"]}
    assert (answers["recorded"]["is_granted"], answers["shared"]["is_granted"]) == (False, True)
    assert answers["shared"]["entered_by"] == "Admin"
    assert answers["shared"]["entered_at"].endswith("Z")
    assert rows[1]["answers"] == []


async def test_only_an_admin_of_the_county_enters_answers(
    api: LessonApi, county: SmallCounty, lost: Lost
) -> None:
    async with api.database.transaction() as session:
        session.add(County(county_id="cou_2", name="别的县"))
        await session.flush()
        session.add(School(school_id="sch_far", county_id="cou_2", name="far"))
        await session.flush()
        session.add(Classroom(classroom_id="cls_far", school_id="sch_far", name="far"))
    grant = {"is_granted": True}
    async with api.client(county.admin) as client:
        for classroom in ("cls_far", "cls_none"):
            answer = await client.put(f"/classrooms/{classroom}/consents/recorded", json=grant)
            assert answer.status_code == 404
        answer = await client.put(f"/classrooms/{county.classrooms[0]}/consents/sold", json=grant)
        assert answer.status_code == 422
    for user in (county.teacher, county.onsite):
        async with api.client(user) as client:
            assert (await client.get("/consents")).status_code == 403
            path = f"/classrooms/{county.classrooms[0]}/consents/recorded"
            assert (await client.put(path, json=grant)).status_code == 403
    assert lost == []
