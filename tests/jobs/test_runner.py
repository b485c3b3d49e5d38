"""A worker at work: at once, several at a time, heavy work only while lessons leave room."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from app.db.engine import Database
from app.jobs import runner as runner_module
from app.jobs.kinds import QUEUE_OF, JobKind, Queue
from app.jobs.live_load import CALM_AFTER, HIGH_AFTER, LoadGate, busy_share
from app.jobs.port import ClaimedJob, Handler, JobFailed, Progress
from app.jobs.repository import Jobs
from app.jobs.runner import JobRunner
from tests.support.waiting import until

PATIENCE_S = 60.0


@asynccontextmanager
async def at_work(
    jobs: Jobs, handler: Handler, may_work_hard: Callable[[], bool] = lambda: True
) -> AsyncIterator[None]:
    worker = JobRunner(jobs, {JobKind.FINALIZE: handler}, "wrk_1", may_work_hard)
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def ask(jobs: Jobs, *subjects: str) -> None:
    async with jobs._database.transaction() as session:
        for subject in subjects:
            await jobs.request(session, JobKind.FINALIZE, subject)


def has_state(jobs: Jobs, subject: str, state: str) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        found = await jobs.find(JobKind.FINALIZE, subject)
        return found is not None and found.state == state

    return holds


async def test_a_job_is_begun_within_a_moment(database: Database) -> None:
    jobs, begun = Jobs(database), asyncio.Event()

    async def begin(_: ClaimedJob, __: Progress) -> None:
        begun.set()

    async with at_work(jobs, begin):
        await until(lambda: True)
        await ask(jobs, "les_1")
        asked = time.monotonic()
        await asyncio.wait_for(begun.wait(), PATIENCE_S)
        print(f"begun after {time.monotonic() - asked:.2f} s")
        await until(has_state(jobs, "les_1", "done"), PATIENCE_S)


async def test_a_handler_that_raises_ends_neither_the_worker_nor_the_jobs_beside_it(
    database: Database,
) -> None:
    jobs = Jobs(database)

    async def work(job: ClaimedJob, progress: Progress) -> None:
        await progress(0.5)
        if job.subject_id == "les_1":
            raise KeyError("x")
        if job.subject_id == "les_2":
            raise JobFailed("broken", "in words")

    async with at_work(jobs, work):
        await ask(jobs, "les_1", "les_2", "les_3")
        await until(has_state(jobs, "les_3", "done"), PATIENCE_S)
        await until(has_state(jobs, "les_1", "queued"), PATIENCE_S)
        await until(has_state(jobs, "les_2", "queued"), PATIENCE_S)
    unexpected = await jobs.find(JobKind.FINALIZE, "les_1")
    expected = await jobs.find(JobKind.FINALIZE, "les_2")
    assert unexpected is not None and unexpected.failure == "unexpected"
    assert expected is not None and (expected.failure, expected.detail) == ("broken", "in words")


async def test_a_worker_that_is_stopped_leaves_its_job_to_the_next_one(database: Database) -> None:
    jobs, begun = Jobs(database), asyncio.Event()

    async def wait(_: ClaimedJob, progress: Progress) -> None:
        await progress(0.3)
        begun.set()
        await asyncio.Event().wait()

    async with at_work(jobs, wait):
        await ask(jobs, "les_1")
        await asyncio.wait_for(begun.wait(), PATIENCE_S)
        found = await jobs.find(JobKind.FINALIZE, "les_1")
        assert found is not None and found.progress == 0.3

    async def do(_: ClaimedJob, __: Progress) -> None:
        return

    async with at_work(jobs, do):
        await until(has_state(jobs, "les_1", "done"), PATIENCE_S)


async def test_heavy_work_waits_while_lessons_need_the_machine(
    database: Database,
    monkeypatch,  # type: ignore[no-untyped-def]
) -> None:
    monkeypatch.setitem(QUEUE_OF, JobKind.FINALIZE, Queue.HEAVY)
    jobs, gate, at_once, most = Jobs(database), LoadGate(), 0, 0
    for _ in range(HIGH_AFTER):
        gate.observe(0.9)

    async def work(_: ClaimedJob, __: Progress) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(2 * runner_module.POLL_S)
        at_once -= 1

    async with at_work(jobs, work, lambda: gate.is_open):
        await ask(jobs, "les_1", "les_2")
        await asyncio.sleep(3 * runner_module.POLL_S)
        assert most == 0
        for _ in range(CALM_AFTER):
            gate.observe(0.1)
        for subject in ("les_1", "les_2"):
            await until(has_state(jobs, subject, "done"), PATIENCE_S)
    assert most == 1, "one at a time"


def test_the_gate_neither_shuts_nor_opens_for_a_moment_of_load() -> None:
    gate = LoadGate()
    for busy in (0.9, 0.9, 0.1, 0.9, 0.9, 0.5):
        gate.observe(busy)
    assert gate.is_open
    for busy in (0.9, 0.9, 0.9):
        gate.observe(busy)
    assert not gate.is_open
    for busy in (*[0.1] * (CALM_AFTER - 1), 0.5):
        gate.observe(busy)
    assert not gate.is_open


def test_work_of_low_priority_does_not_count_as_load() -> None:
    before = "cpu  100 200 50 1000 10 0 5 0 0 0\ncpu0 ..."
    after = "cpu  130 260 60 1000 20 0 5 0 0 0\ncpu0 ..."
    assert busy_share(before, after) == 40 / 110
