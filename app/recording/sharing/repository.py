"""What is published, and share links, as rows."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, not_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.consent import PUBLIC, SHARED, Allowance, Purpose, seat_allows
from app.db.engine import Database
from app.db.models import (
    Classroom,
    ClipTrack,
    Lesson,
    LibraryEntry,
    Recording,
    RecordingTrack,
    School,
    Seat,
    ShareLink,
    User,
)
from app.ids import LessonId, ParticipantId, RecordingId, UserId
from app.recording.cast import Cast
from app.recording.noting import note_recording
from app.recording.repository import RecordingSummary, summary_of
from app.recording.sharing.links import LinkState, RevokedBecause, link_state
from app.storage.served_object import ServedObject

RequestFilm = Callable[[AsyncSession, RecordingId, Purpose], Awaitable[object]]
"""Ask for a film of this recording with whoever allows the purpose now."""


MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link with what it leads to. `recording` is None when that is deleted, or not published any more."""

    row: ShareLink
    recording: RecordingSummary | None

    def state(self, now_ms: int) -> LinkState:
        if self.recording is None:
            return LinkState.REVOKED
        return link_state(self.row.expires_at_ms, self.row.revoked_at_ms, now_ms)


@dataclass(frozen=True, slots=True)
class Entry:
    """Who published a recording, and when."""

    published_by: str
    published_at_ms: int


@dataclass(frozen=True, slots=True)
class NamedLink:
    link: ShareLink
    created_by: str


class Sharing:
    """The tables `library_entry`, `share_link` and `clip_track`."""

    def __init__(self, database: Database, request_film: RequestFilm | None = None) -> None:
        self._database = database
        self._request_film = request_film

    # -- the library

    async def publish(self, recording_id: RecordingId, user_id: UserId, now_ms: int) -> None:
        """Into the library; nothing happens if it is there."""
        async with self._database.transaction() as session:
            if await session.get(LibraryEntry, recording_id) is None:
                session.add(
                    LibraryEntry(
                        recording_id=recording_id, published_by=user_id, published_at_ms=now_ms
                    )
                )
                await note_recording(session, recording_id, user_id, "recording.published", now_ms)

    async def unpublish(self, recording_id: RecordingId, by: UserId, now_ms: int) -> None:
        """Out of the library; its links are revoked with it, for good."""
        async with self._database.transaction() as session:
            if await session.get(LibraryEntry, recording_id) is not None:
                await note_recording(session, recording_id, by, "recording.unpublished", now_ms)
            await unpublish(session, recording_id, RevokedBecause.UNPUBLISHED, now_ms)

    async def entry(self, recording_id: RecordingId) -> Entry | None:
        statement = (
            select(User.name, LibraryEntry.published_at_ms)
            .join(User, User.user_id == LibraryEntry.published_by)
            .where(LibraryEntry.recording_id == recording_id)
        )
        async with self._database.reading() as session:
            row = (await session.execute(statement)).one_or_none()
        return None if row is None else Entry(*row)

    async def withdraw(
        self, session: AsyncSession, lost: Collection[Allowance], now_ms: int
    ) -> int:
        """What was recorded at these seats may no longer be used: it is unpublished at once, films are made anew.

        How many recordings were published and showed one of them.
        """
        purposes: defaultdict[str, set[Purpose]] = defaultdict(set)
        for seat_id, purpose in lost:
            purposes[seat_id].add(purpose)
        statement = (
            select(Recording.recording_id, LibraryEntry.recording_id, Seat.seat_id)
            .join(Seat, Seat.lesson_id == Recording.lesson_id)
            .outerjoin(LibraryEntry, LibraryEntry.recording_id == Recording.recording_id)
            .where(Seat.seat_id.in_(purposes))
        )
        published: set[RecordingId] = set()
        withdrawn: defaultdict[RecordingId, set[Purpose]] = defaultdict(set)
        for found, entry, seat in (await session.execute(statement)).all():
            withdrawn[RecordingId(found)] |= purposes[seat]
            if entry is not None:
                published.add(RecordingId(found))
        taken_down = 0
        for recording_id, its_purposes in sorted(withdrawn.items()):
            if recording_id in published and its_purposes & {SHARED, PUBLIC}:
                await _take_down(session, recording_id, its_purposes, now_ms)
                taken_down += 1
            if self._request_film is not None:
                for purpose in sorted(its_purposes):
                    await self._request_film(session, recording_id, purpose)
        return taken_down

    async def cast(self, lesson_id: LessonId, purpose: Purpose) -> Cast:
        """Who of this lesson may appear where `purpose` is needed."""
        async with self._database.reading() as session:
            return await cast_of(session, lesson_id, purpose)

    async def left_out(self, lesson_id: LessonId, purpose: Purpose) -> list[str]:
        """The names of the lesson's classrooms that do not allow the purpose now."""
        statement = (
            select(School.name, Classroom.name)
            .join(Classroom, Classroom.school_id == School.school_id)
            .join(Seat, Seat.classroom_id == Classroom.classroom_id)
            .where(
                Seat.lesson_id == lesson_id,
                not_(seat_allows(purpose)),
            )
            .order_by(Seat.position)
        )
        async with self._database.reading() as session:
            return [f"{school} {name}" for school, name in await session.execute(statement)]

    async def published_track(
        self, recording_id: RecordingId, track_id: str
    ) -> ServedObject | None:
        """The file of a track that the library shows now."""
        statement = (
            select(RecordingTrack, Recording.lesson_id)
            .join(Recording, Recording.recording_id == RecordingTrack.recording_id)
            .join(LibraryEntry, LibraryEntry.recording_id == Recording.recording_id)
            .where(RecordingTrack.recording_id == recording_id, RecordingTrack.track_id == track_id)
        )
        async with self._database.reading() as session:
            row = (await session.execute(statement)).one_or_none()
            if row is None:
                return None
            track, lesson_id = row
            return await _served(session, track, LessonId(lesson_id), SHARED)

    async def published_manifest(
        self, recording_id: RecordingId
    ) -> tuple[LessonId, dict[str, object]] | None:
        """The lesson and the manifest of a recording that the library shows now."""
        statement = (
            select(Recording)
            .join(LibraryEntry, LibraryEntry.recording_id == Recording.recording_id)
            .where(Recording.recording_id == recording_id)
        )
        async with self._database.reading() as session:
            row = await session.scalar(statement)
            return None if row is None else (LessonId(row.lesson_id), dict(row.manifest))

    # -- share links

    async def add_link(self, session: AsyncSession, link: ShareLink) -> bool:
        """Keep a new link, unless its recording is not published; whether it was."""
        entry = await session.scalar(
            select(LibraryEntry.recording_id)
            .where(LibraryEntry.recording_id == link.recording_id)
            .with_for_update()
        )
        if entry is not None:
            session.add(link)
        return entry is not None

    async def links(self, recording_id: RecordingId) -> list[NamedLink]:
        """Every link that there ever was, the newest first."""
        async with self._database.reading() as session:
            rows = await session.execute(
                select(ShareLink, User.name)
                .join(User, User.user_id == ShareLink.created_by)
                .where(ShareLink.recording_id == recording_id)
                .order_by(ShareLink.created_at_ms.desc(), ShareLink.link_id)
                .limit(MAX_LISTED)
            )
            return [NamedLink(link, name) for link, name in rows]

    async def active_links(self, session: AsyncSession, recording_id: str, now_ms: int) -> int:
        count: int | None = await session.scalar(
            select(func.count())
            .select_from(ShareLink)
            .where(
                ShareLink.recording_id == recording_id,
                ShareLink.revoked_at_ms.is_(None),
                ShareLink.expires_at_ms > now_ms,
            )
        )
        return count or 0

    async def revoke_link(
        self, recording_id: RecordingId, link_id: str, by: UserId, now_ms: int
    ) -> bool:
        """Whether there is such a link; revoking it twice is the same as once."""
        async with self._database.transaction() as session:
            link = await session.get(ShareLink, link_id)
            if link is None or link.recording_id != recording_id:
                return False
            if link.revoked_at_ms is None:
                link.revoked_at_ms, link.revoked_because = now_ms, RevokedBecause.BY_HAND.value
                await note_recording(session, recording_id, by, "recording.link_revoked", now_ms)
            return True

    async def find_by_token(self, token_sha256: str) -> FoundLink | None:
        async with self._database.reading() as session:
            return await _find(session, ShareLink.token_sha256 == token_sha256)

    async def find_link(self, link_id: str) -> FoundLink | None:
        async with self._database.reading() as session:
            return await _find(session, ShareLink.link_id == link_id)

    async def count_view(self, session: AsyncSession, link_id: str) -> None:
        await session.execute(
            update(ShareLink).where(ShareLink.link_id == link_id).values(views=ShareLink.views + 1)
        )

    async def clip_tracks(self, link_id: str) -> list[ClipTrack]:
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(ClipTrack)
                .where(ClipTrack.link_id == link_id)
                .order_by(ClipTrack.starts_ms, ClipTrack.track_id)
            )
            return list(rows)

    async def linked_track(self, link: FoundLink, track_id: str) -> ServedObject | None:
        """The file behind a link's track: of the clip if it is to one, and only of who allows it now."""
        assert link.recording is not None
        lesson_id = link.recording.lesson_id
        async with self._database.reading() as session:
            track: ClipTrack | RecordingTrack | None
            if link.row.clip_state is not None:
                track = await session.get(ClipTrack, track_id)
                is_its = track is not None and track.link_id == link.row.link_id
            else:
                track = await session.get(RecordingTrack, track_id)
                is_its = track is not None and track.recording_id == link.row.recording_id
            if track is None or not is_its:
                return None
            return await _served(session, track, lesson_id, PUBLIC)


async def unpublish(
    session: AsyncSession, recording_id: RecordingId, because: RevokedBecause, now_ms: int
) -> None:
    """Within a transaction at hand."""
    await session.execute(delete(LibraryEntry).where(LibraryEntry.recording_id == recording_id))
    await revoke_links(session, recording_id, because, now_ms)


async def _take_down(
    session: AsyncSession, recording_id: RecordingId, lost: set[Purpose], now_ms: int
) -> None:
    """Out of the library, or only its links if the library may go on showing the classroom."""
    if SHARED in lost:
        await unpublish(session, recording_id, RevokedBecause.CONSENT_WITHDRAWN, now_ms)
    else:
        await revoke_links(session, recording_id, RevokedBecause.CONSENT_WITHDRAWN, now_ms)


async def revoke_links(
    session: AsyncSession, recording_id: RecordingId, because: RevokedBecause, now_ms: int
) -> None:
    """Every link of this recording that counted."""
    await session.execute(
        update(ShareLink)
        .where(ShareLink.recording_id == recording_id, ShareLink.revoked_at_ms.is_(None))
        .values(revoked_at_ms=now_ms, revoked_because=because.value)
    )


async def cast_of(session: AsyncSession, lesson_id: LessonId, purpose: Purpose) -> Cast:
    """As `Sharing.cast`, within a session at hand."""
    seats = await session.scalars(
        select(Seat.seat_id).where(Seat.lesson_id == lesson_id, seat_allows(purpose))
    )
    return Cast(frozenset(ParticipantId(seat) for seat in seats))


async def _find(session: AsyncSession, condition: ColumnElement[bool]) -> FoundLink | None:
    row = (
        await session.execute(
            select(ShareLink, Recording, Lesson, User.name, LibraryEntry.recording_id)
            .outerjoin(LibraryEntry, LibraryEntry.recording_id == ShareLink.recording_id)
            .outerjoin(Recording, Recording.recording_id == LibraryEntry.recording_id)
            .outerjoin(Lesson, Lesson.lesson_id == Recording.lesson_id)
            .outerjoin(User, User.user_id == Lesson.lead_user_id)
            .where(condition)
        )
    ).one_or_none()
    if row is None:
        return None
    link, recording, lesson, teacher, entry = row
    if recording is None:
        return FoundLink(link, None)
    return FoundLink(link, summary_of(recording, lesson, teacher, entry))


async def _served(
    session: AsyncSession,
    track: RecordingTrack | ClipTrack,
    lesson_id: LessonId,
    purpose: Purpose,
) -> ServedObject | None:
    cast = await cast_of(session, lesson_id, purpose)
    if not cast.includes(ParticipantId(track.participant_id)):
        return None
    return ServedObject(track.object_key, track.size_bytes, track.sha256, track.mime)
