"""Who looked at what: written as it happens, read by the admins of those who were looked at."""

import csv
import io

import pytest

from app.db.access_log import SAME_VISIT_MS, log_access
from app.db.engine import Database
from app.db.journal import Journal
from app.db.log_retention import DAY_MS, erase_old_entries
from app.db.models import Lesson
from app.ids import DeviceId, ParticipantId, UserId
from app.protection.access_endpoints import build_router
from app.protection.access_log import AccessLog
from app.protection.access_projector import project_access
from app.rooms.events import Event, ListenInStarted, ParticipantJoined
from app.rooms.recorded import Recorded
from app.rooms.state import Role
from tests.support.clock import START_MS
from tests.support.county import SmallCounty
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi


def joined(role: Role, user: UserId) -> ParticipantJoined:
    who = ParticipantId(f"{role.value}_{user}")
    return ParticipantJoined(who, role, DeviceId("dev_1"), user_id=user)


@pytest.fixture
def log(api: LessonApi) -> None:
    api.include(build_router(AccessLog(api.database), api.authenticate))


async def watch(database: Database, county: SmallCounty) -> None:
    """An observer comes, the lead listens in twice within minutes; that the lead came is no view of others."""
    lead = ParticipantId(f"lead_{county.teacher}")
    listens = ListenInStarted(lead, county.seats[0])
    events: list[Event] = [
        joined(Role.LEAD, county.teacher),
        joined(Role.OBSERVER, county.admin),
        listens,
        listens,
    ]
    journal = Journal(database, (project_access,))
    epoch = await journal.claim(county.lesson)
    recorded = tuple(Recorded(n, START_MS + n, n, event) for n, event in enumerate(events, 1))
    await journal.append(county.lesson, epoch, recorded)
    await journal.close()


@on_both_databases
async def test_live_views_and_listening_in_are_noted_with_the_journal(
    api: LessonApi, county: SmallCounty, log: None
) -> None:
    await watch(api.database, county)
    async with api.client(county.admin) as client:
        found = (await client.get("/access-log")).json()["items"]
    assert [(one["action"], one["by"], one["classroom"]) for one in found] == [
        ("classroom.listened", "Teacher One", "sch_1 Class 1"),
        ("lesson.viewed", "Admin", ""),
    ]


@on_both_databases
async def test_the_log_is_read_by_pages_and_taken_along_as_a_file(
    api: LessonApi, county: SmallCounty, log: None
) -> None:
    async with api.database.transaction() as session:
        (await session.get_one(Lesson, county.lesson)).title = "=cmd"
        for visit in range(5):
            at_ms = START_MS + visit * (SAME_VISIT_MS + 1)
            user = county.teacher if visit else None
            await log_access(session, user, "recording.viewed", county.lesson, at_ms)
    async with api.client(county.admin) as client:
        seen: list[str] = []
        after: dict[str, str] = {}
        while True:
            page = (await client.get("/access-log", params={"limit": "2", **after})).json()
            seen += [one["access_id"] for one in page["items"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert len(seen) == len(set(seen)) == 5
        by_name = await client.get("/access-log", params={"by": "one", "action": "share.viewed"})
        assert by_name.json()["items"] == []
        file = await client.get("/access-log.csv", params={"by": "teacher one"})
        whole = await client.get("/access-log.csv", params={"language": "en"})
        wrong = await client.get("/access-log", params={"after": "x"})
    assert wrong.status_code == 422
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert len(rows) == 5
    assert rows[0][0] == "时间"
    assert rows[1][1:5] == ["Teacher One", "sch_city", "看回看", "'=cmd"]
    assert "visitor of a share link" in whole.text


@on_both_databases
async def test_what_is_about_a_classroom_and_no_lesson_is_read_in_its_part_of_the_county(
    api: LessonApi, county: SmallCounty, log: None
) -> None:
    async with api.database.transaction() as session:
        for room in (county.classrooms[0], "cls_elsewhere"):
            await log_access(session, county.teacher, "pupils.viewed", None, START_MS, room)
    async with api.client(county.admin) as client:
        found = (await client.get("/access-log")).json()["items"]
    assert [(one["classroom"], one["lesson"], one["lesson_at"]) for one in found] == [
        ("sch_1 Class 1", "", None)
    ]


async def test_only_admins_read_the_log(api: LessonApi, county: SmallCounty, log: None) -> None:
    await watch(api.database, county)
    async with api.client(county.onsite) as client:
        assert (await client.get("/access-log")).status_code == 403


@on_both_databases
async def test_the_logs_are_kept_for_their_time(
    api: LessonApi, county: SmallCounty, log: None
) -> None:
    await watch(api.database, county)
    for days, left in ((366, 2), (364, 0)):
        now_ms = START_MS + 365 * DAY_MS
        await erase_old_entries(api.database, days, days, now_ms)
        async with api.client(county.admin) as client:
            assert len((await client.get("/access-log")).json()["items"]) == left
