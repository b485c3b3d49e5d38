"""What a job is to those who do one: plain values and one protocol."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from app.ids import LessonId
from app.jobs.kinds import JobKind, Queue


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that this worker may do until its lease ends; the worker renews it meanwhile."""

    job_id: str
    kind: JobKind
    queue: Queue
    subject_id: str
    lesson_id: LessonId | None
    attempts: int
    """This attempt's number, from 1."""
    is_last_attempt: bool
    """If this one fails too, the job is held."""


class Progress(Protocol):
    async def __call__(self, share: float) -> None:
        """Say how much is done, 0..1; written at most once a second."""
        ...


Handler = Callable[[ClaimedJob, Progress], Awaitable[None]]
"""Does the job, wholly or with an exception. It may be called again at any point of what it did before."""


class JobFailed(Exception):
    """This attempt failed; after a few the job is held. `code` is stable, `detail` is in somebody's words."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


class HoldJob(JobFailed):
    """No attempt will do better until a person has changed something: held at once."""


class TryLater(JobFailed):
    """Something else is down or full: tried again until it is not, never held."""
