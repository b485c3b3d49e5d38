"""Cuts a clip out of finished tracks, in a process of its own: `python -m app.recording.sharing.cut`.

Reads one `CutJob` as JSON from stdin, writes the list of `CutPiece` as JSON to stdout. Sound is cut between packets. A
picture can only begin with a keyframe: from the first one within the clip on, packets are copied; what the clip shows
before that is decoded and encoded again into a file of its own. So no file holds anything from outside of the clip.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import av
from av.video.frame import PictureType

from app.jobs.parent import Parent
from app.recording.adopt import file_sha256
from app.recording.sharing.cut_job import CutJob, CutPiece, CutTrack
from app.recording.track_copy import CONTAINERS, MILLISECOND, TrackCopy
from app.settings import Settings
from app.storage.obstore_storage import ObstoreStorage
from app.storage.port import Storage

NICE = 5
"""Somebody waits for the clip, but a lesson waits for nothing."""
_ENCODERS: dict[str, tuple[str, dict[str, str]]] = {
    # Close to what the sender's encoder made of it; at most one keyframe interval is encoded.
    "vp8": ("libvpx", {"deadline": "realtime", "cpu-used": "4", "crf": "8", "b": "4M"}),
    "h264": ("libx264", {"preset": "veryfast", "crf": "20", "bf": "0"}),
}


def cut_clip(job: CutJob, storage: Storage) -> list[CutPiece]:
    """Every piece of every track; a track of which nothing lies within the clip has none."""
    return [piece for track in job.tracks for piece in _cut_track(track, job, storage)]


def _cut_track(track: CutTrack, job: CutJob, storage: Storage) -> Iterator[CutPiece]:
    start_ms = max(0, job.from_ms - track.starts_ms)
    end_ms = min(job.to_ms - track.starts_ms, track.duration_ms)
    with av.open(storage.open_reader(track.object_key), "r") as container:
        stream: Any = container.streams[0]
        container.seek(start_ms * 1000)
        cut = _Cut(track, Path(job.output_folder), start_ms, end_ms)
        try:
            for packet in container.demux(stream):
                if not cut.take(packet, stream):
                    break
        finally:
            cut.close(stream)
    shift_ms = track.starts_ms - job.from_ms
    for path, from_ms, duration_ms in cut.files():
        yield CutPiece(
            track_id=track.track_id,
            path=str(path),
            mime=CONTAINERS[track.codec].mime,
            starts_ms=from_ms + shift_ms,
            duration_ms=duration_ms,
            size_bytes=path.stat().st_size,
            sha256=file_sha256(path),
        )


class _Cut:
    """Takes the packets of one track from the keyframe before the start on. Times in ms of the track's own file."""

    def __init__(self, track: CutTrack, folder: Path, start_ms: int, end_ms: int) -> None:
        container = CONTAINERS[track.codec]
        self._start_ms, self._end_ms = start_ms, end_ms
        self._rest_path = folder / f"{track.track_id}.{container.format}"
        self._rest = TrackCopy(self._rest_path, container)
        self._beginning = (
            _Beginning(folder / f"{track.track_id}-0.{container.format}", track.codec, start_ms)
            if track.codec in _ENCODERS
            else None
        )

    def take(self, packet: "av.Packet[Any]", stream: Any) -> bool:
        """False once the end is reached."""
        if packet.pts is None or packet.time_base is None:
            return True
        at_ms = round(packet.pts * packet.time_base * 1000)
        if at_ms >= self._end_ms:
            return False
        begins = self._beginning is None or packet.is_keyframe
        if self._rest.first_ms is not None or (begins and at_ms >= self._start_ms):
            self._rest.add(packet, stream)
        elif self._beginning is not None:
            self._beginning.take(stream.codec_context.decode(packet), self._end_ms)
        return True

    def close(self, stream: Any) -> None:
        if self._beginning is not None:
            until_ms = self._end_ms if self._rest.first_ms is None else self._rest.first_ms
            self._beginning.take(stream.codec_context.decode(None), until_ms)
            self._beginning.close(until_ms)
        self._rest.close()

    def files(self) -> Iterator[tuple[Path, int, int]]:
        """Path, start and duration of what came out."""
        first_ms = self._rest.first_ms
        if self._beginning is not None and self._beginning.has_picture:
            until_ms = self._end_ms if first_ms is None else first_ms
            yield self._beginning.path, self._start_ms, until_ms - self._start_ms
        if first_ms is not None:
            yield self._rest_path, first_ms, min(self._rest.duration_ms, self._end_ms - first_ms)


class _Beginning:
    """The pictures from the start up to the first keyframe, encoded again; the first is what was shown at the start."""

    def __init__(self, path: Path, codec: str, start_ms: int) -> None:
        self.path = path
        self.has_picture = False
        self._codec, self._start_ms = codec, start_ms
        self._shown_at_start: av.VideoFrame | None = None
        self._output: av.container.OutputContainer | None = None
        self._stream: Any = None

    def take(self, frames: "list[Any]", until_ms: int) -> None:
        for frame in frames:
            at_ms = round(frame.time * 1000)
            if at_ms <= self._start_ms:
                self._shown_at_start = frame
            elif at_ms < until_ms:
                self._flush_start()
                self._encode(frame, at_ms)

    def close(self, until_ms: int) -> None:
        if until_ms > self._start_ms:
            self._flush_start()
        if self._output is not None:
            self._output.mux(self._stream.encode(None))
            self._output.close()

    def _flush_start(self) -> None:
        frame, self._shown_at_start = self._shown_at_start, None
        if frame is not None:
            self._encode(frame, self._start_ms)

    def _encode(self, frame: av.VideoFrame, at_ms: int) -> None:
        if self._output is None:
            name, options = _ENCODERS[self._codec]
            self._output = CONTAINERS[self._codec].open(self.path)
            self._stream = self._output.add_stream(name, options=options)
            self._stream.width, self._stream.height = frame.width, frame.height
            self._stream.pix_fmt = "yuv420p"
            self._stream.time_base = self._stream.codec_context.time_base = MILLISECOND
        frame.pts, frame.time_base = at_ms - self._start_ms, MILLISECOND
        frame.pict_type = PictureType.NONE
        self._output.mux(self._stream.encode(frame))
        self.has_picture = True


def main() -> None:
    parent = Parent()
    given = json.loads(parent.job())
    tracks = tuple(CutTrack(**track) for track in given.pop("tracks"))
    parent.listen()
    os.nice(NICE)
    pieces = cut_clip(CutJob(tracks=tracks, **given), ObstoreStorage.from_settings(Settings()))
    print(json.dumps([asdict(piece) for piece in pieces]))


if __name__ == "__main__":
    main()
