import httpx
import pytest

from app.accounts.pcs import MAX_PCS
from tests.support.county import SmallCounty
from tests.support.lessons import LessonApi


@pytest.mark.parametrize(
    ("who", "classroom_id", "status"),
    [
        ("admin", "cls_3", 200),
        ("onsite", "cls_2", 200),
        ("onsite", "cls_3", 404),
        ("admin", "cls_none", 404),
        ("teacher", "cls_1", 403),
        (None, "cls_1", 401),
    ],
)
async def test_who_may_let_a_pc_into_which_classroom(
    api: LessonApi, county: SmallCounty, who: str | None, classroom_id: str, status: int
) -> None:
    async with api.client(getattr(county, who) if who else None) as client:
        path = f"/classrooms/{classroom_id}/pc-codes"
        assert (await client.post(path, json={"kind": "spoken"})).status_code == status


async def test_the_list_names_who_paired_a_pc_and_shows_each_the_own_classrooms(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.onsite) as onsite:
        await _pair(api, onsite, "cls_2")
        rows = (await onsite.get("/classroom-pcs")).json()["items"]
    assert [(row["classroom_id"], len(row["pcs"])) for row in rows] == [("cls_1", 0), ("cls_2", 1)]
    (pc,) = rows[1]["pcs"]
    assert pc.pop("pc_id").startswith("cpc_")
    assert pc == {
        "browser": "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0",
        "paired_by": "On-site One",
        "paired_at": "2027-01-15T08:00:00Z",
        "last_seen_at": "2027-01-15T08:00:00Z",
        "clock_ahead_ms": None,
    }
    async with api.client(county.admin) as admin:
        listed = (await admin.get("/classroom-pcs")).json()["items"]
        assert [row["classroom_id"] for row in listed] == ["cls_1", "cls_2", "cls_3", "cls_4"]
        page = (await admin.get("/classroom-pcs", params={"limit": 1, "after": "cls_1"})).json()
        assert (page["items"], page["next"]) == ([listed[1]], "cls_2")
        (one,) = (await admin.get("/classroom-pcs?classroom_id=cls_3")).json()["items"]
        assert one == listed[2]
    async with api.client(county.teacher) as teacher:
        assert (await teacher.get("/classroom-pcs")).status_code == 403


async def test_a_pc_of_another_school_cannot_be_removed(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as admin, api.client(county.other_onsite) as other:
        await _pair(api, admin, "cls_1")
        pc_id = (await admin.get("/classroom-pcs")).json()["items"][0]["pcs"][0]["pc_id"]
        for path in (pc_id, "cpc_none"):
            assert (await other.delete(f"/classroom-pcs/{path}")).status_code == 404
        assert (await admin.delete(f"/classroom-pcs/{pc_id}")).status_code == 204
        assert (await admin.delete(f"/classroom-pcs/{pc_id}")).status_code == 404
        assert (await admin.get("/classroom-pcs")).json()["items"][0]["pcs"] == []


async def test_whoever_asks_for_a_code_is_told_that_the_classroom_is_full(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as admin:
        for _ in range(MAX_PCS):
            await _pair(api, admin, "cls_1")
        answer = await admin.post("/classrooms/cls_1/pc-codes", json={"kind": "spoken"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_pcs")


async def _pair(api: LessonApi, staff: httpx.AsyncClient, classroom_id: str) -> None:
    path = f"/classrooms/{classroom_id}/pc-codes"
    made = (await staff.post(path, json={"kind": "spoken"})).json()
    async with api.client() as pc:
        headers = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0"}
        answer = await pc.post("/pairing", json={"code": made["code"]}, headers=headers)
        assert answer.status_code == 200
