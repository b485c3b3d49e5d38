"""Recordings as rows."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, delete, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from app.db.engine import Database
from app.db.models import (
    Classroom,
    Lesson,
    LibraryEntry,
    Recording,
    RecordingTrack,
    School,
    Seat,
    User,
)
from app.db.scope import lessons_in_classrooms_of, lessons_of, lessons_touching
from app.ids import LessonId, ParticipantId, RecordingId, UserId, new_id
from app.recording.lifecycle import RecordingState, Step, advance
from app.recording.manifest import Manifest
from app.recording.viewer import Viewer


@dataclass(frozen=True, slots=True)
class RecordingSummary:
    recording_id: RecordingId
    lesson_id: LessonId
    title: str
    subject: str
    teacher: str
    started_at_ms: int
    duration_ms: int
    state: RecordingState
    failure: str | None
    size_bytes: int
    is_demo: bool
    lead_user_id: UserId
    county_id: str
    is_published: bool
    is_own: bool
    """The viewer may see all of it by role; otherwise only what is published."""
    is_administered: bool
    """The viewer is an admin of the school or county whose lesson it is."""
    is_managed: bool
    """The viewer may publish and share it: its lead, and its admins."""


@dataclass(frozen=True, slots=True)
class ParticipantName:
    name: str
    school: str


class Recordings:
    """The tables `recording` and `recording_track`, with what lessons and schools say about them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, lesson_id: LessonId, started_at_ms: int) -> RecordingId:
        """The recording of this lesson, made if need be (state `recording`)."""
        async with self._database.transaction() as session:
            row = await _of_lesson(session, lesson_id)
            if row is None:
                row = Recording(
                    recording_id=new_id("rec"),
                    lesson_id=lesson_id,
                    state=RecordingState.RECORDING.value,
                    started_at_ms=started_at_ms,
                    changed_at_ms=_now_ms(),
                )
                session.add(row)
            return RecordingId(row.recording_id)

    async def count_by_state(self) -> dict[str, int]:
        """How many recordings are in each state, every state named."""
        statement = select(Recording.state, func.count()).group_by(Recording.state)
        async with self._database.reading() as session:
            rows = (await session.execute(statement)).all()
        found: dict[str, int] = {state: count for state, count in rows}  # noqa: C416 - typed rows
        return {state.value: found.get(state.value, 0) for state in RecordingState}

    async def is_available(self, recording_id: RecordingId) -> bool:
        async with self._database.reading() as session:
            row = await session.get_one(Recording, recording_id)
            return row.state == RecordingState.AVAILABLE

    async def is_lesson_available(self, lesson_id: LessonId) -> bool:
        """Whether this lesson's recording is published."""
        async with self._database.reading() as session:
            state = await session.scalar(
                select(Recording.state).where(Recording.lesson_id == lesson_id)
            )
            return state == RecordingState.AVAILABLE

    async def is_lesson_over(self, lesson_id: LessonId) -> bool:
        async with self._database.reading() as session:
            lesson = await session.get_one(Lesson, lesson_id)
            return lesson.state == "ended"

    async def step(self, recording_id: RecordingId, step: Step) -> None:
        """Raises IllegalStep."""
        async with self._database.transaction() as session:
            _step(await session.get_one(Recording, recording_id), step)

    async def publish(
        self, recording_id: RecordingId, manifest: Manifest, tracks: Sequence[RecordingTrack]
    ) -> None:
        """Replace tracks and manifest in one transaction: `available`."""
        async with self._database.transaction() as session:
            row = await session.get_one(Recording, recording_id)
            _step(row, Step.PUBLISH)
            row.failure = None
            row.duration_ms = manifest.duration_ms
            row.size_bytes = sum(track.size_bytes for track in tracks)
            row.manifest = manifest.to_json()
            row.lost_ms = manifest.lost_ms
            await session.execute(
                delete(RecordingTrack).where(RecordingTrack.recording_id == recording_id)
            )
            session.add_all(tracks)

    async def fail(self, recording_id: RecordingId, failure: str) -> None:
        async with self._database.transaction() as session:
            row = await session.get_one(Recording, recording_id)
            _step(row, Step.FAIL)
            row.failure = failure

    async def fail_lesson(self, lesson_id: LessonId, failure: str) -> None:
        """The same for the recording of this lesson, if it is being finished."""
        async with self._database.transaction() as session:
            row = await _of_lesson(session, lesson_id)
            if row is not None and row.state == RecordingState.FINALIZING:
                _step(row, Step.FAIL)
                row.failure = failure

    async def unfinished(self) -> list[LessonId]:
        """Lessons that are over and whose recording is not published yet."""
        states = (RecordingState.RECORDING.value, RecordingState.FINALIZING.value)
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(Recording.lesson_id)
                .join(Lesson, Lesson.lesson_id == Recording.lesson_id)
                .where(Recording.state.in_(states), Lesson.state == "ended")
                .order_by(Recording.started_at_ms)
            )
            return [LessonId(lesson_id) for lesson_id in rows]

    async def recording_ids(self, lesson_ids: Sequence[LessonId]) -> Mapping[LessonId, RecordingId]:
        """The recordings of these lessons, where there are any."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(Recording.lesson_id, Recording.recording_id).where(
                    Recording.lesson_id.in_(lesson_ids)
                )
            )
            return {LessonId(lesson): RecordingId(recording) for lesson, recording in rows}

    async def available_of(self, lesson_id: LessonId) -> RecordingId | None:
        """The lesson's recording, if it can be watched."""
        async with self._database.reading() as session:
            recording_id = await session.scalar(
                select(Recording.recording_id).where(
                    Recording.lesson_id == lesson_id,
                    Recording.state == RecordingState.AVAILABLE.value,
                )
            )
            return None if recording_id is None else RecordingId(recording_id)

    async def find(self, viewer: Viewer, recording_id: RecordingId) -> RecordingSummary | None:
        """The recording, or None if there is none or it is none of the viewer's business."""
        statement = summaries(viewer).where(Recording.recording_id == recording_id)
        async with self._database.reading() as session:
            row = (await session.execute(statement)).one_or_none()
            return None if row is None else summary_of(*row)

    async def details(
        self, recording_id: RecordingId
    ) -> tuple[dict[str, object], list[RecordingTrack]]:
        """The manifest and the tracks in order of their start."""
        async with self._database.reading() as session:
            row = await session.get_one(Recording, recording_id)
            tracks = await session.scalars(
                select(RecordingTrack)
                .where(RecordingTrack.recording_id == recording_id)
                .order_by(RecordingTrack.starts_ms, RecordingTrack.track_id)
            )
            return dict(row.manifest), list(tracks)

    async def manifest(
        self, recording_id: RecordingId
    ) -> tuple[LessonId, dict[str, object]] | None:
        """The lesson and the manifest of a recording; None if there is none."""
        async with self._database.reading() as session:
            row = await session.get(Recording, recording_id)
            return None if row is None else (LessonId(row.lesson_id), dict(row.manifest))

    async def track(self, recording_id: RecordingId, track_id: str) -> RecordingTrack | None:
        async with self._database.reading() as session:
            track = await session.get(RecordingTrack, track_id)
            return track if track is not None and track.recording_id == recording_id else None

    async def names(
        self, participant_ids: Collection[ParticipantId]
    ) -> dict[ParticipantId, ParticipantName]:
        """Names for screens, of whichever lessons: classrooms by their seat, staff by the user in their id."""
        users = {p: p.partition("_")[2] for p in participant_ids}
        async with self._database.reading() as session:
            seats = await session.execute(
                select(Seat.seat_id, Classroom.name, School.name)
                .join(Classroom, Classroom.classroom_id == Seat.classroom_id)
                .join(School, School.school_id == Classroom.school_id)
                .where(Seat.seat_id.in_(participant_ids))
            )
            by_seat = {seat_id: ParticipantName(name, school) for seat_id, name, school in seats}
            staff = await session.execute(
                select(User.user_id, User.name, School.name)
                .outerjoin(School, School.school_id == User.school_id)
                .where(User.user_id.in_(users.values()))
            )
            by_user = {
                user_id: ParticipantName(name, school or "") for user_id, name, school in staff
            }
        nobody = ParticipantName("", "")
        return {p: by_seat.get(p) or by_user.get(users[p], nobody) for p in participant_ids}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def _of_lesson(session: AsyncSession, lesson_id: LessonId) -> Recording | None:
    row: Recording | None = await session.scalar(
        select(Recording).where(Recording.lesson_id == lesson_id).with_for_update()
    )
    return row


def _step(row: Recording, step: Step) -> None:
    row.state = advance(RecordingState(row.state), step).value
    row.changed_at_ms = _now_ms()


def summaries(viewer: Viewer) -> Select[Recording, Lesson, str, str | None, bool, bool, bool]:
    """Every recording that this viewer may see, newest first; see `summary_of`."""
    own = own_to(viewer)
    administered = false() if viewer.administered is None else lessons_of(viewer.administered)
    managed = or_(Lesson.lead_user_id == viewer.user_id, administered)
    return (
        select(Recording, Lesson, User.name, LibraryEntry.recording_id, own, administered, managed)
        .join(Lesson, Lesson.lesson_id == Recording.lesson_id)
        .join(User, User.user_id == Lesson.lead_user_id)
        .outerjoin(LibraryEntry, LibraryEntry.recording_id == Recording.recording_id)
        .where(or_(own, _published_to(viewer)))
        # Every stroke of a lesson is in it.
        .options(defer(Recording.manifest, raiseload=True))
        .order_by(Recording.started_at_ms.desc(), Recording.recording_id.desc())
    )


def own_to(viewer: Viewer) -> ColumnElement[bool]:
    """The lead, admins of the county or of a school that took part, on-site teachers whose school did."""
    own = [Lesson.lead_user_id == viewer.user_id]
    if viewer.administered is not None:
        own.append(lessons_touching(viewer.administered))
    if viewer.onsite is not None:
        own.append(lessons_in_classrooms_of(viewer.onsite))
    return or_(*own)


def _published_to(viewer: Viewer) -> ColumnElement[bool]:
    return and_(LibraryEntry.recording_id.is_not(None), Lesson.county_id == viewer.county_id)


def summary_of(
    recording: Recording,
    lesson: Lesson,
    teacher: str,
    entry: str | None,
    is_own: bool = False,
    is_administered: bool = False,
    is_managed: bool = False,
) -> RecordingSummary:
    """A row of `summaries`; `entry` is the id of the library's, if it has one."""
    return RecordingSummary(
        recording_id=RecordingId(recording.recording_id),
        lesson_id=LessonId(lesson.lesson_id),
        title=lesson.title,
        subject=lesson.subject,
        teacher=teacher,
        started_at_ms=recording.started_at_ms,
        duration_ms=recording.duration_ms,
        state=RecordingState(recording.state),
        failure=recording.failure,
        size_bytes=recording.size_bytes,
        is_demo=lesson.is_demo,
        lead_user_id=UserId(lesson.lead_user_id),
        county_id=lesson.county_id,
        is_published=entry is not None,
        # SQLite has no booleans of its own.
        is_own=bool(is_own),
        is_administered=bool(is_administered),
        is_managed=bool(is_managed),
    )
