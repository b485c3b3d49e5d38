"""A store that refuses, does not answer or dies in the middle: nothing is lost or there twice, and it says why."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.db.engine import Database
from app.jobs.kinds import JobKind
from app.jobs.repository import Jobs
from app.recording.recovery.repository import Interrupted, Interruptions
from app.scope import Scope
from app.storage.obstore_storage import ObstoreStorage
from tests.support.clock import START_MS
from tests.support.finishing import LEAD, RecordedLesson
from tests.support.rtp_publisher import SyntheticTrack, film_audio, film_video, looped
from tests.support.s3 import S3Server, needs_s3
from tests.support.scene import decodable_frames
from tests.support.waiting import until

pytestmark = [pytest.mark.recording, needs_s3]
PATIENCE_S = 120.0
LENGTH_S = 130
"""Three segments to a track."""
SEGMENTS = 6


@pytest.fixture
async def lesson(database: Database, tmp_path: Path) -> RecordedLesson:
    return await RecordedLesson.begin(database, tmp_path)


def tracks(lesson: RecordedLesson) -> list[SyntheticTrack]:
    picture = looped(film_video("vp8", 2.0, (1.0,)), 2.0, LENGTH_S // 2)
    sound = looped(film_audio(2.0, (1.0,)), 2.0, LENGTH_S // 2)
    return [
        SyntheticTrack(lesson.lesson_id, f"{LEAD}/camera", "vp8", picture),
        SyntheticTrack(lesson.lesson_id, f"{LEAD}/microphone", "opus", sound),
    ]


async def record_and_ask(lesson: RecordedLesson) -> list[str]:
    """Record, and ask for every upload; the segments' ids."""
    segments = await lesson.record(tracks(lesson))
    assert len(segments) == SEGMENTS
    for segment_id in segments:
        await lesson.requests().upload(lesson.lesson_id, segment_id)
    return segments


def are_done(lesson: RecordedLesson, kind: JobKind, count: int) -> Callable[[], Awaitable[bool]]:
    async def hold() -> bool:
        return len(await Jobs(lesson.database).done_subjects(kind, lesson.lesson_id)) >= count

    return hold


async def keys(storage: ObstoreStorage, folder: str) -> list[str]:
    return sorted(await storage.sizes(folder))


async def interrupted(lesson: RecordedLesson) -> list[Interrupted]:
    found = await Interruptions(lesson.database).within(Scope(lesson.county.county_id))
    return found.items


def says(lesson: RecordedLesson, code: str) -> Callable[[], Awaitable[bool]]:
    async def hold() -> bool:
        return any(one.problem and one.problem.code == code for one in await interrupted(lesson))

    return hold


async def plays(lesson: RecordedLesson, storage: ObstoreStorage) -> None:
    """Both tracks are there with every frame, each object once, and nothing else is left in the store."""
    _, stored = await lesson.recordings.details(lesson.recording_id)
    assert len(stored) == 2
    for track in stored:
        content = b"".join([c async for c in storage.read(track.object_key, 0, track.size_bytes)])
        frames = {"vp8": 15 * LENGTH_S, "opus": 50 * LENGTH_S}[track.codec]
        assert decodable_frames(content) == frames
    folder = f"recordings/{lesson.recording_id}"
    expected = [*(track.object_key for track in stored), f"{folder}/manifest.json"]
    assert await keys(storage, folder) == sorted(expected)
    assert await keys(storage, "segments") == []
    assert not (lesson.root / lesson.lesson_id).exists()


async def finish(lesson: RecordedLesson) -> None:
    await lesson.end(float(LENGTH_S))
    await lesson.requests().finalize(lesson.lesson_id)
    await until(are_done(lesson, JobKind.FINALIZE, 1), PATIENCE_S, "the recording is finished")


async def test_a_store_that_refuses_is_named_and_a_new_key_finishes_everything(
    s3_server: S3Server, lesson: RecordedLesson
) -> None:
    refusing = ObstoreStorage.from_settings(s3_server.settings("refuses", secret="wrong"))
    await record_and_ask(lesson)
    async with lesson.worker(refusing):
        await until(says(lesson, "store_refused"), PATIENCE_S, "the admin sees why")
    (item,) = await interrupted(lesson)
    assert item.problem is not None and "40" in item.problem.detail and not item.problem.is_held
    storage = ObstoreStorage.from_settings(s3_server.settings("refuses"))
    async with lesson.worker(storage):
        await lesson.requests().try_again(
            lesson.recording_id, lesson.lesson_id, lesson.county.admin, START_MS, is_over=False
        )
        await until(are_done(lesson, JobKind.UPLOAD_SEGMENT, SEGMENTS), PATIENCE_S, "all is there")
        assert len(await keys(storage, "segments")) == 2 * SEGMENTS
        await finish(lesson)
    await plays(lesson, storage)
    assert await interrupted(lesson) == []


async def test_a_store_that_does_not_answer_is_asked_again_until_it_does(
    s3_server: S3Server, lesson: RecordedLesson
) -> None:
    storage = ObstoreStorage.from_settings(s3_server.settings("freezes", timeout_s=2.0))
    await record_and_ask(lesson)
    s3_server.freeze()
    try:
        async with lesson.worker(storage):
            await until(says(lesson, "store_unreachable"), PATIENCE_S, "the admin sees why")
            s3_server.thaw()
            await finish(lesson)
            await until(
                are_done(lesson, JobKind.UPLOAD_SEGMENT, SEGMENTS), PATIENCE_S, "all is done"
            )
    finally:
        s3_server.thaw()
    await plays(lesson, storage)


async def test_a_store_that_dies_in_the_middle_goes_on_where_it_was(
    s3_server: S3Server, lesson: RecordedLesson
) -> None:
    storage = ObstoreStorage.from_settings(s3_server.settings("dies", timeout_s=5.0))
    segments = await record_and_ask(lesson)
    async with lesson.worker(storage):
        await until(are_done(lesson, JobKind.UPLOAD_SEGMENT, 1), PATIENCE_S, "the first is there")
        s3_server.kill()
        s3_server.start()
        await until(are_done(lesson, JobKind.UPLOAD_SEGMENT, SEGMENTS), PATIENCE_S, "all is there")
        stored = await keys(storage, "segments")
        assert len(stored) == 2 * SEGMENTS, "each once"
        # The server's own disk is lost: the copies are enough.
        shutil.rmtree(lesson.root / lesson.lesson_id)
        await finish(lesson)
        await plays(lesson, storage)
        # A job that was late, as after a worker's death, leaves no orphan behind.
        await lesson.record(tracks(lesson))
        await lesson.requests().upload(lesson.lesson_id, segments[0])
        await until(are_done(lesson, JobKind.UPLOAD_SEGMENT, SEGMENTS), PATIENCE_S, "all is done")
        assert await keys(storage, "segments") == []


async def test_a_disk_that_fills_up_keeps_only_what_is_not_in_the_store_yet(
    s3_server: S3Server, lesson: RecordedLesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = ObstoreStorage.from_settings(s3_server.settings("trims"))
    monkeypatch.setattr("app.recording.upload.TRIM_BELOW_BYTES", 2**60)
    await record_and_ask(lesson)
    async with lesson.worker(storage):
        await until(are_done(lesson, JobKind.UPLOAD_SEGMENT, SEGMENTS), PATIENCE_S, "all is there")
        assert not list(lesson.root.glob("*/*/*.mkv"))
        await finish(lesson)
    await plays(lesson, storage)
