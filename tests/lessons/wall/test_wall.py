"""`GET /wall` over real rooms: which lessons, whose places, in which order, and only what changed."""

from dataclasses import replace
from typing import Any

import httpx

from app.ids import DeviceId, LessonId, ParticipantId, UserId
from app.rooms.commands import CallForHelp, Join, ReportQuality, StartLesson
from app.rooms.state import Role
from tests.statements.counted import CountedDatabase
from tests.support.county import MINUTE_MS, SmallCounty, add_lesson, make_county
from tests.support.county_admins import SCHOOL_ADMIN, add_person, add_school_admin
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi, lesson_api

PC = DeviceId("dev_1")


async def add_lessons(api: LessonApi, county: SmallCounty, count: int) -> list[LessonId]:
    """At the same time as `county.lesson`, with the same teacher and classrooms."""
    ids = [LessonId(f"les_more_{number:02}") for number in range(count)]
    for lesson_id in ids:
        await add_lesson(api.database, county, lesson_id)
    return ids


async def begin(api: LessonApi, county: SmallCounty, *seats: str) -> None:
    """The lead and these classrooms are in, and the lesson runs."""
    lead = ParticipantId(f"lead_{county.teacher}")
    runtime = await api.rooms.get(county.lesson)
    await runtime.execute(Join(lead, Role.LEAD, PC, county.teacher))
    for seat in seats:
        await runtime.execute(Join(ParticipantId(seat), Role.CLASSROOM, PC))
    await runtime.execute(StartLesson(lead))


async def wall(client: httpx.AsyncClient, **params: Any) -> dict[str, Any]:
    answer = await client.get("/wall", params=params)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def told(lesson: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(one["kind"], one["participant_id"]) for one in lesson["troubles"]]


@on_both_databases
async def test_the_wall_says_who_is_in_and_what_is_wrong(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as admin:
        await begin(api, county, "sea_1")
        await api.clock.advance(2 * MINUTE_MS)
        api.time.now_ms += 2 * MINUTE_MS
        runtime = await api.rooms.get(county.lesson)
        await runtime.execute(ReportQuality(ParticipantId("sea_1"), "poor"))
        await runtime.execute(CallForHelp(ParticipantId("sea_1")))
        body = await wall(admin)
        assert (body["total"], body["in_trouble"]) == (1, 1)
        (lesson,) = body["lessons"]
        assert (lesson["state"], lesson["started_at"], lesson["may_join"]) == (
            "live",
            "2027-01-15T08:00:00Z",
            True,
        )
        assert told(lesson) == [
            ("help", "sea_1"),
            ("classroom_missing", "sea_3"),
            ("link_poor", "sea_1"),
        ]
        assert lesson["places"] == [
            {
                "participant_id": f"lead_{county.teacher}", "role": "lead", "name": "Teacher One",
                "office": "sch_city", "presence": "present", "since": "2027-01-15T08:00:00Z",
                "quality": None, "is_on_stage": False, "help_since": None,
            },
            {
                "participant_id": "sea_1", "role": "classroom", "name": "Class 1",
                "office": "sch_1", "presence": "present", "since": "2027-01-15T08:00:00Z",
                "quality": "poor", "is_on_stage": False, "help_since": "2027-01-15T08:02:00Z",
            },
            {
                "participant_id": "sea_3", "role": "classroom", "name": "Class 3",
                "office": "sch_2", "presence": "absent", "since": None,
                "quality": None, "is_on_stage": False, "help_since": None,
            },
        ]  # fmt: skip
        assert (await admin.delete("/lessons/les_1/help/sea_1")).status_code == 204
        (lesson,) = (await wall(admin))["lessons"]
        assert told(lesson)[0] == ("classroom_missing", "sea_3")


async def test_an_admin_who_looks_on_stands_on_the_wall_by_name(
    api: LessonApi, county: SmallCounty
) -> None:
    await begin(api, county, "sea_1", "sea_3")
    runtime = await api.rooms.get(county.lesson)
    observer = ParticipantId(f"observer_{county.admin}")
    await runtime.execute(Join(observer, Role.OBSERVER, PC, county.admin))
    async with api.client(county.admin) as admin:
        place = (await wall(admin))["lessons"][0]["places"][1]
    assert (place["role"], place["name"], place["office"]) == ("observer", "Admin", "清河县")


@on_both_databases
async def test_a_school_sees_its_own_classrooms_in_lessons_of_others_and_may_not_go_in(
    api: LessonApi, county: SmallCounty
) -> None:
    await add_school_admin(api.database, county)
    other = await add_person(api.database, county, UserId("usr_far"), "sch_city", "school_admin")
    await begin(api, county, "sea_1", "sea_3")
    runtime = await api.rooms.get(county.lesson)
    for seat in county.seats:
        await runtime.execute(CallForHelp(ParticipantId(seat)))
    async with api.client(SCHOOL_ADMIN) as admin:
        (lesson,) = (await wall(admin))["lessons"]
        assert lesson["may_join"] is False
        assert [place["participant_id"] for place in lesson["places"]] == [
            f"lead_{county.teacher}",
            "sea_1",
        ]
        assert told(lesson) == [("help", "sea_1")]
    async with api.client(other) as lead_school:
        (lesson,) = (await wall(lead_school))["lessons"]
        assert lesson["may_join"] is True
        assert told(lesson) == [("help", "sea_1"), ("help", "sea_3")]
    async with api.client(county.teacher) as teacher:
        assert (await teacher.get("/wall")).status_code == 403


async def test_lessons_come_and_go_with_their_time(api: LessonApi, county: SmallCounty) -> None:
    early = replace(county, starts_at_ms=county.starts_at_ms + 11 * MINUTE_MS)
    await add_lesson(api.database, early, LessonId("les_soon"))
    async with api.client(county.admin) as admin:

        async def shown() -> list[str]:
            return sorted(one["lesson_id"] for one in (await wall(admin))["lessons"])

        assert await shown() == ["les_1"]
        await api.rooms.get(LessonId("les_soon"))
        assert await shown() == ["les_1", "les_soon"], "somebody opened its room early"
        answer = await admin.post("/lessons/les_1/cancellation", json={"reason": "power"})
        assert answer.status_code == 200
        assert await shown() == ["les_soon"]
        api.time.now_ms = county.ends_at_ms
        assert await shown() == ["les_soon"], "its room is open"


@on_both_databases
async def test_twenty_lessons_take_as_many_statements_as_one_and_the_worst_comes_first(
    database_url: str,
) -> None:
    database = CountedDatabase(database_url)
    county = await make_county(database)
    async with lesson_api(database) as api, api.client(county.admin) as admin:
        database.statements.clear()
        await wall(admin)
        of_one = len(database.statements)
        ids = await add_lessons(api, county, 20)
        database.statements.clear()
        await wall(admin)
        assert len(database.statements) == of_one
        await begin(api, county, "sea_1", "sea_3")
        runtime = await api.rooms.get(ids[-1])
        await runtime.execute(Join(ParticipantId(f"sea_1_{ids[-1]}"), Role.CLASSROOM, PC))
        await runtime.execute(CallForHelp(ParticipantId(f"sea_1_{ids[-1]}")))
        api.time.now_ms += 2 * MINUTE_MS
        body = await wall(admin, limit=3)
    await database.close()
    assert [one["lesson_id"] for one in body["lessons"]] == [ids[-1], ids[0], ids[1]]
    assert (body["total"], body["in_trouble"]) == (21, 20)


async def test_what_did_not_change_is_not_sent_again(api: LessonApi, county: SmallCounty) -> None:
    async with api.client(county.admin) as admin:
        first = await admin.get("/wall")
        tag = {"If-None-Match": first.headers["etag"]}
        same = await admin.get("/wall", headers=tag)
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["x-tongtang-now"] == str(api.time.now_ms)
        await begin(api, county, "sea_1", "sea_3")
        assert (await admin.get("/wall", headers=tag)).status_code == 200
