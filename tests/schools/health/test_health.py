"""`GET /classroom-health`: what is known, what needs care first, a page at a time."""

from typing import Any

import httpx

from app.db.engine import Database
from app.db.models import AttendanceRow, ClassroomPc, LinkTest
from app.ids import new_id
from app.schools.health.rows import DAY_MS, TEST_AGES_AFTER_MS, UNSEEN_AFTER_MS
from tests.support.clock import START_MS
from tests.support.county import SmallCounty
from tests.support.county_admins import SCHOOL_ADMIN, add_school_admin
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi


def pc_of(classroom_id: str, **values: Any) -> ClassroomPc:
    return ClassroomPc(
        pc_id=new_id("cpc"),
        classroom_id=classroom_id,
        secret_sha256=new_id("secret"),
        secret_since_ms=START_MS,
        browser="",
        paired_by="usr_admin",
        paired_at_ms=START_MS,
        **{"last_seen_at_ms": START_MS, "camera": "ok", "microphone": "found", **values},
    )


def link_test_of(classroom_id: str, at_ms: int = START_MS, **values: Any) -> LinkTest:
    return LinkTest(
        link_test_id=f"lnk_{classroom_id}_{at_ms}",
        classroom_id=classroom_id,
        made_at_ms=at_ms,
        **{"path": "udp", "rtt_ms": 20, "loss": 0.0, "rate_bps": 500_000, **values},
    )


async def write(database: Database, *rows: object) -> None:
    async with database.transaction() as session:
        session.add_all(rows)


async def listed(client: httpx.AsyncClient, **params: Any) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    after: dict[str, str] = {}
    while True:
        answer = await client.get("/classroom-health", params={**params, **after})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert (page["total"] is None) == bool(after) == (page["cares"] is None)
        found += [(one["classroom_id"], one["cares"]) for one in page["items"]]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


@on_both_databases
async def test_what_needs_care_comes_first_each_with_its_reasons(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    await write(
        database,
        pc_of("cls_1", microphone="missing", camera="denied"),
        link_test_of("cls_1", START_MS - DAY_MS, path="none", rtt_ms=None, loss=None, rate_bps=None),
        link_test_of("cls_1", START_MS, loss=0.2),
        pc_of("cls_2"),
        pc_of("cls_2", last_seen_at_ms=0, camera="missing", microphone="missing"),
        pc_of("cls_2", last_seen_at_ms=START_MS + 1, revoked_at_ms=1, camera="missing"),
        link_test_of("cls_2"),
        link_test_of("cls_3", START_MS - TEST_AGES_AFTER_MS - 1),
        pc_of("cls_4", last_seen_at_ms=START_MS - UNSEEN_AFTER_MS - 1, camera=None),
        link_test_of("cls_4", path="none"),
        AttendanceRow(
            lesson_id="les_1", participant_id="sea_3", role="classroom", classroom_id="cls_3",
            first_joined_at_ms=START_MS - 5, last_left_at_ms=START_MS, present_ms=5, cuts=0, cut_ms=0,
        ),
    )  # fmt: skip
    async with api.client(county.admin) as admin:
        urgent = [
            ("cls_3", ["no_pc", "untested"]),
            ("cls_4", ["unseen", "link_none"]),
            ("cls_1", ["microphone", "camera", "link_poor"]),
            ("cls_2", []),
        ]
        assert await listed(admin) == await listed(admin, limit=1) == urgent
        assert await listed(admin, order="name", limit=3) == sorted(urgent)
        assert await listed(admin, care="camera") == [urgent[2]]
        assert await listed(admin, text="sch_2") == urgent[:2]
        assert await listed(admin, text="nowhere") == []
        page = (await admin.get("/classroom-health")).json()
        assert (page["total"], page["cares"]) == (
            4,
            {
                "no_pc": 1, "unseen": 1, "microphone": 1, "link_none": 1, "camera": 1,
                "link_poor": 1, "untested": 1,
            },
        )  # fmt: skip
        worst, _, third, fine = page["items"]
        assert (worst["pc"], worst["last_lesson_at"]) == (None, "2027-01-15T08:00:00Z")
        assert third["link_test"]["loss"] == 0.2
        assert fine["pc"] == {
            "last_seen_at": "2027-01-15T08:00:00Z", "camera": "ok", "microphone": "found",
        }  # fmt: skip


async def test_each_sees_the_own_classrooms(api: LessonApi, county: SmallCounty) -> None:
    await add_school_admin(api.database, county)
    for who in (SCHOOL_ADMIN, county.onsite):
        async with api.client(who) as client:
            assert [one for one, _ in await listed(client)] == ["cls_1", "cls_2"]
            beyond = await client.get("/classroom-health", params={"after": "cls_3"})
            assert beyond.json()["items"] == []
    async with api.client(county.teacher) as teacher:
        assert (await teacher.get("/classroom-health")).status_code == 403
