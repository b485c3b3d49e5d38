"""Captions, thumbnails and progress as rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.models import (
    Recording,
    RecordingCaptions,
    RecordingThumbnails,
    School,
    User,
    WatchProgress,
)
from app.errors import Conflict
from app.ids import LessonId, RecordingId, SchoolId, UserId
from app.recording.noting import note_recording
from app.recording.watching.watched_seconds import WatchedSeconds, plausible_s
from app.recording.watching.webvtt import Cue
from app.storage.port import StoredObject


@dataclass(frozen=True, slots=True)
class Captions:
    revision: int
    cues: tuple[Cue, ...]

    def within(self, from_ms: int, to_ms: int) -> "Captions":
        """Those of a part of the recording, on that part's own time line."""
        cues = (
            Cue(max(one.starts_ms, from_ms) - from_ms, min(one.ends_ms, to_ms) - from_ms, one.text)
            for one in self.cues
            if one.starts_ms < to_ms and one.ends_ms > from_ms
        )
        return Captions(self.revision, tuple(cues))


@dataclass(frozen=True, slots=True)
class Thumbnails:
    step_ms: int
    count: int
    sheets: tuple[StoredObject, ...]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who watched a replay."""

    user_id: UserId
    name: str
    school_id: SchoolId | None
    school: str
    watched_s: int
    last_at_ms: int


@dataclass(frozen=True, slots=True)
class WatchedReplay:
    length_s: int
    watchers: tuple[Watcher, ...]


def length_s(duration_ms: int) -> int:
    """How many seconds there are to watch; a begun one counts."""
    return -(-duration_ms // 1000)


class Watching:
    """The tables `recording_captions`, `recording_thumbnails` and `watch_progress`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def captions(self, recording_id: RecordingId) -> Captions | None:
        async with self._database.reading() as session:
            row = await session.get(RecordingCaptions, recording_id)
            if row is None:
                return None
            return Captions(row.revision, tuple(Cue(*cue) for cue in row.cues))

    async def save_captions(
        self,
        recording_id: RecordingId,
        after: Captions,
        user_id: UserId,
        now_ms: int,
    ) -> None:
        """Replace the captions by revision `after.revision`; Conflict if they are not at the one before."""
        async with self._database.transaction() as session:
            row = await session.get(RecordingCaptions, recording_id, with_for_update=True)
            if (0 if row is None else row.revision) != after.revision - 1:
                raise Conflict("somebody else changed these captions", code="captions_changed")
            if row is None:
                row = RecordingCaptions(recording_id=recording_id)
                session.add(row)
            row.revision = after.revision
            row.cues = [[cue.starts_ms, cue.ends_ms, cue.text] for cue in after.cues]
            row.changed_by, row.changed_at_ms = user_id, now_ms
            await note_recording(session, recording_id, user_id, "recording.captioned", now_ms)

    async def thumbnails(self, recording_id: RecordingId) -> Thumbnails | None:
        async with self._database.reading() as session:
            row = await session.get(RecordingThumbnails, recording_id)
            if row is None:
                return None
            return Thumbnails(row.step_ms, row.count, tuple(_stored(one) for one in row.sheets))

    async def save_thumbnails(self, recording_id: RecordingId, thumbnails: Thumbnails) -> None:
        async with self._database.transaction() as session:
            if await session.get(Recording, recording_id) is None:
                return
            await session.merge(
                RecordingThumbnails(
                    recording_id=recording_id,
                    step_ms=thumbnails.step_ms,
                    count=thumbnails.count,
                    sheets=[
                        {"key": one.key, "size_bytes": one.size_bytes, "sha256": one.sha256}
                        for one in thumbnails.sheets
                    ],
                )
            )

    async def resume_ms(self, recording_id: RecordingId, user_id: UserId) -> int | None:
        """Where this person stopped; None if they have not watched it."""
        async with self._database.reading() as session:
            row = await session.get(WatchProgress, (recording_id, user_id))
            return None if row is None else row.position_ms

    async def note_watched(
        self,
        recording_id: RecordingId,
        user_id: UserId,
        position_ms: int,
        intervals: Iterable[tuple[int, int]],
        now_ms: int,
    ) -> int:
        """Where the person is and what they have watched since the last report; how many different seconds that makes.

        Telling the same again changes nothing, and nobody has watched more than there was time for.
        """
        async with self._database.transaction() as session:
            recording = await session.get_one(Recording, recording_id)
            row = await self._progress(session, recording_id, user_id, now_ms)
            watched = WatchedSeconds(length_s(recording.duration_ms), row.seconds)
            watched.add(intervals, plausible_s(now_ms - row.first_at_ms))
            row.position_ms = min(position_ms, recording.duration_ms)
            row.seconds, row.watched_s = bytes(watched), watched.count
            row.last_at_ms = now_ms
            return row.watched_s

    async def of_lesson(self, lesson_id: LessonId) -> WatchedReplay | None:
        """Who has watched the lesson's replay, who watched most first; None if there is no replay."""
        async with self._database.reading() as session:
            recording = await session.scalar(
                select(Recording).where(
                    Recording.lesson_id == lesson_id, Recording.state == "available"
                )
            )
            if recording is None:
                return None
            rows = await session.execute(
                select(WatchProgress, User.name, School.school_id, School.name)
                .join(User, User.user_id == WatchProgress.user_id)
                .outerjoin(School, School.school_id == User.school_id)
                .where(
                    WatchProgress.recording_id == recording.recording_id,
                    WatchProgress.watched_s > 0,
                )
                .order_by(WatchProgress.watched_s.desc(), User.name)
            )
            watchers = tuple(_watcher(*row) for row in rows)
            return WatchedReplay(length_s(recording.duration_ms), watchers)

    async def _progress(
        self, session: AsyncSession, recording_id: RecordingId, user_id: UserId, now_ms: int
    ) -> WatchProgress:
        """The person's row, made if need be; two first reports at once make one."""
        insert = sqlite_insert if self._database.is_sqlite else postgresql_insert
        await session.execute(
            insert(WatchProgress)
            .values(
                recording_id=recording_id,
                user_id=user_id,
                position_ms=0,
                seconds=b"",
                watched_s=0,
                first_at_ms=now_ms,
                last_at_ms=now_ms,
            )
            .on_conflict_do_nothing()
        )
        return await session.get_one(WatchProgress, (recording_id, user_id), with_for_update=True)


def _stored(sheet: Mapping[str, Any]) -> StoredObject:
    return StoredObject(sheet["key"], sheet["size_bytes"], sheet["sha256"])


def _watcher(
    progress: WatchProgress, name: str, school_id: str | None, school: str | None
) -> Watcher:
    return Watcher(
        user_id=UserId(progress.user_id),
        name=name,
        school_id=None if school_id is None else SchoolId(school_id),
        school=school or "",
        watched_s=progress.watched_s,
        last_at_ms=progress.last_at_ms,
    )
