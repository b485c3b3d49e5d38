"""When a job that failed runs again. Pure."""

from app.jobs.port import HoldJob, JobFailed, TryLater

MAX_FAILURES = 5
FIRST_DELAY_MS, LONGEST_DELAY_MS = 2_000, 60_000
UNEXPECTED = "unexpected"
WORKER_LOST = "worker_lost"


def retry_delay_ms(attempts: int) -> int:
    """How long to wait after attempt number `attempts`: 2 s, 4 s, 8 s, ... at most a minute."""
    return min(FIRST_DELAY_MS << min(attempts - 1, 10), LONGEST_DELAY_MS)


def failure_of(error: Exception) -> JobFailed:
    """What a handler raised, as a failure with a code."""
    if isinstance(error, JobFailed):
        return error
    return JobFailed(UNEXPECTED, f"{type(error).__name__}: {error}")


def counts(failure: JobFailed) -> bool:
    """Whether it brings the job nearer to being held."""
    return not isinstance(failure, TryLater)


def is_held_after(failures: int, failure: JobFailed) -> bool:
    """Whether nobody tries again by himself; `failures` includes this one."""
    return isinstance(failure, HoldJob) or (counts(failure) and failures >= MAX_FAILURES)
