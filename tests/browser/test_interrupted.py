"""The page on interrupted recordings, as an admin sees it: empty, then with what was lost and what waits."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from app.db.engine import Database
from app.db.models import Job, Lesson
from app.ids import LessonId, ParticipantId
from app.jobs.kinds import JobKind
from app.jobs.repository import Jobs
from app.recording.lifecycle import Step
from app.recording.manifest import Loss, Manifest
from app.recording.repository import Recordings
from tests.support.accessibility import assert_accessible
from tests.support.office import ADMIN, TEACHER, Office, PlannedLesson
from tests.support.pages import sign_in, tab
from tests.support.serve import Served

pytestmark = pytest.mark.browser
PATH = "/recordings/interrupted"


@pytest_asyncio.fixture(loop_scope="session")
async def database(served: Served) -> AsyncIterator[Database]:
    """The server's own."""
    database = Database(f"sqlite+aiosqlite:///{served.data_dir / 'tongtang.db'}")
    yield database
    await database.close()


async def _interrupt(database: Database, plan: PlannedLesson) -> None:
    """A recording with two losses, whose segments the store refuses."""
    lesson_id = LessonId(plan.lesson_id)
    recordings, jobs = Recordings(database), Jobs(database)
    now_ms = time.time_ns() // 1_000_000
    recording_id = await recordings.begin(lesson_id, now_ms - 3_600_000)
    await recordings.step(recording_id, Step.BEGIN_FINALIZING)
    seat = ParticipantId(plan.seats[0].seat_id)
    losses = (
        Loss(seat, "camera", 605_000, 607_400, "recorder_lost"),
        Loss(seat, "microphone", 605_100, 607_000, "recorder_lost"),
        Loss(ParticipantId(plan.lead_id), "screen", 1_200_000, 2_700_000, "disk_full"),
    )
    await recordings.publish(recording_id, Manifest(2_700_000, (), (), (), losses), [])
    async with database.transaction() as session:
        (await session.get_one(Lesson, lesson_id)).state = "ended"
        # Held rather than queued, or the server's own worker would do it.
        job_id = await jobs.request(session, JobKind.UPLOAD_SEGMENT, "epo_x-00000", lesson_id)
        job = await session.get_one(Job, job_id)
        job.state, job.failure, job.detail = "held", "store_refused", "403 SignatureDoesNotMatch"


async def test_an_admin_reads_what_was_lost_and_goes_on_with_one_key(
    served: Served, browser: Browser, database: Database
) -> None:
    plan = await asyncio.to_thread(lambda: Office(served).plan_lesson(1, recorded=True))
    async with tab(browser, served) as teacher:
        await sign_in(teacher, served, TEACHER, "/recordings")
        await teacher.sees("录像库")
        assert await teacher.page.get_by_role("link", name="中断的录制").count() == 0
    async with tab(browser, served) as admin:
        await sign_in(admin, served, ADMIN, "/recordings")
        await admin.page.get_by_role("link", name="中断的录制").click()
        await admin.sees("没有中断的录制")
        await _interrupt(database, plan)
        await admin.sees("存储服务器拒绝保存")
        seat = plan.seats[0]
        await admin.sees(f"{seat.school} {seat.name} 的画面和声音")
        await admin.sees("缺 2.4 秒")
        await admin.sees("缺 25:00")
        await assert_accessible(admin, "what the interruption cost")
        await admin.press("现在完成")
        await admin.sees("已开始")
        row = admin.page.get_by_role("listitem").filter(has_text=plan.title)
        # The segment is nowhere, so there is nothing to upload: the job is done and its reason goes.
        await expect(row.get_by_text("存储服务器拒绝保存")).to_have_count(0, timeout=30_000)
        await expect(row.get_by_text("录制程序突然中断")).to_be_visible()
