"""A scripted week, and the ledger of it: rows, sums, totals, files, corrections."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import httpx
from openpyxl import load_workbook
from sqlalchemy import delete, event, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.attendance.ledger.causes import CAUSES, Delivery
from app.attendance.ledger.projector import catch_up, entry_of, project_ledger
from app.attendance.ledger.sums import add_up, insert_sums
from app.attendance.projector import project_attendance
from app.db.engine import Database
from app.db.journal import Journal
from app.db.models import (
    AccessLogEntry,
    AuditEntry,
    Course,
    LedgerEntry,
    Lesson,
    LessonSum,
    SchoolGroup,
    SchoolSum,
    Term,
)
from app.ids import DeviceId, LessonId, ParticipantId, SeatId, UserId
from app.lessons.projector import project_lesson
from app.rooms.commands import CheckDeadlines, EndLesson, Join, Leave, ReportCut, StartLesson
from app.rooms.state import LessonPlan, Role, Seat
from app.spreadsheet import plain_cell
from tests.support.county import MINUTE_MS, PUPIL_NAME, SmallCounty, add_lesson
from tests.support.county_admins import SCHOOL_ADMIN, add_school_admin
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi
from tests.support.room_by_the_book import RoomByTheBook

DAY_MS = 86_400_000
DAYS = ("cut", "late", "early", "power", "teacher", "restart", "cancelled", "nobody")
PC, PC_ANEW = DeviceId("d-1"), DeviceId("d-2")
FORMULA = "'=cmd|' /C calc'!A0"
WEEK = {"from": "2027-01-15T00:00:00Z", "to": "2027-01-23T00:00:00Z"}


class Lesson1:
    """One lesson of the week, told by the minute. `a` and `b` are its classrooms."""

    def __init__(self, room: RoomByTheBook, teacher: str) -> None:
        self.room = room
        self.lead = ParticipantId(f"lead_{teacher}")
        self.teacher = teacher
        self.a, self.b = (ParticipantId(seat.seat_id) for seat in room.plan.seats)

    async def at(self, minute: float, *commands: Any) -> None:
        self.room.now_ms = self.room.plan.starts_at_ms + round(minute * MINUTE_MS)
        for command in commands:
            await self.room.execute(command)

    def joins(self, who: ParticipantId, device: DeviceId = PC) -> Join:
        if who == self.lead:
            return Join(who, Role.LEAD, device, UserId(self.teacher))
        return Join(who, Role.CLASSROOM, device)

    async def begin(self, minute: float = 0) -> None:
        await self.at(minute, self.joins(self.lead), StartLesson(self.lead))

    async def end(self, minute: float = 45) -> None:
        await self.at(minute, EndLesson(self.lead))


async def hold(day: str, lesson: Lesson1) -> None:
    a, b = lesson.a, lesson.b
    await lesson.room.take_up()
    await lesson.at(-5, lesson.joins(a), *([lesson.joins(b)] if day != "late" else []))
    await lesson.begin(8 if day == "teacher" else 0)
    match day:
        case "cut" | "power":
            await lesson.at(10, ReportCut(a, PC))
            await lesson.at(11, CheckDeadlines())
            is_cut = day == "cut"
            await lesson.at(12 if is_cut else 20, lesson.joins(a, PC if is_cut else PC_ANEW))
            await lesson.at(30, ReportCut(b, PC))
            await lesson.at(30.5, lesson.joins(b))
        case "late":
            await lesson.at(10, lesson.joins(b))
        case "early":
            await lesson.at(35, Leave(a, PC))
        case "restart":
            await lesson.at(10, CheckDeadlines())
            await lesson.at(13)
            await lesson.room.take_up()
            await lesson.at(13.5, *(lesson.joins(who) for who in (lesson.lead, a, b)))
        case _:
            pass
    await lesson.end(50 if day == "teacher" else 45)


async def hold_the_week(api: LessonApi, county: SmallCounty) -> None:
    for index, day in enumerate(DAYS):
        lesson_id = LessonId(f"les_{day}")
        starts_at_ms = county.starts_at_ms + index * DAY_MS
        moved = {"starts_at_ms": starts_at_ms, "ends_at_ms": starts_at_ms + 45 * MINUTE_MS}
        await add_lesson(api.database, replace(county, **moved), lesson_id)
        seats = [
            Seat(SeatId(f"sea_{n}_{lesson_id}"), county.classrooms[n - 1], True) for n in (1, 3)
        ]
        plan: LessonPlan = replace(county.plan, lesson_id=lesson_id, seats=tuple(seats), **moved)
        if day == "cancelled":
            async with api.client(county.teacher) as client:
                answer = await client.post(
                    f"/lessons/{lesson_id}/cancellation", json={"reason": "holiday"}
                )
                assert answer.status_code == 200, answer.text
        elif day != "nobody":
            journal = Journal(api.database, [project_attendance, project_lesson, project_ledger])
            await hold(day, Lesson1(RoomByTheBook(api.database, journal, plan), county.teacher))
    async with api.database.transaction() as session:
        await session.execute(
            update(Lesson).where(Lesson.lesson_id == "les_cut").values(title=FORMULA)
        )
        await session.execute(delete(Lesson).where(Lesson.lesson_id == county.lesson))
        await put_into_a_course(session, county, "les_late")
    async with api.client(county.admin) as client:
        for seat, marks in ((1, {"pup_0": "excused"}), (3, {"pup_2": "late"})):
            answer = await client.patch(
                f"/lessons/les_cut/seats/sea_{seat}_les_cut/roll-call", json={"marks": marks}
            )
            assert answer.status_code == 200, answer.text
    api.time.now_ms = county.starts_at_ms + 8 * DAY_MS


async def put_into_a_course(session: AsyncSession, county: SmallCounty, lesson_id: str) -> None:
    of_county = {"county_id": county.county_id}
    session.add(
        Term(
            term_id="trm_1", name="秋", first_day="2027-01-01", last_day="2027-01-31",
            time_zone="Asia/Shanghai", **of_county,
        )
    )  # fmt: skip
    session.add(SchoolGroup(group_id="grp_1", name="组", **of_county))
    await session.flush()
    session.add(
        Course(
            course_id="crs_1", term_id="trm_1", group_id="grp_1", title="七年级数学",
            subject="数学", lead_user_id=county.teacher, rule="", duration_min=45,
            is_recorded=False, created_by=county.admin, created_at_ms=0,
        )
    )  # fmt: skip
    await session.flush()
    await session.execute(
        update(Lesson).where(Lesson.lesson_id == lesson_id).values(course_id="crs_1")
    )
    await add_up(session, LessonId(lesson_id))


EXPECTED: list[tuple[str, int, str, int, int, Mapping[str, int], str, int, int]] = [
    # day, seat, outcome, delivered, extra, causes, late or early, cuts, seconds cut
    ("cut", 1, "held", 2580, 0, {"link": 120}, "", 0, 0),
    ("cut", 3, "held", 2670, 0, {"link": 30}, "", 1, 30),
    ("late", 1, "held", 2700, 0, {}, "", 0, 0),
    ("late", 3, "held", 2100, 0, {"classroom_away": 600}, "late", 0, 0),
    ("early", 1, "held", 2100, 0, {"classroom_away": 600}, "early", 0, 0),
    ("early", 3, "held", 2700, 0, {}, "", 0, 0),
    ("power", 1, "held", 2100, 0, {"power": 600}, "", 0, 0),
    ("power", 3, "held", 2670, 0, {"link": 30}, "", 1, 30),
    ("teacher", 1, "held", 2220, 300, {"teacher_late": 480}, "", 0, 0),
    ("teacher", 3, "held", 2220, 300, {"teacher_late": 480}, "", 0, 0),
    ("restart", 1, "held", 2490, 0, {"server": 210}, "", 1, 210),
    ("restart", 3, "held", 2490, 0, {"server": 210}, "", 1, 210),
    ("cancelled", 1, "cancelled", 0, 0, {"cancelled": 2700}, "", 0, 0),
    ("cancelled", 3, "cancelled", 0, 0, {"cancelled": 2700}, "", 0, 0),
    ("nobody", 1, "not_held", 0, 0, {"not_held": 2700}, "", 0, 0),
    ("nobody", 3, "not_held", 0, 0, {"not_held": 2700}, "", 0, 0),
]


def told(row: Mapping[str, Any]) -> tuple[Any, ...]:
    missed = {cause: seconds for cause, seconds in row["missed"].items() if seconds}
    return (
        row["lesson_id"].removeprefix("les_"),
        int(row["seat_id"].split("_")[1]),
        row["outcome"],
        row["delivered_s"],
        row["extra_s"],
        missed,
        "late" if row["is_late"] else "early" if row["left_early"] else "",
        row["cuts"],
        row["cut_s"],
    )


async def every_row(client: httpx.AsyncClient, **more: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = await client.get("/ledger", params={**WEEK, **more, **after})
        assert page.status_code == 200, page.text
        rows += page.json()["items"]
        if page.json()["next"] is None:
            return rows
        after = {"after": page.json()["next"]}


@on_both_databases
async def test_the_ledger_of_a_scripted_week(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    await hold_the_week(api, county)
    async with api.client(county.admin) as client:
        rows = await every_row(client, limit=5)
        assert [told(row) for row in rows] == EXPECTED
        for row in rows:
            assert row["planned_s"] == 2700 == row["delivered_s"] + sum(row["missed"].values())
        assert rows[0]["pupils"] == {
            "head_count": 0, "absent": 0, "excused": 1, "late": 0, "left_early": 0,
        }  # fmt: skip
        assert (rows[1]["pupils"]["head_count"], rows[1]["pupils"]["late"]) == (1, 1)
        assert rows[3]["first_joined_at"] == "2027-01-16T08:10:00Z"

        await assert_totals_add_up(client, rows)
        for lines in await files_read_back(client, rows):
            # A file alone is the ledger again: put back into an empty one it answers the same.
            async with database.transaction() as session:
                await forget_the_ledger(session)
                session.add_all(entry_from(line) for line in lines)
                await session.flush()
                for statement in insert_sums():
                    await session.execute(statement)
            assert await every_row(client) == rows
            await assert_totals_add_up(client, rows)
        of_one = await every_row(
            client, classroom_id="cls_1", subject="数学", teacher_id="usr_teacher1"
        )
        assert of_one == rows[::2]
        assert await every_row(client, school_id="sch_2") == rows[1::2]
        assert await every_row(client, subject="音乐") == []

    # What is folded again from the journal is the same.
    async with database.transaction() as session:
        await forget_the_ledger(session)
    await catch_up(database)
    async with api.client(county.admin) as client:
        assert await every_row(client) == rows
        await assert_totals_add_up(client, rows)


async def forget_the_ledger(session: AsyncSession) -> None:
    for table in (LedgerEntry, LessonSum, SchoolSum):
        await session.execute(delete(table))


async def assert_totals_add_up(client: httpx.AsyncClient, rows: list[dict[str, Any]]) -> None:
    for by, count in (
        ("classroom", 2),
        ("school", 2),
        ("teacher", 1),
        ("subject", 1),
        ("course", 2),
        ("term", 2),
    ):
        first = (await client.get("/ledger/totals", params={**WEEK, "by": by, "limit": 1})).json()
        totals = first["items"]
        if first["next"] is not None:
            more = {**WEEK, "by": by, "after": first["next"]}
            totals += (await client.get("/ledger/totals", params=more)).json()["items"]
        assert len(totals) == count
        in_course = by in ("course", "term")
        assert [total["lessons"] for total in totals] == (
            [len(DAYS) - 1, 1] if in_course else [len(DAYS)] * count
        )
        if in_course:
            assert [one["name"] for one in totals] == ["", "七年级数学" if by == "course" else "秋"]
        for amount in ("planned_s", "delivered_s", "extra_s"):
            assert sum(one[amount] for one in totals) == sum(row[amount] for row in rows)
        for cause in CAUSES:
            together = sum(row["missed"][cause] for row in rows)
            assert sum(one["missed"][cause] for one in totals) == together
        assert sum(one["late"] for one in totals) == sum(one["left_early"] for one in totals) == 1


OUTCOMES = {"held": "held", "cancelled": "cancelled", "not held": "not_held"}
READ: dict[str, Callable[[Any], Any]] = {
    "Lesson id": str, "Seat id": str, "Lesson": str, "Subject": str, "Planned start": str,
    "Planned end": str, "Lead teacher": str, "School": str, "Classroom": str,
    "Outcome": OUTCOMES.__getitem__,
    "Late": lambda cell: cell == "yes", "Left early": lambda cell: cell == "yes",
    "Excused": lambda cell: cell == "yes", "First joined": lambda cell: cell or None,
    "Last left": lambda cell: cell or None,
}  # fmt: skip
"""How a column is read back; all others are numbers, or empty."""


def cells_of(row: Mapping[str, Any]) -> list[Any]:
    """What a file says of this row, in its order."""

    def moment(iso: str | None) -> str | None:
        return iso and iso.replace("T", " ").removesuffix("Z")

    pupils = row["pupils"]
    return [
        row["lesson_id"], row["seat_id"], row["title"], row["subject"],
        moment(row["starts_at"]), moment(row["ends_at"]), row["teacher"], row["school"],
        row["classroom"], row["outcome"], row["planned_s"], row["delivered_s"], row["extra_s"],
        *row["missed"].values(), moment(row["first_joined_at"]), moment(row["last_left_at"]),
        row["is_late"], row["left_early"], row["is_excused"], row["cuts"], row["cut_s"],
        pupils["head_count"], pupils["absent"], pupils["excused"], pupils["late"],
        pupils["left_early"], row["corrections"],
    ]  # fmt: skip


def read_back(header: list[str], line: list[Any]) -> list[Any]:
    cells = [plain_cell(cell) if isinstance(cell, str) else cell for cell in line]
    read = [
        READ.get(name, lambda cell: int(cell) if cell not in ("", None) else None)
        for name in header
    ]
    return [one(cell) for one, cell in zip(read, cells, strict=True)]


def entry_from(line: list[Any]) -> LedgerEntry:
    """What is stored of a row, out of what a file says of it."""
    _, seat_id, _, _, _, _, _, _, _, _, planned_s, delivered_s, extra_s, *rest = line
    missed, (_, _, is_late, left_early, is_excused, *_) = rest[: len(CAUSES)], rest[len(CAUSES) :]
    delivery = Delivery(planned_s, delivered_s, extra_s, dict(zip(CAUSES, missed, strict=True)))
    entry = entry_of(SeatId(seat_id), delivery)
    entry.is_late, entry.left_early, entry.is_excused = is_late, left_early, is_excused
    return entry


async def files_read_back(
    client: httpx.AsyncClient, rows: list[dict[str, Any]]
) -> tuple[list[list[Any]], list[list[Any]]]:
    """The lines of the CSV and of the XLSX file, read back; they say what the rows say."""
    params = {**WEEK, "language": "en", "utc_offset_min": "0"}
    expected = [cells_of(row) for row in rows]

    answer = await client.get("/ledger.csv", params=params)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    header, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert lines[0][2] == "'" + FORMULA
    of_csv = [read_back(header, line) for line in lines]
    assert of_csv == expected

    answer = await client.get("/ledger.xlsx", params=params)
    assert answer.status_code == 200, answer.text
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    names, *lines = (list(line) for line in sheet.iter_rows(values_only=True))
    assert names == header
    of_xlsx = [read_back(header, line) for line in lines]
    assert of_xlsx == expected

    answer = await client.get("/ledger.csv", params={**params, "by": "school"})
    header, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[:7] == [
        "Id", "Name", "School", "Lessons", "Planned (s)", "Delivered (s)",
        "Delivered beyond the plan (s)",
    ]  # fmt: skip
    totals = (await client.get("/ledger/totals", params={**WEEK, "by": "school"})).json()["items"]
    assert [[int(cell) for cell in line[3:]] for line in lines] == [
        [
            one["lessons"], one["planned_s"], one["delivered_s"], one["extra_s"],
            *one["missed"].values(), one["late"], one["left_early"], one["excused"],
        ]
        for one in totals
    ]  # fmt: skip

    chinese = await client.get("/ledger.csv", params=WEEK)
    first = chinese.content.decode("utf-8-sig").splitlines()
    assert first[0].startswith("课堂编号,座位编号,课题") and "2027-01-15 16:00:00" in first[1]
    return of_csv, of_xlsx


@on_both_databases
async def test_a_correction_moves_the_cause_and_says_who_when_and_why(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    await hold_the_week(api, county)
    async with api.client(county.admin) as client:
        path = "/lessons/les_cut/seats/sea_1_les_cut/ledger-corrections"
        moved = {"from_cause": "link", "to_cause": "power"}
        row = (await client.post(path, json={"moved": moved, "reason": " 村里停电 "})).json()
        assert (row["missed"]["link"], row["missed"]["power"], row["corrections"]) == (0, 120, 1)
        again = await client.post(path, json={"moved": moved, "reason": "x"})
        assert (again.status_code, again.json()["code"]) == (409, "nothing_to_correct")
        assert (
            await client.post(path, json={"is_excused": True, "reason": " "})
        ).status_code == 422
        await client.post(path, json={"is_excused": True, "reason": "全校活动"})
        made = (await client.get(path)).json()
        assert {(one["what"], one["before"], one["after"], one["moved_s"]) for one in made} == {
            ("cause", "link", "power", 120),
            ("excused", "no", "yes", 0),
        }
        assert {(one["by"], one["reason"]) for one in made} == {
            ("Admin", "村里停电"),
            ("Admin", "全校活动"),
        }

        # A lesson that nobody opened gets its entry by being corrected, and stays one that was not held.
        path = "/lessons/les_nobody/seats/sea_3_les_nobody/ledger-corrections"
        moved = {"from_cause": "not_held", "to_cause": "power"}
        row = (await client.post(path, json={"moved": moved, "reason": "停电"})).json()
        assert (row["outcome"], row["missed"]["power"], row["delivered_s"]) == ("not_held", 2700, 0)
        wrong = path.replace("/lessons/les_nobody", "/lessons/les_cut")
        assert (await client.get(wrong)).status_code == 404
    async with api.client(county.onsite) as client:
        assert (await client.get(path)).status_code == 403
    async with database.reading() as session:
        audit = (await session.scalars(select(AuditEntry))).all()
    corrected = [
        (one.details["seat_id"], one.school_id) for one in audit if one.action == "ledger.corrected"
    ]
    assert corrected == [("sea_1_les_cut", "sch_1")] * 2 + [("sea_3_les_nobody", "sch_2")]
    # Folding again does not undo what was corrected.
    await catch_up(database)
    async with api.client(county.admin) as client:
        rows = await every_row(client)
        assert rows[0]["missed"]["power"] == 120
        await assert_totals_add_up(client, rows)
        (subject,) = (await client.get("/ledger/totals", params={**WEEK, "by": "subject"})).json()[
            "items"
        ]
        assert subject["excused"] == 1


async def test_pupils_over_the_week_by_name_for_who_may_know_them(
    api: LessonApi, county: SmallCounty
) -> None:
    await hold_the_week(api, county)
    path = "/classrooms/cls_1/pupil-attendance"
    async with api.client(county.onsite) as client:
        assert (await client.get(path, params=WEEK)).json() == {
            "rolls": 1,
            "pupils": [
                {
                    "pupil_id": "pup_0", "number": "20260", "name": f"{PUPIL_NAME}0",
                    "called": 1, "late": 0, "left_early": 0, "absent": 0, "excused": 1,
                }
            ],
        }  # fmt: skip
        answer = await client.get(f"{path}.csv", params={**WEEK, "language": "en"})
        header, line = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert dict(zip(header, line, strict=True)) == {
            "Pupil id": "pup_0", "Pupil number": "20260", "Name": f"{PUPIL_NAME}0",
            "Times called": "1", "Times absent": "0", "Times excused": "1", "Times late": "0",
            "Times left early": "0",
        }  # fmt: skip
        assert (await client.get(f"{path}.pdf", params=WEEK)).status_code == 422
    async with api.database.reading() as session:
        visits = await session.scalars(
            select(AccessLogEntry.action).where(AccessLogEntry.subject_id == "cls_1")
        )
    assert sorted(visits) == ["pupils.downloaded", "pupils.viewed"]
    async with api.client(county.other_onsite) as client:
        assert (await client.get(path, params=WEEK)).status_code == 404
    async with api.client(county.teacher) as client:
        assert (await client.get(path, params=WEEK)).status_code == 403


async def test_a_page_costs_the_same_queries_however_long_it_is(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    await hold_the_week(api, county)
    statements: list[str] = []
    event.listen(
        database.engine.sync_engine, "before_cursor_execute",
        lambda _c, _cursor, statement, *_: statements.append(statement),
    )  # fmt: skip
    counts = []
    async with api.client(county.admin) as client:
        for limit in (1, 16):
            statements.clear()
            await client.get("/ledger", params={**WEEK, "limit": limit})
            counts.append(sum(one.lstrip().startswith("SELECT") for one in statements))
    assert counts[0] == counts[1]


@on_both_databases
async def test_the_week_step_by_step_is_the_sum_of_its_rows(
    api: LessonApi, county: SmallCounty, database: Database
) -> None:
    await hold_the_week(api, county)
    await add_school_admin(database, county)
    async with api.client(county.admin) as client, api.client(SCHOOL_ADMIN) as school:
        rows = await every_row(client)
        days = await steps_of(client, step="day", utc_offset_min="0")
        assert [one["starts_at"] for one in days] == [
            f"2027-01-{15 + number}T00:00:00Z" for number in range(8)
        ]
        for day, first, second in zip(days, rows[::2], rows[1::2], strict=True):
            outcomes = {"held": 0, "cancelled": 0, "not_held": 0, first["outcome"]: 1}
            assert day["lessons"] == outcomes
            for amount in ("planned_s", "delivered_s"):
                assert day[amount] == first[amount] + second[amount]
            for cause, seconds in day["missed"].items():
                assert seconds == first["missed"][cause] + second["missed"][cause]
        cut, late, early, *_, cancelled, _ = days
        assert late["classrooms"] == {"on_time": 1, "late": 1, "absent": 0, "excused": 0}
        assert early["classrooms"] == {"on_time": 2, "late": 0, "absent": 0, "excused": 0}
        assert set(cancelled["classrooms"].values()) == {0}
        assert cut["pupils"] == {"present": 1, "absent": 0, "excused": 1}

        # The week before begins on Monday the 11th; midnight is that of the clock that was asked for.
        first_week, second_week = await steps_of(client, step="week")
        assert first_week["starts_at"] == "2027-01-10T16:00:00Z"
        assert first_week["lessons"] == {"held": 3, "cancelled": 0, "not_held": 0}
        assert second_week["lessons"] == {"held": 3, "cancelled": 1, "not_held": 1}
        hours = await steps_of(client, step="hour", to="2027-01-16T00:00:00Z")
        assert [one["lessons"]["held"] for one in hours] == [int(n == 8) for n in range(24)]

        own = await steps_of(school, step="day", utc_offset_min="0")
        assert [one["planned_s"] for one in own] == [2700] * 8
        refused = await client.get("/ledger/steps", params={**WEEK, "step": "hour"})
        assert (refused.status_code, refused.json()["code"]) == (422, "too_many_steps")


async def steps_of(client: httpx.AsyncClient, **more: str) -> list[dict[str, Any]]:
    answer = await client.get("/ledger/steps", params={**WEEK, **more})
    assert answer.status_code == 200, answer.text
    steps: list[dict[str, Any]] = answer.json()["steps"]
    return steps


async def test_what_is_asked_wrongly_is_refused(api: LessonApi, county: SmallCounty) -> None:
    async with api.client(county.admin) as client:
        for wrong, code in (
            ({"to": "2029-01-01T00:00:00Z"}, "range_invalid"),
            ({"to": WEEK["from"]}, "range_invalid"),
            ({"to": "2027-01-16T00:00:00"}, "range_invalid"),
            ({"after": "x"}, "invalid_input"),
            ({"school_id": "'"}, "invalid_input"),
        ):
            refused = await client.get("/ledger", params={**WEEK, **wrong})
            assert (refused.status_code, refused.json()["code"]) == (422, code)
    async with api.client(county.teacher) as client:
        assert (await client.get("/ledger", params=WEEK)).status_code == 403
