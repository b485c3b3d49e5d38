"""The recorder as a process: sink in, segments out, killed at any moment."""

import asyncio
import random
import time
from pathlib import Path

import av
import pytest

from app.ids import LessonId, PublicationId
from app.recording.port import (
    EpochClosedReport,
    EpochOpenedReport,
    RecorderConnected,
    RecorderEvent,
    SegmentClosedReport,
    TrackRequest,
)
from app.recording.remote import RemoteRecorder
from app.recording.segment_reader import SegmentReader
from app.recording.sidecar import (
    ClosedRecord,
    DelayRecord,
    SegmentHeader,
    SenderReportRecord,
    read_sidecar,
)
from tests.support.recorder_process import RecorderProcess
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
pytestmark = pytest.mark.recording


def camera(codec: str = "vp8", duration_s: float = 4.0, **options: float) -> SyntheticTrack:
    return SyntheticTrack(LESSON, CAMERA, codec, film_video(codec, duration_s, (1.0,)), **options)


def microphone(duration_s: float = 4.0, **options: float) -> SyntheticTrack:
    return SyntheticTrack(LESSON, MICROPHONE, "opus", film_audio(duration_s, (1.0,)), **options)


def media_files(root: Path) -> list[Path]:
    return sorted(root.glob("*/*/*.mkv"))


def decoded(path: Path) -> list[float]:
    """Times of the decoded frames of a segment, in seconds."""
    with SegmentReader(path) as reader:
        frames = [f for p in reader.packets() for f in p.decode()]
        return [f.time for f in (*frames, *reader.stream.codec_context.decode(None))]


async def drain_reports(remote: RemoteRecorder, count: int) -> list[RecorderEvent]:
    """The next `count` reports, connects left out."""
    events: list[RecorderEvent] = []

    async def take() -> None:
        async for event in remote.events():
            if not isinstance(event, RecorderConnected):
                events.append(event)
            if len(events) == count:
                return

    await asyncio.wait_for(take(), 15)
    return events


@pytest.mark.parametrize("codec", ["vp8", "h264"])
async def test_a_publication_becomes_one_epoch_that_decodes_from_its_first_frame(
    recorder: RecorderProcess, codec: str
) -> None:
    track = camera(codec)
    await recorder.remote.start(TrackRequest(LESSON, CAMERA))
    frames = [data for _, data in track.sink_frames(time.monotonic_ns(), time.time())]
    await send_all(recorder.sink_socket, track, frames)
    await recorder.remote.stop_lesson(LESSON)

    (path,) = media_files(recorder.root)
    times = decoded(path)
    assert len(times) == len(track.frames)
    assert times[0] == 0 and times[-1] == pytest.approx(track.frames[-1].captured_s, abs=0.002)
    records = list(read_sidecar(path.with_suffix(".jsonl")))
    assert isinstance(records[0], SegmentHeader) and records[0].codec == codec
    assert (records[0].width, records[0].height) == (160, 120)
    assert isinstance(records[-1], ClosedRecord) and not records[-1].recovered
    assert any(isinstance(r, SenderReportRecord) for r in records)
    assert any(isinstance(r, DelayRecord) for r in records)


async def test_reports_are_told_again_until_acknowledged_and_survive_a_kill(
    recorder: RecorderProcess,
) -> None:
    await recorder.remote.start(TrackRequest(LESSON, MICROPHONE))
    track = microphone()
    frames = [data for _, data in track.sink_frames(time.monotonic_ns(), time.time())]
    await send_all(recorder.sink_socket, track, frames)
    opened, closed, ended = await drain_reports(recorder.remote, 3)
    assert isinstance(opened, EpochOpenedReport) and isinstance(ended, EpochClosedReport)
    assert isinstance(closed, SegmentClosedReport)
    assert closed.size_bytes == media_files(recorder.root)[0].stat().st_size
    await recorder.remote.acknowledge(opened.event_id)

    await recorder.kill()
    await recorder.start()

    again = await drain_reports(recorder.remote, 3)
    assert {e.event_id for e in again} == {e.event_id for e in (opened, closed, ended)}
    assert closed in again, "same hash, same size: the same segment"


async def test_nothing_is_made_on_disk_before_a_track_is_started(recorder: RecorderProcess) -> None:
    track = camera()
    frames = [data for _, data in track.sink_frames(time.monotonic_ns(), time.time())]
    try:
        await send_all(recorder.sink_socket, track, frames)
    except ConnectionError:
        pass
    await recorder.remote.snapshot()
    assert not recorder.root.exists()


async def test_a_keyframe_is_asked_for_at_the_start_and_again_until_it_comes(
    recorder: RecorderProcess,
) -> None:
    """The stream has none after its first second is cut off: nothing may be written before one."""
    all_frames = film_video("vp8", 6.0, (1.0,))
    late = tuple(
        f for f in all_frames if f.captured_s > 0.1 and not (f.is_keyframe and f.captured_s < 3)
    )
    track = SyntheticTrack(LESSON, CAMERA, "vp8", late)
    await recorder.remote.start(TrackRequest(LESSON, CAMERA))
    publisher = LivePublisher(recorder.sink_socket, [track])
    await publisher.finished()
    assert publisher.keyframes_wanted >= 2
    await recorder.remote.stop_lesson(LESSON)
    (path,) = media_files(recorder.root)
    with SegmentReader(path) as reader:
        packets = list(reader.packets())
    assert packets[0].is_keyframe and packets[0].pts == 0
    assert len(decoded(path)) == len([f for f in late if f.captured_s >= 3])


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_kill_at_a_random_moment_loses_at_most_the_cluster_being_filled(
    recorder: RecorderProcess, seed: int
) -> None:
    rng = random.Random(seed)
    pictures = looped(film_video("vp8", 2.0, (1.0,)), 2.0, 60)
    sound = looped(film_audio(2.0, (1.0,)), 2.0, 60)
    tracks = [
        SyntheticTrack(LESSON, CAMERA, "vp8", pictures, seed=seed),
        SyntheticTrack(LESSON, MICROPHONE, "opus", sound, seed=seed),
    ]
    for publication in (CAMERA, MICROPHONE):
        await recorder.remote.start(TrackRequest(LESSON, publication))
    publisher = LivePublisher(recorder.sink_socket, tracks)

    async def both_write() -> bool:
        found = (await recorder.remote.snapshot()).tracks
        return len(found) == 2 and all(t.frames >= 15 for t in found)

    await until(both_write, what="both tracks are written")
    await asyncio.sleep(rng.uniform(1.0, 4.0))
    killed_ns = time.monotonic_ns()
    await recorder.kill()
    await recorder.start()
    # Nobody calls `start` again: engines come back before the app does.
    await until(both_write, what="both tracks are written again")
    await publisher.stop()
    await recorder.remote.stop_lesson(LESSON)

    paths = media_files(recorder.root)
    assert len(paths) == 4, "two tracks, each before and after the kill"
    for path in paths:
        records = list(read_sidecar(path.with_suffix(".jsonl")))
        header, closed = records[0], records[-1]
        assert isinstance(header, SegmentHeader) and isinstance(closed, ClosedRecord)
        times = decoded(path)
        assert times, f"{path} has nothing in it"
        if closed.recovered:
            last_ns = header.mono + int(times[-1] * 1e9)
            lost_s = (killed_ns - last_ns) / 1e9
            print(f"{header.publication_id}: {lost_s:.2f} s lost before the kill")
            assert lost_s <= 3 * 1.5


async def test_late_packets_are_waited_for_and_a_hole_drops_to_the_next_keyframe(
    recorder: RecorderProcess,
) -> None:
    track = camera(duration_s=6.0, jitter_s=0.15, loss=0.02, seed=5)
    await recorder.remote.start(TrackRequest(LESSON, CAMERA))
    sent = track.sink_frames(time.monotonic_ns(), time.time())
    await send_all(recorder.sink_socket, track, [data for _, data in sent])
    await recorder.remote.stop_lesson(LESSON)
    (path,) = media_files(recorder.root)
    with SegmentReader(path) as reader:
        packets = list(reader.packets())
    whole = {f.data for f in track.frames}
    assert all(bytes(p) in whole for p in packets), "only whole frames are written"
    assert len(track.frames) / 4 < len(packets) < len(track.frames)
    # A decoder that starts over at each keyframe sees no broken reference.
    decoder = av.CodecContext.create("vp8", "r")
    assert sum(len(decoder.decode(p)) for p in [*packets, None]) == len(packets)
