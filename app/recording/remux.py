"""Segments of an epoch into one seekable file, in a process of its own: `python -m app.recording.remux`.

Reads one `RemuxJob` as JSON from stdin, writes the list of `FinishedEpoch` as JSON to stdout. Nothing is
decoded. A file that makes a library crash takes this process with it and not the app.
"""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from app.jobs.parent import Parent
from app.recording.adopt import epoch_folders
from app.recording.alignment import Placement, place
from app.recording.finished import Written
from app.recording.mp4_epoch import write_mp4_epoch
from app.recording.remux_job import FinishedEpoch, RemuxJob
from app.recording.telemetry import EpochTelemetry, read_epoch
from app.recording.webm_epoch import write_webm_epoch

WriteEpoch = Callable[[EpochTelemetry, Placement, Path], Written | None]
_FORMATS: dict[str, tuple[str, str, WriteEpoch]] = {
    "vp8": ("webm", 'video/webm; codecs="vp8"', write_webm_epoch),
    "opus": ("webm", 'audio/webm; codecs="opus"', write_webm_epoch),
    "h264": ("mp4", "video/mp4", write_mp4_epoch),
}
AT_ONCE = 4
"""Epochs; copying and hashing leave the interpreter free for each other."""


def remux_lesson(job: RemuxJob) -> list[FinishedEpoch]:
    """One seekable file for each of the job's epochs that has anything in it."""
    output = Path(job.output_folder)
    lesson = Path(job.lesson_folder)
    folders = [f for f in epoch_folders(lesson.parent) if f.parent == lesson]
    epochs = [epoch for folder in folders if (epoch := read_epoch(folder)) is not None]
    if not epochs:
        return []
    output.mkdir(parents=True, exist_ok=True)
    wanted = [
        (epoch, placement)
        for epoch, placement in zip(epochs, place(epochs), strict=True)
        if epoch.header.epoch_id in job.epoch_ids
    ]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        finished = threads.map(lambda one: remux_epoch(one[0], one[1], output), wanted)
        return [epoch for epoch in finished if epoch is not None]


def remux_epoch(
    epoch: EpochTelemetry, placement: Placement, output_folder: Path
) -> FinishedEpoch | None:
    """None if no packet can be read."""
    header = epoch.header
    suffix, mime, write = _FORMATS[header.codec]
    path = output_folder / f"{header.epoch_id}.{suffix}"
    written = write(epoch, placement, path)
    if written is None:
        return None
    last = epoch.segments[-1].closed
    return FinishedEpoch(
        epoch_id=header.epoch_id,
        publication_id=header.publication_id,
        codec=header.codec,
        mime=mime,
        path=str(path),
        size_bytes=written.size_bytes,
        sha256=written.sha256,
        start_mono_ns=placement.start_mono_ns + written.first_ms * 1_000_000,
        duration_ms=written.duration_ms,
        width=header.width,
        height=header.height,
        aligned_by=placement.by,
        is_recovered=any(s.is_torn for s in epoch.segments),
        ended_by=last.reason if last is not None else "recorder_lost",
        gaps=len(epoch.gaps),
        boot_id=header.boot_id,
        utc_ms=header.utc_ms,
        utc_mono=header.utc_mono,
    )


def main() -> None:
    parent = Parent()
    job = RemuxJob(**json.loads(parent.job()))
    parent.listen()
    os.nice(5)
    print(json.dumps([asdict(epoch) for epoch in remux_lesson(job)]))


if __name__ == "__main__":
    main()
