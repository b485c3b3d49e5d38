import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.attendance.report import is_late, left_early
from app.attendance.spans import Presence, Span
from app.db.engine import Database
from app.db.models import AccessLogEntry, Classroom
from app.ids import DeviceId, ParticipantId
from app.recording.lifecycle import Step
from app.recording.manifest import Manifest
from app.recording.repository import Recordings
from app.recording.watching.repository import Watching
from app.rooms.commands import Join, Leave, ReportCut
from app.rooms.runtime import RoomRuntime
from app.rooms.state import Role
from app.spreadsheet import plain_cell, safe_cell
from tests.support.county import MINUTE_MS, SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi

LEAD = ParticipantId("lead_usr_teacher1")
SEAT = ParticipantId("sea_1")
SECOND = ParticipantId("sea_3")


async def pass_time(api: LessonApi, minutes: float) -> None:
    by_ms = round(minutes * MINUTE_MS)
    await api.clock.advance(by_ms)
    api.time.now_ms += by_ms


async def hold_the_lesson(api: LessonApi, county: SmallCounty) -> RoomRuntime:
    """A waits from the start and is cut for 30 s; B comes 10 minutes late; the lead ends after 30 minutes."""
    room = await api.rooms.get(county.lesson)
    tab = DeviceId("tab")
    async with api.client(county.teacher) as client:
        await room.execute(Join(SEAT, Role.CLASSROOM, tab))
        await pass_time(api, 2)
        await room.execute(Join(LEAD, Role.LEAD, tab, county.teacher))
        await client.post("/lessons/les_1/start")
        await pass_time(api, 10)
        await room.execute(Join(SECOND, Role.CLASSROOM, tab))
        await room.execute(ReportCut(SEAT, tab))
        await pass_time(api, 0.5)
        await room.execute(Join(SEAT, Role.CLASSROOM, tab))
        await pass_time(api, 9.5)
        await room.execute(Leave(SECOND, tab))
        await pass_time(api, 10)
    return room


@on_both_databases
async def test_the_sheet_of_a_running_and_of_a_finished_lesson(
    api: LessonApi, county: SmallCounty
) -> None:
    await hold_the_lesson(api, county)
    async with api.client(county.teacher) as client:
        running = (await client.get("/lessons/les_1/attendance")).json()
        assert [row["is_present_now"] for row in running["rows"]] == [True, True, False]
        assert running["ended_at"] is None
        assert running["rows"][1]["present_s"] == 30 * 60
        assert not any(row["left_early"] for row in running["rows"])

        await client.post("/lessons/les_1/end")
        sheet = (await client.get("/lessons/les_1/attendance")).json()
    rows = sheet.pop("rows")
    assert [roll["classroom"] for roll in sheet.pop("roll_calls")] == ["Class 1", "Class 3"]
    assert sheet == {
        "lesson_id": "les_1",
        "title": "分数的认识",
        "started_at": "2027-01-15T08:02:00Z",
        "ended_at": "2027-01-15T08:32:00Z",
        "planned_start": "2027-01-15T08:00:00Z",
        "planned_end": "2027-01-15T08:45:00Z",
        "replay": None,
    }
    lead, first, second = rows
    assert (lead["role"], lead["name"], lead["present_s"]) == ("lead", "Teacher One", 1800)
    assert first == {
        "participant_id": "sea_1",
        "role": "classroom",
        "name": "Class 1",
        "school": "sch_1",
        "first_joined_at": "2027-01-15T08:00:00Z",
        "last_left_at": "2027-01-15T08:32:00Z",
        "present_s": 1800,
        "is_late": False,
        "left_early": False,
        "cuts": 1,
        "cut_s": 30,
        "is_present_now": False,
        "spans": [
            {
                "from": "2027-01-15T08:00:00Z",
                "to": "2027-01-15T08:32:00Z",
                "ended_by": "lesson_ended",
            }
        ],
    }
    assert (second["is_late"], second["left_early"], second["present_s"]) == (True, True, 600)
    assert second["spans"][0]["ended_by"] == "left"


async def test_an_on_site_teacher_sees_the_lead_and_the_own_classrooms(
    api: LessonApi, county: SmallCounty
) -> None:
    await hold_the_lesson(api, county)
    async with api.client(county.other_onsite) as client:
        rows = (await client.get("/lessons/les_1/attendance")).json()["rows"]
    assert [row["participant_id"] for row in rows] == [LEAD, SECOND]


@on_both_databases
async def test_who_watched_the_replay_stands_beside_who_was_there(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    recordings, watching = Recordings(database), Watching(database)
    recording_id = await recordings.begin(county.lesson, api.time())
    await recordings.step(recording_id, Step.BEGIN_FINALIZING)
    await recordings.publish(recording_id, Manifest(240_000, (), (), ()), [])
    for user, until_ms in ((county.onsite, 20_000), (county.other_onsite, 60_000)):
        await watching.note_watched(recording_id, user, until_ms, [(0, until_ms)], api.time())
    async with api.client(county.teacher) as client:
        replay = (await client.get("/lessons/les_1/attendance")).json()["replay"]
        file = await client.get("/lessons/les_1/attendance.csv?language=en")
    assert replay["length_s"] == 240
    assert [(one["name"], one["watched_s"]) for one in replay["watchers"]] == [
        ("On-site Two", 60),
        ("On-site One", 20),
    ]
    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert lines[0][-1] == "Minutes of the replay watched"
    assert [[line[1], line[2], line[-1]] for line in lines[1:]] == [
        ["Watched the replay", "On-site Two", "1.0"],
        ["Watched the replay", "On-site One", "0.3"],
    ]
    async with api.client(county.onsite) as client:
        replay = (await client.get("/lessons/les_1/attendance")).json()["replay"]
    assert [one["name"] for one in replay["watchers"]] == ["On-site One"]


async def test_a_lesson_without_anybody_has_an_empty_sheet(
    api: LessonApi, county: SmallCounty
) -> None:
    async with api.client(county.admin) as client:
        sheet = (await client.get("/lessons/les_1/attendance")).json()
    assert (sheet["rows"], sheet["started_at"]) == ([], None)


@on_both_databases
async def test_the_csv_opens_in_a_spreadsheet_and_runs_nothing(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    async with database.transaction() as session:
        await session.execute(
            update(Classroom)
            .where(Classroom.classroom_id == "cls_1")
            .values(name='=HYPERLINK("http://evil.example","x")')
        )
    await hold_the_lesson(api, county)
    async with api.client(county.teacher) as client:
        answer = await client.get("/lessons/les_1/attendance.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert "attendance-les_1.csv" in answer.headers["content-disposition"]
        assert answer.content.startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert lines[0][:4] == ["课堂", "身份", "名称", "学校"]
        assert lines[1][1:5] == ["主讲教师", "Teacher One", "sch_city", "2027-01-15 16:02:00"]
        assert lines[2][2] == '\'=HYPERLINK("http://evil.example","x")'
        assert lines[3][7] == "是"

        english = await client.get(
            "/lessons/les_1/attendance.csv", params={"language": "en", "utc_offset_min": 0}
        )
        lines = list(csv.reader(io.StringIO(english.content.decode("utf-8-sig"))))
        assert lines[0][:2] == ["Lesson", "Role"]
        assert lines[1][4] == "2027-01-15 08:02:00"

    async with database.reading() as session:
        visits = await session.scalars(select(AccessLogEntry.action))
    assert list(visits) == ["attendance.downloaded"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text).startswith("'")
    assert safe_cell("三年级") == "三年级"


@given(st.text(alphabet=" '=+-@\t\r＝a中", max_size=6))
def test_a_cell_reads_back_as_it_was(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize(
    ("joined_min", "started_min", "late"),
    [
        (5, 0, False),
        (5.1, 0, True),
        (12, 8, False),
        (13.1, 8, True),
        (5, -10, False),
        (4, None, False),
    ],
)
def test_late_is_over_five_minutes_after_planned_or_actual_start(
    joined_min: float, started_min: int | None, late: bool
) -> None:
    presence = presence_of(joined_min, None)
    started_ms = None if started_min is None else started_min * MINUTE_MS
    assert is_late(presence, 0, started_ms) is late


@pytest.mark.parametrize(
    ("left_min", "ended_min", "early"),
    [
        (40, 45, False),
        (39.9, 45, True),
        (26, 30, False),
        (24, 30, True),
        (41, 60, False),
        (10, None, False),
    ],
)
def test_early_is_over_five_minutes_before_planned_or_actual_end(
    left_min: float, ended_min: int | None, early: bool
) -> None:
    presence = presence_of(0, left_min)
    ended_ms = None if ended_min is None else ended_min * MINUTE_MS
    assert left_early(presence, 45 * MINUTE_MS, ended_ms) is early


def presence_of(joined_min: float, left_min: float | None) -> Presence:
    to_ms = None if left_min is None else round(left_min * MINUTE_MS)
    span = Span(round(joined_min * MINUTE_MS), to_ms)
    return Presence(SEAT, Role.CLASSROOM, None, None, (span,))
