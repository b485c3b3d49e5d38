"""A term of one group: its plan imported, a clash refused by name, a day off moved; the timetable follows."""

from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.db.engine import Database
from app.db.models import AuditEntry, Course, Lesson, Seat
from tests.lessons.terms.conftest import TERM, WEDNESDAYS, lessons_of
from tests.support.county import SmallCounty
from tests.support.database import on_both_databases

HEADER = "课程,学科,主讲教师,教室,星期,周次,开始时间,时长,录制\n"
CHOIR = "合唱,音乐,teacher1@example.org,sch_1 Class 1、sch_2 Class 3,三,每周,10:00,40,是\n"
ART = "美术,美术,Teacher Two,sch_2 Class 4,三,单周,10:00,40,\n"


async def send(client: httpx.AsyncClient, path: str, *rows: str) -> httpx.Response:
    return await client.post(path, content=(HEADER + "".join(rows)).encode())


async def timetable(client: httpx.AsyncClient) -> dict[str, tuple[str, list[str]]]:
    """Of the choir: state and classrooms by local day."""
    return {
        day: (
            (one["change"] or {}).get("cancelled") or one["state"],
            [seat["classroom_id"] for seat in one["seats"]],
        )
        for day, one in (await lessons_of(client, "合唱")).items()
    }


@on_both_databases
async def test_a_term_is_planned_a_clash_refused_by_name_a_day_off_moved(
    admin: httpx.AsyncClient, plan: str, database: Database, county: SmallCounty
) -> None:
    check = (await send(admin, f"{plan}/plan/check", CHOIR, ART)).json()
    assert (check["errors"], check["clashes"], check["lessons"]) == ([], [], 6)
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Course)) == 0

    taken = await send(admin, f"{plan}/plan", CHOIR, ART)
    assert taken.status_code == 201
    both = ["cls_1", "cls_3"]
    assert await timetable(admin) == dict.fromkeys(WEDNESDAYS, ("waiting", both))
    lessons = (await admin.get("/lessons?limit=1")).json()["items"]
    assert lessons[0]["lesson_id"] == county.lesson, "what was planned before is still there"

    # The same teacher, twenty minutes into the choir.
    other = "英语,英语,Teacher One,sch_1 Class 2,三,双周,10:20,40,\n"
    clash = (await send(admin, f"{plan}/plan/check", other)).json()["clashes"]
    told = [
        (one["line"], one["clash"]["name"], one["clash"]["title"], one["times"]) for one in clash
    ]
    assert told == [(2, "Teacher One", "合唱", 2)]
    refused = await send(admin, f"{plan}/plan", other)
    assert (refused.status_code, refused.json()["code"]) == (409, "teacher_busy")
    assert (refused.json()["line"], refused.json()["clash"]["title"]) == (2, "合唱")
    at_the_end = other.replace("10:20", "10:40")
    assert (await send(admin, f"{plan}/plan/check", at_the_end)).json()["clashes"] == []

    # A day off of the village, then of the whole county, then on another day.
    term = plan.rpartition("/groups")[0]
    village = {"school_id": "sch_2", "day": WEDNESDAYS[1], "name": "运动会"}
    done = await admin.post(f"{term}/holidays", json=village)
    assert done.json() == {"added": 0, "cancelled": 0, "restored": 0, "reseated": 1}
    assert (await timetable(admin))[WEDNESDAYS[1]] == ("waiting", ["cls_1"])
    everywhere = {"day": WEDNESDAYS[2], "name": "春假"}
    done = await admin.post(f"{term}/holidays", json=everywhere)
    assert done.json()["cancelled"] == 2
    assert (await timetable(admin))[WEDNESDAYS[2]] == ("holiday", both)
    holidays = (await admin.get(term)).json()["holidays"]
    county_wide = next(one for one in holidays if one["school_id"] is None)
    path = f"/holidays/{county_wide['holiday_id']}"
    moved = await admin.put(path, json={"day": WEDNESDAYS[3], "name": "春假"})
    assert moved.json() == {"added": 0, "cancelled": 1, "restored": 2, "reseated": 0}
    after = await timetable(admin)
    assert after[WEDNESDAYS[2]] == ("waiting", both)
    assert after[WEDNESDAYS[3]] == ("holiday", both)

    async with database.reading() as session:
        actions = (
            await session.scalars(select(AuditEntry.action).order_by(AuditEntry.at_ms))
        ).all()
    assert sorted(actions) == [
        "group.added", "holiday.added", "holiday.added", "holiday.moved", "plan.imported", "term.added",
    ]  # fmt: skip


@on_both_databases
async def test_a_day_off_is_not_moved_away_from_a_day_that_was_given_to_others(
    admin: httpx.AsyncClient, plan: str, county: SmallCounty
) -> None:
    await send(admin, f"{plan}/plan", CHOIR)
    term = plan.rpartition("/groups")[0]
    await admin.post(f"{term}/holidays", json={"day": WEDNESDAYS[1], "name": "春假"})
    draft = {
        "title": "家长会",
        "subject": "",
        "starts_at": f"{WEDNESDAYS[1]}T02:10:00Z",
        "duration_min": 40,
        "lead_id": county.teacher,
        "classroom_ids": ["cls_2"],
    }
    assert (await admin.post("/lessons", json=draft)).status_code == 201
    (holiday,) = (await admin.get(term)).json()["holidays"]
    refused = await admin.delete(f"/holidays/{holiday['holiday_id']}")
    assert (refused.status_code, refused.json()["clash"]["title"]) == (409, "家长会")
    assert (await timetable(admin))[WEDNESDAYS[1]][0] == "holiday", "nothing half done"


async def test_a_wrong_line_stops_the_whole_sheet(
    admin: httpx.AsyncClient, plan: str, database: Database
) -> None:
    wrong = ART.replace("10:00", "25:00")
    check = (await send(admin, f"{plan}/plan/check", CHOIR, wrong)).json()
    assert check["errors"] == [{"line": 3, "code": "begins_wrong"}]
    refused = await send(admin, f"{plan}/plan", CHOIR, wrong)
    assert (refused.status_code, refused.json()["code"], refused.json()["line"]) == (
        422, "begins_wrong", 3,
    )  # fmt: skip
    unreadable = await admin.post(f"{plan}/plan", content="姓名\n王小花\n".encode())
    assert unreadable.json()["code"] == "plan_columns_missing"
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Course)) == 0
        assert await session.scalar(select(func.count()).select_from(Lesson)) == 1
        assert await session.scalar(select(func.count()).select_from(Seat)) == 2


async def test_two_lines_in_each_others_way_are_refused(
    admin: httpx.AsyncClient, plan: str
) -> None:
    same_room = ART.replace("sch_2 Class 4", "sch_2 Class 3")
    refused = await send(admin, f"{plan}/plan", CHOIR, same_room)
    assert (refused.status_code, refused.json()["code"]) == (409, "classroom_busy")
    assert refused.json()["clash"]["name"] == "sch_2 Class 3"


async def test_a_course_is_given_up_and_days_off_no_longer_matter(
    admin: httpx.AsyncClient, plan: str
) -> None:
    await send(admin, f"{plan}/plan", CHOIR)
    (course,) = (await admin.get(plan)).json()["courses"]
    assert (course["coming"], course["next_at"]) == (4, "2027-03-03T02:00:00Z")
    assert [one["name"] for one in course["classrooms"]] == ["sch_1 Class 1", "sch_2 Class 3"]
    assert (course["weekdays"], course["weeks"], course["begins"]) == ([2], "every", "10:00")
    ended = await admin.post(f"/courses/{course['course_id']}/end", json={"reason": "teacher"})
    assert ended.json()["cancelled"] == 4
    assert (await timetable(admin))[WEDNESDAYS[0]][0] == "teacher"
    assert (await admin.get(plan)).json()["courses"] == []
    assert (await send(admin, f"{plan}/plan", CHOIR)).status_code == 201, "and can be planned anew"


@pytest.mark.parametrize(
    ("path", "draft", "code"),
    [
        ("/terms", {**TERM, "last_day": "2027-03-01", "name": "x"}, "term_days_wrong"),
        ("/terms", {**TERM, "last_day": "2029-03-01", "name": "x"}, "term_days_wrong"),
        ("/terms", TERM, "name_taken"),
        (
            "/school-groups",
            {"name": "x", "city_id": "sch_1", "town_id": "sch_1", "village_ids": ["sch_2"]},
            "group_schools_wrong",
        ),
        (
            "/school-groups",
            {"name": "x", "city_id": "sch_1", "town_id": "sch_2", "village_ids": []},
            "group_schools_wrong",
        ),
        (
            "/school-groups",
            {"name": "x", "city_id": "sch_1", "town_id": "sch_2", "village_ids": ["sch_x"]},
            "not_found",
        ),
        ("{term}/holidays", {"day": "2027-04-01", "name": "x"}, "day_outside_term"),
        ("{term}/holidays", {"day": "2027-03-08", "name": ""}, "invalid_input"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_code(
    admin: httpx.AsyncClient, plan: str, path: str, draft: dict[str, Any], code: str
) -> None:
    answer = await admin.post(path.format(term=plan.rpartition("/groups")[0]), json=draft)
    assert answer.json()["code"] == code


async def test_one_day_is_off_once(admin: httpx.AsyncClient, plan: str) -> None:
    path = plan.rpartition("/groups")[0] + "/holidays"
    for school in (None, "sch_1"):
        draft = {"school_id": school, "day": "2027-03-08", "name": "x"}
        assert (await admin.post(path, json=draft)).status_code == 201
        assert (await admin.post(path, json=draft)).json()["code"] == "holiday_twice"
