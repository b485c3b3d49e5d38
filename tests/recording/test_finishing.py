"""A recording is finished where there is hardly room for it, and again after whatever came in between."""

import shutil
from pathlib import Path

import pytest

from app.db.engine import Database
from app.recording import finishing
from app.storage.obstore_storage import ObstoreStorage
from app.storage.port import StoreFull
from tests.support.finishing import LEAD, RecordedLesson
from tests.support.rtp_publisher import SyntheticTrack, film_audio, film_video, looped
from tests.support.scene import decodable_frames
from tests.support.small_disk import small_disk

pytestmark = pytest.mark.recording
DISK_BYTES = 64 * 1024 * 1024
LENGTH_S = 40


def tracks(lesson: RecordedLesson) -> list[SyntheticTrack]:
    picture = looped(film_video("vp8", 2.0, (1.0,), (640, 480)), 2.0, LENGTH_S // 2)
    sound = looped(film_audio(2.0, (1.0,)), 2.0, LENGTH_S // 2)
    return [
        SyntheticTrack(lesson.lesson_id, f"{who}/{source}", codec, frames)
        for who in (LEAD, lesson.county.seats[0])
        for source, codec, frames in (("camera", "vp8", picture), ("microphone", "opus", sound))
    ]


def fill_up_to(disk: Path, free_bytes: int) -> None:
    (disk / "filler").unlink(missing_ok=True)
    (disk / "filler").write_bytes(bytes(shutil.disk_usage(disk).free - free_bytes))


async def test_where_not_everything_fits_twice_one_epoch_makes_room_for_the_next(
    database: Database, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        lesson = await RecordedLesson.begin(database, disk)
        await lesson.record(tracks(lesson))
        await lesson.end(LENGTH_S)
        sizes = [path.stat().st_size for path in lesson.root.glob("*/*/*.mkv")]
        storage = ObstoreStorage.local(disk / "objects")
        finalizer = lesson.finalizer(storage)
        fill_up_to(disk, max(sizes) + finishing.SPARE_BYTES - 20_000)
        with pytest.raises(StoreFull):
            await finalizer.finalize(lesson.lesson_id)
        left = [path.stat().st_size for path in lesson.root.glob("*/*/*.mkv")]
        assert 0 < len(left) < len(sizes), "the smaller ones are finished already"
        # Somebody made a little room: what is left goes on where it was.
        fill_up_to(disk, max(sizes) + finishing.SPARE_BYTES + 100_000)
        await finalizer.finalize(lesson.lesson_id)
        _, stored = await lesson.recordings.details(lesson.recording_id)
        assert len(stored) == 4
        for track in stored:
            read = storage.read(track.object_key, 0, track.size_bytes)
            content = b"".join([chunk async for chunk in read])
            assert decodable_frames(content) == {"vp8": 15, "opus": 50}[track.codec] * LENGTH_S
        assert not (lesson.root / lesson.lesson_id).exists()
        assert not list((disk / "finalizing").iterdir())


async def test_what_was_published_and_does_not_read_back_is_made_again(
    database: Database, tmp_path: Path
) -> None:
    """The power went after the replay was published and before its files were on the disk."""
    lesson = await RecordedLesson.begin(database, tmp_path)
    await lesson.record(tracks(lesson)[1:2])
    await lesson.end(LENGTH_S)
    storage = ObstoreStorage.local(tmp_path / "objects")
    shutil.copytree(lesson.root, tmp_path / "kept")
    await lesson.finalizer(storage).finalize(lesson.lesson_id)
    shutil.copytree(tmp_path / "kept", lesson.root, dirs_exist_ok=True)
    _, (track,) = await lesson.recordings.details(lesson.recording_id)
    path = tmp_path / "objects" / track.object_key
    path.write_bytes(path.read_bytes()[:-500] + bytes(500))
    await lesson.finalizer(storage).finalize(lesson.lesson_id)
    read = storage.read(track.object_key, 0, track.size_bytes)
    content = b"".join([chunk async for chunk in read])
    assert decodable_frames(content) == 50 * LENGTH_S
    assert not (lesson.root / lesson.lesson_id).exists()
