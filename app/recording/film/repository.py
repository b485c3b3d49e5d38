"""Films as rows. Whether one may still be shown is decided here and nowhere else."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.consent import Purpose
from app.db.engine import Database
from app.db.models import Film, Job, Lesson, LibraryEntry, Recording, Seat
from app.ids import FilmId, LessonId, ParticipantId, RecordingId, new_id
from app.jobs.kinds import JobKind
from app.jobs.repository import Jobs
from app.recording.cast import Cast
from app.recording.film.job import FRAGMENTS, MP4, PLAYLIST, POSTER, FilmFile
from app.recording.film.plan import Footage
from app.recording.replay_body import listed
from app.recording.repository import Recordings
from app.recording.sharing.repository import cast_of
from app.storage.served_object import ServedObject

FilmPurpose = Literal["shared", "public"]
MakingState = Literal["queued", "running", "held"]


@dataclass(frozen=True, slots=True)
class Making:
    """A film that is not there yet."""

    film_id: FilmId
    state: MakingState
    progress: float
    """0 to 1."""
    seconds_left: int | None
    failure: str | None
    """Why the last attempt failed: a stable code."""


@dataclass(frozen=True, slots=True)
class Watchable:
    """A film that may be shown now."""

    film_id: FilmId
    seats: frozenset[ParticipantId]
    """Those of the classrooms that may be in it."""
    is_outdated: bool
    """More classrooms agree now than when it was made."""
    duration_ms: int
    size_bytes: int
    """Of the MP4."""
    made_at_ms: int


@dataclass(frozen=True, slots=True)
class FilmOrder:
    """What is to be made, with consents as they are now."""

    film_id: FilmId
    recording_id: RecordingId
    lesson_id: LessonId
    purpose: FilmPurpose
    cast: Cast


def object_key(film_id: FilmId, name: str) -> str:
    return f"films/{film_id}/{name}"


def object_keys(film_id: FilmId) -> list[str]:
    """The playlist last: it speaks of the others."""
    return [object_key(film_id, name) for name in (MP4, POSTER, FRAGMENTS, PLAYLIST)]


class Films:
    """The table `film`, beside the jobs that make them."""

    def __init__(self, database: Database, jobs: Jobs, recordings: Recordings) -> None:
        self._database = database
        self._jobs = jobs
        self._recordings = recordings

    # -- for those who want one

    async def request(
        self, session: AsyncSession, recording_id: RecordingId, purpose: FilmPurpose
    ) -> FilmId:
        """Have a film made with the consents of today, from the caller's transaction on.

        One that is being made is not made twice: it looks at the consents again.
        """
        recording = await session.get_one(Recording, recording_id)
        row = await session.scalar(_newest(recording_id, purpose).with_for_update())
        if row is None or row.files is not None:
            now_ms = _now_ms()
            row = Film(
                film_id=new_id("flm"),
                recording_id=recording_id,
                purpose=purpose,
                seats=[],
                created_at_ms=now_ms,
                changed_at_ms=now_ms,
            )
            session.add(row)
            await session.flush()
        row.seconds_left = None
        await self._jobs.request(session, JobKind.FILM, row.film_id, LessonId(recording.lesson_id))
        return FilmId(row.film_id)

    async def request_public(self, session: AsyncSession, recording_id: RecordingId) -> None:
        """Have a film for share links made, unless there is one or it is being made."""
        if await session.scalar(_newest(recording_id, "public")) is None:
            await self.request(session, recording_id, "public")

    async def renew(
        self, session: AsyncSession, recording_id: RecordingId, purpose: Purpose
    ) -> None:
        """Have a film made anew because consents changed, if there is one of this purpose."""
        if purpose == "recorded":
            return
        if await session.scalar(_newest(recording_id, purpose)) is not None:
            await self.request(session, recording_id, purpose)

    async def folders(self, session: AsyncSession, recording_id: RecordingId) -> list[str]:
        """Where objects of the films of a recording may be, for whoever deletes them."""
        films = await session.scalars(select(Film.film_id).where(Film.recording_id == recording_id))
        return [f"films/{film_id}" for film_id in films]

    async def making(self, recording_id: RecordingId, purpose: FilmPurpose) -> Making | None:
        """The newest film if it is not there yet."""
        async with self._database.reading() as session:
            row = await session.scalar(_newest(recording_id, purpose))
            if row is None or row.files is not None:
                return None
            job = await session.scalar(
                select(Job).where(Job.kind == JobKind.FILM.value, Job.subject_id == row.film_id)
            )
            if job is None or job.state == "done":
                return None
            return Making(
                FilmId(row.film_id),
                "held"
                if job.state == "held"
                else "running"
                if job.state == "running"
                else "queued",
                job.progress,
                row.seconds_left if job.state == "running" else None,
                job.failure,
            )

    async def watchable(self, recording_id: RecordingId, purpose: FilmPurpose) -> Watchable | None:
        """The newest film that may be shown now."""
        async with self._database.reading() as session:
            lesson_id = await session.scalar(_lesson_of(recording_id))
            if lesson_id is None:
                return None
            allowed = await cast_of(session, LessonId(lesson_id), purpose)
            for row in await session.scalars(_newest(recording_id, purpose, None)):
                if row.files is not None and _seats(row) <= set(allowed.seats or ()):
                    return _watchable(row, allowed)
            return None

    async def served(
        self, film_id: FilmId, name: str, *, is_library: bool = False
    ) -> ServedObject | None:
        """A file of a film; None if there is none, or if it shows somebody who does not agree to that (any more).

        `is_library`: None too unless the recording is published now.
        """
        async with self._database.reading() as session:
            row = await session.get(Film, film_id)
            if row is None or row.files is None or name not in row.files:
                return None
            if not await _fits(session, row):
                return None
            if is_library and await session.get(LibraryEntry, row.recording_id) is None:
                return None
            file = row.files[name]
            return ServedObject(
                object_key(film_id, name), file["size_bytes"], file["sha256"], file["mime"]
            )

    async def is_of(self, film_id: FilmId, recording_id: RecordingId, purpose: FilmPurpose) -> bool:
        """Whether it is a film of this recording, made for this purpose."""
        async with self._database.reading() as session:
            row = await session.get(Film, film_id)
            return row is not None and (row.recording_id, row.purpose) == (recording_id, purpose)

    async def seats(
        self, lesson_id: LessonId, purpose: FilmPurpose
    ) -> tuple[list[ParticipantId], Cast]:
        """All seats of a lesson in their order, and who of them could be in a film made now."""
        async with self._database.reading() as session:
            return await _seat_ids(session, lesson_id), await cast_of(session, lesson_id, purpose)

    async def lesson_of(self, film_id: FilmId) -> tuple[str, int]:
        """The title of the lesson that the film is of, and when that began."""
        async with self._database.reading() as session:
            found = await session.execute(
                select(Lesson.title, Recording.started_at_ms)
                .join(Recording, Recording.lesson_id == Lesson.lesson_id)
                .join(Film, Film.recording_id == Recording.recording_id)
                .where(Film.film_id == film_id)
            )
            title, started_at_ms = found.one()
            return title, started_at_ms

    async def recording_of(self, film_id: FilmId) -> RecordingId | None:
        async with self._database.reading() as session:
            row = await session.get(Film, film_id)
            return None if row is None else RecordingId(row.recording_id)

    # -- for the job

    async def begin(self, film_id: FilmId) -> FilmOrder | None:
        """What to make now; None if the film is there already, or nobody wants it any more."""
        async with self._database.transaction() as session:
            row = await session.get(Film, film_id, with_for_update=True)
            if row is None:
                return None
            lesson_id = LessonId((await session.get_one(Recording, row.recording_id)).lesson_id)
            cast = await cast_of(session, lesson_id, _purpose(row))
            if row.files is not None and _seats(row) == cast.seats:
                return None
            row.files, row.seconds_left = None, None
            row.seats = sorted(cast.seats or ())
            row.changed_at_ms = _now_ms()
            return FilmOrder(film_id, RecordingId(row.recording_id), lesson_id, _purpose(row), cast)

    async def is_wanted(self, order: FilmOrder) -> bool:
        """Whether the film would leave out everybody whom it must leave out."""
        async with self._database.reading() as session:
            row = await session.get(Film, order.film_id)
            return row is not None and await _fits(session, row)

    async def footage(self, order: FilmOrder) -> Footage:
        """What there is to make it of."""
        manifest, tracks = await self._recordings.details(order.recording_id)
        async with self._database.reading() as session:
            lesson = await session.get_one(Lesson, order.lesson_id)
            seat_ids = await _seat_ids(session, order.lesson_id)
        everybody = {ParticipantId(track.participant_id) for track in tracks} | set(seat_ids)
        everybody |= {c["participant_id"] for c in listed(manifest, "chapters")} - {None}
        names = await self._recordings.names(everybody)
        return Footage(lesson.title, manifest, tracks, seat_ids, names)

    async def note_seconds_left(self, film_id: FilmId, seconds_left: int | None) -> None:
        async with self._database.transaction() as session:
            row = await session.get(Film, film_id)
            if row is not None:
                row.seconds_left = seconds_left

    async def publish(self, order: FilmOrder, files: Sequence[FilmFile], duration_ms: int) -> bool:
        """Let it be watched from now on; False if consents changed while it was made."""
        async with self._database.transaction() as session:
            row = await session.get(Film, order.film_id, with_for_update=True)
            if row is None or not await _fits(session, row):
                return False
            row.files = {
                file.name: {
                    "size_bytes": file.size_bytes,
                    "sha256": file.sha256,
                    "mime": file.mime,
                }
                for file in files
            }
            row.duration_ms, row.seconds_left = duration_ms, None
            row.changed_at_ms = _now_ms()
            return True

    async def outdated(self, order: FilmOrder) -> list[FilmId]:
        """Films that this one replaces, and those of it that may not be shown any more."""
        async with self._database.reading() as session:
            rows = await session.scalars(_newest(order.recording_id, order.purpose, None))
            films = list(rows)
            newest = next((row for row in films if row.film_id == order.film_id), None)
            is_made = newest is not None and newest.files is not None
            return [
                FilmId(row.film_id)
                for row in films
                if row is not newest and (is_made or not await _fits(session, row))
            ]

    async def forget(self, film_id: FilmId) -> None:
        """The row goes, after its objects did."""
        async with self._database.transaction() as session:
            row = await session.get(Film, film_id)
            if row is not None:
                await session.delete(row)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _newest(recording_id: RecordingId, purpose: FilmPurpose, limit: int | None = 1) -> Select[Film]:
    return (
        select(Film)
        .where(Film.recording_id == recording_id, Film.purpose == purpose)
        .order_by(Film.created_at_ms.desc(), Film.film_id.desc())
        .limit(limit)
    )


async def _seat_ids(session: AsyncSession, lesson_id: LessonId) -> list[ParticipantId]:
    seats = await session.scalars(
        select(Seat.seat_id).where(Seat.lesson_id == lesson_id).order_by(Seat.position)
    )
    return [ParticipantId(seat_id) for seat_id in seats]


def _lesson_of(recording_id: RecordingId) -> Select[str]:
    return select(Recording.lesson_id).where(Recording.recording_id == recording_id)


def _purpose(row: Film) -> FilmPurpose:
    return cast("FilmPurpose", row.purpose)


async def _fits(session: AsyncSession, row: Film) -> bool:
    """Whether every classroom that the film shows allows its purpose now."""
    lesson_id = await session.scalar(_lesson_of(RecordingId(row.recording_id)))
    if lesson_id is None:
        return False
    allowed = await cast_of(session, LessonId(lesson_id), _purpose(row))
    return all(allowed.includes(seat) for seat in _seats(row))


def _seats(row: Film) -> frozenset[ParticipantId]:
    return frozenset(ParticipantId(seat_id) for seat_id in row.seats)


def _watchable(row: Film, allowed: Cast) -> Watchable:
    assert row.files is not None
    seats = _seats(row)
    return Watchable(
        FilmId(row.film_id),
        seats,
        seats != allowed.seats,
        row.duration_ms,
        row.files[MP4]["size_bytes"],
        row.changed_at_ms,
    )
