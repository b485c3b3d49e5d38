"""What goes into the thumbnail process and what comes out. Loads no media library: the worker imports this."""

from dataclasses import dataclass

from app.media.port import Source

STEP_MS = 10_000
MAX_COUNT = 300
"""Pictures of one recording: over 50 minutes they are further apart."""
TILE_WIDTH, TILE_HEIGHT = 160, 90
COLUMNS, ROWS = 10, 10
"""Pictures on one sheet."""


@dataclass(frozen=True, slots=True)
class PicturedTrack:
    """A video track of the lead."""

    object_key: str
    source: str
    starts_ms: int
    duration_ms: int

    def shows(self, at_ms: int) -> bool:
        return self.starts_ms <= at_ms < self.starts_ms + self.duration_ms


@dataclass(frozen=True, slots=True)
class ThumbnailJob:
    tracks: tuple[PicturedTrack, ...]
    duration_ms: int
    output_folder: str


def step_of(duration_ms: int) -> int:
    """Milliseconds between two thumbnails, whole seconds."""
    return max(STEP_MS, -(-duration_ms // MAX_COUNT // 1000) * 1000)


def count_of(duration_ms: int) -> int:
    return -(-duration_ms // step_of(duration_ms))


def track_at(tracks: tuple[PicturedTrack, ...], at_ms: int) -> PicturedTrack | None:
    """What the lead showed: a shared screen before the camera, of two the later one."""
    shown = [track for track in tracks if track.shows(at_ms)]
    return max(
        shown, key=lambda track: (Source(track.source).is_read, track.starts_ms), default=None
    )
