"""A recording and its film in the store of a running server, as its worker would have put them there."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.db.engine import Database
from app.db.models import Film, Job, Lesson, RecordingTrack
from app.ids import LessonId, ParticipantId, RecordingId
from app.recording.cast import Cast
from app.recording.film.job import FilmFile
from app.recording.film.repository import FilmId, object_key
from app.recording.lifecycle import Step
from app.recording.repository import Recordings
from app.storage.obstore_storage import ObstoreStorage
from tests.support.film_scenes import (
    BLUE,
    GREEN,
    LEAD,
    LEAD_HZ,
    SEAT,
    SEAT_HZ,
    film_of,
    footage_of,
    manifest_of,
    plain_tracks,
)
from tests.support.office import PlannedLesson
from tests.support.serve import Served

DURATION_S, ON_STAGE_S = 12.0, (3.0, 11.0)
FILM_ID = FilmId("flm_stored")
PUBLIC_FILM_ID = FilmId("flm_public")
"""The same film again, for share links."""
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class StoredFilm:
    recording_id: RecordingId
    database_url: str

    async def set_state(
        self, state: str, *, progress: float = 0.0, failure: str | None = None
    ) -> None:
        """As if a worker were making it again: nobody else takes the job within the hour."""
        now_ms = time.time_ns() // 1_000_000
        async with _opened(self.database_url) as database, database.transaction() as session:
            film = await session.get_one(Film, FILM_ID)
            film.files, film.seconds_left = None, 200
            await session.merge(
                Job(
                    job_id="job_stored",
                    kind="film",
                    queue="heavy",
                    subject_id=FILM_ID,
                    state=state,
                    locked_by="wrk_elsewhere" if state == "running" else None,
                    lease_until_ms=now_ms + HOUR_MS,
                    run_after_ms=now_ms + HOUR_MS,
                    progress=progress,
                    failure=failure,
                    created_at_ms=now_ms,
                    changed_at_ms=now_ms,
                )
            )


async def store_film(served: Served, plan: PlannedLesson, folder: Path) -> StoredFilm:
    """Of a lead in blue and a classroom in green, 12 s, with the classroom on stage from the third to the eleventh."""
    storage = ObstoreStorage.local(served.data_dir / "objects")
    tracks = [
        *plain_tracks(folder, LEAD, DURATION_S, BLUE, LEAD_HZ),
        *plain_tracks(folder, SEAT, DURATION_S, GREEN, SEAT_HZ),
    ]
    film = film_of(folder, footage_of(tracks, DURATION_S, ON_STAGE_S), Cast({SEAT}))
    for film_id in (FILM_ID, PUBLIC_FILM_ID):
        for file in film.files:
            await storage.put_file(object_key(film_id, file.name), film.folder / file.name)
    people = {LEAD: plan.lead_id, SEAT: plan.seats[0].seat_id}
    for track in tracks:
        track.object_key = f"recordings/stored/{track.track_id}"
        track.sha256 = (await storage.put_file(track.object_key, folder / track.track_id)).sha256
        track.participant_id = people[ParticipantId(track.participant_id)]
    url = f"sqlite+aiosqlite:///{served.data_dir / 'tongtang.db'}"
    async with _opened(url) as database:
        recording_id = await _publish(database, LessonId(plan.lesson_id), tracks)
        async with database.transaction() as session:
            session.add(_film_row(FILM_ID, recording_id, "shared", film.files))
            session.add(_film_row(PUBLIC_FILM_ID, recording_id, "public", film.files))
    return StoredFilm(recording_id, url)


async def _publish(
    database: Database, lesson_id: LessonId, tracks: list[RecordingTrack]
) -> RecordingId:
    recordings = Recordings(database)
    async with database.transaction() as session:
        (await session.get_one(Lesson, lesson_id)).state = "ended"
    recording_id = await recordings.begin(lesson_id, time.time_ns() // 1_000_000 - HOUR_MS)
    await recordings.step(recording_id, Step.BEGIN_FINALIZING)
    for track in tracks:
        track.recording_id = recording_id
    await recordings.publish(recording_id, manifest_of(DURATION_S, ON_STAGE_S), tracks)
    return recording_id


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


def _film_row(
    film_id: FilmId, recording_id: RecordingId, purpose: str, files: tuple[FilmFile, ...]
) -> Film:
    now_ms = time.time_ns() // 1_000_000
    return Film(
        film_id=film_id,
        recording_id=recording_id,
        purpose=purpose,
        seats=[],
        files={
            file.name: {"size_bytes": file.size_bytes, "sha256": file.sha256, "mime": file.mime}
            for file in files
        },
        duration_ms=round(1000 * DURATION_S),
        created_at_ms=now_ms,
        changed_at_ms=now_ms,
    )
