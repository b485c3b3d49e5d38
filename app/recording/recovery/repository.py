"""Interrupted recordings as rows: of what is published, of the jobs that fail, of the journal of what goes on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.models import Job, JournalRow, Lesson, Recording, User
from app.db.scope import lessons_of
from app.ids import LessonId, RecordingId
from app.jobs.kinds import JobKind
from app.recording.lifecycle import RecordingState
from app.recording.recovery.interruptions import Lost, lost_in, stopped_now
from app.rooms.events import EpochOpened, RecordingStopped
from app.rooms.recorded import Recorded, event_from_json
from app.scope import Scope

KINDS = (JobKind.FINALIZE.value, JobKind.UPLOAD_SEGMENT.value)
MAX_SHOWN = 50
MAX_JOBS = 2_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a recording is not in its place yet."""

    code: str
    detail: str
    is_held: bool
    """Nobody tries again before a person asks for it."""
    next_try_ms: int
    waiting: int
    """Jobs that wait for the same."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    recording_id: RecordingId
    lesson_id: LessonId
    title: str
    teacher: str
    started_at_ms: int
    state: RecordingState
    is_live: bool
    lost: tuple[Lost, ...]
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class InterruptionList:
    items: list[Interrupted]
    has_more: bool
    """There are older ones that are not listed."""


class Interruptions:
    """Across the tables of recordings, jobs and journal; reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def within(self, scope: Scope) -> InterruptionList:
        """Recordings of the scope's lessons that something came in between.

        What somebody can still do something about stands first, then what is lost; each the newest first.
        """
        async with self._database.reading() as session:
            problems = await _problems(session, scope)
            stopped = await _stopped(session, scope)
            waits = or_(
                Recording.state == RecordingState.FAILED.value,
                Recording.lesson_id.in_([*problems, *stopped]),
            )
            statement = (
                select(Recording, Lesson, User.name)
                .join(Lesson, Lesson.lesson_id == Recording.lesson_id)
                .join(User, User.user_id == Lesson.lead_user_id)
                .where(lessons_of(scope), or_(Recording.lost_ms > 0, waits))
                .order_by(
                    case((waits, 0), else_=1),
                    Recording.started_at_ms.desc(),
                    Recording.recording_id,
                )
                .limit(MAX_SHOWN + 1)
            )
            rows = (await session.execute(statement)).all()
        items = [
            Interrupted(
                recording_id=RecordingId(recording.recording_id),
                lesson_id=LessonId(lesson.lesson_id),
                title=lesson.title,
                teacher=teacher,
                started_at_ms=recording.started_at_ms,
                state=RecordingState(recording.state),
                is_live=lesson.state == "live",
                lost=(*lost_in(recording.manifest), *stopped.get(lesson.lesson_id, ())),
                problem=problems.get(lesson.lesson_id) or _failure(recording),
            )
            for recording, lesson, teacher in rows[:MAX_SHOWN]
        ]
        return InterruptionList(items, has_more=len(rows) > MAX_SHOWN)


def _failure(recording: Recording) -> Problem | None:
    """What stands on the recording itself: its job may be forgotten already."""
    if recording.failure is None:
        return None
    return Problem(recording.failure, "", is_held=True, next_try_ms=0, waiting=0)


async def _problems(session: AsyncSession, scope: Scope) -> dict[str, Problem]:
    """Lesson -> what its jobs wait for; the held ones first, then the one that comes next."""
    jobs = await session.scalars(
        select(Job)
        .join(Lesson, Lesson.lesson_id == Job.lesson_id)
        .where(
            lessons_of(scope),
            Job.kind.in_(KINDS),
            Job.state != "done",
            Job.failure.is_not(None),
        )
        .order_by(Job.run_after_ms)
        .limit(MAX_JOBS)
    )
    found: dict[str, Problem] = {}
    for job in jobs:
        known = found.get(job.lesson_id or "")
        is_held = job.state == "held"
        problem = Problem(job.failure or "", job.detail, is_held, job.run_after_ms, 0)
        waiting = 1 if known is None else known.waiting + 1
        first = problem if known is None or (is_held and not known.is_held) else known
        found[job.lesson_id or ""] = replace(first, waiting=waiting)
    return found


async def _stopped(session: AsyncSession, scope: Scope) -> dict[str, Sequence[Lost]]:
    """Lesson that goes on -> what of it is not written any more."""
    rows = await session.execute(
        select(JournalRow, Lesson.started_at_ms)
        .join(Lesson, and_(Lesson.lesson_id == JournalRow.lesson_id, lessons_of(scope)))
        .where(
            Lesson.state == "live", JournalRow.type.in_((RecordingStopped.type, EpochOpened.type))
        )
        .order_by(JournalRow.lesson_id, JournalRow.seq)
    )
    of_lesson: defaultdict[tuple[str, int], list[Recorded]] = defaultdict(list)
    for row, started_at_ms in rows:
        event = event_from_json(row.type, row.data)
        recorded = Recorded(row.seq, row.at_ms, row.mono_ns, event)
        of_lesson[row.lesson_id, started_at_ms or row.at_ms].append(recorded)
    found = {lesson: stopped_now(rows, at_ms) for (lesson, at_ms), rows in of_lesson.items()}
    return {lesson_id: lost for lesson_id, lost in found.items() if lost}
