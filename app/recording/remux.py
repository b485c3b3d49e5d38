"""Segments of an epoch into one seekable file, in a process of its own: `python -m app.recording.remux`.

Reads one `RemuxJob` as JSON from stdin, writes the list of `FinishedEpoch` as JSON to stdout. Nothing is
decoded. A file that makes a library crash takes this process with it and not the app.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.stream import Stream

from app.recording.adopt import epoch_folders, file_sha256
from app.recording.alignment import Placement, place
from app.recording.parent import Parent
from app.recording.remux_job import FinishedEpoch, RemuxJob
from app.recording.segment_reader import SegmentReader
from app.recording.telemetry import EpochTelemetry, read_epoch

_MILLISECOND = Fraction(1, 1000)
_CONTAINERS: dict[str, tuple[str, str, dict[str, str]]] = {
    "vp8": ("webm", 'video/webm; codecs="vp8"', {"cues_to_front": "1"}),
    "opus": ("webm", 'audio/webm; codecs="opus"', {"cues_to_front": "1"}),
    "h264": ("mp4", "video/mp4", {"movflags": "+faststart"}),
}


def remux_lesson(job: RemuxJob) -> list[FinishedEpoch]:
    """One seekable file per epoch that has anything in it."""
    output = Path(job.output_folder)
    lesson = Path(job.lesson_folder)
    folders = [f for f in epoch_folders(lesson.parent) if f.parent == lesson]
    epochs = [epoch for folder in folders if (epoch := read_epoch(folder)) is not None]
    if not epochs:
        return []
    output.mkdir(parents=True, exist_ok=True)
    finished = (remux_epoch(e, p, output) for e, p in zip(epochs, place(epochs), strict=True))
    return [epoch for epoch in finished if epoch is not None]


def remux_epoch(
    epoch: EpochTelemetry, placement: Placement, output_folder: Path
) -> FinishedEpoch | None:
    """None if no packet can be read."""
    header = epoch.header
    suffix, mime, options = _CONTAINERS[header.codec]
    path = output_folder / f"{header.epoch_id}.{suffix}"
    copy = _Copy(path, suffix, options, placement.time_scale)
    try:
        for packet, stream in _packets(epoch):
            copy.add(packet, stream)
    finally:
        copy.close()
    if copy.first_ms is None:
        return None
    last = epoch.segments[-1].closed
    return FinishedEpoch(
        epoch_id=header.epoch_id,
        publication_id=header.publication_id,
        codec=header.codec,
        mime=mime,
        path=str(path),
        size_bytes=path.stat().st_size,
        sha256=file_sha256(path),
        start_mono_ns=placement.start_mono_ns + copy.first_ms * 1_000_000,
        duration_ms=copy.duration_ms,
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


def _packets(epoch: EpochTelemetry) -> "Iterator[tuple[av.Packet[Any], Stream]]":
    """Every packet that a decoder can use, over all segments."""
    needs_keyframe = True
    for segment in epoch.segments:
        try:
            reader = SegmentReader(segment.path, is_torn=segment.is_torn)
        except (OSError, ValueError):
            needs_keyframe = True
            continue
        with reader:
            for packet in reader.packets():
                needs_keyframe = needs_keyframe and not packet.is_keyframe
                if not needs_keyframe:
                    yield packet, reader.stream
        needs_keyframe = needs_keyframe or segment.is_torn


class _Copy:
    """The output file; opened with the first packet, because it takes its codec parameters from there."""

    def __init__(self, path: Path, container: str, options: dict[str, str], scale: float) -> None:
        self.first_ms: int | None = None
        self._path, self._format, self._options, self._scale = path, container, options, scale
        self._output: av.container.OutputContainer | None = None
        self._stream: Stream | None = None
        self._last_ms = -1
        self._count = 0

    @property
    def duration_ms(self) -> int:
        """To the end of the last frame, taking it as long as the average one."""
        return self._last_ms + self._last_ms // max(1, self._count - 1)

    def add(self, packet: "av.Packet[Any]", template: Stream) -> None:
        assert packet.pts is not None and packet.time_base is not None
        at_ms = round(packet.pts * packet.time_base * 1000 * Fraction(self._scale))
        if self._output is None or self._stream is None or self.first_ms is None:
            self.first_ms = at_ms
            self._output = av.open(
                str(self._path), "w", format=self._format, container_options=self._options
            )
            self._stream = self._output.add_stream_from_template(template, opaque=True)
            self._stream.time_base = _MILLISECOND
        # MP4 wants each time stamp to be later than the one before.
        at_ms = max(at_ms - self.first_ms, self._last_ms + 1)
        copy = av.Packet(bytes(packet))
        copy.pts = copy.dts = at_ms
        copy.time_base = _MILLISECOND
        copy.is_keyframe = packet.is_keyframe
        copy.stream = self._stream
        self._output.mux_one(copy)
        self._last_ms = at_ms
        self._count += 1

    def close(self) -> None:
        if self._output is not None:
            self._output.close()


def main() -> None:
    parent = Parent()
    job = RemuxJob(**json.loads(parent.job()))
    parent.listen()
    os.nice(5)
    print(json.dumps([asdict(epoch) for epoch in remux_lesson(job)]))


if __name__ == "__main__":
    main()
