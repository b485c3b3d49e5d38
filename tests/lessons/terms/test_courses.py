"""A single course is added and changed by hand: shown before, refused with what is in the way, told where it shows."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.models import AuditEntry, Course, Lesson
from tests.lessons.terms.conftest import WEDNESDAYS, lessons_of
from tests.support.county import SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi

CHOIR: dict[str, Any] = {
    "title": "合唱",
    "subject": "音乐",
    "lead_id": "usr_teacher1",
    "classroom_ids": ["cls_1", "cls_3"],
    "weekdays": [2],
    "weeks": "every",
    "begins": "10:00",
    "duration_min": 40,
    "recorded": True,
}
THURSDAYS = ["2027-03-04", "2027-03-11", "2027-03-18", "2027-03-25"]


@pytest.fixture
async def choir(admin: httpx.AsyncClient, plan: str) -> str:
    """Path of the course."""
    assert (await admin.post(f"{plan}/courses", json=CHOIR)).status_code == 201
    (course,) = (await admin.get(plan)).json()["courses"]
    return f"/courses/{course['course_id']}"


def changed(**change: Any) -> dict[str, Any]:
    return {**CHOIR, **change}


def figures(check: Mapping[str, Any]) -> tuple[int, int, int, int]:
    return check["added"], check["changed"], check["cancelled"], check["restored"]


@on_both_databases
async def test_a_course_is_shown_added_and_read_as_it_was_written(
    admin: httpx.AsyncClient, plan: str, database: Database, county: SmallCounty
) -> None:
    check = (await admin.post(f"{plan}/courses/check", json=CHOIR)).json()
    assert [one[:10] for one in check["lessons"]] == WEDNESDAYS
    assert (figures(check), check["clashes"]) == ((4, 0, 0, 0), [])
    async with database.reading() as session:
        assert (await session.scalars(select(Course))).all() == []

    assert (await admin.post(f"{plan}/courses", json=CHOIR)).json() == check
    (course,) = (await admin.get(plan)).json()["courses"]
    rooms = [one["classroom_id"] for one in course["classrooms"]]
    written = {key: course[key] for key in CHOIR if key != "classroom_ids"}
    assert written | {"classroom_ids": rooms} == CHOIR
    twice = await admin.post(f"{plan}/courses", json=CHOIR)
    assert (twice.status_code, twice.json()["code"]) == (409, "course_twice")

    # The same teacher, twenty minutes into the choir.
    other = changed(title="英语", classroom_ids=["cls_2"], begins="10:20")
    (clash,) = (await admin.post(f"{plan}/courses/check", json=other)).json()["clashes"]
    assert (clash["clash"]["name"], clash["clash"]["title"], clash["times"]) == (
        "Teacher One", "合唱", 4,
    )  # fmt: skip
    refused = await admin.post(f"{plan}/courses", json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "teacher_busy")
    assert refused.json()["clash"]["title"] == "合唱"
    assert len((await admin.get(plan)).json()["courses"]) == 1


@on_both_databases
async def test_what_is_to_come_follows_and_screens_say_from_what(
    admin: httpx.AsyncClient, choir: str, county: SmallCounty
) -> None:
    on_thursdays = changed(weekdays=[3], begins="14:00", lead_id=county.other_teacher)
    check = (await admin.post(f"{choir}/check", json=on_thursdays)).json()
    assert [one[:10] for one in check["lessons"]] == THURSDAYS
    assert figures(check) == (0, 4, 0, 0)
    assert list(await lessons_of(admin, "合唱")) == WEDNESDAYS, "it was only looked at"
    assert (await admin.put(choir, json=on_thursdays)).json() == check
    lessons = await lessons_of(admin, "合唱")
    assert list(lessons) == THURSDAYS
    first = lessons[THURSDAYS[0]]
    assert (first["starts_at"], first["ends_at"]) == (
        "2027-03-04T06:00:00Z",
        "2027-03-04T06:40:00Z",
    )
    assert first["change"] == {
        "moved_from": f"{WEDNESDAYS[0]}T02:00:00Z", "instead_of": "Teacher One", "cancelled": None,
        "restored": False,
    }  # fmt: skip

    # Every other week, then every week again, as at first.
    fewer = (await admin.put(choir, json=changed(weeks="odd"))).json()
    assert figures(fewer) == (0, 2, 2, 0)
    lessons = await lessons_of(admin, "合唱")
    assert [(one["change"] or {}).get("cancelled") for one in lessons.values()] == [
        None, "course", None, "course",
    ]  # fmt: skip
    again = (await admin.put(choir, json=CHOIR)).json()
    assert (again["restored"], len(again["lessons"])) == (2, 4)
    told = [one["change"] for one in (await lessons_of(admin, "合唱")).values()]
    assert (told[0], told[2]) == (None, None)
    assert told[1]["restored"], "the even weeks were told that there is none"


@on_both_databases
async def test_what_was_held_or_decided_of_one_lesson_stays(
    admin: httpx.AsyncClient,
    choir: str,
    county: SmallCounty,
    database: Database,
    api: LessonApi,
) -> None:
    ids = [one["lesson_id"] for one in (await lessons_of(admin, "合唱")).values()]
    moved = {"starts_at": "2027-03-12T02:00:00Z"}
    await admin.post(f"/lessons/{ids[1]}/move", json=moved)
    await admin.post(f"/lessons/{ids[2]}/cancellation", json={"reason": "power"})
    substitute = {"lead_id": county.other_teacher}
    assert (await admin.post(f"/lessons/{ids[3]}/substitution", json=substitute)).status_code == 200
    async with database.transaction() as session:
        row = await session.get_one(Lesson, ids[0])
        row.state, row.started_at_ms, row.ended_at_ms = "ended", row.starts_at_ms, row.ends_at_ms
        api.time.now_ms = row.ends_at_ms
    new = changed(title="童声合唱", weekdays=[3], duration_min=30)
    async with api.client(county.admin) as later:
        outcome = (await later.put(choir, json=new)).json()
        lessons = (await later.get("/lessons?limit=100")).json()["items"]
    assert figures(outcome) == (0, 2, 0, 0), "this week had its lesson, and one is cancelled"
    async with database.reading() as session:
        rows = [await session.get_one(Lesson, one) for one in ids]
    assert [(row.title, row.lead_user_id) for row in rows] == [
        ("合唱", county.teacher),
        ("童声合唱", county.teacher),
        ("合唱", county.teacher),
        ("童声合唱", county.other_teacher),
    ]
    starts = {one["lesson_id"]: one["starts_at"] for one in lessons}
    assert [starts[one] for one in ids] == [
        "2027-03-03T02:00:00Z", "2027-03-12T02:00:00Z", "2027-03-17T02:00:00Z",
        "2027-03-25T02:00:00Z",
    ]  # fmt: skip
    lengths = [row.ends_at_ms - row.starts_at_ms for row in rows]
    assert [one // 60_000 for one in lengths] == [40, 30, 40, 30]
    async with database.reading() as session:
        audit = (await session.scalars(select(AuditEntry))).all()
    (entry,) = [one for one in audit if one.action == "course.changed"]
    assert entry.details == {"added": 0, "changed": 2, "cancelled": 0, "restored": 0}


async def test_other_classrooms_take_their_seats_but_not_on_their_day_off(
    admin: httpx.AsyncClient, plan: str, choir: str
) -> None:
    term = plan.rpartition("/groups")[0]
    day_off = {"school_id": "sch_2", "day": WEDNESDAYS[1], "name": "运动会"}
    await admin.post(f"{term}/holidays", json=day_off)
    outcome = (await admin.put(choir, json=changed(classroom_ids=["cls_2", "cls_4"]))).json()
    assert figures(outcome) == (0, 4, 0, 0)
    lessons = await lessons_of(admin, "合唱")
    seats = [[seat["classroom_id"] for seat in one["seats"]] for one in lessons.values()]
    assert seats == [["cls_2", "cls_4"], ["cls_2"], ["cls_2", "cls_4"], ["cls_2", "cls_4"]]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"classroom_ids": []}, 422, "too_many_classrooms"),
        ({"classroom_ids": ["cls_x"]}, 422, "classroom_unknown"),
        ({"lead_id": "usr_onsite1"}, 422, "lead_unknown"),
        ({"weekdays": []}, 422, "invalid_input"),
        ({"weekdays": [7]}, 422, "invalid_input"),
        ({"begins": "25:00"}, 422, "invalid_input"),
        ({"begins": "9:00"}, 422, "invalid_input"),
        ({"duration_min": 4}, 422, "invalid_input"),
        ({"title": " "}, 422, "invalid_input"),
    ],
)
async def test_a_course_that_cannot_be_is_refused_with_its_code(
    admin: httpx.AsyncClient, plan: str, change: dict[str, Any], status: int, code: str
) -> None:
    for path in ("courses/check", "courses"):
        answer = await admin.post(f"{plan}/{path}", json=changed(**change))
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_course_of_a_term_without_such_a_day(admin: httpx.AsyncClient, plan: str) -> None:
    short = {"name": "短学期", "first_day": "2027-03-01", "last_day": "2027-03-02"}
    term = (await admin.post("/terms", json=short)).json()["id"]
    path = f"/terms/{term}/groups/{plan.rpartition('/')[2]}/courses"
    answer = await admin.post(path, json=CHOIR)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_lesson")


async def test_a_course_that_was_given_up_is_not_changed(
    admin: httpx.AsyncClient, choir: str
) -> None:
    assert (await admin.post(f"{choir}/end", json={"reason": "teacher"})).status_code == 200
    assert (await admin.put(choir, json=CHOIR)).status_code == 404
    assert (await admin.post(f"{choir}/check", json=CHOIR)).status_code == 404


@on_both_databases
async def test_terms_and_groups_get_other_names(
    admin: httpx.AsyncClient, plan: str, database: Database
) -> None:
    _, _, term, _, group = plan.split("/")
    for path, name in ((f"/terms/{term}", "2027 春"), (f"/school-groups/{group}", "第二组")):
        assert (await admin.put(path, json={"name": f" {name} "})).status_code == 204
        assert (await admin.put(path, json={"name": name})).status_code == 204, "its own name"
        assert (await admin.put(path, json={"name": ""})).status_code == 422
    read = (await admin.get(plan)).json()
    assert (read["term"]["name"], read["group"]["name"]) == ("2027 春", "第二组")
    other = {"name": "x", "first_day": "2028-03-01", "last_day": "2028-07-01"}
    another = (await admin.post("/terms", json=other)).json()["id"]
    taken = await admin.put(f"/terms/{another}", json={"name": "2027 春"})
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    async with database.reading() as session:
        actions = set(await session.scalars(select(AuditEntry.action)))
    assert {"term.renamed", "group.renamed"} <= actions
