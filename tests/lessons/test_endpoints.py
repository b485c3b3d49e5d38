from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.db.engine import Database
from app.db.models import AccessLogEntry, JournalRow, Lesson
from app.ids import DeviceId, LessonId, ParticipantId
from app.rooms.commands import Join
from app.rooms.state import Phase, Role
from tests.support.clock import START_MS
from tests.support.county import MINUTE_MS, SmallCounty, add_lesson
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi

DRAFT: dict[str, Any] = {
    "title": " 认识分数 ",
    "subject": "数学",
    "starts_at": "2027-01-15T09:10:00Z",
    "duration_min": 40,
    "classroom_ids": ["cls_3", "cls_1", "cls_3"],
    "recorded": True,
}


@on_both_databases
async def test_a_planned_lesson_reads_as_it_was_written(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.teacher) as client:
        made = await client.post("/lessons", json=DRAFT)
        assert made.status_code == 201
        body = made.json()
        again = (await client.get(f"/lessons/{body['lesson_id']}")).json()
    seats = body.pop("seats")
    again.pop("seats")
    again["recording_id"] = body["recording_id"]
    assert again == body
    assert [(s["classroom_id"], s["is_simulated"]) for s in seats] == [
        ("cls_3", False),
        ("cls_1", False),
    ]
    del body["lesson_id"], body["recording_id"]
    assert body == {
        "title": "认识分数",
        "subject": "数学",
        "starts_at": "2027-01-15T09:10:00Z",
        "duration_min": 40,
        "ends_at": "2027-01-15T09:50:00Z",
        "recorded": True,
        "state": "waiting",
        "started_at": None,
        "ended_at": None,
        "end_reason": None,
        "lead": {"user_id": county.teacher, "name": "Teacher One"},
        "is_demo": False,
        "is_rehearsal": False,
        "my_roles": ["lead"],
        "my_seats": [],
        "staff": [],
        "change": None,
        "may_invite": True,
        "sound_preset": "voice",
    }


async def test_recorded_defaults_to_no(api: LessonApi, county: SmallCounty) -> None:
    draft = {key: value for key, value in DRAFT.items() if key != "recorded"}
    async with api.client(county.teacher) as client:
        assert (await client.post("/lessons", json=draft)).json()["recorded"] is False


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": "  "}, "invalid_input"),
        ({"title": "x" * 121}, "invalid_input"),
        ({"title": "a\x00b"}, "invalid_input"),
        ({"duration_min": 4}, "invalid_input"),
        ({"duration_min": 241}, "invalid_input"),
        ({"starts_at": "2027-01-15T08:10:00"}, "invalid_input"),
        ({"starts_at": "tomorrow"}, "invalid_input"),
        ({"starts_at": "2020-01-01T00:00:00Z"}, "invalid_input"),
        ({"starts_at": "9999-12-31T23:59:59Z"}, "invalid_input"),
        ({"classroom_ids": []}, "too_many_classrooms"),
        ({"classroom_ids": [f"cls_{i}" for i in range(9)]}, "too_many_classrooms"),
        ({"classroom_ids": ["cls_1", "cls_none"]}, "classroom_unknown"),
        ({"classroom_ids": ["'; DROP TABLE lesson"]}, "invalid_input"),
        ({"more": 1}, "invalid_input"),
    ],
)
async def test_a_lesson_that_cannot_be_is_refused(
    api: LessonApi, county: SmallCounty, change: dict[str, Any], code: str
) -> None:
    async with api.client(county.teacher) as client:
        answer = await client.post("/lessons", json=DRAFT | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_who_may_plan_for_whom(api: LessonApi, county: SmallCounty) -> None:
    for_other = DRAFT | {"lead_id": county.other_teacher}
    async with api.client(county.teacher) as client:
        refused = await client.post("/lessons", json=for_other)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    async with api.client(county.onsite) as client:
        assert (await client.post("/lessons", json=DRAFT)).status_code == 403
    async with api.client() as client:
        assert (await client.post("/lessons", json=DRAFT)).status_code == 401
    async with api.client(county.admin) as client:
        made = await client.post("/lessons", json=for_other)
        assert made.json()["lead"]["user_id"] == county.other_teacher
        for nobody in ("usr_none", county.onsite):
            refused = await client.post("/lessons", json=DRAFT | {"lead_id": nobody})
            assert (refused.status_code, refused.json()["code"]) == (422, "lead_unknown")


@pytest.mark.parametrize(
    ("who", "my_roles", "my_seats"),
    [
        ("teacher", ["lead"], []),
        ("admin", ["assistant", "observer"], []),
        ("onsite", [], ["sea_1"]),
        ("other_onsite", [], ["sea_3"]),
    ],
)
async def test_everybody_concerned_sees_the_lesson_and_their_own_places(
    api: LessonApi, county: SmallCounty, who: str, my_roles: list[str], my_seats: list[str]
) -> None:
    async with api.client(getattr(county, who)) as client:
        body = (await client.get("/lessons/les_1")).json()
        assert (body["my_roles"], body["my_seats"]) == (my_roles, my_seats)
        listed = (await client.get("/lessons")).json()
        assert [one["lesson_id"] for one in listed["items"]] == ["les_1"]


async def test_others_do_not_even_see_that_it_exists(api: LessonApi, county: SmallCounty) -> None:
    async with api.client(county.other_teacher) as client:
        assert (await client.get("/lessons")).json() == {"items": [], "next": None}
        for method, path in (
            ("GET", ""),
            ("POST", "/start"),
            ("POST", "/end"),
            ("GET", "/journal"),
            ("GET", "/attendance"),
            ("GET", "/attendance.csv"),
        ):
            answer = await client.request(method, f"/lessons/les_1{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


@pytest.mark.parametrize("lesson_id", ["les_none", "x" * 61, "a%00b", "%ff", "..", "les 1"])
async def test_no_lesson_id_whatever_crashes_the_server(
    api: LessonApi, county: SmallCounty, lesson_id: str
) -> None:
    async with api.client(county.teacher) as client:
        assert (await client.get(f"/lessons/{lesson_id}")).status_code in (404, 405, 422)


@on_both_databases
async def test_the_list_shows_live_then_soonest_then_over_in_pages(
    api: LessonApi, county: SmallCounty
) -> None:
    offsets = {"soon": 60, "later": 300, "tomorrow": 1440}
    async with api.client(county.teacher) as client:
        ids = {}
        for title, minutes in offsets.items():
            starts_at = (
                f"2027-01-{15 + (8 * 60 + minutes) // 1440}T{(8 + minutes // 60) % 24:02d}:00:00Z"
            )
            draft = DRAFT | {"title": title, "starts_at": starts_at}
            ids[title] = (await client.post("/lessons", json=draft)).json()["lesson_id"]
        await client.post(f"/lessons/{ids['later']}/start")
        await client.post(f"/lessons/{ids['soon']}/end")

        whole = (await client.get("/lessons")).json()
        expected = ["later", "分数的认识", "tomorrow", "soon"]
        assert [one["title"] for one in whole["items"]] == expected
        assert [one["state"] for one in whole["items"]] == ["live", "waiting", "waiting", "ended"]
        assert whole["next"] is None

        paged, cursor = [], None
        for _ in range(5):
            params = {"limit": 1} | ({"before": cursor} if cursor else {})
            page = (await client.get("/lessons", params=params)).json()
            paged += [one["title"] for one in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert paged == expected

        waiting = (await client.get("/lessons", params={"state": "waiting"})).json()
        assert [one["title"] for one in waiting["items"]] == ["分数的认识", "tomorrow"]

        for search, titles in (
            ({"text": " LATE "}, ["later"]),
            ({"text": "teacher one", "state": "ended"}, ["soon"]),
            ({"text": "Class 3", "to": "2027-01-15T13:00:00Z"}, ["分数的认识", "soon"]),
            ({"from": "2027-01-15T13:00:00Z"}, ["later", "tomorrow"]),
            ({"text": "%"}, []),
        ):
            found = (await client.get("/lessons", params=search)).json()["items"]
            assert [one["title"] for one in found] == titles, search


@on_both_databases
async def test_pages_of_every_size_hold_each_lesson_once_and_in_order(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    live = {"les_a0": -10, "les_a1": -20, "les_a2": -20}
    waiting = {"les_b0": -100, "les_1": 0, "les_b1": 60, "les_b2": 60}
    ended = {
        "les_d1": 300, "les_c1": -200, "les_c2": -200, "les_d0": -200, "les_e1": -200, "les_e0": -2000,
    }  # fmt: skip
    states = {"a": "live", "c": "ended"}
    parts = {"live": list(live), "waiting": list(waiting), "ended": list(ended)}
    async with database.transaction() as session:
        for lesson_id, minutes in (live | waiting | ended).items():
            if lesson_id == county.lesson:
                continue
            starts_at_ms = county.starts_at_ms + minutes * MINUTE_MS
            lesson = Lesson(
                lesson_id=lesson_id,
                county_id=county.county_id,
                title="t",
                subject="",
                starts_at_ms=starts_at_ms,
                ends_at_ms=starts_at_ms + 45 * MINUTE_MS,
                lead_user_id=county.teacher,
                created_by=county.teacher,
                created_at_ms=START_MS,
                state=states.get(lesson_id[4], "waiting"),
                cancelled_at_ms=START_MS if lesson_id[4] == "d" else None,
            )
            session.add(lesson)
    for person in (county.admin, county.teacher):
        async with api.client(person) as client:
            for limit in (1, 2, 5, 100):
                assert await _paged(client, limit) == [*live, *waiting, *ended], (person, limit)
            for state, ids in parts.items():
                assert await _paged(client, 2, state=state) == ids, (person, state)
            since = {"from": "2027-01-15T08:00:00Z"}
            assert await _paged(client, 2, **since) == ["les_1", "les_b1", "les_b2", "les_d1"]


async def _paged(client: httpx.AsyncClient, limit: int, **params: str) -> list[str]:
    """Ids of the whole list, read in pages."""
    found: list[str] = []
    before: dict[str, str] = {}
    while True:
        asked = {"limit": str(limit)} | params | before
        page = (await client.get("/lessons", params=asked)).json()
        found += [one["lesson_id"] for one in page["items"]]
        if page["next"] is None:
            return found
        assert len(page["items"]) == limit
        before = {"before": page["next"]}


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 101},
        {"state": "gone"},
        {"before": "nonsense"},
        {"before": "1.99999999999999999999.x"},
        {"before": "1.1.\x00"},
        {"from": "2027-01-15T13:00:00"},
        {"text": "x" * 121},
    ],
)
async def test_a_list_request_that_makes_no_sense_is_refused(
    api: LessonApi, county: SmallCounty, params: dict[str, Any]
) -> None:
    async with api.client(county.teacher) as client:
        answer = await client.get("/lessons", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@on_both_databases
@pytest.mark.parametrize("who", ["teacher", "admin"])
async def test_lead_and_admin_start_and_end_a_lesson(
    api: LessonApi, county: SmallCounty, who: str
) -> None:
    async with api.client(getattr(county, who)) as client:
        live = (await client.post("/lessons/les_1/start")).json()
        assert (live["state"], live["started_at"]) == ("live", "2027-01-15T08:00:00Z")
        assert (await api.rooms.get(county.lesson)).room.phase is Phase.LIVE

        again = await client.post("/lessons/les_1/start")
        assert (again.status_code, again.json()["state"]) == (200, "live")

        over = (await client.post("/lessons/les_1/end")).json()
        assert (over["state"], over["end_reason"]) == ("ended", "ended_by_lead")
        assert over["recording_id"] == "rec_of_les_1"

        late = await client.post("/lessons/les_1/start")
        assert (late.status_code, late.json()["code"]) == (409, "lesson_ended")
        assert (await client.post("/lessons/les_1/end")).status_code == 200


async def test_an_on_site_teacher_neither_starts_nor_ends_nor_reads_the_journal(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.onsite) as client:
        for method, path in (("POST", "start"), ("POST", "end"), ("GET", "journal")):
            answer = await client.request(method, f"/lessons/les_1/{path}")
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_a_lesson_nobody_started_is_over_two_hours_past_its_planned_end(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.teacher) as client:
        api.time.now_ms = county.ends_at_ms + 120 * MINUTE_MS
        assert (await client.get("/lessons/les_1")).json()["state"] == "waiting"
        api.time.now_ms += 1
        body = (await client.get("/lessons/les_1")).json()
        assert (body["state"], body["ended_at"], body["end_reason"]) == ("ended", None, "cancelled")
        start = await client.post("/lessons/les_1/start")
        assert (start.status_code, start.json()["code"]) == (409, "lesson_ended")


async def test_the_journal_can_be_read_in_pages_and_every_visit_is_noted(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    room = await api.rooms.get(county.lesson)
    await room.execute(
        Join(ParticipantId("sea_1"), Role.CLASSROOM, DeviceId("tab"), None, county.classrooms[0])
    )
    async with api.client(county.teacher) as client:
        await client.post("/lessons/les_1/start")
        whole = (await client.get("/lessons/les_1/journal")).json()
        assert [one["type"] for one in whole["items"]] == [
            "clock.anchored",
            "participant.joined",
            "lesson.started",
        ]
        assert whole["items"][1]["data"]["classroom_id"] == "cls_1"
        assert whole["items"][1]["at"] == "2027-01-15T08:00:00Z"
        assert whole["next"] is None

        page = (await client.get("/lessons/les_1/journal", params={"limit": 2})).json()
        assert (len(page["items"]), page["next"]) == (2, 2)
        rest = await client.get("/lessons/les_1/journal", params={"after": page["next"]})
        assert [one["seq"] for one in rest.json()["items"]] == [3]

    async with database.reading() as session:
        visits = (await session.scalars(select(AccessLogEntry))).all()
        rows = await session.scalar(select(func.count()).select_from(JournalRow))
    assert [(v.user_id, v.action, v.lesson_id) for v in visits] == [
        (county.teacher, "journal.viewed", "les_1")
    ]
    assert rows == 3


async def test_the_plan_of_the_room_knows_who_agreed_to_be_recorded(
    api: LessonApi, county: SmallCounty
) -> None:
    draft = DRAFT | {"classroom_ids": ["cls_1", "cls_2"]}
    async with api.client(county.teacher) as client:
        lesson_id = (await client.post("/lessons", json=draft)).json()["lesson_id"]
    room = await api.rooms.get(LessonId(lesson_id))
    assert [seat.may_be_recorded for seat in room.room.plan.seats] == [True, False]
    assert room.room.plan.is_recorded


async def test_a_rehearsal_needs_simulated_classrooms(api: LessonApi, county: SmallCounty) -> None:
    async with api.client(county.teacher) as client:
        answer = await client.post("/rehearsals")
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_classrooms")


async def test_live_lessons_are_found_again_after_a_restart(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    await add_lesson(database, county, LessonId("les_2"))
    async with api.client(county.teacher) as client:
        await client.post("/lessons/les_1/start")
    assert await api.store.live_lesson_ids() == ["les_1"]
    assert api.time.now_ms == START_MS


async def test_every_operation_of_the_interface_has_a_short_name_and_an_answer(
    api: LessonApi,
) -> None:
    document = api.app.openapi()
    operations = [
        (path, operation)
        for path, methods in document["paths"].items()
        for operation in methods.values()
    ]
    names = [operation["operationId"] for _, operation in operations]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalpha() and len(name) <= 24 for name in names), names
    for path, operation in operations:
        success = [answer for status, answer in operation["responses"].items() if status < "300"]
        assert success, path
        for answer in success:
            assert answer.get("content") or "204" in operation["responses"], path
    assert "/api/v1/lessons/{id}/seats/{seat_id}/pairing" in document["paths"]
    assert not any("internal" in path for path, _ in operations)
