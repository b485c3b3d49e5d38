"""An epoch of VP8 or Opus as one seekable file, made by moving clusters."""

import mmap
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from app.recording.alignment import Placement
from app.recording.clusters import Block, Cluster, read_blocks, read_clusters
from app.recording.finished import Written
from app.recording.segment_reader import written_size
from app.recording.telemetry import EpochTelemetry, SegmentTelemetry
from app.recording.webm import Placed, WebmTrack, write_webm

OPUS_FRAME_MS, LONGEST_FRAME_MS = 20, 67


@dataclass(frozen=True, slots=True)
class _Playable:
    """A cluster that a decoder can begin or go on with."""

    source: memoryview
    cluster: Cluster
    keyframes_ms: tuple[int, ...]


def write_webm_epoch(epoch: EpochTelemetry, placement: Placement, path: Path) -> Written | None:
    """None if no frame of it can be played."""
    header, scale = epoch.header, placement.time_scale
    with ExitStack() as open_segments:
        found = list(_playable(epoch, open_segments))
        if not found:
            return None
        first_ms = round((found[0].cluster.time_ms + found[0].keyframes_ms[0]) * scale)
        clusters = [
            Placed(
                one.source,
                one.cluster,
                round(one.cluster.time_ms * scale) - first_ms,
                one.keyframes_ms,
            )
            for one in found
        ]
        length_ms = _length_ms(clusters[-1], is_sound=header.codec == "opus")
        track = WebmTrack(header.codec, header.width, header.height)
        size_bytes, sha256 = write_webm(path, track, clusters, length_ms)
        # Views of the segments, which are closed now.
        del found, clusters
    return Written(first_ms, length_ms, size_bytes, sha256)


def _length_ms(last: Placed, *, is_sound: bool) -> int:
    """To the end of the last frame, taking it as long as those before it in its cluster.

    But not longer than a slow camera's: where a kill came, nothing is known of what would have followed.
    """
    times_ms = [block.time_ms for block in read_blocks(last.source, last.cluster)]
    if is_sound or len(times_ms) == 1:
        return last.time_ms + times_ms[-1] + OPUS_FRAME_MS
    mean_ms = (times_ms[-1] - times_ms[0]) // (len(times_ms) - 1)
    return last.time_ms + times_ms[-1] + min(mean_ms, LONGEST_FRAME_MS)


def _playable(epoch: EpochTelemetry, open_segments: ExitStack) -> Iterator[_Playable]:
    """What can be played of all segments, in order."""
    is_sound = epoch.header.codec == "opus"
    needs_keyframe = not is_sound
    for segment in epoch.segments:
        try:
            content = open_segments.enter_context(_Mapped(segment))
            clusters = list(read_clusters(content, is_torn=segment.is_torn))
        except (OSError, ValueError):
            needs_keyframe = not is_sound
            continue
        for cluster in clusters:
            blocks = read_blocks(content, cluster)
            # Any sound can be begun with, so there is no need to look at all of them.
            found = [next(blocks)] if is_sound else [b for b in blocks if b.is_keyframe]
            if needs_keyframe and found:
                needs_keyframe = False
                yield _from(content, cluster, found[0])
            elif not needs_keyframe:
                yield _Playable(content, cluster, tuple(block.time_ms for block in found))
        needs_keyframe = needs_keyframe or (segment.is_torn and not is_sound)


def _from(content: memoryview, cluster: Cluster, first: Block) -> _Playable:
    """The cluster from this keyframe on, with that at its time zero."""
    copy = bytearray(content[first.start : cluster.end])
    rest = replace(cluster, start=first.start)
    keyframes_ms = []
    for block in read_blocks(content, rest):
        time_ms = block.time_ms - first.time_ms
        at = block.time_at - first.start
        copy[at : at + 2] = time_ms.to_bytes(2, "big", signed=True)
        if block.is_keyframe:
            keyframes_ms.append(time_ms)
    moved = Cluster(cluster.time_ms + first.time_ms, 0, len(copy))
    return _Playable(memoryview(copy), moved, tuple(keyframes_ms))


class _Mapped:
    """A segment's bytes up to where a power cut left zeros, for as long as the block lasts."""

    def __init__(self, segment: SegmentTelemetry) -> None:
        self._segment = segment

    def __enter__(self) -> memoryview:
        path = self._segment.path
        size = written_size(path) if self._segment.is_torn else path.stat().st_size
        if size == 0:
            raise ValueError(f"segment {path.name} is empty")
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._whole = memoryview(self._map)
        self._view = self._whole[:size]
        return self._view

    def __exit__(self, *_: object) -> None:
        self._view.release()
        self._whole.release()
        self._map.close()
