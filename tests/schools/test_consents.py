"""What pupils agreed to, as school and county see and enter it."""

import pytest
from sqlalchemy import delete, select

from app.db.consent import Allowance
from app.db.journal import load_events
from app.db.models import (
    AccessLogEntry,
    AuditEntry,
    Classroom,
    County,
    Recording,
    RosterEntry,
    School,
)
from app.ids import DeviceId, ParticipantId
from app.media.port import Source
from app.rooms.commands import Join, ReportEpochOpened, StartLesson
from app.rooms.events import CONSENT_WITHDRAWN, RecordingStopped
from app.rooms.runtime import RoomRuntime
from app.rooms.state import Role
from app.rooms.views import is_recorded
from app.schools.consents.desk import ConsentDesk
from app.schools.consents.endpoints import build_router
from app.schools.roster import endpoints as roster
from app.schools.roster.desk import RosterDesk
from tests.support.clock import START_MS
from tests.support.county import PUPIL_NAME, SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi


def answer(purpose: str, is_granted: bool, pupil_id: str = "pup_0") -> dict[str, object]:
    return {"pupil_id": pupil_id, "purpose": purpose, "is_granted": is_granted}


@pytest.fixture
async def lost(api: LessonApi, county: SmallCounty) -> list[set[Allowance]]:
    """What was withdrawn, as whoever takes down recordings is told; the county's lesson was recorded."""
    async with api.database.transaction() as session:
        session.add(
            Recording(
                recording_id="rec_1",
                lesson_id=county.lesson,
                state="available",
                started_at_ms=START_MS,
                changed_at_ms=START_MS,
            )
        )
    api.include(
        build_router(ConsentDesk(api.database, api.withdrawal, api.time), api.authenticate),
        roster.build_router(RosterDesk(api.database, api.withdrawal, api.time), api.authenticate),
    )
    return api.lost


@on_both_databases
async def test_the_school_fills_in_a_sheet_and_everybody_sees_by_whom(
    api: LessonApi, county: SmallCounty, lost: list[set[Allowance]]
) -> None:
    path = f"/classrooms/{county.classrooms[0]}/consents"
    async with api.client(county.onsite) as client:
        draft = {"answers": [answer("recorded", True), answer("shared", True)]}
        assert (await client.put(path, json=draft)).json() == {"changed": 1, "unpublished": 0}
        sheet = (await client.get(path)).json()
        listed = (await client.get("/consents")).json()["items"]
    assert (sheet["has_roster"], sheet["allowed"]) == (True, ["recorded", "shared"])
    async with api.database.reading() as session:
        assert list(await session.scalars(select(AccessLogEntry.action))) == ["roster.viewed"]
    [pupil] = sheet["pupils"]
    assert (pupil["name"], pupil["number"]) == (f"{PUPIL_NAME}0", "20260")
    by = {one["purpose"]: (one["is_granted"], one["entered_by"]) for one in pupil["answers"]}
    assert by == {"recorded": (True, "Admin"), "shared": (True, "On-site One")}
    assert [one["classroom_id"] for one in listed] == county.classrooms[:2]
    assert listed[0]["agreed"] == [
        {"purpose": "recorded", "pupils": 1},
        {"purpose": "shared", "pupils": 1},
        {"purpose": "public", "pupils": 0},
    ]
    assert (listed[0]["allowed"], listed[1]["allowed"]) == (["recorded", "shared"], [])
    assert lost == []


@on_both_databases
async def test_a_withdrawal_takes_down_what_shows_the_pupil_and_is_noted(
    api: LessonApi, county: SmallCounty, lost: list[set[Allowance]]
) -> None:
    path = f"/classrooms/{county.classrooms[0]}/consents"
    async with api.client(county.admin) as client:
        draft = {"answers": [answer("recorded", False), answer("public", True)]}
        assert (await client.put(path, json=draft)).json() == {"changed": 2, "unpublished": 1}
        again = await client.put(path, json=draft)
        assert again.json() == {"changed": 0, "unpublished": 0}
    assert lost == [{(county.seats[0], "recorded")}]
    async with api.database.reading() as session:
        rows = await session.scalars(select(AuditEntry).order_by(AuditEntry.entry_id))
        noted = {(row.action, row.subject_id, row.user_id): row.details for row in rows}
    assert noted.keys() == {("consent.entered", "pup_0", county.admin)}


async def test_all_answers_are_taken_or_none(
    api: LessonApi, county: SmallCounty, lost: list[set[Allowance]]
) -> None:
    path = f"/classrooms/{county.classrooms[0]}/consents"
    async with api.client(county.admin) as client:
        draft = {"answers": [answer("recorded", False), answer("recorded", True, "pup_1")]}
        refused = await client.put(path, json=draft)
        assert (refused.status_code, refused.json()["code"]) == (422, "pupil_unknown")
        assert (await client.get(path)).json()["allowed"] == ["recorded"]
        sold = await client.put(path, json={"answers": [answer("sold", True)]})
        assert sold.status_code == 422
        by_itself = await client.put(f"{path}/recorded", json={"is_granted": True})
        assert (by_itself.status_code, by_itself.json()["code"]) == (409, "classroom_has_roster")
    assert lost == []


async def test_only_the_school_and_the_county_enter_answers(
    api: LessonApi, county: SmallCounty, lost: list[set[Allowance]]
) -> None:
    async with api.database.transaction() as session:
        session.add(County(county_id="cou_2", name="别的县"))
        await session.flush()
        session.add(School(school_id="sch_far", county_id="cou_2", name="far"))
        await session.flush()
        session.add(Classroom(classroom_id="cls_far", school_id="sch_far", name="far"))
    path = f"/classrooms/{county.classrooms[0]}/consents"
    draft = {"answers": [answer("shared", True)]}
    one = {"is_granted": True}
    async with api.client(county.admin) as client:
        for unknown in ("cls_far", "cls_none"):
            there = f"/classrooms/{unknown}/consents"
            assert (await client.put(there, json=draft)).status_code == 404
            assert (await client.put(f"{there}/recorded", json=one)).status_code == 404
    for user in (county.teacher, county.other_onsite):
        async with api.client(user) as client:
            refused = 403 if user == county.teacher else 404
            assert (await client.get(path)).status_code == refused
            assert (await client.put(path, json=draft)).status_code == refused
    async with api.client(county.onsite) as client:
        assert (await client.put(f"{path}/recorded", json=one)).status_code == 403
    async with api.client(county.teacher) as client:
        assert (await client.get("/consents")).status_code == 403
    assert lost == []


@on_both_databases
async def test_an_admin_answers_for_a_classroom_without_a_roster(
    api: LessonApi, county: SmallCounty, lost: list[set[Allowance]]
) -> None:
    first = county.classrooms[0]
    async with api.database.transaction() as session:
        await session.execute(delete(RosterEntry).where(RosterEntry.classroom_id == first))
    async with api.client(county.admin) as client:
        path = f"/classrooms/{first}/consents"
        await client.put(f"{path}/recorded", json={"is_granted": True})
        listed = (await client.get("/consents", params={"text": "Class 1"})).json()
        answered = await client.put(f"{path}/recorded", json={"is_granted": False})
        after = (await client.get("/consents", params={"after": first})).json()
    [row] = listed["items"]
    assert (row["pupils"], row["allowed"]) == (0, ["recorded"])
    assert row["answers"][0]["entered_by"] == "Admin"
    assert answered.json()["unpublished"] == 1
    assert lost == [{(county.seats[0], "recorded")}]
    assert [one["classroom_id"] for one in after["items"]] == county.classrooms[1:]
    assert after["next"] is None


async def live_room(api: LessonApi, county: SmallCounty) -> RoomRuntime:
    room = await api.rooms.get(county.lesson)
    lead = ParticipantId(f"lead_{county.teacher}")
    await room.execute(Join(lead, Role.LEAD, DeviceId("dev_1"), county.teacher))
    await room.execute(StartLesson(lead))
    return room


@on_both_databases
async def test_a_withdrawal_ends_what_is_being_recorded_at_once(
    api: LessonApi, county: SmallCounty, lost: list[set[Allowance]]
) -> None:
    room = await live_room(api, county)
    agreeing, withdrawing = (ParticipantId(seat) for seat in county.seats)
    path = f"/classrooms/{county.classrooms[2]}/consents"
    async with api.client(county.other_onsite) as client:
        await client.put(path, json={"answers": [answer("shared", True, "pup_2")]})
        assert is_recorded(room.room, withdrawing, "camera"), "nothing was withdrawn"
        await client.put(path, json={"answers": [answer("recorded", False, "pup_2")]})
        assert not any(is_recorded(room.room, withdrawing, one) for one in Source)
        assert is_recorded(room.room, agreeing, "camera")
        await client.put(path, json={"answers": [answer("recorded", True, "pup_2")]})
    await room.execute(ReportEpochOpened("epo_1", withdrawing, "camera", "vp8"))
    assert not is_recorded(room.room, withdrawing, "camera"), "until the next lesson"
    async with api.database.reading() as session:
        journal = await load_events(session, county.lesson)
    stopped = [one.event for one in journal if isinstance(one.event, RecordingStopped)]
    assert stopped == [RecordingStopped(withdrawing, one, CONSENT_WITHDRAWN) for one in Source]


@on_both_databases
async def test_a_roster_with_somebody_new_ends_what_is_being_recorded_at_once(
    api: LessonApi, county: SmallCounty, lost: list[set[Allowance]]
) -> None:
    room = await live_room(api, county)
    agreeing, changed = (ParticipantId(seat) for seat in county.seats)
    # They do not stop when the bell rings.
    api.time.now_ms = county.ends_at_ms + 60_000
    sheet = f"学号,姓名\n20262,{PUPIL_NAME}2\n"
    path = f"/classrooms/{county.classrooms[2]}/roster"
    async with api.client(county.other_onsite) as client:
        await client.put(path, content=sheet.encode())
        assert is_recorded(room.room, changed, "camera"), "nobody came"
        await client.post(f"{path}/check", content=f"{sheet}20269,新同学\n".encode())
        assert is_recorded(room.room, changed, "camera"), "nobody came yet"
        answer = await client.put(path, content=f"{sheet}20269,新同学\n".encode())
        assert answer.json()["added"] == ["新同学"]
    assert not any(is_recorded(room.room, changed, one) for one in Source)
    assert is_recorded(room.room, agreeing, "camera")
    assert lost == []
