"""What recording costs: CPU while the lesson runs, seconds at its end, bytes on disk and in the store.

`cost`: a lead with 1.5 Mbit/s and three classrooms (one on stage, two thumbnails) publish to our engine by real ICE,
DTLS and SRTP, with the subscribers of such a lesson; stretches with and without recording alternate, and the CPU of
engine and recorder together is compared. Keyframes come when the recorder asks, five frames long. `finish`: a
45-minute lesson of the same rates is written by the recorder's own code, and the time from asking for its end to a
replay whose first bytes can be read is taken.
"""

import argparse
import asyncio
import json
import platform
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np

from app.db.engine import Database
from app.db.migrate import migrate
from app.ids import publication_id
from app.media.port import Source
from app.recording.desired import KEYFRAME_INTERVAL_S, LEAD_KEYFRAME_INTERVAL_S
from app.recording.port import TrackRequest
from app.storage.obstore_storage import ObstoreStorage
from tests.bench.load import Load
from tests.bench.peers import Publisher
from tests.bench.servers import Engine, cpu_seconds, lesson_of
from tests.support.finishing import LEAD, RecordedLesson
from tests.support.recorder_process import RecorderProcess
from tests.support.rtp_publisher import EncodedFrame, SyntheticTrack, film_audio, looped

LEAD_PACKETS, STAGE_PACKETS, THUMBNAIL_PACKETS = 7, 4, 1
"""Of a frame; 25 frames a second: 1.5, 0.86 and 0.21 Mbit/s."""
PUBLISHERS = (LEAD_PACKETS, STAGE_PACKETS, THUMBNAIL_PACKETS, THUMBNAIL_PACKETS)
SUBSCRIBERS = (3, 3, 1, 1)
"""The lead is seen by the classrooms, the one on stage by all others, the thumbnails by the lead."""
KEYFRAME_FRAMES = 5
SCENE_S = 10.0
RATES = (((1280, 720), 1_500_000), ((640, 360), 800_000), ((320, 180), 200_000))

Result = dict[str, Any]


async def cost(arguments: argparse.Namespace) -> Result:
    """CPU of engine and recorder as shares of a core, recorded and not, by alternating stretches."""
    shares: dict[bool, list[float]] = {True: [], False: []}
    with tempfile.TemporaryDirectory(prefix="tt-") as folder:
        recorder = RecorderProcess(Path(folder) / "data", Path(folder))
        async with Engine() as server, Load(server, 0.0) as load:
            await recorder.start()
            publishers = [Publisher(packets, KEYFRAME_FRAMES) for packets in PUBLISHERS]
            for publisher, count in zip(publishers, SUBSCRIBERS, strict=True):
                room = await load.add_publisher(publisher)
                await load.add_subscribers(room, count)
            # Estimates settle and links are probed for better pictures at first, recorded or not.
            await asyncio.sleep(arguments.warm_up)
            asked, frame_rates = 0, []
            for stretch in range(2 * arguments.rounds):
                is_recorded = stretch % 2 == 1
                if is_recorded:
                    await _record(server, recorder)
                await asyncio.sleep(1.0)
                before = sum(publisher.keyframes for publisher in publishers)
                frames = sum(publisher.frames for publisher in publishers)
                share = await _share([server.pid, recorder.pid], arguments.seconds)
                shares[is_recorded].append(share)
                frames = sum(publisher.frames for publisher in publishers) - frames
                frame_rates.append(frames / arguments.seconds / len(publishers))
                if is_recorded:
                    asked += sum(publisher.keyframes for publisher in publishers) - before
                    await _stop(server, recorder)
        await recorder.close()
    recorded, plain = (statistics.median(shares[key]) for key in (True, False))
    pairs = [a - b for a, b in zip(shares[True], shares[False], strict=True)]
    return {
        "core_share_recorded": recorded,
        "core_share_not_recorded": plain,
        "core_share_added": statistics.median(pairs),
        "ratio": recorded / plain,
        "keyframes_while_recorded": asked,
        "frames_per_s": frame_rates,
        "stretches": {"recorded": shares[True], "not_recorded": shares[False]},
    }


async def _record(server: Engine, recorder: RecorderProcess) -> None:
    for room in range(len(PUBLISHERS)):
        lesson, who = lesson_of(room)
        interval_s = LEAD_KEYFRAME_INTERVAL_S if room == 0 else KEYFRAME_INTERVAL_S
        for source in (Source.CAMERA, Source.MICROPHONE):
            request = TrackRequest(lesson, publication_id(who, source), interval_s, room)
            await server.engine.attach_sink(await recorder.remote.start(request))


async def _stop(server: Engine, recorder: RecorderProcess) -> None:
    for room in range(len(PUBLISHERS)):
        lesson, who = lesson_of(room)
        for source in (Source.CAMERA, Source.MICROPHONE):
            await server.engine.detach_sink(lesson, publication_id(who, source))
        await recorder.remote.stop_lesson(lesson)


async def _share(pids: list[int], seconds: float) -> float:
    began, before = time.monotonic(), sum(cpu_seconds(pid) for pid in pids)
    await asyncio.sleep(seconds)
    used = sum(cpu_seconds(pid) for pid in pids) - before
    return used / (time.monotonic() - began)


async def finish(arguments: argparse.Namespace) -> Result:
    """Seconds from the end of a lesson to its replay, and the bytes of all that."""
    folder = Path(tempfile.mkdtemp(prefix="tt-", dir=arguments.folder))
    database = Database(f"sqlite+aiosqlite:///{folder / 'tongtang.db'}")
    try:
        await migrate(database)
        lesson = await RecordedLesson.begin(database, folder)
        await lesson.record(_tracks(lesson, arguments.minutes))
        await lesson.end(arguments.minutes * 60)
        segment_bytes = sum(path.stat().st_size for path in lesson.root.glob("*/*/*.*"))
        storage = ObstoreStorage.local(folder / "objects")
        async with lesson.worker(storage):
            await asyncio.sleep(1.0)
            began = time.monotonic()
            await lesson.requests().finalize(lesson.lesson_id)
            while not await lesson.recordings.is_available(lesson.recording_id):
                await asyncio.sleep(0.02)
            _, tracks = await lesson.recordings.details(lesson.recording_id)
            for track in tracks:
                async for _ in storage.read(track.object_key, 0, 65_536):
                    break
            playable_s = time.monotonic() - began
            while (lesson.root / lesson.lesson_id).exists():
                await asyncio.sleep(0.05)
            settled_s = time.monotonic() - began
    finally:
        await database.close()
        shutil.rmtree(folder)
    kept = sum(track.size_bytes for track in tracks)
    hour = 60 / arguments.minutes
    return {
        "lesson_minutes": arguments.minutes,
        "tracks": len(tracks),
        "end_to_playable_s": playable_s,
        "end_to_segments_gone_s": settled_s,
        "bytes_per_lesson_hour": {
            "kept": round(kept * hour),
            "segments_on_disk_during_the_lesson": round(segment_bytes * hour),
            "s3_sent": round((segment_bytes + kept) * hour),
            "s3_read_back": round((segment_bytes + kept) * hour),
        },
    }


def _tracks(lesson: RecordedLesson, minutes: float) -> list[SyntheticTrack]:
    loops = round(minutes * 60 / SCENE_S)
    people = (LEAD, *lesson.county.seats, "sea_other")
    rates = (*RATES, RATES[-1])
    sound = looped(film_audio(SCENE_S, (5.0,)), SCENE_S, loops)
    tracks = []
    for seed, (who, (size, bitrate_bps)) in enumerate(zip(people, rates, strict=True)):
        picture = looped(_scene(size, bitrate_bps), SCENE_S, loops)
        identifier = lesson.lesson_id
        tracks.append(SyntheticTrack(identifier, f"{who}/camera", "vp8", picture, seed=seed))
        tracks.append(SyntheticTrack(identifier, f"{who}/microphone", "opus", sound, seed=seed))
    return tracks


@lru_cache(maxsize=4)
def _scene(size: tuple[int, int], bitrate_bps: int) -> tuple[EncodedFrame, ...]:
    """Ten seconds of 25 pictures each that move, at this bitrate, with one keyframe."""
    width, height = size
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 90_000), Fraction(25)
    encoder.gop_size, encoder.bit_rate = 10_000, bitrate_bps
    encoder.options = {"deadline": "realtime", "cpu-used": "12"}
    texture = np.random.default_rng(3).integers(40, 90, (2 * height, width), dtype=np.uint8)
    frames = []
    for number in range(round(SCENE_S * 25)):
        luma = np.full((height * 3 // 2, width), 128, np.uint8)
        luma[:height] = texture[number * 2 % height :][:height]
        picture = av.VideoFrame.from_ndarray(luma, format="yuv420p")
        picture.pts, picture.time_base = number * 3_600, Fraction(1, 90_000)
        for packet in encoder.encode(picture):
            frames.append(EncodedFrame(packet.pts / 90_000, bytes(packet), packet.is_keyframe))
    return tuple(frames)


PARTS = {"cost": cost, "finish": finish}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--seconds", type=float, default=12.0, help="of each stretch of `cost`")
    parser.add_argument("--warm-up", type=float, default=30.0, help="seconds before the first one")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=45.0, help="of the lesson of `finish`")
    parser.add_argument("--folder", default=None, help="where the lesson of `finish` is written")
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    result: Result = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.platform()}, Python {platform.python_version()}",
    }
    for name in arguments.parts or PARTS:
        result[name] = asyncio.run(PARTS[name](arguments))
    text = json.dumps(result, indent=2)
    print(text)
    if arguments.output:
        arguments.output.write_text(text + "\n")


if __name__ == "__main__":
    main()
