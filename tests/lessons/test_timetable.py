"""A classroom's own PC: paired by a code, then its cookie is enough for the timetable and for its seat."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import update

from app.accounts.pc_identity import COOKIE
from app.accounts.pcs import SECRET_LIFETIME_MS
from app.db.models import Lesson
from app.errors import NotAuthenticated
from app.ids import LessonId
from tests.support.clock import START_MS
from tests.support.county import MINUTE_MS, SmallCounty, add_lesson
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi

OURS = {"X-Requested-With": "tongtang"}
DAY_MS = 24 * 60 * MINUTE_MS


@asynccontextmanager
async def paired_pc(
    api: LessonApi, county: SmallCounty, classroom_id: str = "cls_1"
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without an account, after somebody typed a code of this classroom into it."""
    async with api.client(county.admin) as admin:
        path = f"/classrooms/{classroom_id}/pc-codes"
        made = (await admin.post(path, json={"kind": "spoken"})).json()
    async with api.client() as pc:
        answer = await pc.post("/pairing", json={"code": made["code"]})
        assert answer.status_code == 200, answer.text
        pc.headers.update(OURS)
        yield pc


@on_both_databases
async def test_a_code_makes_a_browser_the_classrooms_own(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as admin:
        made = (await admin.post("/classrooms/cls_1/pc-codes", json={"kind": "card"})).json()
    assert made["url"] == f"http://localhost:8080/c#{made['code']}"
    assert made["expires_at"] == "2027-01-29T08:00:00Z"
    async with api.client() as pc:
        answer = await pc.post("/pairing", json={"code": made["code"].upper()})
        assert answer.json() == {
            "ticket": None,
            "classroom": {"classroom_id": "cls_1", "name": "Class 1", "school_name": "sch_1"},
        }
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}=")
        for attribute in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=34560000"):
            assert attribute in cookie
        assert "Secure" not in cookie
        assert (await pc.get("/classroom/timetable")).status_code == 200


async def test_on_https_the_cookie_is_bound_to_this_host(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as admin:
        made = (await admin.post("/classrooms/cls_1/pc-codes", json={"kind": "spoken"})).json()
    async with api.client(base_url="https://tongtang.example.org") as pc:
        cookie = (await pc.post("/pairing", json={"code": made["code"]})).headers["set-cookie"]
    assert cookie.startswith(f"__Host-{COOKIE}=")
    assert "Secure" in cookie


async def test_another_site_can_neither_pair_a_browser_nor_use_its_cookie(
    api: LessonApi, county: SmallCounty
) -> None:
    elsewhere = {"Origin": "https://evil.example"}
    async with api.client(county.admin) as admin:
        made = (await admin.post("/classrooms/cls_2/pc-codes", json={"kind": "spoken"})).json()
    async with paired_pc(api, county) as pc:
        tries = [
            await pc.post("/pairing", json={"code": made["code"]}, headers=elsewhere),
            await pc.post("/classroom/check-in", headers=elsewhere),
            await pc.post("/classroom/lessons/les_1/ticket", headers={"X-Requested-With": ""}),
        ]
    assert [(one.status_code, one.json()["code"]) for one in tries] == [(403, "csrf")] * 3


@on_both_databases
async def test_the_timetable_is_the_classrooms_own(api: LessonApi, county: SmallCounty) -> None:
    async with paired_pc(api, county) as pc:
        answer = await pc.get("/classroom/timetable")
    assert answer.headers["x-tongtang-now"] == str(START_MS)
    assert answer.json() == {
        "classroom": {"classroom_id": "cls_1", "name": "Class 1", "school_name": "sch_1"},
        "lessons": [
            {
                "lesson_id": "les_1",
                "title": "分数的认识",
                "subject": "数学",
                "starts_at": "2027-01-15T08:00:00Z",
                "ends_at": "2027-01-15T08:45:00Z",
                "joins_at": "2027-01-15T07:50:00Z",
                "state": "waiting",
                "lead_name": "Teacher One",
                "lead_school_name": "sch_city",
                "change": None,
            }
        ],
    }
    async with paired_pc(api, county, "cls_2") as other:
        assert (await other.get("/classroom/timetable")).json()["lessons"] == []


async def test_the_timetable_is_in_order_and_bounded_by_days(
    api: LessonApi, county: SmallCounty
) -> None:
    shifts = {"les_past": -DAY_MS, "les_morning": -5 * 60 * MINUTE_MS, "les_next": 2 * DAY_MS}
    shifts["les_far"] = 9 * DAY_MS
    for lesson_id, shift_ms in shifts.items():
        await add_lesson(api.database, county, LessonId(lesson_id))
        await _move(api, lesson_id, shift_ms)
    async with paired_pc(api, county) as pc:
        body = (await pc.get("/classroom/timetable")).json()
    listed = [(one["lesson_id"], one["state"]) for one in body["lessons"]]
    assert listed == [("les_morning", "ended"), ("les_1", "waiting"), ("les_next", "waiting")]


async def test_an_unchanged_timetable_is_answered_in_no_bytes_and_a_change_is_seen(
    api: LessonApi, county: SmallCounty
) -> None:
    async with paired_pc(api, county) as pc:
        tag = (await pc.get("/classroom/timetable")).headers["etag"]
        api.time.now_ms += 20_000
        same = await pc.get("/classroom/timetable", headers={"If-None-Match": tag})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["x-tongtang-now"] == str(START_MS + 20_000)

        await _move(api, "les_1", 30 * MINUTE_MS)
        moved = await pc.get("/classroom/timetable", headers={"If-None-Match": tag})
        assert moved.json()["lessons"][0]["starts_at"] == "2027-01-15T08:30:00Z"
        async with api.client(county.teacher) as teacher:
            await teacher.post("/lessons/les_1/end")
        tag = moved.headers["etag"]
        cancelled = await pc.get("/classroom/timetable", headers={"If-None-Match": tag})
        assert cancelled.json()["lessons"][0]["state"] == "ended"


async def test_a_pc_gets_tickets_of_its_own_seat_only(api: LessonApi, county: SmallCounty) -> None:
    async with paired_pc(api, county, "cls_3") as pc:
        body = (await pc.post("/classroom/lessons/les_1/ticket")).json()
        ticket = api.book.read_ticket(body["token"], START_MS)
        assert (ticket.participant_id, ticket.classroom_id) == ("sea_3", "cls_3")
        assert ticket.pc_id is not None
        assert (await pc.post("/classroom/lessons/les_none/ticket")).status_code == 404
    async with paired_pc(api, county, "cls_2") as pc:
        assert (await pc.post("/classroom/lessons/les_1/ticket")).status_code == 404


async def test_a_removed_pc_is_out_everywhere(api: LessonApi, county: SmallCounty) -> None:
    async with paired_pc(api, county) as pc, api.client(county.onsite) as onsite:
        token = (await pc.post("/classroom/lessons/les_1/ticket")).json()["token"]
        (row,) = (await onsite.get("/classroom-pcs")).json()["items"][0]["pcs"]
        assert (await onsite.delete(f"/classroom-pcs/{row['pc_id']}")).status_code == 204
        for method, path in (("POST", "check-in"), ("GET", "timetable")):
            answer = await pc.request(method, f"/classroom/{path}")
            assert (answer.status_code, answer.json()["code"]) == (401, "pc_revoked")
    with pytest.raises(NotAuthenticated) as refused:
        api.book.read_ticket(token, START_MS)
    assert refused.value.code == "pc_revoked"


async def test_a_code_that_is_used_again_replaces_the_pc_that_it_made(
    api: LessonApi, county: SmallCounty
) -> None:
    """The PC's browser was killed before it wrote its cookie to disk, and the set-up brings the same code again."""
    async with api.client(county.admin) as admin:
        code = (await admin.post("/classrooms/cls_1/pc-codes", json={"kind": "card"})).json()[
            "code"
        ]
        async with api.client() as first, api.client() as again:
            for pc in (first, again):
                assert (await pc.post("/pairing", json={"code": code})).status_code == 200
                pc.headers.update(OURS)
            assert (await first.get("/classroom/timetable")).json()["code"] == "pc_revoked"
            assert (await again.get("/classroom/timetable")).status_code == 200
        assert len((await admin.get("/classroom-pcs")).json()["items"][0]["pcs"]) == 1


async def test_a_strangers_browser_belongs_to_no_classroom(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.onsite) as person:
        answer = await person.get("/classroom/timetable")
    assert (answer.status_code, answer.json()["code"]) == (401, "pc_unknown")


async def test_checking_in_changes_a_secret_that_is_a_week_old(
    api: LessonApi, county: SmallCounty
) -> None:
    async with paired_pc(api, county) as pc:
        assert "set-cookie" not in (await pc.post("/classroom/check-in")).headers
        old = pc.cookies[COOKIE]
        api.time.now_ms += SECRET_LIFETIME_MS
        assert (await pc.post("/classroom/check-in")).json()["name"] == "Class 1"
        assert pc.cookies[COOKIE] != old
        assert (await pc.get("/classroom/timetable")).status_code == 200


async def _move(api: LessonApi, lesson_id: str, by_ms: int) -> None:
    async with api.database.transaction() as session:
        await session.execute(
            update(Lesson)
            .where(Lesson.lesson_id == lesson_id)
            .values(starts_at_ms=Lesson.starts_at_ms + by_ms, ends_at_ms=Lesson.ends_at_ms + by_ms)
        )


@on_both_databases
async def test_a_pc_tells_how_far_its_clock_is_off_and_admins_see_it(
    api: LessonApi, county: SmallCounty
) -> None:
    three_days_behind = -3 * DAY_MS
    async with paired_pc(api, county) as pc:
        answer = await pc.put("/classroom/clock", json={"ahead_ms": three_days_behind})
        assert answer.status_code == 204
        absurd = await pc.put("/classroom/clock", json={"ahead_ms": 10**15})
        assert absurd.status_code == 422
    async with api.client(county.admin) as admin:
        (listed,) = (await admin.get("/classroom-pcs")).json()["items"][0]["pcs"]
    assert listed["clock_ahead_ms"] == three_days_behind
    async with api.client() as stranger:
        answer = await stranger.put("/classroom/clock", json={"ahead_ms": 0}, headers=OURS)
        assert answer.status_code == 401
