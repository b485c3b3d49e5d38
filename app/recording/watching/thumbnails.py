"""Thumbnails of a recording, in a process of its own: `python -m app.recording.watching.thumbnails`.

Reads one `ThumbnailJob` as JSON from stdin and writes the paths of the sheets, JPEG files in its output folder, as
JSON to stdout. Only keyframes are fetched and decoded. A file that makes a library crash takes this process with it
and not the worker.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av

from app.recording.watching.thumbnail_job import (
    COLUMNS,
    ROWS,
    TILE_HEIGHT,
    TILE_WIDTH,
    PicturedTrack,
    ThumbnailJob,
    count_of,
    step_of,
    track_at,
)
from app.settings import Settings
from app.storage.obstore_storage import ObstoreStorage
from app.storage.port import Storage

PER_SHEET = COLUMNS * ROWS
_QUALITY = 6
"""JPEG quantiser, 2 best .. 31."""
_NIGHT = (16, 128, 128)
"""Y, Cb, Cr where there is no picture."""


def make_thumbnails(job: ThumbnailJob, storage: Storage) -> list[str]:
    """Paths of the sheets, in order; none if the lead never showed a picture."""
    if not job.tracks:
        return []
    pictures = _pictures(job, storage)
    paths: list[str] = []
    count = count_of(job.duration_ms)
    for first in range(0, count, PER_SHEET):
        sheet = _Sheet(min(PER_SHEET, count - first))
        for position in range(sheet.count):
            picture = next(pictures)
            if picture is not None:
                sheet.place(position, picture)
        path = Path(job.output_folder) / f"thumbnails-{len(paths)}.jpg"
        path.write_bytes(sheet.to_jpeg())
        paths.append(str(path))
    return paths


def _pictures(job: ThumbnailJob, storage: Storage) -> "Iterator[av.VideoFrame | None]":
    """One per step; the same frame again while no newer keyframe has come."""
    with ExitStack() as stack:
        films: dict[str, _Film] = {}
        for at_ms in range(0, job.duration_ms, step_of(job.duration_ms)):
            track = track_at(job.tracks, at_ms)
            if track is None:
                yield None
                continue
            if track.object_key not in films:
                films[track.object_key] = stack.enter_context(_Film(track, storage))
            yield films[track.object_key].frame_at(at_ms)


class _Film:
    """A track's keyframes by time."""

    def __init__(self, track: PicturedTrack, storage: Storage) -> None:
        self._track = track
        self._container = av.open(storage.open_reader(track.object_key), "r")
        self._stream = self._container.streams.video[0]

    def __enter__(self) -> "_Film":
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def frame_at(self, at_ms: int) -> av.VideoFrame | None:
        """The keyframe at or before this moment of the lesson; None if it cannot be read."""
        try:
            self._container.seek((at_ms - self._track.starts_ms) * 1000)
            for packet in self._container.demux(self._stream):
                if packet.is_keyframe and packet.size:
                    frames = self._stream.codec_context.decode(packet)
                    # A decoder may hold a frame back until it is told that no more will come.
                    frames = frames or self._stream.codec_context.decode(None)
                    self._stream.codec_context.flush_buffers()
                    return frames[0] if frames else None
        except av.FFmpegError:
            pass
        return None


class _Sheet:
    """Pictures beside each other, row by row (4:2:0)."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._width = COLUMNS * TILE_WIDTH
        self._height = -(-count // COLUMNS) * TILE_HEIGHT
        self._planes = [
            bytearray([value]) * (self._width // part * (self._height // part))
            for value, part in zip(_NIGHT, (1, 2, 2), strict=True)
        ]

    def place(self, position: int, frame: av.VideoFrame) -> None:
        """The whole picture in the middle of its place, as large as fits."""
        scale = min(TILE_WIDTH / frame.width, TILE_HEIGHT / frame.height)
        width, height = (
            max(2, round(side * scale) // 2 * 2) for side in (frame.width, frame.height)
        )
        small = frame.reformat(width=width, height=height, format="yuvj420p")
        row, column = divmod(position, COLUMNS)
        left = column * TILE_WIDTH + (TILE_WIDTH - width) // 4 * 2
        top = row * TILE_HEIGHT + (TILE_HEIGHT - height) // 4 * 2
        for target, plane, part in zip(self._planes, small.planes, (1, 2, 2), strict=True):
            source, stride = memoryview(plane), self._width // part
            for line in range(height // part):
                start = (top // part + line) * stride + left // part
                begin = line * plane.line_size
                target[start : start + width // part] = source[begin : begin + width // part]

    def to_jpeg(self) -> bytes:
        frame = av.VideoFrame(self._width, self._height, "yuvj420p")
        for plane, content, part in zip(frame.planes, self._planes, (1, 2, 2), strict=True):
            length, lines = self._width // part, self._height // part
            padding = bytes(plane.line_size - length)
            plane.update(
                b"".join(content[at * length : (at + 1) * length] + padding for at in range(lines))
            )
        encoder = av.CodecContext.create("mjpeg", "w")
        encoder.width, encoder.height, encoder.pix_fmt = self._width, self._height, "yuvj420p"
        encoder.framerate = Fraction(1)
        encoder.qmin = encoder.qmax = _QUALITY
        packets = [*encoder.encode(frame), *encoder.encode(None)]
        return b"".join(bytes(packet) for packet in packets)


def _end_with_parent() -> None:
    # The parent keeps our stdin open as long as it lives.
    while os.read(0, 1_024):
        pass
    os._exit(1)


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    tracks = tuple(PicturedTrack(**track) for track in asked.pop("tracks"))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(5)
    storage = ObstoreStorage.from_settings(Settings())
    print(json.dumps(make_thumbnails(ThumbnailJob(tracks, **asked), storage)))


if __name__ == "__main__":
    main()
