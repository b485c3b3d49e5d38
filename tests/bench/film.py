"""What a film costs: time and CPU of the compose process as a multiple of the lesson, beside ffmpeg doing the same.

A lead at 1280x720 and 30 pictures a second with three classrooms at 640x360 and 15, drawn people with a camera's noise,
VP8 as browsers send it. Scenes: the lead `alone`, the lead with classrooms `beside`, lead and classroom `two-up`, and
a picture that stands `still` (cameras off, a card). ffmpeg gets the two-up scene: the same tracks, size, rate, preset
and quality. Rounds alternate, and medians are quoted.
"""

import argparse
import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from app.ids import ParticipantId
from app.jobs.child_process import child_process_lines
from app.media.port import Source
from app.recording.film.job import JOB, LINE, ComposeJob, PictureTrack, SoundTrack
from app.recording.film.layout import TrackSpan, scenes
from app.recording.film.make_film import COMPOSE
from app.recording.manifest import StageChange
from app.simulated.clip import CLIPS as CLIPS_FOLDER
from tests.support.film_media import write_sound

LEAD = ParticipantId("lead_usr_1")
SEATS = tuple(ParticipantId(f"sea_{n}") for n in range(1, 4))
LOOP_S = 12
CLIPS = {LEAD: "teacher", SEATS[0]: "classroom-a", SEATS[1]: "classroom-b", SEATS[2]: "classroom-a"}
SCENES = {"alone": (LEAD,), "beside": (LEAD, *SEATS), "two-up": (LEAD, SEATS[0]), "still": ()}


def film_people(path: Path, clip: str, size: tuple[int, int], fps: int, bitrate_bps: int) -> Path:
    """`LOOP_S` of a clip as a camera in somebody's hand would send it."""
    (width, height), noise = size, np.random.default_rng(1)
    grain = [noise.normal(0, 3, (height, width)).astype(np.int16) for _ in range(7)]
    with av.open(str(CLIPS_FOLDER / f"{clip}.webm")) as source:
        drawn = [
            frame.reformat(width + 16, height + 16, "yuv420p").to_ndarray()
            for frame in source.decode(video=0)
        ]
    with av.open(str(path), "w", format="webm") as output:
        stream = output.add_stream(
            "libvpx",
            rate=fps,
            options={"deadline": "realtime", "cpu-used": "8", "g": str(10 * fps)},
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = bitrate_bps
        for number in range(LOOP_S * fps):
            picture = drawn[number * 10 // fps % len(drawn)]
            x, y = (int(4 + 4 * wave(number / 15)) & ~1 for wave in (np.sin, np.cos))
            moved = picture[: height + 16][y : y + height, x : x + width].astype(np.int16)
            frame = av.VideoFrame(width, height, "yuv420p")
            planes = [
                np.frombuffer(memoryview(p), np.uint8).reshape(-1, p.line_size)
                for p in frame.planes
            ]
            planes[0][:, :width] = np.clip(moved + grain[number % 7], 0, 255)
            chroma = picture[height + 16 :].reshape(2, (height + 16) // 2, (width + 16) // 2)
            for plane, part in zip(planes[1:], chroma, strict=True):
                plane[:, : width // 2] = part[: height // 2, : width // 2]
            frame.pts, frame.time_base = number, Fraction(1, fps)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def repeated(path: Path, loop: Path, times: int) -> Path:
    """The loop again and again, without encoding it again."""
    with av.open(str(loop)) as source, av.open(str(path), "w", format="webm") as output:
        stream = output.add_stream_from_template(source.streams.video[0], opaque=True)
        packets = [p for p in source.demux(video=0) if p.size]
        for n in range(times):
            for packet in packets:
                assert packet.pts is not None and packet.time_base is not None
                copy = av.Packet(bytes(packet))
                copy.pts = copy.dts = round(1000 * (n * LOOP_S + packet.pts * packet.time_base))
                copy.time_base, copy.stream = Fraction(1, 1000), stream
                copy.is_keyframe = packet.is_keyframe
                output.mux_one(copy)
    return path


def job_of(folder: Path, shown: tuple[ParticipantId, ...], duration_s: int) -> ComposeJob:
    duration_ms = 1000 * duration_s
    # Somebody must be there for a card to be shown.
    spans = [TrackSpan(who, Source.CAMERA, 0, duration_ms) for who in shown or (LEAD,)]
    on_stage = shown if len(shown) == 2 else (LEAD,)
    return ComposeJob(
        title="bench",
        duration_ms=duration_ms,
        scenes=scenes(duration_ms, [StageChange(0, on_stage)], spans, (LEAD, *SEATS)),
        pictures=tuple(
            PictureTrack(who, "camera", str(folder / f"{who}.webm"), 0, duration_ms)
            for who in shown
        ),
        sounds=(SoundTrack(str(folder / "sound.webm"), 0, ((0, duration_ms),)),),
        labels={who: f"Class {n}" for n, who in enumerate(shown)},
        chapters=(),
        poster_ms=0,
    )


async def composed(job: ComposeJob) -> dict[str, float]:
    """Wall seconds and CPU seconds of one compose process, per second of lesson."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        lines = child_process_lines(COMPOSE, JOB.dump_json(replace(job, folder=folder)))
        async with aclosing(lines):
            async for line in lines:
                said = LINE.validate_json(line)
    return _figures(before, began, job.duration_ms / 1000, said.files[0].size_bytes)


def by_ffmpeg(folder: Path, duration_s: int) -> dict[str, float]:
    """The two-up scene, picture only."""
    inputs = [part for who in SCENES["two-up"] for part in ("-i", str(folder / f"{who}.webm"))]
    layout = (
        "[0:v]fps=25,scale=636:356[l];[1:v]fps=25,scale=636:356[r];[l][r]hstack,pad=1280:720:4:182"
    )
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "film.mp4"
        encoder = [
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "24",
            "-g",
            "50",
            "-threads",
            "0",
        ]
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-y",
            *inputs,
            "-filter_complex",
            layout,
            "-an",
            *encoder,
        ]
        subprocess.run(
            ["nice", "-n", "19", *command, "-movflags", "+faststart", str(path)], check=True
        )
        return _figures(before, began, duration_s, path.stat().st_size)


def _figures(
    before: resource.struct_rusage, began: float, duration_s: float, size_bytes: int
) -> dict[str, float]:
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "wall": (time.monotonic() - began) / duration_s,
        "cpu": cpu_s / duration_s,
        "kbit_s": size_bytes * 8 / duration_s / 1000,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=int, default=60, help="length of the lesson, whole loops of 12 s"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--media", type=Path, help="keep the tracks here, and find them again")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.media or Path(temporary)
        folder.mkdir(exist_ok=True)
        _prepare(folder, arguments.seconds)
        result = _measure(folder, arguments.seconds, arguments.rounds)
    print(json.dumps(result, indent=1))


def _prepare(folder: Path, duration_s: int) -> None:
    for who, clip in CLIPS.items():
        track, loop = folder / f"{who}.webm", folder / f"{who}.loop.webm"
        if not loop.exists():
            size = ((1280, 720), 30, 1_500_000) if who == LEAD else ((640, 360), 15, 500_000)
            film_people(loop, clip, *size)
        repeated(track, loop, -(-duration_s // LOOP_S))
    write_sound(folder / "sound.webm", duration_s, 440.0)


def _measure(folder: Path, duration_s: int, rounds: int) -> dict[str, object]:
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(rounds):
        for name, shown in SCENES.items():
            job = job_of(folder, shown, duration_s)
            found.setdefault(name, []).append(asyncio.run(composed(job)))
        if shutil.which("ffmpeg"):
            found.setdefault("two-up by ffmpeg", []).append(by_ffmpeg(folder, duration_s))
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "lesson_s": duration_s,
        "per_second_of_lesson": {
            name: {
                key: round(statistics.median(one[key] for one in all_rounds), 3)
                for key in all_rounds[0]
            }
            for name, all_rounds in found.items()
        },
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    main()
