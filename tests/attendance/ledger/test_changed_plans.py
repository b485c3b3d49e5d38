"""The ledger of lessons whose plan was changed: what counts is the plan that they were held by."""

from dataclasses import replace

import httpx
from sqlalchemy import select

from app.attendance.ledger.projector import project_ledger
from app.attendance.projector import project_attendance
from app.db.journal import Journal
from app.db.models import LedgerEntry
from app.ids import LessonId, ParticipantId
from app.lessons.plan import plan_loader
from app.lessons.projector import project_lesson
from app.rooms.commands import CheckDeadlines, EndLesson
from app.settings import Settings
from tests.attendance.ledger.test_week import DAY_MS, WEEK, Lesson1, every_row, told
from tests.support.county import MINUTE_MS, SmallCounty, add_lesson
from tests.support.database import on_both_databases
from tests.support.lessons import LessonApi
from tests.support.room_by_the_book import RoomByTheBook

DAYS = ("moved", "substituted", "restored", "waited", "unheld", "again")
TWO_HOURS_LATER = "2027-01-16T10:00:00Z"


async def taken_up(api: LessonApi, day: str, teacher: str, minute: float = -6) -> Lesson1:
    """Its room by the plan of now, `minute` from its beginning."""
    plan = await plan_loader(api.store, Settings())(LessonId(f"les_{day}"))
    journal = Journal(api.database, [project_attendance, project_lesson, project_ledger])
    lesson = Lesson1(RoomByTheBook(api.database, journal, plan), teacher)
    lesson.room.now_ms = plan.starts_at_ms + round(minute * MINUTE_MS)
    await lesson.room.take_up()
    return lesson


async def hold(lesson: Lesson1) -> None:
    await lesson.at(-5, lesson.joins(lesson.a), lesson.joins(lesson.b))
    await lesson.begin()
    await lesson.end()


async def change(client: httpx.AsyncClient, day: str, path: str, **draft: str) -> None:
    answer = await client.post(f"/lessons/les_{day}/{path}", json=draft or None)
    assert answer.status_code == 200, answer.text


async def entries_of(api: LessonApi, lesson: Lesson1) -> list[int]:
    """The cancelled seconds in the ledger of each of its classrooms."""
    async with api.database.reading() as session:
        cancelled = select(LedgerEntry.cancelled_s).where(
            LedgerEntry.seat_id.in_([lesson.a, lesson.b])
        )
        return list(await session.scalars(cancelled))


@on_both_databases
async def test_lessons_that_were_moved_substituted_and_restored(
    api: LessonApi, county: SmallCounty
) -> None:
    for index, day in enumerate(DAYS, 1):
        starts_at_ms = county.starts_at_ms + index * DAY_MS
        times = {"starts_at_ms": starts_at_ms, "ends_at_ms": starts_at_ms + 45 * MINUTE_MS}
        await add_lesson(api.database, replace(county, **times), LessonId(f"les_{day}"))
    early = await taken_up(api, "moved", county.teacher)
    await early.at(-5, early.joins(early.a))
    async with api.client(county.admin) as client:
        await change(client, "moved", "move", starts_at=TWO_HOURS_LATER)
        # Its room goes on by the new plan, and who waited in it goes away until then.
        moved = await taken_up(api, "moved", county.teacher, -124)
        await moved.at(-122, CheckDeadlines())
        await change(client, "substituted", "substitution", lead_id=county.other_teacher)
        for day in ("restored", "unheld", "again"):
            await change(client, day, "cancellation", reason="power")
            await change(client, day, "restoration")
        await change(client, "again", "cancellation", reason="network")

        early = await taken_up(api, "waited", county.teacher)
        await early.at(-5, early.joins(early.a))
        await change(client, "waited", "cancellation", reason="power")
        await early.at(-4, EndLesson(ParticipantId(f"admin_{county.admin}")))
        assert await entries_of(api, early) == [2700, 2700], "cancelled"
        await change(client, "waited", "restoration")
        assert await entries_of(api, early) == []

        for day in ("moved", "substituted", "restored", "waited"):
            is_other = day == "substituted"
            teacher = county.other_teacher if is_other else county.teacher
            await hold(await taken_up(api, day, teacher))
    api.time.now_ms = county.starts_at_ms + 8 * DAY_MS
    async with api.client(county.admin) as client:
        rows = [row for row in await every_row(client) if row["lesson_id"] != county.lesson]
        assert [told(row) for row in rows] == [
            (day, seat, *expected, "", 0, 0)
            for day, *expected in (
                ("moved", "held", 2700, 0, {}),
                ("substituted", "held", 2700, 0, {}),
                ("restored", "held", 2700, 0, {}),
                ("waited", "held", 2700, 0, {}),
                ("unheld", "not_held", 0, 0, {"not_held": 2700}),
                ("again", "cancelled", 0, 0, {"cancelled": 2700}),
            )
            for seat in (1, 3)
        ]
        assert (rows[0]["starts_at"], rows[0]["planned_s"]) == (TWO_HOURS_LATER, 2700)
        assert [row["teacher"] for row in rows[::2]] == [
            "Teacher One", "Teacher Two", *["Teacher One"] * 4,
        ]  # fmt: skip
        totals = (await client.get("/ledger/totals", params={**WEEK, "by": "teacher"})).json()
        substitute = next(one for one in totals["items"] if one["name"] == "Teacher Two")
        assert (substitute["lessons"], substitute["delivered_s"]) == (1, 2 * 2700)
