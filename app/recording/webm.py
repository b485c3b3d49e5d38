"""One seekable WebM file out of clusters: its index in front, what is in the frames copied as it is.

Moving a cluster is writing its time stamp anew; a whole lesson takes about as long as copying its bytes.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.recording.clusters import CLUSTER, SEGMENT, TIMESTAMP, Cluster
from app.recording.ebml import element, float64, head, text, unsigned
from app.recording.muxer import OPUS_HEAD

EBML = 0x1A45DFA3
INFO, TRACKS, CUES = 0x1549A966, 0x1654AE6B, 0x1C53BB6B
SOUND_CUE_MS = 5_000
"""Every sound can be played from; an index of all of them would be longer than the sound."""
_APPLICATION = "Tongtang"
_OPUS_PREROLL_NS = 80_000_000
"""RFC 7845 §4.6."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A cluster on the file's own time line."""

    source: memoryview
    cluster: Cluster
    time_ms: int
    """The cluster's time stamp there."""
    keyframes_ms: tuple[int, ...]
    """When one can begin to play, after the time stamp."""

    @property
    def head(self) -> bytes:
        stamp = unsigned(TIMESTAMP, self.time_ms, 4)
        return head(CLUSTER, len(stamp) + self.cluster.end - self.cluster.start) + stamp

    @property
    def size_bytes(self) -> int:
        return len(self.head) + self.cluster.end - self.cluster.start


@dataclass(frozen=True, slots=True)
class WebmTrack:
    codec: str
    """`vp8` or `opus`."""
    width: int
    height: int


def write_webm(
    path: Path, track: WebmTrack, clusters: Sequence[Placed], duration_ms: int
) -> tuple[int, str]:
    """Size and sha256 of the file."""
    digest, size = hashlib.sha256(), 0
    with path.open("wb", buffering=1 << 20) as file:
        for piece in _pieces(track, clusters, duration_ms):
            digest.update(piece)
            size += file.write(piece)
    return size, digest.hexdigest()


def _pieces(
    track: WebmTrack, clusters: Sequence[Placed], duration_ms: int
) -> Iterator[bytes | memoryview]:
    info = element(
        INFO,
        unsigned(0x2AD7B1, 1_000_000),
        float64(0x4489, float(duration_ms)),
        text(0x4D80, _APPLICATION),
        text(0x5741, _APPLICATION),
    )
    front = info + element(TRACKS, _track_entry(track))
    cues = _cues(track, clusters, len(front))
    media_size = sum(one.size_bytes for one in clusters)
    yield element(
        EBML,
        unsigned(0x4286, 1),
        unsigned(0x42F7, 1),
        unsigned(0x42F2, 4),
        unsigned(0x42F3, 8),
        text(0x4282, "webm"),
        unsigned(0x4287, 4),
        unsigned(0x4285, 2),
    )
    yield head(SEGMENT, len(front) + len(cues) + media_size)
    yield front + cues
    for one in clusters:
        yield one.head
        yield one.source[one.cluster.start : one.cluster.end]


def _track_entry(track: WebmTrack) -> bytes:
    common = (
        unsigned(0xD7, 1),
        unsigned(0x73C5, 1),
        unsigned(0x9C, 0),
        text(0x22B59C, "und"),
    )
    if track.codec == "opus":
        return element(
            0xAE,
            *common,
            unsigned(0x83, 2),
            text(0x86, "A_OPUS"),
            unsigned(0x56AA, 0),
            unsigned(0x56BB, _OPUS_PREROLL_NS),
            element(0x63A2, OPUS_HEAD),
            element(0xE1, float64(0xB5, 48_000.0), unsigned(0x9F, 2)),
        )
    video = element(0xE0, unsigned(0xB0, track.width), unsigned(0xBA, track.height))
    return element(0xAE, *common, unsigned(0x83, 1), text(0x86, "V_VP8"), video)


def _cues(track: WebmTrack, clusters: Sequence[Placed], front_size: int) -> bytes:
    """Where one can play from. Positions depend on the size of the cues, which does not depend on them."""
    points = list(_cue_points(track, clusters))
    size = len(_encoded_cues(points, 0))
    return _encoded_cues(points, front_size + size)


def _cue_points(track: WebmTrack, clusters: Sequence[Placed]) -> Iterator[tuple[int, int]]:
    position, due_ms = 0, 0
    for one in clusters:
        for keyframe_ms in one.keyframes_ms:
            time_ms = one.time_ms + keyframe_ms
            if time_ms >= due_ms:
                yield time_ms, position
                due_ms = time_ms + SOUND_CUE_MS if track.codec == "opus" else 0
        position += one.size_bytes


def _encoded_cues(points: Sequence[tuple[int, int]], offset: int) -> bytes:
    # Sizes that do not depend on the values, or the positions would move the clusters they point to.
    return element(
        CUES,
        *(
            element(
                0xBB,
                unsigned(0xB3, time_ms, 4),
                element(0xB7, unsigned(0xF7, 1), unsigned(0xF1, offset + position, 8)),
            )
            for time_ms, position in points
        ),
    )
