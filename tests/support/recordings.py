"""The routers about recordings over a real database and a real store, with one finished recording."""

from collections.abc import AsyncIterator, Awaitable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.passwords import Passwords
from app.db.consent import PupilAnswer, Purpose, enter_pupil_answers
from app.db.engine import Database
from app.db.models import RecordingTrack
from app.db.withdrawal import Withdrawal
from app.ids import ClassroomId, LessonId, ParticipantId, RecordingId
from app.jobs.repository import Jobs
from app.recording import endpoints
from app.recording.lifecycle import Step
from app.recording.manifest import Chapter, Gap, Manifest, StageChange
from app.recording.repository import Recordings, RecordingSummary
from app.recording.segments import Segments
from app.recording.sharing.addresses import SignedAddresses
from app.recording.sharing.endpoints import SharingParts, build_routers
from app.recording.sharing.repository import FoundLink, Sharing
from app.recording.sharing.retention import Kept, Retention
from app.recording.viewer import Viewer
from app.recording.watching.endpoints import LARGER_BODIES, WatchingDesk
from app.recording.watching.endpoints import build_router as watching_router
from app.recording.watching.repository import Watching
from app.schools.consents import endpoints as consents
from app.schools.consents.desk import ConsentDesk
from app.slides.repository import Decks
from app.storage.obstore_storage import ObstoreStorage
from app.storage.signing import UrlSigner
from tests.support.api import Api, Time
from tests.support.clock import START_MS
from tests.support.county import FAST_HASHER, SmallCounty, make_county, pupil_of

LEAD = ParticipantId("lead_usr_teacher1")
OBSERVER = ParticipantId("observer_usr_admin")
DURATION_MS = 60_100
OPEN, CHECK = "/shares/open", "/shares/check"


def content_of(track_id: str) -> bytes:
    """What is stored as this track: different for each, long enough for several parts."""
    return track_id.encode() * 400


async def recording_of(
    recordings: Recordings, viewer: Viewer, lesson_id: LessonId
) -> RecordingSummary | None:
    """The recording of this lesson, if there is one and the viewer may see it."""
    found = await recordings.recording_ids([lesson_id])
    return await recordings.find(viewer, found[lesson_id]) if lesson_id in found else None


async def refusal(pending: Awaitable[httpx.Response]) -> tuple[int, str]:
    """Status and code of an answer that should refuse."""
    answer = await pending
    return answer.status_code, answer.json().get("code")


class RecordingApi(Api):
    county: SmallCounty
    recordings: Recordings
    sharing: Sharing
    decks: Decks
    watching: Watching
    storage: ObstoreStorage
    retention: Retention
    recording_id: RecordingId
    """Of the county's lesson: its lead, its two classrooms, an assistant; see `finish`."""
    films: list[tuple[str, Purpose]]
    """Recordings and purposes that a film was asked for."""
    public_films: list[str]
    """Recordings that a film for share links was asked for."""
    clips: list[str]
    """Links that a clip was asked for."""

    async def consent(
        self, classroom_id: ClassroomId, purpose: Purpose, is_granted: bool = True
    ) -> None:
        """Of the one pupil there, as the admin enters it."""
        async with self.client(self.county.admin) as client:
            answer = await client.put(
                f"/classrooms/{classroom_id}/consents",
                json={
                    "answers": [
                        {
                            "pupil_id": pupil_of(classroom_id),
                            "purpose": purpose,
                            "is_granted": is_granted,
                        }
                    ]
                },
            )
            assert answer.status_code == 200

    async def grant(self, classroom_id: ClassroomId, *purposes: Purpose) -> None:
        """Straight into the table."""
        async with self.database.transaction() as session:
            answers = [PupilAnswer(pupil_of(classroom_id), purpose, True) for purpose in purposes]
            await enter_pupil_answers(session, answers, self.county.admin, self.time())

    async def make_link(self, **draft: Any) -> dict[str, Any]:
        """Publish and make a link, as the lead does; the new link with its `token`."""
        async with self.client(self.county.teacher) as client:
            await client.put(f"/recordings/{self.recording_id}/publication")
            answer = await client.post(f"/recordings/{self.recording_id}/links", json=draft)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return {**made["link"], "token": made["path"].removeprefix("/s/")}

    async def finish(self, lesson_id: LessonId, at_ms: int) -> RecordingId:
        """A recording that can be watched."""
        recording_id = await self.recordings.begin(lesson_id, at_ms)
        await self.recordings.step(recording_id, Step.BEGIN_FINALIZING)
        suffix = "" if lesson_id == self.county.lesson else f"_{lesson_id}"
        one, other = (ParticipantId(f"sea_{n}{suffix}") for n in (1, 3))
        tracks = [
            await self._store(recording_id, f"epo_{n}_{lesson_id}", who, n * 100)
            for n, who in enumerate((LEAD, one, other, OBSERVER))
        ]
        manifest = Manifest(
            duration_ms=DURATION_MS,
            stage=(
                StageChange(0, (LEAD,)),
                StageChange(9_000, (LEAD, one)),
                StageChange(12_000, (LEAD, one, other)),
            ),
            chapters=(
                Chapter(0, "started"),
                Chapter(9_000, "called_up", one),
                Chapter(12_000, "called_up", other),
            ),
            gaps=(Gap(20_000, 21_500, "recorder_lost"),),
        )
        await self.recordings.publish(recording_id, manifest, tracks)
        return recording_id

    async def _store(
        self, recording_id: RecordingId, track_id: str, who: ParticipantId, starts_ms: int
    ) -> RecordingTrack:
        key = f"recordings/{recording_id}/{track_id}.webm"
        stored = await self.storage.put_bytes(key, content_of(track_id))
        return RecordingTrack(
            track_id=track_id,
            recording_id=recording_id,
            participant_id=who,
            source="camera",
            codec="vp8",
            mime='video/webm; codecs="vp8"',
            starts_ms=starts_ms,
            duration_ms=60_000,
            width=640,
            height=360,
            object_key=key,
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            aligned_by="reports",
            is_recovered=False,
        )


@asynccontextmanager
async def recording_api(
    database: Database, folder: Path, storage: ObstoreStorage | None = None
) -> AsyncIterator[RecordingApi]:
    """`folder` is the store's, unless there is one already."""
    time = Time(START_MS)
    api = RecordingApi(database, time, larger_bodies=LARGER_BODIES)
    api.county = await make_county(database)
    api.recordings = Recordings(database)
    signer = UrlSigner(b"0123456789abcdef")
    api.storage = storage or ObstoreStorage.local(folder, signer)
    api.films, api.clips, api.public_films = [], [], []

    async def request_film(
        _session: AsyncSession, recording_id: RecordingId, purpose: Purpose
    ) -> None:
        api.films.append((recording_id, purpose))

    async def request_clip(_session: AsyncSession, link_id: str, _lesson_id: LessonId) -> None:
        api.clips.append(link_id)

    async def request_public_film(_session: AsyncSession, recording_id: RecordingId) -> None:
        api.public_films.append(recording_id)

    async def nothing_is_recorded_now(_classrooms: Collection[ClassroomId]) -> None:
        """The lesson is over."""

    async def no_film(_link: FoundLink) -> None:
        """Films have tests of their own."""

    api.sharing = Sharing(database, request_film)
    api.decks = Decks(database, Jobs(database))
    segments = Segments(folder.parent / "recordings", api.storage)
    api.retention = Retention(database, api.storage, segments.clear, Kept(30, 180))
    addresses = SignedAddresses(signer, time)
    api.watching = Watching(database)
    desk = WatchingDesk(database, api.recordings, api.watching, api.storage, time)
    parts = SharingParts(
        database,
        api.recordings,
        api.sharing,
        api.decks,
        addresses,
        api.storage,
        Passwords(FAST_HASHER),
        request_clip,
        request_public_film,
        no_film,
        api.retention,
        api.watching.captions,
        time,
    )
    api.include(
        *build_routers(parts, api.authenticate),
        endpoints.build_router(
            database,
            api.recordings,
            api.decks,
            api.sharing,
            addresses,
            api.storage,
            desk.extras,
            api.authenticate,
            time,
        ),
        watching_router(desk, api.authenticate),
        consents.build_router(
            ConsentDesk(database, Withdrawal(api.sharing.withdraw, nothing_is_recorded_now), time),
            api.authenticate,
        ),
    )
    api.recording_id = await api.finish(api.county.lesson, START_MS)
    yield api
