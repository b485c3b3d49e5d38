"""Deletes what has been kept long enough, and what an admin deletes by hand; every deletion leaves a row.

Objects go first, rows last: whatever is interrupted is found again and done again.
"""

import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import Database
from app.db.models import ClipTrack, Deletion, Lesson, Recording, RecordingTrack, ShareLink
from app.db.tracks import is_of_classroom
from app.ids import LessonId, RecordingId, UserId, new_id
from app.jobs.port import ClaimedJob, Progress
from app.recording.lifecycle import RecordingState
from app.recording.noting import note_recording
from app.recording.sharing.clip_maker import clip_folder
from app.recording.sharing.links import DAY_MS, RevokedBecause
from app.recording.sharing.repository import unpublish
from app.settings import Settings
from app.storage.port import ObjectNotFound, Storage

log = logging.getLogger(__name__)

BY_HAND = "by_hand"
CLASSROOM_TRACKS_EXPIRED = "classroom_tracks_expired"
RECORDING_EXPIRED = "recording_expired"
CLIP_ENDED = "clip_ended"
_OVER = (RecordingState.AVAILABLE.value, RecordingState.FAILED.value)

Erase = Callable[[int], Awaitable[None]]
"""Erase what is kept elsewhere and is due at this time (UTC ms)."""

FoldersOf = Callable[[AsyncSession, RecordingId], Awaitable[list[str]]]
"""Where else objects of a recording are kept: folders of the store."""

ClearSegments = Callable[[LessonId], Awaitable[None]]
"""Take away what the recorder wrote of a lesson and is still on this disk."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How long what is kept after a lesson."""

    classroom_tracks_days: int
    recordings_days: int


def kept_by(settings: Settings) -> Kept:
    return Kept(settings.classroom_tracks_kept_days, settings.recordings_kept_days)


class Retention:
    def __init__(
        self,
        database: Database,
        storage: Storage,
        clear_segments: ClearSegments,
        kept: Kept,
        folders_of: Sequence[FoldersOf] = (),
        erase_others: Sequence[Erase] = (),
    ) -> None:
        self._database = database
        self._storage = storage
        self._clear_segments = clear_segments
        self._kept = kept
        self._folders_of = folders_of
        self._erase_others = erase_others

    async def run_job(self, _job: ClaimedJob, _progress: Progress) -> None:
        """A job's `Handler`."""
        await self.sweep(time.time_ns() // 1_000_000)

    async def sweep(self, now_ms: int) -> None:
        """Delete everything that is due."""
        expired_ms = now_ms - self._kept.recordings_days * DAY_MS
        for recording_id in await self._due(expired_ms):
            await self.delete_recording(recording_id, RECORDING_EXPIRED, None, now_ms)
        expired_ms = now_ms - self._kept.classroom_tracks_days * DAY_MS
        for recording_id in await self._due(expired_ms, _has_classroom_tracks()):
            await self._delete_classroom_tracks(recording_id, now_ms)
        for link_id in await self._ended_clips(now_ms):
            await self._delete_clip(link_id, now_ms)
        for erase in self._erase_others:
            await erase(now_ms)

    async def delete_recording(
        self, recording_id: RecordingId, reason: str, user_id: UserId | None, now_ms: int
    ) -> None:
        """Everything of it; its links say from now on that they were withdrawn. Twice is the same as once."""
        async with self._database.transaction() as session:
            recording = await session.get(Recording, recording_id)
            if recording is None:
                return
            lesson_id = LessonId(recording.lesson_id)
            await unpublish(session, recording_id, RevokedBecause.DELETED, now_ms)
            sizes = await _sizes_of_rows(session, recording_id)
            # One that failed still has the segments that it should have been made of.
            folders = [f"recordings/{recording_id}", f"segments/{lesson_id}"]
            folders += await _clip_folders(session, recording_id)
            for folders_of in self._folders_of:
                folders += await folders_of(session, recording_id)
        for folder in folders:
            sizes |= await self._storage.sizes(folder)
        await self._delete_objects(sizes)
        await self._clear_segments(lesson_id)
        async with self._database.transaction() as session:
            recording = await session.get(Recording, recording_id, with_for_update=True)
            if recording is None:
                return
            await _note(session, recording, reason, user_id, sizes, now_ms)
            if user_id is not None:
                await note_recording(session, recording_id, user_id, "recording.deleted", now_ms)
            links = select(ShareLink.link_id).where(ShareLink.recording_id == recording_id)
            await session.execute(delete(ClipTrack).where(ClipTrack.link_id.in_(links)))
            await session.execute(delete(Recording).where(Recording.recording_id == recording_id))
        log.info("retention: deleted %s (%s), %d objects", recording_id, reason, len(sizes))

    async def _delete_classroom_tracks(self, recording_id: RecordingId, now_ms: int) -> None:
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(RecordingTrack).where(
                    RecordingTrack.recording_id == recording_id, is_of_classroom()
                )
            )
            tracks = {track.track_id: track for track in rows}
        sizes = {track.object_key: track.size_bytes for track in tracks.values()}
        await self._leave_out_of_manifest(recording_id, [*tracks])
        await self._delete_objects(sizes)
        async with self._database.transaction() as session:
            gone = list(
                await session.scalars(
                    delete(RecordingTrack)
                    .where(RecordingTrack.track_id.in_(tracks))
                    .returning(RecordingTrack.track_id)
                )
            )
            recording = await session.get(Recording, recording_id, with_for_update=True)
            if not gone or recording is None:
                return
            recording.size_bytes = max(0, recording.size_bytes - sum(sizes.values()))
            await _note(session, recording, CLASSROOM_TRACKS_EXPIRED, None, sizes, now_ms)
        log.info("retention: deleted %d classroom tracks of %s", len(gone), recording_id)

    async def _delete_clip(self, link_id: str, now_ms: int) -> None:
        async with self._database.reading() as session:
            tracks = await session.scalars(select(ClipTrack).where(ClipTrack.link_id == link_id))
            sizes = {track.object_key: track.size_bytes for track in tracks}
        sizes |= await self._storage.sizes(clip_folder(link_id))
        await self._delete_objects(sizes)
        async with self._database.transaction() as session:
            statement = delete(ClipTrack).where(ClipTrack.link_id == link_id)
            gone = await session.scalars(statement.returning(ClipTrack.track_id))
            link = await session.get(ShareLink, link_id)
            if not list(gone) or link is None or link.recording_id is None:
                return
            recording = await session.get_one(Recording, link.recording_id)
            await _note(session, recording, CLIP_ENDED, None, sizes, now_ms)

    async def _delete_objects(self, keys: Mapping[str, int]) -> None:
        for key in keys:
            await self._storage.delete(key)

    async def _leave_out_of_manifest(
        self, recording_id: RecordingId, track_ids: Sequence[str]
    ) -> None:
        """The manifest beside the objects names only what is there."""
        key = f"recordings/{recording_id}/manifest.json"
        try:
            size = await self._storage.size(key)
            content = b"".join([chunk async for chunk in self._storage.read(key, 0, size)])
        except ObjectNotFound:
            return
        manifest = json.loads(content)
        manifest["tracks"] = [
            one for one in manifest.get("tracks", ()) if one["track_id"] not in track_ids
        ]
        await self._storage.put_bytes(key, json.dumps(manifest).encode())

    async def _due(self, before_ms: int, *conditions: ColumnElement[bool]) -> list[RecordingId]:
        statement = select(Recording.recording_id).where(
            Recording.started_at_ms < before_ms, Recording.state.in_(_OVER), *conditions
        )
        async with self._database.reading() as session:
            return [RecordingId(one) for one in await session.scalars(statement)]

    async def _ended_clips(self, now_ms: int) -> list[str]:
        """Links that count no more and whose clip's files are still there."""
        statement = select(ShareLink.link_id).where(
            or_(ShareLink.revoked_at_ms.is_not(None), ShareLink.expires_at_ms <= now_ms),
            exists().where(ClipTrack.link_id == ShareLink.link_id),
        )
        async with self._database.reading() as session:
            return list(await session.scalars(statement))


def _has_classroom_tracks() -> ColumnElement[bool]:
    return exists().where(RecordingTrack.recording_id == Recording.recording_id, is_of_classroom())


async def _sizes_of_rows(session: AsyncSession, recording_id: RecordingId) -> dict[str, int]:
    """The objects that our rows know of, also those that an interrupted deletion has deleted already."""
    tracks = select(RecordingTrack.object_key, RecordingTrack.size_bytes).where(
        RecordingTrack.recording_id == recording_id
    )
    clips = (
        select(ClipTrack.object_key, ClipTrack.size_bytes)
        .join(ShareLink, ShareLink.link_id == ClipTrack.link_id)
        .where(ShareLink.recording_id == recording_id)
    )
    rows = [*await session.execute(tracks), *await session.execute(clips)]
    return {key: size for key, size in rows}  # noqa: C416 - typed rows


async def _clip_folders(session: AsyncSession, recording_id: RecordingId) -> list[str]:
    links = await session.scalars(
        select(ShareLink.link_id).where(
            ShareLink.recording_id == recording_id, ShareLink.clip_state.is_not(None)
        )
    )
    return [clip_folder(link_id) for link_id in links]


async def _note(
    session: AsyncSession,
    recording: Recording,
    reason: str,
    user_id: UserId | None,
    sizes: Mapping[str, int],
    now_ms: int,
) -> None:
    lesson = await session.get_one(Lesson, recording.lesson_id)
    session.add(
        Deletion(
            deletion_id=new_id("del"),
            at_ms=now_ms,
            county_id=lesson.county_id,
            reason=reason,
            user_id=user_id,
            lesson_id=lesson.lesson_id,
            recording_id=recording.recording_id,
            object_keys=sorted(sizes),
            size_bytes=sum(sizes.values()),
        )
    )
