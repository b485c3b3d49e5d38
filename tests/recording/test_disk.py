"""What a slow, full or failing disk does to a recorder: never delay a packet, never fail silently."""

import asyncio
import errno
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.ids import LessonId, PublicationId
from app.recording.port import NoRoom, RecorderConnected, TrackRequest, TrackStoppedReport
from app.recording.recorder import RecorderCore, serve_recorder
from app.recording.remote import RemoteRecorder
from app.recording.segment_file import SegmentFile
from app.recording.segment_reader import SegmentReader
from app.recording.watermark import Watermark
from app.recording.writer import MAX_QUEUED_BYTES, DiskWriter, FileFactory
from tests.support.rtp_publisher import (
    LivePublisher,
    SyntheticTrack,
    film_audio,
    film_video,
    looped,
    send_all,
)
from tests.support.waiting import until

LESSON = LessonId("les_1")
CAMERA, MICROPHONE = PublicationId("lead_u1/camera"), PublicationId("lead_u1/microphone")
MIN_FREE_BYTES = 512 * 1024 * 1024
pytestmark = pytest.mark.recording


class Gate:
    """A disk whose every write waits while the gate is shut."""

    def __init__(self) -> None:
        self.is_open = threading.Event()
        self.is_open.set()
        self.waiting = threading.Event()

    def open_file(self, path: Path) -> SegmentFile:
        gate = self

        class StallingFile(SegmentFile):
            def write(self, data: bytes) -> int:
                if not gate.is_open.is_set():
                    gate.waiting.set()
                gate.is_open.wait()
                return super().write(data)

        return StallingFile(path)


@asynccontextmanager
async def running_recorder(
    root: Path,
    run_dir: Path,
    open_file: FileFactory = SegmentFile,
    free_bytes: Callable[[Path], int] = lambda _: 2**40,
) -> AsyncIterator[RemoteRecorder]:
    core = RecorderCore(
        root, open_file=open_file, free_bytes=free_bytes, min_free_bytes=MIN_FREE_BYTES
    )
    stop = asyncio.Event()
    sink, control = run_dir / "sink.sock", run_dir / "recorder.sock"
    serving = asyncio.create_task(serve_recorder(core, sink, control, stop))
    remote = RemoteRecorder(control, sink)
    link = asyncio.create_task(remote.run())
    await until(lambda: remote.is_available)
    yield remote
    link.cancel()
    await asyncio.gather(link, return_exceptions=True)
    stop.set()
    await serving


async def packets_of(remote: RemoteRecorder, publication: PublicationId) -> int:
    tracks = (await remote.snapshot()).tracks
    return sum(t.packets for t in tracks if t.request.publication_id == publication)


async def test_a_stalled_disk_delays_no_packet_and_loses_none(
    tmp_path: Path, run_dir: Path
) -> None:
    gate = Gate()
    track = SyntheticTrack(
        LESSON, CAMERA, "vp8", looped(film_video("vp8", 2.0, (1.0,), (320, 240)), 2.0, 10)
    )
    expected = sum(1 for _ in track.packets())
    async with running_recorder(tmp_path / "rec", run_dir, gate.open_file) as remote:
        await remote.start(TrackRequest(LESSON, CAMERA))
        frames = [data for _, data in track.sink_frames(time.monotonic_ns(), time.time())]
        gate.is_open.clear()
        reader, writer = await asyncio.open_unix_connection(run_dir / "sink.sock")
        writer.write(track.hello())
        began = time.monotonic()
        for data in frames:
            writer.write(data)
            await writer.drain()

        async def has_all() -> bool:
            return await packets_of(remote, CAMERA) == expected

        await until(has_all, what="every packet was taken from the socket")
        print(f"{expected} packets taken in {time.monotonic() - began:.2f} s with the disk stalled")
        await until(gate.waiting.is_set, what="the disk stalls")
        gate.is_open.set()
        writer.close()
        await remote.stop_lesson(LESSON)
        (path,) = (tmp_path / "rec").glob("*/*/*.mkv")
        with SegmentReader(path) as segment:
            assert len(list(segment.packets())) == len(track.frames)
        del reader


async def test_what_is_written_is_synced_while_the_track_goes_on(
    tmp_path: Path, run_dir: Path
) -> None:
    synced: list[str] = []

    class CountingFile(SegmentFile):
        def sync(self) -> None:
            synced.append(threading.current_thread().name)
            super().sync()

    track = SyntheticTrack(LESSON, MICROPHONE, "opus", looped(film_audio(2.0, (1.0,)), 2.0, 60))
    async with running_recorder(tmp_path / "rec", run_dir, CountingFile) as remote:
        await remote.start(TrackRequest(LESSON, MICROPHONE))
        publisher = LivePublisher(run_dir / "sink.sock", [track])
        took_s = await until(lambda: len(synced) >= 2, what="two syncs")
        print(f"two syncs in {took_s:.1f} s")
        await publisher.stop()
    assert set(synced) == {"recording-sync"}, "not in the thread that writes or reads packets"


async def test_the_queue_to_a_stalled_disk_is_bounded(tmp_path: Path) -> None:
    disk = DiskWriter(tmp_path, lambda _: None)
    track = disk.track(LESSON, CAMERA)
    megabyte = bytes(1024 * 1024)
    taken = sum(track.write(megabyte, n, is_keyframe=True) for n in range(64))
    assert taken == MAX_QUEUED_BYTES // len(megabyte)


async def next_stop(remote: RemoteRecorder) -> TrackStoppedReport:
    async def find() -> TrackStoppedReport:
        async for event in remote.events():
            if not isinstance(event, RecorderConnected):
                await remote.acknowledge(event.event_id)
            if isinstance(event, TrackStoppedReport):
                return event
        raise AssertionError

    return await asyncio.wait_for(find(), 20)


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.ENOSPC, "disk_full"), (errno.EIO, "write_failed")]
)
async def test_a_disk_that_refuses_stops_the_track_and_says_so(
    tmp_path: Path, run_dir: Path, number: int, reason: str
) -> None:
    class FailingFile(SegmentFile):
        def write(self, data: bytes) -> int:
            if self.size_bytes + len(data) > 4_000:
                raise OSError(number, "the disk says no")
            return super().write(data)

    track = SyntheticTrack(LESSON, CAMERA, "vp8", film_video("vp8", 4.0, (1.0,)))
    async with running_recorder(tmp_path / "rec", run_dir, FailingFile) as remote:
        await remote.start(TrackRequest(LESSON, CAMERA))
        frames = [data for _, data in track.sink_frames(time.monotonic_ns(), time.time())]
        sending = asyncio.create_task(send_all(run_dir / "sink.sock", track, frames))
        stopped = await next_stop(remote)
        await asyncio.gather(sending, return_exceptions=True)
        assert (stopped.publication_id, stopped.reason) == (CAMERA, reason)
        assert (await remote.snapshot()).tracks == ()


def test_each_further_track_goes_at_less_room_and_none_comes_back_before_there_is_enough() -> None:
    watermark = Watermark(1_000)
    assert not watermark.must_stop_one(1_000) and watermark.admits(5)
    assert watermark.must_stop_one(999)
    watermark.stopped(5)
    assert not watermark.must_stop_one(999), "what is left is for the others"
    assert not watermark.admits(5) and watermark.admits(4)
    assert watermark.must_stop_one(799)
    watermark.stopped(4)
    assert not watermark.must_stop_one(1_249) and not watermark.admits(4)
    assert not watermark.must_stop_one(1_250) and watermark.admits(5)


async def test_when_space_runs_out_the_least_important_track_goes_first(
    tmp_path: Path, run_dir: Path
) -> None:
    free = [2**40]
    tracks = [
        SyntheticTrack(LESSON, CAMERA, "vp8", looped(film_video("vp8", 2.0, (1.0,)), 2.0, 60)),
        SyntheticTrack(LESSON, MICROPHONE, "opus", looped(film_audio(2.0, (1.0,)), 2.0, 60)),
    ]
    async with running_recorder(tmp_path / "rec", run_dir, free_bytes=lambda _: free[0]) as remote:
        await remote.start(TrackRequest(LESSON, CAMERA, priority=5))
        await remote.start(TrackRequest(LESSON, MICROPHONE, priority=0))
        publisher = LivePublisher(run_dir / "sink.sock", tracks)

        async def both() -> bool:
            return all([await packets_of(remote, p) > 20 for p in (CAMERA, MICROPHONE)])

        await until(both)
        free[0] = MIN_FREE_BYTES - 1
        stopped = await next_stop(remote)
        with pytest.raises(NoRoom):
            await remote.start(TrackRequest(LESSON, CAMERA, priority=5))
        free[0] = 2**40
        await publisher.stop()
        assert (stopped.publication_id, stopped.reason) == (CAMERA, "disk_full")
        assert [t.request.publication_id for t in (await remote.snapshot()).tracks] == [MICROPHONE]
