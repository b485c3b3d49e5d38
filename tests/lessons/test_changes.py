"""A planned lesson is moved, gets another teacher, is cancelled; who is in the way is named."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.models import AttendanceSpan, AuditEntry, Lesson
from app.errors import Conflict, Unavailable
from app.ids import DeviceId, ParticipantId
from app.rooms.commands import Join
from app.rooms.state import Phase, Role
from tests.support.clock import START_MS
from tests.support.county import SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi

DAY = "2027-01-18"
DRAFT: dict[str, Any] = {
    "title": "认识分数",
    "subject": "数学",
    "starts_at": f"{DAY}T08:00:00Z",
    "duration_min": 40,
    "classroom_ids": ["cls_3", "cls_1"],
}


async def planned(client: httpx.AsyncClient, **change: Any) -> str:
    answer = await client.post("/lessons", json={**DRAFT, **change})
    assert answer.status_code == 201, answer.text
    lesson_id: str = answer.json()["lesson_id"]
    return lesson_id


@on_both_databases
async def test_a_moved_lesson_says_from_when_and_back_again_says_nothing(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    async with api.client(county.teacher) as client:
        lesson = await planned(client)
        moved = await client.post(
            f"/lessons/{lesson}/move", json={"starts_at": f"{DAY}T10:00:00+08:00"}
        )
        assert moved.status_code == 200
        body = moved.json()
        assert (body["starts_at"], body["ends_at"]) == (f"{DAY}T02:00:00Z", f"{DAY}T02:40:00Z")
        assert body["change"] == {
            "moved_from": f"{DAY}T08:00:00Z", "instead_of": None, "cancelled": None,
            "restored": False,
        }  # fmt: skip
        back = await client.post(f"/lessons/{lesson}/move", json={"starts_at": DRAFT["starts_at"]})
        assert back.json()["change"] is None
    async with database.reading() as session:
        entries = (await session.scalars(select(AuditEntry))).all()
    assert [(one.action, one.subject_id, one.user_id) for one in entries] == [
        ("lesson.moved", lesson, county.teacher)
    ] * 2


@on_both_databases
async def test_a_clash_is_refused_with_the_name_of_the_lesson_in_the_way(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as client:
        await planned(client, title="古诗", lead_id=county.teacher)
        late = {"starts_at": f"{DAY}T12:00:00Z"}
        same_teacher = await planned(
            client, lead_id=county.teacher, classroom_ids=["cls_2"], **late
        )
        same_room = await planned(
            client, lead_id=county.other_teacher, classroom_ids=["cls_1"], **late
        )
        busy = {"starts_at": f"{DAY}T08:39:00Z"}
        refused = await client.post(f"/lessons/{same_teacher}/move", json=busy)
        assert refused.status_code == 409
        assert refused.json()["code"] == "teacher_busy"
        assert refused.json()["clash"] == {
            "kind": "teacher",
            "name": "Teacher One",
            "title": "古诗",
            "starts_at": f"{DAY}T08:00:00Z",
            "ends_at": f"{DAY}T08:40:00Z",
        }
        refused = await client.post(f"/lessons/{same_room}/move", json=busy)
        assert refused.json()["code"] == "classroom_busy"
        assert refused.json()["clash"]["name"] == "sch_1 Class 1"
        at_the_boundary = {"starts_at": f"{DAY}T08:40:00Z"}
        assert (
            await client.post(f"/lessons/{same_room}/move", json=at_the_boundary)
        ).status_code == 200
        refused = await client.post(
            f"/lessons/{same_teacher}/substitution", json={"lead_id": county.other_teacher}
        )
        assert refused.status_code == 200, "the other lesson of that teacher was moved away"


@on_both_databases
async def test_another_teacher_leads_and_screens_say_instead_of_whom(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as client:
        lesson = await planned(client, lead_id=county.teacher)
        draft = {"lead_id": county.other_teacher}
        changed = (await client.post(f"/lessons/{lesson}/substitution", json=draft)).json()
        assert changed["lead"]["name"] == "Teacher Two"
        assert changed["change"]["instead_of"] == "Teacher One"
        unknown = await client.post(f"/lessons/{lesson}/substitution", json={"lead_id": "usr_x"})
        assert (unknown.status_code, unknown.json()["code"]) == (422, "lead_unknown")
    async with api.client(county.other_teacher) as client:
        assert (await client.get(f"/lessons/{lesson}")).json()["my_roles"] == ["lead"]
        draft = {"lead_id": county.teacher}
        answer = await client.post(f"/lessons/{lesson}/substitution", json=draft)
        assert answer.status_code == 403


@on_both_databases
async def test_a_cancelled_lesson_is_over_keeps_its_reason_and_frees_its_time(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    async with api.client(county.teacher) as client:
        lesson = await planned(client)
        other = await planned(client, starts_at=f"{DAY}T12:00:00Z")
        cancelled = await client.post(f"/lessons/{lesson}/cancellation", json={"reason": "power"})
        body = cancelled.json()
        assert (body["state"], body["end_reason"]) == ("ended", "cancelled")
        assert body["change"]["cancelled"] == "power"
        again = await client.post(f"/lessons/{lesson}/cancellation", json={"reason": "other"})
        assert (again.status_code, again.json()["code"]) == (409, "lesson_ended")
        there = {"starts_at": DRAFT["starts_at"]}
        assert (await client.post(f"/lessons/{other}/move", json=there)).status_code == 200
    with pytest.raises(Conflict):
        await api.rooms.get(body["lesson_id"])
    async with database.reading() as session:
        row = await session.get_one(Lesson, lesson)
    assert (row.cancelled_at_ms, row.cancelled_reason, row.state) == (START_MS, "power", "waiting")


@on_both_databases
async def test_a_cancelled_lesson_is_restored_unless_its_time_is_taken(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    async with api.client(county.teacher) as client:
        lesson = await planned(client)
        path = f"/lessons/{lesson}/restoration"
        early = await client.post(path)
        assert (early.status_code, early.json()["code"]) == (409, "lesson_not_cancelled")
        await client.post(f"/lessons/{lesson}/cancellation", json={"reason": "power"})
        other = await planned(client, title="古诗", starts_at=f"{DAY}T08:30:00Z")
        refused = await client.post(path)
        assert (refused.status_code, refused.json()["code"]) == (409, "teacher_busy")
        assert refused.json()["clash"]["title"] == "古诗"
        assert (await client.get(f"/lessons/{lesson}")).json()["change"]["cancelled"] == "power"
        later = {"starts_at": f"{DAY}T12:00:00Z"}
        await client.post(f"/lessons/{other}/move", json=later)

        body = (await client.post(path)).json()
        assert (body["state"], body["end_reason"]) == ("waiting", None)
        assert body["change"] == {
            "moved_from": None, "instead_of": None, "cancelled": None, "restored": True,
        }  # fmt: skip
        again = await client.post(f"/lessons/{lesson}/cancellation", json={"reason": "other"})
        assert (again.json()["change"]["cancelled"], again.json()["change"]["restored"]) == (
            "other", False,
        )  # fmt: skip
    async with api.client(county.onsite) as client:
        assert (await client.post(path)).status_code == 403
    async with api.client(county.other_teacher) as client:
        assert (await client.post(path)).status_code == 404
    api.time.now_ms += 30 * 86_400_000
    async with api.client(county.teacher) as client:
        over = await client.post(path)
        assert (over.status_code, over.json()["code"]) == (409, "lesson_ended")
    async with database.reading() as session:
        actions = (await session.scalars(select(AuditEntry.action))).all()
    assert actions.count("lesson.restored") == 1


@on_both_databases
async def test_a_lesson_planned_by_hand_is_refused_when_teacher_or_classroom_is_taken(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as client:
        await planned(client, title="古诗", lead_id=county.teacher)
        half_an_hour_in = {**DRAFT, "starts_at": f"{DAY}T08:30:00Z"}
        for change, code, name in (
            (
                {"lead_id": county.teacher, "classroom_ids": ["cls_2"]},
                "teacher_busy",
                "Teacher One",
            ),
            (
                {"lead_id": county.other_teacher, "classroom_ids": ["cls_2", "cls_1"]},
                "classroom_busy",
                "sch_1 Class 1",
            ),
        ):
            refused = await client.post("/lessons", json={**half_an_hour_in, **change})
            assert (refused.status_code, refused.json()["code"]) == (409, code)
            clash = refused.json()["clash"]
            assert (clash["name"], clash["title"]) == (name, "古诗")
        assert len((await client.get("/lessons")).json()["items"]) == 2, "nothing half done"
        free = {"lead_id": county.other_teacher, "classroom_ids": ["cls_2"]}
        assert (await client.post("/lessons", json={**half_an_hour_in, **free})).status_code == 201
    async with api.client(county.teacher) as client:
        at_the_end = {**DRAFT, "starts_at": f"{DAY}T08:40:00Z", "classroom_ids": ["cls_1"]}
        assert (await client.post("/lessons", json=at_the_end)).status_code == 201


@on_both_databases
async def test_a_lesson_that_somebody_waited_for_is_restored_too(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    join = Join(ParticipantId(county.seats[0]), Role.CLASSROOM, DeviceId("dev_1"))
    await (await api.rooms.get(county.lesson)).execute(join)
    path = f"/lessons/{county.lesson}"
    async with api.client(county.teacher) as client:
        cancelled = await client.post(f"{path}/cancellation", json={"reason": "power"})
        assert cancelled.json()["ended_at"] is not None
        restored = (await client.post(f"{path}/restoration")).json()
        assert (restored["state"], restored["ended_at"], restored["end_reason"]) == (
            "waiting", None, None,
        )  # fmt: skip
        room = await api.rooms.get(county.lesson)
        assert room.room.phase is Phase.WAITING
        assert await room.execute(join), "the classroom comes back"
        assert (await client.post(f"{path}/start")).json()["state"] == "live"
        again = await client.post(f"{path}/restoration")
        assert (again.status_code, again.json()["code"]) == (409, "lesson_not_cancelled")
        await client.post(f"{path}/end")
    async with database.reading() as session:
        row = await session.get_one(Lesson, county.lesson)
        spans = await session.scalars(
            select(AttendanceSpan.ended_by).where(AttendanceSpan.participant_id == county.seats[0])
        )
        assert spans.all() == ["lesson_ended", "lesson_ended"]
    assert (row.state, row.end_reason) == ("ended", "ended_by_lead")


async def test_a_restored_lesson_whose_room_could_not_be_opened_then_is_open_when_somebody_comes(
    api: LessonApi, county: SmallCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await api.rooms.get(county.lesson)
    async with api.client(county.teacher) as client:
        path = f"/lessons/{county.lesson}"
        await client.post(f"{path}/cancellation", json={"reason": "power"})
        assert room.room.phase is Phase.ENDED
        # Another process has the lesson for a moment.
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(room, "is_taken_over", True)
            assert (await client.post(f"{path}/restoration")).status_code == 200
        with pytest.raises(Unavailable):
            await api.rooms.get(county.lesson)
    await api.clock.advance(10_000)
    assert (await api.rooms.get(county.lesson)).room.phase is Phase.WAITING


async def test_who_waits_in_the_room_of_a_cancelled_lesson_is_told(
    api: LessonApi, county: SmallCounty
) -> None:
    room = await api.rooms.get(county.lesson)
    await room.execute(Join(ParticipantId(county.seats[0]), Role.CLASSROOM, DeviceId("dev_1")))
    async with api.client(county.admin) as client:
        draft = {"reason": "network"}
        answer = await client.post(f"/lessons/{county.lesson}/cancellation", json=draft)
    assert answer.json()["end_reason"] == "cancelled"
    assert room.room.phase is Phase.ENDED


async def test_an_open_room_goes_on_by_the_new_plan(api: LessonApi, county: SmallCounty) -> None:
    room = await api.rooms.get(county.lesson)
    async with api.client(county.admin) as client:
        draft = {"lead_id": county.other_teacher}
        await client.post(f"/lessons/{county.lesson}/substitution", json=draft)
    assert room.is_stopped
    assert (await api.rooms.get(county.lesson)).room.plan.lead_user_id == county.other_teacher


async def test_a_lesson_that_has_begun_is_neither_moved_nor_cancelled(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.teacher) as client:
        await client.post(f"/lessons/{county.lesson}/start")
        for path, draft in (
            ("move", {"starts_at": DRAFT["starts_at"]}),
            ("cancellation", {"reason": "teacher"}),
        ):
            answer = await client.post(f"/lessons/{county.lesson}/{path}", json=draft)
            assert (answer.status_code, answer.json()["code"]) == (409, "lesson_started")


async def test_others_change_nothing(api: LessonApi, county: SmallCounty) -> None:
    async with api.client(county.other_teacher) as client:
        answer = await client.post(
            f"/lessons/{county.lesson}/cancellation", json={"reason": "teacher"}
        )
        assert answer.status_code == 404
    async with api.client(county.onsite) as client:
        answer = await client.post(
            f"/lessons/{county.lesson}/move", json={"starts_at": DRAFT["starts_at"]}
        )
        assert answer.status_code == 403
