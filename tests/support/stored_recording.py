"""A finished recording in a demo county that was prepared and does not run yet: real media, no lesson taught."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from app.db.engine import Database
from app.db.models import Classroom, Lesson, Login, RecordingTrack, School, Seat, User
from app.ids import LessonId, ParticipantId, RecordingId
from app.recording.lifecycle import Step
from app.recording.manifest import Chapter, Manifest, StageChange
from app.recording.repository import Recordings
from app.storage.obstore_storage import ObstoreStorage
from tests.support.graded_film import TRACK_MS, film, sound
from tests.support.office import TEACHER
from tests.support.serve import Served, fresh

LESSON = LessonId("les_stored")
TITLE = "茉莉花（存）"
SEATS = ("sea_stored_0", "sea_stored_1")
SCHOOLS = ("石桥村小学", "青坪教学点")
"""Whose first classrooms take part, in the order of `SEATS`."""


@contextlib.contextmanager
def serving_a_recording(data_dir: Path) -> Iterator[Served]:
    """A demo server with one finished recording, of a lesson an hour ago."""
    served = fresh(data_dir)
    served.prepare()
    asyncio.run(store_recording(served.data_dir, time.time_ns() // 1_000_000 - 3_600_000))
    try:
        served.start()
        yield served
    finally:
        served.stop()


async def store_recording(data_dir: Path, at_ms: int) -> RecordingId:
    """Lead and two classrooms of different schools, with pictures of 12 s; the lead has a sound too."""
    database = Database(f"sqlite+aiosqlite:///{data_dir / 'tongtang.db'}")
    storage = ObstoreStorage.local(data_dir / "objects")
    try:
        lead = await _plan_lesson(database, at_ms)
        recordings = Recordings(database)
        recording_id = await recordings.begin(LESSON, at_ms)
        await recordings.step(recording_id, Step.BEGIN_FINALIZING)
        picture, voice = film(data_dir / "film.webm"), sound(data_dir / "sound.webm")
        sources = [(lead, "camera"), (lead, "microphone")] + [(seat, "camera") for seat in SEATS]
        tracks = []
        for number, (who, source) in enumerate(sources):
            key = f"recordings/{recording_id}/epo_{number}.webm"
            codec = "opus" if source == "microphone" else "vp8"
            stored = await storage.put_bytes(key, voice if codec == "opus" else picture)
            tracks.append(
                RecordingTrack(
                    track_id=f"epo_stored_{number}",
                    recording_id=recording_id,
                    participant_id=who,
                    source=source,
                    codec=codec,
                    mime=f'{"audio" if codec == "opus" else "video"}/webm; codecs="{codec}"',
                    starts_ms=0,
                    duration_ms=TRACK_MS,
                    width=64,
                    height=48,
                    object_key=key,
                    size_bytes=stored.size_bytes,
                    sha256=stored.sha256,
                    aligned_by="reports",
                    is_recovered=False,
                )
            )
        first = ParticipantId(SEATS[0])
        manifest = Manifest(
            duration_ms=TRACK_MS,
            stage=(StageChange(0, (lead,)), StageChange(4_000, (lead, first))),
            chapters=(Chapter(0, "started"), Chapter(4_000, "called_up", first)),
            gaps=(),
        )
        await recordings.publish(recording_id, manifest, tracks)
        return recording_id
    finally:
        await database.close()


async def _plan_lesson(database: Database, at_ms: int) -> ParticipantId:
    """The lead's participant id."""
    async with database.transaction() as session:
        login = await session.get_one(Login, TEACHER)
        lead = await session.get_one(User, login.user_id)
        rooms = await session.execute(
            select(Classroom.classroom_id, School.name)
            .join(School, School.school_id == Classroom.school_id)
            .where(School.name.in_(SCHOOLS))
            .order_by(Classroom.classroom_id)
        )
        first_of = {school: classroom for classroom, school in reversed(rooms.all())}
        session.add(
            Lesson(
                lesson_id=LESSON,
                county_id=lead.county_id,
                title=TITLE,
                subject="音乐",
                starts_at_ms=at_ms,
                ends_at_ms=at_ms + 45 * 60_000,
                lead_user_id=lead.user_id,
                created_by=lead.user_id,
                created_at_ms=at_ms,
                is_recorded=True,
                state="ended",
                started_at_ms=at_ms,
                ended_at_ms=at_ms + TRACK_MS,
                end_reason="ended_by_lead",
            )
        )
        await session.flush()
        session.add_all(
            Seat(seat_id=seat, lesson_id=LESSON, classroom_id=first_of[school], position=position)
            for position, (seat, school) in enumerate(zip(SEATS, SCHOOLS, strict=True))
        )
    return ParticipantId(f"lead_{lead.user_id}")
