"""The audit log over HTTP: a page at a time, filtered, with the names of now."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.db.audit import note_change
from app.db.engine import Database
from app.staff import audit_endpoints
from app.staff.audit_log import AuditLog
from tests.support.api import Api, Time
from tests.support.clock import START_MS
from tests.support.county import SmallCounty, make_county
from tests.support.county_admins import add_school_admin
from tests.support.database import on_both_databases


@pytest.fixture
async def county(database: Database) -> SmallCounty:
    """With 5 entries: 1, 3 and 5 of `sch_1`, 2 and 4 of the county."""
    county = await make_county(database)
    async with database.transaction() as session:
        for number in range(1, 6):
            is_of_school = number % 2 == 1
            await note_change(
                session,
                county.county_id,
                county.admin if number < 5 else county.teacher,
                "classroom.renamed" if is_of_school else "staff.changed",
                "cls_1" if is_of_school else county.onsite,
                {"user_id": county.other_teacher} if number == 5 else {},
                START_MS + 1000 * (number // 2),
                school_id="sch_1" if is_of_school else None,
            )
    return county


@pytest.fixture
async def api(database: Database, county: SmallCounty) -> Api:
    api = Api(database, Time(START_MS))
    return api.include(audit_endpoints.build_router(AuditLog(database), api.authenticate))


@pytest.fixture
async def admin(api: Api, county: SmallCounty) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client(county.admin) as client:
        yield client


@on_both_databases
async def test_pages_hold_every_entry_once_the_newest_first(admin: httpx.AsyncClient) -> None:
    seen: list[dict[str, str]] = []
    after: str | None = None
    for _ in range(3):
        params = {"limit": "2"} | ({"after": after} if after else {})
        page = (await admin.get("/audit", params=params)).json()
        seen += page["items"]
        after = page["next"]
    assert after is None
    assert len({one["entry_id"] for one in seen}) == len(seen) == 5
    assert [one["at"] for one in seen] == sorted((one["at"] for one in seen), reverse=True)
    assert {(one["subject_id"], one["subject"]) for one in seen} == {
        ("cls_1", "sch_1 Class 1"),
        ("usr_onsite1", "On-site One"),
    }


async def test_filters_narrow_it_down(admin: httpx.AsyncClient) -> None:
    async def found(**params: str) -> int:
        return len((await admin.get("/audit", params=params)).json()["items"])

    assert await found(action="staff.changed") == 2
    assert await found(by="admin") == 4
    assert await found(by="teacher", action="staff.changed") == 0
    (one,) = (await admin.get("/audit", params={"by": "Teacher"})).json()["items"]
    assert (one["by"], one["whom"]) == ("Teacher One", "Teacher Two")
    first, second = "2027-01-15T08:00:00Z", "2027-01-15T08:00:01Z"
    assert await found(to=second) == 1 and await found(**{"from": first, "to": second}) == 1
    for wrong in ({"after": "1.2.3"}, {"action": "nothing.done"}, {"limit": "0"}):
        assert (await admin.get("/audit", params=wrong)).status_code == 422


@on_both_databases
async def test_a_school_admin_reads_what_concerns_the_school(
    api: Api, database: Database, county: SmallCounty
) -> None:
    async with api.client(await add_school_admin(database, county)) as client:
        items = (await client.get("/audit")).json()["items"]
    assert {one["subject_id"] for one in items} == {"cls_1"} and len(items) == 3
