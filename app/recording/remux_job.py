"""What goes into the remux process and what comes out. Loads no media library: the app imports this."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemuxJob:
    lesson_folder: str
    output_folder: str
    epoch_ids: list[str]
    """Those to be finished; all of the lesson are read, because they place each other on the time line."""


@dataclass(frozen=True, slots=True)
class FinishedEpoch:
    epoch_id: str
    publication_id: str
    codec: str
    mime: str
    path: str
    size_bytes: int
    sha256: str
    start_mono_ns: int
    """When the file's time zero was captured, on the recorder's monotonic clock."""
    duration_ms: int
    width: int
    height: int
    aligned_by: str
    is_recovered: bool
    ended_by: str
    """Why its last segment was closed."""
    gaps: int
    boot_id: str
    utc_ms: int
    utc_mono: int
