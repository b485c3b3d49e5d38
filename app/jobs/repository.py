"""Jobs as rows: ask, claim, finish. Every write is one short transaction."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.models import Job
from app.ids import LessonId, new_id
from app.jobs.kinds import QUEUE_OF, JobKind, Queue
from app.jobs.port import ClaimedJob, JobFailed
from app.jobs.retry import MAX_FAILURES, WORKER_LOST, counts, is_held_after, retry_delay_ms

LEASE_MS = 30_000
"""A worker that is not heard of for so long has lost its jobs."""
MAX_DETAIL = 500


@dataclass(frozen=True, slots=True)
class JobStatus:
    """How a job stands, for whoever waits for it."""

    job_id: str
    kind: JobKind
    subject_id: str
    lesson_id: LessonId | None
    state: str
    """`queued`, `running`, `done` or `held`."""
    attempts: int
    run_after_ms: int
    failure: str | None
    detail: str
    progress: float
    changed_at_ms: int


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Jobs:
    """The table `job`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- for those who want something done

    async def request(
        self,
        session: AsyncSession,
        kind: JobKind,
        subject_id: str,
        lesson_id: LessonId | None = None,
        *,
        run_after_ms: int = 0,
    ) -> str:
        """Have it done soon (or after `run_after_ms`), from the caller's transaction on; the job's id.

        Asking again starts a held or a waiting job afresh. One that runs now runs once more afterwards:
        it may have looked already at what was changed since.
        """
        make = sqlite_insert if self._database.is_sqlite else postgresql_insert
        now_ms = _now_ms()
        statement = make(Job).values(
            job_id=new_id("job"),
            kind=kind.value,
            queue=QUEUE_OF[kind].value,
            subject_id=subject_id,
            lesson_id=lesson_id,
            state="queued",
            attempts=0,
            failures=0,
            run_after_ms=max(run_after_ms, now_ms),
            is_requested_again=False,
            detail="",
            progress=0.0,
            created_at_ms=now_ms,
            changed_at_ms=now_ms,
        )
        runs = Job.state == "running"
        statement = statement.on_conflict_do_update(
            index_elements=[Job.kind, Job.subject_id],
            set_={
                "is_requested_again": runs,
                "state": case((runs, Job.state), else_="queued"),
                "attempts": case((runs, Job.attempts), else_=0),
                "failures": case((runs, Job.failures), else_=0),
                "progress": case((runs, Job.progress), else_=0.0),
                "run_after_ms": case((runs, Job.run_after_ms), else_=max(run_after_ms, now_ms)),
                "changed_at_ms": now_ms,
            },
        )
        job_id: str = (await session.execute(statement.returning(Job.job_id))).scalar_one()
        return job_id

    async def find(self, kind: JobKind, subject_id: str) -> JobStatus | None:
        """How the job of this kind for this subject stands."""
        async with self._database.reading() as session:
            row = await session.scalar(
                select(Job).where(Job.kind == kind.value, Job.subject_id == subject_id)
            )
            return None if row is None else status_of(row)

    async def done_subjects(self, kind: JobKind, lesson_id: LessonId) -> list[str]:
        """What is done of this kind for a lesson."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(Job.subject_id).where(
                    Job.kind == kind.value, Job.lesson_id == lesson_id, Job.state == "done"
                )
            )
            return list(rows)

    async def failing_subjects(
        self, session: AsyncSession, kind: JobKind, lesson_id: LessonId
    ) -> list[str]:
        """What failed last time it was tried."""
        rows = await session.scalars(
            select(Job.subject_id).where(
                Job.kind == kind.value, Job.lesson_id == lesson_id, Job.failure.is_not(None)
            )
        )
        return list(rows)

    # -- for workers

    async def due(self, kinds: Collection[JobKind], now_ms: int) -> set[Queue]:
        """The queues in which something could be claimed now. Reads only: this is asked all the time."""
        statement = _due_queues(frozenset(kinds))
        async with self._database.engine.connect() as connection:
            found = await connection.execute(statement, {"now_ms": now_ms})
            return {Queue(queue) for queue in found.scalars()}

    async def claim(
        self, worker_id: str, queue: Queue, kinds: Collection[JobKind], now_ms: int
    ) -> ClaimedJob | None:
        """Take the job of this queue that waits longest; None if there is none."""
        waiting = (
            select(Job.job_id)
            .where(Job.queue == queue.value, _is_due(kinds, now_ms))
            .order_by(Job.run_after_ms, Job.job_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        # Whoever held it before died on it: that counts, or a job that kills its worker would do so for ever.
        failures = Job.failures + case((Job.state == "running", 1), else_=0)
        statement = (
            update(Job)
            .where(Job.job_id == waiting.scalar_subquery())
            .values(
                state="running",
                attempts=Job.attempts + 1,
                failures=failures,
                locked_by=worker_id,
                lease_until_ms=now_ms + LEASE_MS,
                progress=0.0,
                changed_at_ms=now_ms,
            )
            .returning(Job)
        )
        async with self._database.transaction() as session:
            row = (await session.scalars(statement)).one_or_none()
            if row is None:
                return None
            if row.failures >= MAX_FAILURES:
                row.state, row.failure, row.locked_by = "held", WORKER_LOST, None
                return None
            return ClaimedJob(
                job_id=row.job_id,
                kind=JobKind(row.kind),
                queue=Queue(row.queue),
                subject_id=row.subject_id,
                lesson_id=None if row.lesson_id is None else LessonId(row.lesson_id),
                attempts=row.attempts,
                is_last_attempt=row.failures + 1 >= MAX_FAILURES,
            )

    async def renew(self, worker_id: str, job: ClaimedJob, now_ms: int) -> bool:
        """Keep the lease; False if the job is no longer this worker's."""
        return await self._change(worker_id, job, lease_until_ms=now_ms + LEASE_MS)

    async def note_progress(self, worker_id: str, job: ClaimedJob, share: float) -> bool:
        return await self._change(
            worker_id, job, progress=min(max(share, 0.0), 1.0), changed_at_ms=_now_ms()
        )

    async def finish(self, worker_id: str, job: ClaimedJob, now_ms: int) -> None:
        """It is done; queued again if it was asked for meanwhile."""
        again = Job.is_requested_again
        await self._change(
            worker_id,
            job,
            state=case((again, "queued"), else_="done"),
            attempts=case((again, 0), else_=Job.attempts),
            failures=0,
            progress=1.0,
            run_after_ms=now_ms,
            failure=None,
            detail="",
            **_unlocked(now_ms),
        )

    async def fail(self, worker_id: str, job: ClaimedJob, failure: JobFailed, now_ms: int) -> None:
        """This attempt failed: later again, or held."""
        async with self._database.transaction() as session:
            row = await session.scalar(
                select(Job).where(_is_mine(worker_id, job)).with_for_update()
            )
            if row is None:
                return
            row.failures += counts(failure)
            is_held = is_held_after(row.failures, failure) and not row.is_requested_again
            row.state = "held" if is_held else "queued"
            row.failure, row.detail = failure.code[:60], failure.detail[:MAX_DETAIL]
            row.run_after_ms = now_ms + retry_delay_ms(row.attempts)
            for name, value in _unlocked(now_ms).items():
                setattr(row, name, value)

    async def release(self, worker_id: str, now_ms: int) -> int:
        """Give back everything this worker holds, as if it had not begun; how many that were."""
        statement = (
            update(Job)
            .where(Job.state == "running", Job.locked_by == worker_id)
            .values(
                state="queued",
                attempts=Job.attempts - 1,
                run_after_ms=now_ms,
                **_unlocked(now_ms),
            )
            .returning(Job.job_id)
        )
        async with self._database.transaction() as session:
            return len((await session.scalars(statement)).all())

    async def forget_done(self, before_ms: int) -> None:
        """Delete the rows of jobs that were done before then."""
        async with self._database.transaction() as session:
            await session.execute(
                delete(Job).where(Job.state == "done", Job.changed_at_ms < before_ms)
            )

    async def _change(self, worker_id: str, job: ClaimedJob, **values: object) -> bool:
        statement = (
            update(Job).where(_is_mine(worker_id, job)).values(**values).returning(Job.job_id)
        )
        async with self._database.transaction() as session:
            return (await session.scalars(statement)).one_or_none() is not None


def status_of(row: Job) -> JobStatus:
    return JobStatus(
        job_id=row.job_id,
        kind=JobKind(row.kind),
        subject_id=row.subject_id,
        lesson_id=None if row.lesson_id is None else LessonId(row.lesson_id),
        state=row.state,
        attempts=row.attempts,
        run_after_ms=row.run_after_ms,
        failure=row.failure,
        detail=row.detail,
        progress=row.progress,
        changed_at_ms=row.changed_at_ms,
    )


@lru_cache(maxsize=4)
def _due_queues(kinds: frozenset[JobKind]) -> Select[str]:
    # Made once: several times a second it would cost more than the database.
    return select(Job.queue).where(_is_due(kinds, bindparam("now_ms", type_=BigInteger))).distinct()


def _is_due(kinds: Collection[JobKind], now_ms: int | BindParameter[int]) -> ColumnElement[bool]:
    return and_(
        Job.kind.in_([kind.value for kind in kinds]),
        or_(
            and_(Job.state == "queued", Job.run_after_ms <= now_ms),
            and_(Job.state == "running", Job.lease_until_ms < now_ms),
        ),
    )


def _is_mine(worker_id: str, job: ClaimedJob) -> ColumnElement[bool]:
    return and_(
        Job.job_id == job.job_id,
        Job.state == "running",
        Job.locked_by == worker_id,
        # The same worker may have lost it and claimed it anew.
        Job.attempts == job.attempts,
    )


def _unlocked(now_ms: int) -> dict[str, object]:
    return {
        "locked_by": None,
        "lease_until_ms": None,
        "is_requested_again": False,
        "changed_at_ms": now_ms,
    }
