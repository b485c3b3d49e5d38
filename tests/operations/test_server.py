"""`/server`: figures of the tables, and a warning with its day."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.db.engine import Database
from app.db.models import ClassroomPc, Film, Lesson, Recording
from app.ids import LessonId
from app.operations.clocks import database_ahead_ms, judged, pcs_apart
from app.operations.endpoints import build_router
from app.operations.forecast import Rates
from app.operations.report import Reports, make_report
from app.operations.timetable import Measured
from app.settings import Settings
from tests.support.api import DAY_MS
from tests.support.clock import START_MS
from tests.support.county import MINUTE_MS, add_lesson, make_county
from tests.support.database import on_both_databases
from tests.support.recordings import RecordingApi, content_of

DURATION_MIN = 100


def settings_of(tmp_path: Path, **changed: Any) -> Settings:
    return Settings(data_dir=tmp_path, recording_min_free_bytes=0, **changed)


async def plan(api: RecordingApi, name: str, days: int, **changed: Any) -> None:
    """A lesson of 45 minutes with two classrooms, so many days after the recorded one."""
    lesson_id = LessonId(name)
    await add_lesson(api.database, api.county, lesson_id)
    at_ms = START_MS + days * DAY_MS
    values = {"starts_at_ms": at_ms, "ends_at_ms": at_ms + 45 * MINUTE_MS, **changed}
    async with api.database.transaction() as session:
        await session.execute(update(Lesson).where(Lesson.lesson_id == lesson_id).values(**values))


@on_both_databases
async def test_the_forecast_stands_on_what_was_recorded_and_what_is_planned(
    api: RecordingApi, tmp_path: Path
) -> None:
    await plan(api, "les_soon", 3)
    await plan(api, "les_later", 40)
    await plan(api, "les_unrecorded", 5, is_recorded=False)
    await plan(api, "les_cancelled", 6, cancelled_at_ms=START_MS)
    film = {"film.mp4": {"size_bytes": 3_000, "sha256": "", "mime": "video/mp4"}}
    async with api.database.transaction() as session:
        await session.execute(update(Recording).values(duration_ms=DURATION_MIN * MINUTE_MS))
        for name, files in (("flm_made", film), ("flm_waits", None)):
            session.add(
                Film(
                    film_id=name,
                    recording_id=api.recording_id,
                    purpose="shared",
                    seats=[],
                    files=files,
                    created_at_ms=START_MS,
                    changed_at_ms=START_MS,
                )
            )
    lead, one, other, assistant = (len(content_of(f"epo_{n}_les_1")) for n in range(4))
    reports = Reports(settings_of(tmp_path), api.database, lambda: START_MS + DAY_MS)
    api.include(build_router(reports, api.database, api.authenticate, api.time))

    async with api.client(api.county.admin) as admin:
        storage = (await admin.get("/server")).json()["storage"]

    assert storage["held_bytes"] == lead + one + other + assistant + 3_000
    assert storage["rates"] == {
        "lead": round((lead + assistant) / DURATION_MIN),
        "classroom": round((one + other) / (2 * DURATION_MIN)),
        "film": round(3_000 / DURATION_MIN),
        "measured_minutes": DURATION_MIN,
    }
    assert storage["place"] == "disk" and storage["planned_until"] == "2027-02-24"
    assert [(one["first_day"], one["minutes"]) for one in storage["months"]] == [
        ("2027-01-16", 45),
        ("2027-02-01", 45),
    ]
    expected = 45 * (lead + assistant + 3_000) / DURATION_MIN + 45 * (one + other) / DURATION_MIN
    assert abs(storage["months"][0]["added_bytes"] - expected) <= 2


@on_both_databases
async def test_without_a_recording_the_settings_caps_are_assumed_and_the_disk_is_full_in_time(
    database: Database, tmp_path: Path
) -> None:
    await make_county(database)
    settings = settings_of(tmp_path, lead_video_cap_bps=20_000_000)
    async with database.transaction() as session:
        # A lesson that would take more than any disk has.
        await session.execute(
            update(Lesson).values(
                starts_at_ms=START_MS + 2 * DAY_MS, ends_at_ms=START_MS + 900_000 * DAY_MS
            )
        )
    storage = (await make_report(settings, database, START_MS)).storage
    assert (storage.measured_minutes, storage.held_bytes) == (0, 0)
    assert storage.rates.lead == (20_000_000 + 64_000) / 8 * 60
    assert f"{storage.forecast.full_on}" == "2027-01-17"
    cloud = settings_of(tmp_path, storage_url="s3://bucket", lead_video_cap_bps=20_000_000)
    of_cloud = (await make_report(cloud, database, START_MS)).storage
    assert of_cloud.place == "cloud" and of_cloud.forecast.months == storage.forecast.months
    assert of_cloud.forecast.full_on == storage.forecast.full_on


@on_both_databases
async def test_the_database_agrees_with_its_own_machine_and_pcs_that_are_off_are_counted(
    database: Database,
) -> None:
    county = await make_county(database)
    ahead_ms = await database_ahead_ms(database)
    assert ahead_ms is None if database.is_sqlite else abs(ahead_ms or 0) < 2_000
    clocks = (-3 * DAY_MS, 119_000, 120_000, None)
    async with database.transaction() as session:
        for number, clock in enumerate(clocks):
            session.add(
                ClassroomPc(
                    pc_id=f"cpc_{number}",
                    classroom_id="cls_1",
                    secret_sha256=f"{number}" * 64,
                    secret_since_ms=START_MS,
                    browser="",
                    paired_by=county.admin,
                    paired_at_ms=START_MS,
                    last_seen_at_ms=START_MS,
                    clock_ahead_ms=clock,
                )
            )
    assert await pcs_apart(database, "cou_1", START_MS) == 2
    assert await pcs_apart(database, None, START_MS + DAY_MS) == 2
    assert await pcs_apart(database, "cou_2", START_MS) == 0
    assert await pcs_apart(database, "cou_1", START_MS + 8 * DAY_MS) == 0


@pytest.mark.parametrize(
    ("state", "status", "is_kept"),
    [(0, 0x2001, True), (0, 0x40, False), (5, 0x2041, False), (5, 0, False), (-1, 0, None)],
)
def test_the_kernel_tells_whether_a_time_service_keeps_its_clock(
    state: int, status: int, is_kept: bool | None
) -> None:
    assert judged(state, status) is is_kept


def test_less_than_an_hour_of_recordings_says_nothing_of_a_usual_lesson() -> None:
    assumed = Rates(lead=1_000, classroom=100, film=0)
    hardly = Measured(600, 60, minutes=59, classroom_bytes=59, classroom_minutes=59)
    assert hardly.rates(assumed) == assumed
    enough = Measured(600, 60, minutes=60, classroom_bytes=120, classroom_minutes=60)
    assert enough.rates(assumed) == Rates(lead=10, classroom=2, film=1)
