"""Jobs as rows, on SQLite and PostgreSQL: nothing is asked for in vain, nothing is done by two at once."""

import asyncio
import time

import pytest

from app.db.engine import Database
from app.jobs.kinds import JobKind, Queue
from app.jobs.port import ClaimedJob, HoldJob, JobFailed, TryLater
from app.jobs.repository import LEASE_MS, Jobs, JobStatus
from app.jobs.retry import MAX_FAILURES, retry_delay_ms
from tests.support.database import on_both_databases

KINDS = [JobKind.FINALIZE]
ME, OTHER = "wrk_me", "wrk_other"
pytestmark = on_both_databases


@pytest.fixture
def jobs(database: Database) -> Jobs:
    return Jobs(database)


async def ask(jobs: Jobs, subject: str = "les_1") -> None:
    async with jobs._database.transaction() as session:
        await jobs.request(session, JobKind.FINALIZE, subject)


def soon() -> int:
    return time.time_ns() // 1_000_000 + 1


async def claim(jobs: Jobs, worker: str = ME, now_ms: int | None = None) -> ClaimedJob | None:
    return await jobs.claim(worker, Queue.FAST, KINDS, soon() if now_ms is None else now_ms)


async def claimed(jobs: Jobs, worker: str = ME, now_ms: int | None = None) -> ClaimedJob:
    job = await claim(jobs, worker, now_ms)
    assert job is not None
    return job


async def status(jobs: Jobs, subject: str = "les_1") -> JobStatus:
    found = await jobs.find(JobKind.FINALIZE, subject)
    assert found is not None
    return found


async def test_a_request_that_is_rolled_back_never_was(jobs: Jobs) -> None:
    with pytest.raises(ZeroDivisionError):
        async with jobs._database.transaction() as session:
            await jobs.request(session, JobKind.FINALIZE, "les_1")
            raise ZeroDivisionError
    assert await jobs.find(JobKind.FINALIZE, "les_1") is None
    assert await claim(jobs) is None


async def test_asking_twice_is_one_job_and_two_workers_do_not_share_it(jobs: Jobs) -> None:
    await ask(jobs)
    await ask(jobs)
    assert await jobs.due(KINDS, soon()) == {Queue.FAST}
    first, second = await asyncio.gather(claim(jobs, ME), claim(jobs, OTHER))
    assert (first is None) != (second is None)
    assert await jobs.due(KINDS, soon()) == set()


async def test_a_request_while_it_runs_is_not_lost(jobs: Jobs) -> None:
    await ask(jobs)
    job = await claimed(jobs)
    await ask(jobs)
    assert await claim(jobs, OTHER) is None
    await jobs.finish(ME, job, soon())
    again = await claimed(jobs, OTHER, soon() + 1)
    assert again.job_id == job.job_id and again.attempts == 1
    await jobs.finish(OTHER, again, soon())
    assert (await status(jobs)).state == "done"


async def test_what_a_lost_worker_held_is_taken_over_and_it_cannot_end_it_any_more(
    jobs: Jobs,
) -> None:
    await ask(jobs)
    lost = await claimed(jobs)
    assert await claim(jobs, OTHER) is None
    later = soon() + LEASE_MS + 10
    taken = await claimed(jobs, OTHER, later)
    assert (taken.job_id, taken.attempts) == (lost.job_id, 2)
    assert not await jobs.renew(ME, lost, later)
    await jobs.finish(ME, lost, later)
    assert (await status(jobs)).state == "running"
    assert await jobs.renew(OTHER, taken, later)


async def test_a_failure_is_tried_again_later_and_later_and_then_held(jobs: Jobs) -> None:
    await ask(jobs)
    now_ms = soon()
    for attempt in range(1, MAX_FAILURES + 1):
        job = await claimed(jobs, ME, now_ms)
        assert (job.attempts, job.is_last_attempt) == (attempt, attempt == MAX_FAILURES)
        await jobs.fail(ME, job, JobFailed("broken", "it says no"), now_ms)
        assert await claim(jobs, ME, now_ms + retry_delay_ms(attempt) - 1) is None
        now_ms += retry_delay_ms(attempt)
    held = await status(jobs)
    assert (held.state, held.failure, held.detail) == ("held", "broken", "it says no")
    await ask(jobs)
    assert (await claimed(jobs)).attempts == 1, "asked for by hand it starts afresh"


async def test_what_is_merely_not_possible_now_is_never_held(jobs: Jobs) -> None:
    await ask(jobs)
    now_ms = soon()
    for _ in range(3 * MAX_FAILURES):
        await jobs.fail(ME, await claimed(jobs, ME, now_ms), TryLater("store_unreachable"), now_ms)
        now_ms += 60_000
    waiting = await status(jobs)
    assert (waiting.state, waiting.failure) == ("queued", "store_unreachable")
    await jobs.finish(ME, await claimed(jobs, ME, now_ms), now_ms)
    assert (await status(jobs)).failure is None


async def test_what_nobody_can_do_is_held_at_once(jobs: Jobs) -> None:
    await ask(jobs)
    await jobs.fail(ME, await claimed(jobs), HoldJob("nothing_left"), soon())
    assert (await status(jobs)).state == "held"


async def test_a_job_that_kills_every_worker_is_held_too(jobs: Jobs) -> None:
    await ask(jobs)
    now_ms = soon()
    for _ in range(MAX_FAILURES):
        assert await claim(jobs, ME, now_ms) is not None
        now_ms += LEASE_MS + 1
    assert await claim(jobs, ME, now_ms) is None
    held = await status(jobs)
    assert (held.state, held.failure) == ("held", "worker_lost")


async def test_a_worker_that_stops_gives_back_what_it_holds(jobs: Jobs) -> None:
    await ask(jobs, "les_1")
    await ask(jobs, "les_2")
    await claimed(jobs)
    other = await claimed(jobs, OTHER)
    assert await jobs.release(ME, soon()) == 1
    assert (await claimed(jobs, OTHER, soon() + 1)).attempts == 1
    assert await jobs.renew(OTHER, other, soon())


async def test_rows_of_what_was_done_long_ago_go(jobs: Jobs) -> None:
    await ask(jobs, "les_1")
    await jobs.finish(ME, await claimed(jobs), soon())
    await ask(jobs, "les_2")
    await jobs.forget_done(soon() + 10)
    assert await jobs.find(JobKind.FINALIZE, "les_1") is None
    assert (await status(jobs, "les_2")).state == "queued"
