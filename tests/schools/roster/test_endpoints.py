"""A roster over HTTP: seen, checked, replaced as a whole or not at all, by whom it may."""

from collections.abc import AsyncIterator, Collection
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.models import AccessLogEntry, AuditEntry, Pupil, RosterEntry
from app.db.withdrawal import Withdrawal
from app.ids import ClassroomId
from app.schools.roster import endpoints
from app.schools.roster.desk import RosterDesk
from tests.support.api import Api, Time
from tests.support.clock import START_MS
from tests.support.county import SmallCounty, make_county
from tests.support.database import on_both_databases


async def takes_nothing_down(_session: AsyncSession, _lost: object, _now_ms: int) -> int:
    raise AssertionError("a roster of today changes nothing of what is past")


async def ends_nothing(_classrooms: Collection[ClassroomId]) -> None:
    """No lesson runs; tests/schools/test_consents.py has one."""


FIRST = "学号,姓名\n1,王小花\n2,李强\n3,张婷\n"


@pytest.fixture
async def county(database: Database) -> SmallCounty:
    return await make_county(database)


@pytest.fixture
async def api(database: Database, county: SmallCounty) -> Api:
    api = Api(database, Time(START_MS), endpoints.LARGER_BODIES)
    desk = RosterDesk(database, Withdrawal(takes_nothing_down, ends_nothing), api.time)
    return api.include(endpoints.build_router(desk, api.authenticate))


@pytest.fixture
async def admin(api: Api, county: SmallCounty) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client(county.admin) as client:
        yield client


async def put(client: httpx.AsyncClient, text: str, classroom: str = "cls_2") -> dict[str, Any]:
    answer = await client.put(f"/classrooms/{classroom}/roster", content=text.encode())
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def names(client: httpx.AsyncClient, classroom: str = "cls_2") -> list[tuple[str, str]]:
    answer = await client.get(f"/classrooms/{classroom}/roster")
    return [(one["number"], one["name"]) for one in answer.json()["pupils"]]


@on_both_databases
async def test_who_sees_the_names_is_logged_once_a_visit(
    api: Api, county: SmallCounty, database: Database
) -> None:
    async with api.client(county.onsite) as client:
        for classroom in ("cls_1", "cls_1", "cls_3"):
            await client.get(f"/classrooms/{classroom}/roster")
    async with database.reading() as session:
        rows = await session.scalars(select(AccessLogEntry))
        seen = [(row.user_id, row.action, row.subject_id) for row in rows]
    assert seen == [(county.onsite, "roster.viewed", "cls_1")], "cls_3 is another school's"


@on_both_databases
async def test_a_sheet_is_checked_then_taken_over(
    database: Database, admin: httpx.AsyncClient
) -> None:
    assert (await put(admin, FIRST))["added"] == ["王小花", "李强", "张婷"]
    second = "学号,姓名\n1,王小花\n2,李小强\n4,赵敏\n"
    check = await admin.post("/classrooms/cls_2/roster/check", content=second.encode())
    change = {
        "errors": [],
        "added": ["赵敏"],
        "joined": [],
        "renamed": [{"before": "李强", "after": "李小强"}],
        "left": ["张婷"],
        "unchanged": 1,
    }
    assert check.json() == change
    assert await names(admin) == [("1", "王小花"), ("2", "李强"), ("3", "张婷")]
    assert await put(admin, second) == change
    assert await names(admin) == [("1", "王小花"), ("2", "李小强"), ("4", "赵敏")]
    # Who left is still known to the school, and is the same pupil when coming back.
    assert (await put(admin, second + "3,张婷\n"))["joined"] == ["张婷"]
    async with database.reading() as session:
        actions = (await session.scalars(select(AuditEntry.action))).all()
        details = (await session.scalars(select(AuditEntry.details))).all()
    assert actions == ["roster.imported"] * 3 and "张" not in str(details)


@on_both_databases
async def test_a_pupil_who_changes_the_classroom_leaves_the_one_before(
    database: Database, admin: httpx.AsyncClient
) -> None:
    await put(admin, FIRST)
    assert (await put(admin, "学号,姓名\n2,李强\n9,钱九\n", "cls_1"))["joined"] == ["李强"]
    assert await names(admin) == [("1", "王小花"), ("3", "张婷")]
    assert ("2", "李强") in await names(admin, "cls_1")
    # The same number in another school is another pupil.
    assert (await put(admin, "学号,姓名\n2,别人\n", "cls_3"))["added"] == ["别人"]
    async with database.reading() as session:
        twice = await session.scalar(
            select(func.count()).select_from(Pupil).where(Pupil.number == "2")
        )
    assert twice == 2


@on_both_databases
async def test_a_sheet_with_a_wrong_line_changes_nothing(
    database: Database, admin: httpx.AsyncClient
) -> None:
    await put(admin, FIRST)
    wrong = "学号,姓名\n7,钱七\n7,孙八\n8,\n".encode()
    check = (await admin.post("/classrooms/cls_2/roster/check", content=wrong)).json()
    assert check["errors"] == [
        {"line": 3, "code": "number_twice"},
        {"line": 4, "code": "name_missing"},
    ]
    answer = await admin.put("/classrooms/cls_2/roster", content=wrong)
    assert (answer.status_code, answer.json()["code"], answer.json()["line"]) == (
        422,
        "number_twice",
        3,
    )
    assert [name for _, name in await names(admin)] == ["王小花", "李强", "张婷"]
    for content, status, code in (
        ("年级\n三".encode(), 422, "columns_missing"),
        (bytes(2_000_000), 413, "body_too_large"),
    ):
        answer = await admin.put("/classrooms/cls_2/roster", content=content)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


@on_both_databases
async def test_an_empty_sheet_empties_the_roster(
    database: Database, admin: httpx.AsyncClient
) -> None:
    await put(admin, FIRST)
    assert (await put(admin, "学号,姓名\n"))["left"] == ["王小花", "李强", "张婷"]
    async with database.reading() as session:
        left = await session.scalar(
            select(func.count()).select_from(RosterEntry).where(RosterEntry.classroom_id == "cls_2")
        )
    assert left == 0


async def test_names_are_for_admins_and_the_schools_own_teachers(
    api: Api, admin: httpx.AsyncClient, county: SmallCounty
) -> None:
    await put(admin, FIRST)
    path = "/classrooms/cls_2/roster"
    async with api.client(county.onsite) as onsite:
        assert (await onsite.get(path)).status_code == 200
        assert (await onsite.put(path, content=FIRST.encode())).status_code == 200
    for user, status in ((county.other_onsite, 404), (county.teacher, 403), (None, 401)):
        async with api.client(user) as client:
            for answer in (
                await client.get(path),
                await client.post(f"{path}/check", content=FIRST.encode()),
                await client.put(path, content=FIRST.encode()),
            ):
                assert answer.status_code == status and "王小花" not in answer.text
    assert (await admin.get("/classrooms/cls_x/roster")).status_code == 404
