"""The roll call over HTTP: who may, what is kept, what the lesson, the sheet and the journal learn of it."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, func, select, update

from app.attendance.roll_call.desk import SAVES
from app.db.engine import Database
from app.db.models import (
    AccessLogEntry,
    JournalRow,
    Pupil,
    RollCall,
    RollCallCorrection,
    RollCallMark,
    RosterEntry,
    Seat,
)
from app.ids import DeviceId, ParticipantId, PupilId, SeatId, UserId
from app.rooms.commands import AcceptCallUp, CallUp, EndLesson, Join, NamePupil, StartLesson
from app.rooms.events import HeadsCounted, PupilNamed
from app.rooms.state import Role
from app.rooms.views import is_recorded
from tests.support.county import MINUTE_MS, PUPIL_NAME, SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi

ROLL = "/lessons/les_1/seats/sea_1/roll-call"
OTHER_ROLL = "/lessons/les_1/seats/sea_3/roll-call"
PUPIL, OTHER_PUPIL = "pup_0", "pup_2"
"""In classrooms 1 and 3."""


def seat_ticket(api: LessonApi, seat_id: str = "sea_1") -> Mapping[str, str]:
    """The header of a paired PC or a phone console."""
    token, _ = api.book.issue_ticket(
        lesson_id=SmallCounty().lesson,
        participant_id=ParticipantId(seat_id),
        role=Role.CLASSROOM,
        user_id=None,
        classroom_id=None,
        now_ms=api.time(),
        expires_at_ms=api.time() + 60 * MINUTE_MS,
    )
    return {"X-Tongtang-Ticket": token}


async def save(
    client: httpx.AsyncClient, marks: Mapping[str, str | None] | None = None, **more: Any
) -> httpx.Response:
    return await client.patch(ROLL, json={"marks": marks or {}, **more})


async def journalled_counts(api: LessonApi, county: SmallCounty) -> list[int | None]:
    room = await api.rooms.get(county.lesson)
    async with api.database.reading() as session:
        rows = await session.scalars(
            select(JournalRow).where(JournalRow.type == HeadsCounted.type).order_by(JournalRow.seq)
        )
        counts = [row.data["head_count"] for row in rows]
    assert room.room.head_counts.get(SeatId("sea_1")) == (counts[-1] if counts else None)
    return counts


@on_both_databases
async def test_ticks_from_the_classroom_are_kept_and_the_lesson_learns_the_count(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client() as client:
        client.headers.update(seat_ticket(api))
        empty = (await client.get(ROLL)).json()
        assert empty == {
            "lesson_id": "les_1",
            "seat_id": "sea_1",
            "classroom_name": "Class 1",
            "school_name": "sch_1",
            "head_count": None,
            "typed_count": None,
            "pupils": [
                {"pupil_id": PUPIL, "number": "20260", "name": f"{PUPIL_NAME}0", "mark": None}
            ],
            "corrections": [],
        }
        saved = (await save(client, {PUPIL: "late"})).json()
        assert (saved["head_count"], saved["pupils"][0]["mark"]) == (1, "late")
        assert (await save(client, {PUPIL: "late"})).json() == saved
        assert (await client.get(ROLL)).json() == saved
    assert await journalled_counts(api, county) == [1]


@on_both_databases
async def test_a_correction_leaves_who_when_before_after_and_why(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client() as client:
        client.headers.update(seat_ticket(api))
        await save(client, {PUPIL: "absent"}, typed_count=18)
        api.time.now_ms += MINUTE_MS
        corrected = (await save(client, {PUPIL: "late"})).json()["corrections"]
    assert corrected == [
        {
            "pupil_id": PUPIL,
            "at": "2027-01-15T08:01:00Z",
            "by": "",
            "before": "absent",
            "after": "late",
            "reason": "",
        }
    ]
    api.time.now_ms += MINUTE_MS
    async with api.client(county.onsite) as client:
        roll = (await save(client, {PUPIL: None}, typed_count=19, reason=" 插班 ")).json()
    assert roll["head_count"] == 19
    newest = [(c["by"], c["before"], c["after"], c["reason"]) for c in roll["corrections"][:2]]
    assert sorted(newest, key=str) == [
        ("On-site One", "18", "19", "插班"),
        ("On-site One", "late", None, "插班"),
    ]


async def test_a_correction_after_the_lesson_changes_the_roll_and_not_the_journal(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.teacher) as lead, api.client(county.onsite) as onsite:
        await lead.post("/lessons/les_1/start")
        await save(onsite, {PUPIL: "present"})
        await lead.post("/lessons/les_1/end")
        before = await journalled_counts(api, county)
        roll = (await save(onsite, {PUPIL: "absent"}, reason="记错了")).json()
        sheet = (await lead.get("/lessons/les_1/attendance")).json()
    assert (roll["head_count"], len(roll["corrections"])) == (0, 1)
    assert before == await journalled_counts(api, county) == [1]
    assert [(r["head_count"], r["absent"]) for r in sheet["roll_calls"]] == [(0, 1), (None, 0)]


async def test_a_roll_is_called_from_an_hour_before_the_lesson(
    api: LessonApi, county: SmallCounty
) -> None:
    api.time.now_ms -= 61 * MINUTE_MS
    async with api.client(county.onsite) as client:
        refused = await save(client, {PUPIL: "present"})
        assert (refused.status_code, refused.json()["code"]) == (409, "too_early")
        api.time.now_ms += 2 * MINUTE_MS
        assert (await save(client, {PUPIL: "present"})).status_code == 200


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("usr_onsite1", 200),
        ("usr_admin", 200),
        ("usr_teacher1", 403),
        ("usr_onsite2", 403),
        ("usr_teacher2", 404),
        (None, 401),
    ],
)
async def test_names_are_for_staff_of_the_school_and_admins(
    api: LessonApi, county: SmallCounty, who: str | None, status: int
) -> None:
    """usr_teacher1 leads the lesson, usr_onsite2 is of another school in it, usr_teacher2 has no part in it."""
    async with api.client(None if who is None else UserId(who)) as client:
        for answer in (await client.get(ROLL), await save(client, {PUPIL: "present"})):
            assert answer.status_code == status
            assert (PUPIL_NAME in answer.text) == (PUPIL in answer.text) == (status == 200)


async def test_the_ticket_of_another_place_opens_no_roll(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client() as client:
        answers = [
            await client.get(ROLL, headers=seat_ticket(api, "sea_3")),
            await client.get(ROLL, headers=seat_ticket(api, "lead_usr_teacher1")),
            await client.get(ROLL, headers={"X-Tongtang-Ticket": "tt1.x.y"}),
            await client.get("/lessons/les_2/seats/sea_1/roll-call", headers=seat_ticket(api)),
        ]
    assert [answer.status_code for answer in answers] == [403, 403, 401, 403]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("usr_onsite1", {PUPIL}),
        ("usr_onsite2", {OTHER_PUPIL}),
        ("usr_admin", {PUPIL, OTHER_PUPIL}),
        ("usr_teacher1", set()),
    ],
)
async def test_sheet_and_export_name_only_the_pupils_whom_the_viewer_may_know(
    api: LessonApi, county: SmallCounty, who: str, seen: set[str]
) -> None:
    numbers = {PUPIL: "20260", OTHER_PUPIL: "20262"}
    async with api.client(county.admin) as admin:
        await save(admin, {PUPIL: "present"})
        await admin.patch(OTHER_ROLL, json={"marks": {OTHER_PUPIL: "left_early"}})
    async with api.client(UserId(who)) as client:
        sheet = await client.get("/lessons/les_1/attendance")
        file = (await client.get("/lessons/les_1/attendance.csv")).content.decode("utf-8-sig")
    rolls = {roll["seat_id"]: roll for roll in sheet.json()["roll_calls"]}
    named = {seat for seat, roll in rolls.items() if roll["may_see_names"]}
    assert named == {f"sea_{1 + int(pupil[-1])}" for pupil in seen}
    assert all(roll["head_count"] == 1 for roll in rolls.values())
    assert PUPIL_NAME not in sheet.text
    assert "pup_" not in sheet.text
    lines = [line for line in csv.DictReader(io.StringIO(file)) if line["身份"] == "学生"]
    assert {line["学号"] for line in lines} == {numbers[pupil] for pupil in seen}
    assert ("早退" in file, PUPIL_NAME in file, "pup_" in file) == (True, bool(seen), False)
    counted = [line for line in csv.DictReader(io.StringIO(file)) if line["身份"] == "点名"]
    assert [line["学生人数"] for line in counted] == ["1"] * len(rolls)


async def test_the_journal_holds_the_count_and_no_pupil(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    async with api.client(county.onsite) as onsite, api.client(county.teacher) as lead:
        await save(onsite, {PUPIL: "late"}, reason="堵车")
        shown = (await lead.get("/lessons/les_1/journal")).text
    async with database.reading() as session:
        stored = json.dumps([row.data for row in await session.scalars(select(JournalRow))])
    assert '"head_count":1' in shown
    for text in (shown, stored):
        assert "pup_" not in text
        assert PUPIL_NAME not in text
        assert "堵车" not in text


@pytest.mark.parametrize(("who", "is_shown"), [("usr_admin", True), ("usr_teacher1", False)])
async def test_the_journal_shows_a_pupils_id_to_who_may_know_the_name(
    api: LessonApi, county: SmallCounty, who: str, is_shown: bool
) -> None:
    room = await api.rooms.get(county.lesson)
    lead, seat = ParticipantId("lead_usr_teacher1"), ParticipantId("sea_1")
    await room.execute(Join(lead, Role.LEAD, DeviceId("tab"), county.teacher))
    await room.execute(Join(seat, Role.CLASSROOM, DeviceId("pc")))
    for command in (StartLesson(lead), CallUp(lead, SeatId(seat)), AcceptCallUp(seat)):
        await room.execute(command)
    await room.execute(NamePupil(seat, PupilId(PUPIL)))
    async with api.client(UserId(who)) as client:
        items = (await client.get("/lessons/les_1/journal")).json()["items"]
    (named,) = (one["data"] for one in items if one["type"] == PupilNamed.type)
    assert named == {"participant_id": seat, "pupil_id": PUPIL if is_shown else None}


async def test_reading_a_roll_from_outside_of_the_classroom_is_logged(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    async with api.client(county.admin) as client:
        await client.get(ROLL)
        await client.get(ROLL, headers=seat_ticket(api))
    async with database.reading() as session:
        visits = [(v.user_id, v.action, v.subject_id) for v in await session.scalars(
            select(AccessLogEntry)
        )]  # fmt: skip
    assert visits == [(county.admin, "roll_call.viewed", "sea_1")]


async def test_a_classroom_without_a_roster_counts_heads(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    async with database.transaction() as session:
        await session.execute(delete(RosterEntry).where(RosterEntry.classroom_id == "cls_1"))
    async with api.client(county.onsite) as client:
        assert (await client.get(ROLL)).json()["pupils"] == []
        assert (await save(client, typed_count=23)).json()["head_count"] == 23
        refused = await save(client, {PUPIL: "present"})
    assert (refused.status_code, refused.json()["code"]) == (422, "pupil_unknown")
    assert await journalled_counts(api, county) == [23]


@on_both_databases
async def test_an_erased_pupil_leaves_the_count_and_a_deleted_one_nothing(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    async with api.client(county.onsite) as client:
        await save(client, {PUPIL: "absent"})
        await save(client, {PUPIL: "present"}, reason="到了")
        async with database.transaction() as session:
            await session.execute(
                update(Pupil).where(Pupil.pupil_id == PUPIL).values(name=None, number=None)
            )
        roll = (await client.get(ROLL)).json()
        assert (roll["pupils"][0]["name"], roll["head_count"]) == (None, 1)
        async with database.transaction() as session:
            await session.execute(delete(Pupil).where(Pupil.pupil_id == PUPIL))
        roll = (await client.get(ROLL)).json()
        assert (roll["pupils"], roll["corrections"], roll["head_count"]) == ([], [], None)
    assert await journalled_counts(api, county) == [0, 1]
    await api.rooms.close()


@on_both_databases
async def test_who_did_not_agree_and_comes_late_ends_the_recording_and_afterwards_takes_it_down(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    newcomer = PupilId("pup_new")
    async with database.transaction() as session:
        session.add(Pupil(pupil_id=newcomer, school_id="sch_1", name="新同学"))
        await session.flush()
        session.add(RosterEntry(classroom_id=county.classrooms[0], pupil_id=newcomer))
    seat, other = (ParticipantId(one) for one in county.seats)
    lead = ParticipantId(f"lead_{county.teacher}")
    async with api.client(county.onsite) as client:
        await save(client, {newcomer: "absent"})
        room = await api.rooms.get(county.lesson)
        await room.execute(Join(lead, Role.LEAD, DeviceId("dev_1"), county.teacher))
        await room.execute(StartLesson(lead))
        await save(client, {PUPIL: "present"})
        assert is_recorded(room.room, seat, "camera"), "who agreed is there, who did not is not"
        await save(client, {newcomer: "late"})
        assert not is_recorded(room.room, seat, "camera")
        assert is_recorded(room.room, other, "camera")
        await save(client, {newcomer: "absent"}, reason="记错了")
        await room.execute(EndLesson(lead))
        assert api.lost == []
        await save(client, {PUPIL: "left_early"})
        assert api.lost == [], "was there before and after"
        await save(client, {newcomer: "present"}, reason="没记错")
    assert api.lost == [{(SeatId(seat), "recorded")}]


async def test_a_pupil_who_left_the_roster_stays_on_the_old_roll(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    async with api.client(county.onsite) as client:
        await save(client, {PUPIL: "present"})
        async with database.transaction() as session:
            await session.execute(delete(RosterEntry).where(RosterEntry.pupil_id == PUPIL))
        roll = (await client.get(ROLL)).json()
    assert [(one["pupil_id"], one["mark"]) for one in roll["pupils"]] == [(PUPIL, "present")]


NO_ROLL_CALLS: list[Any] = [
    {"marks": {PUPIL: "asleep"}},
    {"marks": {"../x": "present"}},
    {"marks": {f"pup_{i}": "present" for i in range(201)}},
    {"typed_count": -1},
    {"typed_count": 201},
    {"typed_count": "many"},
    {"reason": "x" * 201},
    {"reason": "\x00"},
    {"names": ["x"]},
    [],
]


async def test_what_is_no_roll_call_is_refused_and_changes_nothing(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    async with api.client(county.onsite) as client:
        refused = [await client.patch(ROLL, json=body) for body in NO_ROLL_CALLS]
    codes = {(answer.status_code, answer.json()["code"]) for answer in refused}
    assert codes == {(422, "invalid_input")}
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(RollCall)) == 0


async def test_saving_has_a_rate(api: LessonApi, county: SmallCounty) -> None:
    async with api.client(county.onsite) as client:
        statuses = [(await save(client)).status_code for _ in range(SAVES + 1)]
    assert statuses == [200] * SAVES + [429]


async def test_corrections_are_bounded(
    api: LessonApi, county: SmallCounty, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.attendance.roll_call.repository.MAX_CORRECTIONS", 2)
    async with api.client(county.onsite) as client:
        for mark in ("present", "absent", "late"):
            assert (await save(client, {PUPIL: mark})).status_code == 200
        refused = await save(client, {PUPIL: "present"})
        assert (refused.status_code, refused.json()["code"]) == (409, "too_many_corrections")
        assert (await client.get(ROLL)).json()["pupils"][0]["mark"] == "late"


@on_both_databases
async def test_a_roll_goes_with_its_seat(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    async with api.client(county.onsite) as client:
        await save(client, {PUPIL: "absent"})
        await save(client, {PUPIL: "present"})
    async with database.transaction() as session:
        await session.execute(delete(Seat).where(Seat.seat_id == "sea_1"))
        for table in (RollCall, RollCallMark, RollCallCorrection):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
