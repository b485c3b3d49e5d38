"""Does jobs, several at once, as long as it runs."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping

from app.jobs.kinds import JobKind, Queue
from app.jobs.port import ClaimedJob, Handler, JobFailed
from app.jobs.repository import LEASE_MS, Jobs
from app.jobs.retry import failure_of

log = logging.getLogger(__name__)

POLL_S = 0.3
AT_ONCE = {Queue.FAST: 2, Queue.UPLOAD: 2, Queue.HEAVY: 1}
RENEW_S = LEASE_MS / 1000 / 4
PROGRESS_INTERVAL_S = 1.0
FORGET_EVERY_S = 3_600.0
KEEP_DONE_MS = 7 * 86_400_000


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class JobRunner:
    """One worker: claims what its handlers can do. `run()` is its one task, owned by the caller."""

    def __init__(
        self,
        jobs: Jobs,
        handlers: Mapping[JobKind, Handler],
        worker_id: str,
        may_work_hard: Callable[[], bool] = lambda: True,
    ) -> None:
        """`may_work_hard`: whether heavy jobs may begin now."""
        self._jobs = jobs
        self._handlers = handlers
        self._worker_id = worker_id
        self._may_work_hard = may_work_hard
        self._running: Counter[Queue] = Counter()

    async def run(self) -> None:
        """Work until cancelled; then what it holds is given back."""
        # A life before this one under the same name: nobody else can hold these.
        if count := await self._jobs.release(self._worker_id, _now_ms()):
            log.info("jobs: %d of a former life begin again", count)
        forget_at = 0.0
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    try:
                        await self._fill(group)
                        if time.monotonic() >= forget_at:
                            forget_at = time.monotonic() + FORGET_EVERY_S
                            await self._jobs.forget_done(_now_ms() - KEEP_DONE_MS)
                    except Exception:
                        log.exception("jobs: cannot look for work")
                        await asyncio.sleep(1.0)
                    await asyncio.sleep(POLL_S)
        finally:
            await self._jobs.release(self._worker_id, _now_ms())

    async def _fill(self, group: asyncio.TaskGroup) -> None:
        """Claim as much as there are free hands for."""
        kinds = self._handlers.keys()
        for queue in await self._jobs.due(kinds, _now_ms()):
            while self._has_room(queue):
                job = await self._jobs.claim(self._worker_id, queue, kinds, _now_ms())
                if job is None:
                    break
                self._running[queue] += 1
                group.create_task(self._do(job), name=f"{job.kind} {job.subject_id}")

    def _has_room(self, queue: Queue) -> bool:
        if queue is Queue.HEAVY and not self._may_work_hard():
            return False
        return self._running[queue] < AT_ONCE[queue]

    async def _do(self, job: ClaimedJob) -> None:
        lease = asyncio.create_task(self._keep_lease(job, asyncio.current_task()))
        began = time.monotonic()
        try:
            error = await self._attempt(job)
            if error is None:
                log.info(
                    "jobs: %s %s in %.2f s", job.kind, job.subject_id, time.monotonic() - began
                )
                await self._jobs.finish(self._worker_id, job, _now_ms())
            else:
                await self._jobs.fail(self._worker_id, job, failure_of(error), _now_ms())
        except Exception:
            # Its lease runs out, and it is done again.
            log.exception("jobs: cannot note the end of %s %s", job.kind, job.subject_id)
        finally:
            lease.cancel()
            self._running[job.queue] -= 1

    async def _attempt(self, job: ClaimedJob) -> Exception | None:
        """What the handler raised."""
        progress = _ThrottledProgress(self._jobs, self._worker_id, job)
        try:
            await self._handlers[job.kind](job, progress)
        except JobFailed as failure:
            log.info("jobs: %s %s, attempt %d: %s", job.kind, job.subject_id, job.attempts, failure)
            return failure
        except Exception as error:
            log.exception("jobs: %s %s, attempt %d", job.kind, job.subject_id, job.attempts)
            return error
        return None

    async def _keep_lease(self, job: ClaimedJob, worker: "asyncio.Task[None] | None") -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                is_ours = await self._jobs.renew(self._worker_id, job, _now_ms())
            except Exception:
                log.exception("jobs: cannot renew the lease of %s", job.job_id)
                continue
            if not is_ours and worker is not None:
                log.warning("jobs: %s %s was taken over", job.kind, job.subject_id)
                worker.cancel()
                return


class _ThrottledProgress:
    def __init__(self, jobs: Jobs, worker_id: str, job: ClaimedJob) -> None:
        self._jobs, self._worker_id, self._job = jobs, worker_id, job
        self._due_at = 0.0

    async def __call__(self, share: float) -> None:
        now = time.monotonic()
        if now >= self._due_at:
            self._due_at = now + PROGRESS_INTERVAL_S
            await self._jobs.note_progress(self._worker_id, self._job, share)
